//! Each kind of fault, alone: what it is named for happens, and is seen in the trace.

use samewire::Limits;
use samewire_chaos::trace::{Bite, What};
use samewire_chaos::{Schedule, Trace, Watched, judge, run};

/// Two requests on one connection, with a fault.
fn with(fault: &str) -> Trace {
    let hello = "0 ask GET /hello -> 200 \"{\\\"message\\\":\\\"Hello, World!\\\"}\"";
    play(&format!("client 0 at 10\n{hello}\n0 wait\n{hello}\n{fault}\n"))
}

fn play(text: &str) -> Trace {
    let schedule: Schedule = text.parse().unwrap();
    let trace = run(&schedule, Limits::SMALL, |recorder| Watched::new(&schedule, recorder));
    assert_eq!(judge(&schedule, Limits::SMALL, &trace, &[]), Ok(()), "{text}");
    trace
}

/// The times of what `pick` picks, with a number of it.
fn moments(trace: &Trace, pick: impl Fn(What) -> Option<usize>) -> Vec<(u64, usize)> {
    trace.events.iter().filter_map(|event| Some((event.at, pick(event.what)?))).collect()
}

fn arrivals(trace: &Trace) -> Vec<(u64, usize)> {
    moments(trace, |what| if let What::Arrives(until) = what { Some(until) } else { None })
}

fn takes(trace: &Trace) -> Vec<(u64, usize)> {
    moments(trace, |what| if let What::Takes(until) = what { Some(until) } else { None })
}

fn has(trace: &Trace, what: What) -> bool {
    trace.events.iter().any(|event| event.what == what)
}

const REQUEST: usize = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n".len();

#[test]
fn without_a_fault_each_request_comes_at_once() {
    let trace = with("");
    assert_eq!(arrivals(&trace), [(10, REQUEST), (10, 2 * REQUEST)]);
    assert_eq!(takes(&trace).len(), 2);
}

#[test]
fn segments_are_as_long_and_as_far_apart_as_said() {
    let trace = with("0 fault segments 1 every 0");
    assert_eq!(arrivals(&trace), (1..=2 * REQUEST).map(|until| (10, until)).collect::<Vec<_>>());
    let trace = with("0 fault segments 10 every 7");
    assert_eq!(arrivals(&trace)[..5], [(10, 10), (17, 20), (24, 30), (31, REQUEST), (38, 42)]);
}

#[test]
fn what_is_coalesced_comes_together() {
    let asked = "client 0 at 1\n0 ask GET /hello -> 200\n0 pause 3\n0 ask GET / -> 200\n";
    let trace = play(&format!("{asked}0 fault coalesce 50\n"));
    let until = trace.connections[0].up.len();
    assert_eq!(arrivals(&trace), [(50, until)]);
}

#[test]
fn what_is_delayed_is_late_both_ways() {
    let trace = with("0 fault delay 30");
    assert_eq!(arrivals(&trace), [(40, REQUEST), (100, 2 * REQUEST)]);
    assert_eq!(takes(&trace).iter().map(|(at, _)| *at).collect::<Vec<_>>(), [70, 130]);
}

#[test]
fn what_is_lost_never_comes_and_the_client_gives_up() {
    let trace = with("0 fault lose 40 for 500");
    assert_eq!(arrivals(&trace), [(10, REQUEST), (10, 40)]);
    assert!(has(&trace, What::Bites(Bite::Lost)));
    let resets = moments(&trace, |what| (what == What::Breaks).then_some(0));
    assert_eq!(resets, [(510, 0)]);
}

#[test]
fn a_half_is_closed_behind_its_byte() {
    let trace = with("0 fault half-close 40");
    assert!(has(&trace, What::Bites(Bite::Unsaid)) && has(&trace, What::Finishes));
    assert_eq!(trace.connections[0].up.len(), 40);
}

#[test]
fn a_connection_is_reset_at_its_byte() {
    let trace = with("0 fault reset-up 40");
    assert_eq!(arrivals(&trace), [(10, REQUEST), (10, 40)]);
    assert!(has(&trace, What::Breaks));
    let trace = with("0 fault reset-down 20");
    assert_eq!(takes(&trace).last(), Some(&(10, 20)));
    assert!(has(&trace, What::Resets) && has(&trace, What::Breaks));
}

#[test]
fn a_slow_reader_takes_a_little_at_a_time() {
    let trace = with("0 fault reads 50 every 20");
    let answer = trace.connections[0].down.len() / 2;
    assert_eq!(takes(&trace)[..3], [(10, 50), (30, 100), (50, answer)]);
}

#[test]
fn a_small_window_and_short_writes_hold_the_server_back() {
    let writes = |trace: &Trace| {
        moments(trace, |what| if let What::Writes(until) = what { Some(until) } else { None })
    };
    let trace = with("0 fault window 9");
    assert!(has(&trace, What::Blocks));
    assert_eq!(writes(&trace)[..2], [(10, 9), (10, 18)]);
    let trace = with("0 fault short-writes 5");
    assert!(!has(&trace, What::Blocks));
    assert_eq!(writes(&trace)[..2], [(10, 5), (10, 10)]);
}

#[test]
fn a_zero_window_opens_again() {
    let trace = with("0 fault zero-window 30 for 400");
    assert_eq!(takes(&trace)[0], (10, 30));
    assert_eq!(takes(&trace)[1].0, 410);
    assert!(
        has(&trace, What::Bites(Bite::WindowShut)) && has(&trace, What::Bites(Bite::WindowOpens))
    );
}

#[test]
fn who_hangs_never_ends_and_who_is_mute_says_nothing_to_pings() {
    let trace = with("0 fault hang");
    assert!(!has(&trace, What::Bites(Bite::Unsaid)));
    let ends = moments(&trace, |what| (what == What::Ends).then_some(0));
    let idle = 10 + u64::from(Limits::SMALL.idle_ms_max);
    assert_eq!(ends, [(idle, 0)], "the server waits for as long as it may");
    let opens = "client 0 at 0\n0 open /ws\n0 pause 100000\n0 fault mute\nat 900000 calm\n";
    let trace = play(opens);
    assert!(has(&trace, What::Bites(Bite::PingUnanswered)));
    let pinged = Limits::SMALL.ping_ms + Limits::SMALL.pong_ms_max;
    let ends = moments(&trace, |what| (what == What::Ends).then_some(0));
    assert_eq!(ends.first(), Some(&(pinged.into(), 0)));
}

#[test]
fn floods_find_no_place_and_drive_out_nobody_at_work() {
    let trace = play("places 2 refuse\nat 5 flood 9 saying 31 for 100\n");
    let refused = moments(&trace, |what| (what == What::Refused).then_some(0));
    assert_eq!(refused, [(5, 0); 7]);
    let trace =
        play("places 2 evict\nat 5 flood 2 saying 0 for 4000\nat 2000 flood 1 saying 31 for 1\n");
    let evicted = moments(&trace, |what| (what == What::Evicted).then_some(0));
    assert_eq!(evicted, [(2000, 0)]);
    let trace = play("places 1 wait\nat 5 flood 2 saying 31 for 40\n");
    let enters =
        moments(&trace, |what| if let What::Enters(place) = what { Some(place) } else { None });
    assert_eq!(enters, [(5, 0), (45, 0)]);
}

#[test]
fn a_clock_that_jumps_makes_everything_late_at_once() {
    let trace = play("client 0 at 0\n0 pause 1000\n0 ask GET / -> 200\nat 100 jump 60000\n");
    let ends = moments(&trace, |what| (what == What::Ends).then_some(0));
    assert_eq!(ends, [(60_100, 0)], "it was idle for long enough");
}

#[test]
fn a_wall_clock_that_is_set_is_told_by_the_next_answer() {
    let trace =
        play("client 0 at 0\n0 ask GET / -> 200\n0 pause 9\n0 ask GET / -> 200\nat 5 set -3600\n");
    let text = String::from_utf8_lossy(&trace.connections[0].down);
    let dates: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("Date: ")).collect();
    assert_eq!(dates, ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 07:49:37 GMT"]);
}

#[test]
fn parts_of_the_board_break_at_the_call_that_is_said() {
    let asks = "0 ask GET /sensor -> 200 or 503\n".repeat(3);
    let trace = play(&format!("client 0 at 0\n{asks}bus breaks 2\n"));
    let calls = moments(&trace, |what| {
        if let What::Bus { works, .. } = what { Some(usize::from(works)) } else { None }
    });
    assert_eq!(calls, [(0, 1), (0, 0), (0, 1)]);
    let text = String::from_utf8_lossy(&trace.connections[0].down);
    assert_eq!(text.matches("HTTP/1.1 503").count(), 1);
    let led = "0 ask PUT /led json \"{\\\"on\\\":true,\\\"percent\\\":9}\" -> 200 or 503\n";
    let trace = play(&format!("client 0 at 0\n{led}lamp breaks 1\n"));
    assert!(has(&trace, What::Lamp { works: false }));
}

#[test]
fn a_server_that_drains_lets_nobody_in() {
    let trace = play("client 0 at 9\n0 ask GET / -> 200\nat 5 drain\n");
    let opened = moments(&trace, |what| matches!(what, What::Drops { .. }).then_some(0));
    assert_eq!(opened, [(9, 0)]);
    assert!(trace.connections[0].down.is_empty());
}

#[test]
fn calm_ends_every_fault_that_can_end() {
    let slow = "0 fault reads 1 every 1000\n0 fault segments 1 every 100\nat 20 calm\n";
    let trace = with(slow);
    assert!(trace.end() < 100, "{}", trace.end());
}
