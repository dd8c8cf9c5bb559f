//! Each oracle, and something that only it is there for: an app that is wrong, a server with other
//! limits than it is judged by, or a trace in which something else happened.

use samewire::app::layer::{Arrival, Layer, Record, Verdict};
use samewire::{App, Bytes, Limits, Rendered, Respond, Result, Time, WebSocket, app};
use samewire_chaos::trace::{Hook, Recorder, What};
use samewire_chaos::{Schedule, Trace, Watched, generate, judge, oracle, run};
use samewire_demo::Demo;

/// The name of the oracle by which a run fails, or nothing.
fn verdict(schedule: &Schedule, trace: &Trace) -> &'static str {
    let judged = judge(schedule, Limits::SMALL, trace, &[]);
    let Err(failure) = judged else { return "" };
    // Whoever is left out finds nothing.
    let without = judge(schedule, Limits::SMALL, trace, &[failure.oracle]);
    assert_ne!(without.err().map(|other| other.oracle), Some(failure.oracle));
    failure.oracle
}

fn of_app<A: App + 'static>(text: &str, make: impl FnOnce(&Recorder) -> A) -> &'static str {
    let schedule: Schedule = text.parse().unwrap();
    let trace = run(&schedule, Limits::SMALL, make);
    verdict(&schedule, &trace)
}

/// What is said of the demo's trace of this schedule, once something else has happened in it.
fn of_trace(text: &str, change: impl FnOnce(&mut Trace)) -> &'static str {
    let schedule: Schedule = text.parse().unwrap();
    let mut trace = run(&schedule, Limits::SMALL, |recorder| Watched::new(&schedule, recorder));
    assert_eq!(verdict(&schedule, &trace), "", "{text}");
    change(&mut trace);
    verdict(&schedule, &trace)
}

/// The schedules whose run on a server with these limits fails by which oracles.
fn of_limits(limits: Limits, text: &str) -> &'static str {
    let schedule: Schedule = text.parse().unwrap();
    let trace = run(&schedule, limits, |recorder| Watched::new(&schedule, recorder));
    verdict(&schedule, &trace)
}

/// Has an answer to everything, and a wrong one.
struct Wrong;

app! { for Wrong;
    get  "/hello" => hello;
    post "/"      => echo(bytes);
    get  "/panic" => panics;
    get  "/spin"  => spins;
    ws   "/ws"    => shouts(ws);
}

async fn hello(_: &Wrong) -> &'static str {
    "Bye."
}

async fn echo<'x>(_: &Wrong, content: Bytes<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(content.get(1..).unwrap_or_default()))
}

async fn panics(_: &Wrong) -> &'static str {
    panic!("on purpose")
}

async fn spins(_: &Wrong) -> &'static str {
    std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await
}

async fn shouts(_: &Wrong, websocket: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = websocket.split();
    while inbox.receive().await.is_some() {
        outbox.send("WHAT?").await?;
    }
    Ok(())
}

#[test]
fn an_app_that_is_wrong_is_found() {
    for (acts, oracle) in [
        ("0 ask GET /hello -> 200 \"Bye.\"", ""),
        ("0 ask GET /hello -> 200 \"Hello.\"", "answers"),
        ("0 ask GET /hello -> 204", "answers"),
        ("0 ask POST / with 9 tag 1 -> 200 echo", "bytes"),
        ("0 open /ws\n0 text 3 tag 1\n0 hear 1\n0 end 1000", "frames"),
        ("0 ask GET /panic -> 200", "liveness"),
        ("0 ask GET /spin -> 200", "liveness"),
    ] {
        assert_eq!(of_app(&format!("client 0 at 1\n{acts}\n"), |_| Wrong), oracle, "{acts}");
    }
}

/// Has work that does not end with the server.
struct Stubborn;

app! { for Stubborn;
    background => work;
}

async fn work(_: &Stubborn, _: Time<'_>) {
    std::future::pending().await
}

#[test]
fn a_server_that_does_not_stop_is_found() {
    assert_eq!(of_app("client 0 at 1\n", |_| Stubborn), "liveness");
}

/// Forgets to say that a request is over.
struct Forgetful(Recorder);

struct Hears(Recorder);

app! { for forgetful: Forgetful;
    layers [Hears(forgetful.0.clone())];
    get "/hello" => well;
}

async fn well(_: &Forgetful) -> &'static str {
    "well"
}

impl<A: ?Sized> Layer<A> for Hears {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        self.0.note_current(What::Hears(Hook::Request));
        Ok(())
    }

    fn ended(&self, _: &A, (): &(), record: &Record<'_>) {
        if record.status() != Some(samewire::Status::OK) {
            self.0.note_current(What::Hears(Hook::Ended(200)));
        }
    }
}

#[test]
fn hooks_that_do_not_pair_are_found() {
    let asks = |target| format!("client 0 at 1\n0 ask GET {target} -> 200 or 404\n");
    assert_eq!(of_app(&asks("/other"), |recorder| Forgetful(recorder.clone())), "");
    assert_eq!(of_app(&asks("/hello"), |recorder| Forgetful(recorder.clone())), "hooks");
}

#[test]
fn a_server_that_waits_longer_or_less_long_than_its_limits_is_found() {
    const SMALL: Limits = Limits::SMALL;
    let twice = |limit: u32| 2 * limit;
    let idle = "client 0 at 1\n0 ask GET / -> 200\n0 wait\n0 pause 99999\n";
    let head = "client 0 at 1\n0 raw \"GET / HTTP/1.1\\r\\n\" -> 408\n";
    let body = "client 0 at 1\n0 raw \"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\n\\r\\n\" -> 408\n";
    let slow = "client 0 at 1\n0 ask GET /slow -> 503\n";
    let write = "client 0 at 1\n0 ask GET / -> 200\n0 fault zero-window 9 for 90000\n0 fault window 9\nat 500000 calm\n";
    let linger = "client 0 at 1\n0 ask GET / close -> 200\n0 fault hang\nat 500000 calm\n";
    let quiet = "client 0 at 1\n0 open /ws\n0 pause 200000\n0 fault mute\nat 500000 calm\n";
    for (limits, text, oracle) in [
        (Limits { idle_ms_max: twice(SMALL.idle_ms_max), ..SMALL }, idle, "closing"),
        (Limits { idle_ms_max: SMALL.idle_ms_max / 2, ..SMALL }, idle, "closing"),
        (Limits { idle_ms_max: SMALL.idle_ms_max - 1, ..SMALL }, idle, "closing"),
        (Limits { head_ms_max: twice(SMALL.head_ms_max), ..SMALL }, head, "deadlines"),
        (Limits { head_ms_max: SMALL.head_ms_max + 1, ..SMALL }, head, "deadlines"),
        (Limits { body_ms_max: SMALL.body_ms_max + 1, ..SMALL }, body, "deadlines"),
        (Limits { handler_ms_max: SMALL.handler_ms_max + 1, ..SMALL }, slow, "deadlines"),
        (Limits { write_ms_max: SMALL.write_ms_max + 1, ..SMALL }, write, "deadlines"),
        (Limits { linger_ms_max: SMALL.linger_ms_max + 1, ..SMALL }, linger, "deadlines"),
        (Limits { ping_ms: SMALL.ping_ms + 1, ..SMALL }, quiet, "deadlines"),
        (Limits { ping_ms: SMALL.ping_ms - 1, ..SMALL }, quiet, "deadlines"),
        (Limits { pong_ms_max: twice(SMALL.pong_ms_max), ..SMALL }, quiet, "deadlines"),
    ] {
        assert_eq!(of_limits(SMALL, text), "", "{text}");
        assert_eq!(of_limits(limits, text), oracle, "{text}");
    }
}

/// Puts other bytes in place of these, as many, at the last place where they stand.
fn replace(trace: &mut Trace, connection: usize, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let down = &mut trace.connections[connection].down;
    let places: Vec<_> = down.windows(from.len()).map(|w| w == from.as_bytes()).collect();
    let at = places.iter().rposition(|is| *is).expect("it is not there");
    down[at..at + to.len()].copy_from_slice(to.as_bytes());
}

#[test]
fn a_trace_in_which_something_else_happens_is_found() {
    const TWO: &str = "client 0 at 1\n0 ask GET / -> 200\n0 wait\n0 ask GET / -> 200\n";
    let asked = of_trace(TWO, |trace| replace(trace, 0, "HTTP/1.1 200", "HTTP/1.9 200"));
    assert_eq!(asked, "order");
    let cut = of_trace(TWO, |trace| {
        let down = &mut trace.connections[0].down;
        let until = down.len() / 2;
        down.truncate(until);
        let is_behind =
            |what: &What| matches!(what, What::Writes(n) | What::Takes(n) if *n > until);
        trace.events.retain(|event| !is_behind(&event.what));
    });
    assert_eq!(cut, "answered");
    let twice = of_trace(TWO, |trace| {
        let again = trace.connections[0].down.clone();
        trace.connections[0].down.extend(again);
    });
    assert_eq!(twice, "order");
    let unread = of_trace(TWO, |trace| {
        for event in &mut trace.events {
            if let What::Reads(until) = &mut event.what {
                *until += 1000;
            }
        }
    });
    assert_eq!(unread, "bytes");
    let lost = of_trace(TWO, |trace| {
        trace.events.retain(|event| !matches!(event.what, What::Takes(_)));
        for event in &mut trace.events {
            if let What::Drops { resets } = &mut event.what {
                *resets = true;
            }
        }
    });
    assert_eq!(lost, "lost");
    let kept = of_trace(TWO, |trace| {
        let stops = trace.events.last_mut().unwrap();
        stops.what = What::Stops { tasks: 0, timers: false, places: 1 };
    });
    assert_eq!(kept, "slots");
    let stays = of_trace(TWO, |trace| {
        let enters = trace.events.iter().position(|e| matches!(e.what, What::Enters(_))).unwrap();
        let again = trace.events[enters];
        trace.events.insert(enters + 1, again);
    });
    assert_eq!(stays, "hooks");
}

#[test]
fn a_board_that_is_not_heard_is_found() {
    let asks = "client 0 at 0\n0 ask GET /sensor -> 200 or 503\nbus breaks 2\n";
    let led = "0 ask PUT /led json \"{\\\"on\\\":true,\\\"percent\\\":9}\" -> 200 or 503\n";
    for text in [asks.to_owned(), format!("client 0 at 0\n{led}lamp breaks 2\n")] {
        let said = of_trace(&text, |trace| {
            for event in &mut trace.events {
                match &mut event.what {
                    What::Bus { works, .. } | What::Lamp { works } => *works = false,
                    _ => {}
                }
            }
        });
        assert_eq!(said, "peripherals", "{text}");
    }
}

#[test]
fn a_room_that_loses_doubles_or_mixes_up_is_found() {
    let member = |client, at: u32| {
        format!(
            "client {client} at {at}\n{client} open /chat\n\
             {client} say \"{{\\\"action\\\":\\\"join\\\",\\\"room\\\":\\\"tea\\\"}}\"\n\
             {client} hear 1\n"
        )
    };
    let says = |text| {
        format!("1 say \"{{\\\"action\\\":\\\"message\\\",\\\"text\\\":\\\"{text}\\\"}}\"\n")
    };
    let text = format!(
        "{}0 pause 3000\n{}{}{}1 pause 100\n",
        member(0, 1),
        member(1, 5),
        says("one"),
        says("two")
    );
    assert_eq!(of_trace(&text, |_| {}), "");
    assert_eq!(of_trace(&text, |trace| replace(trace, 0, "\"two\"", "\"six\"")), "rooms");
    assert_eq!(of_trace(&text, |trace| replace(trace, 0, "\"two\"", "\"one\"")), "rooms");
    assert_eq!(of_trace(&text, |trace| replace(trace, 0, "\"text\"", "\"tixt\"")), "rooms");
}

#[test]
fn a_stream_that_leaves_something_out_is_found() {
    let post = "1 ask POST /chat json \"{\\\"room\\\":\\\"tea\\\",\\\"text\\\":\\\"x\\\"}\" -> 202\n1 wait\n";
    let posts = post.repeat(3);
    let text = format!(
        "client 0 at 1\n0 ask GET /events -> 200\n0 pause 90\n0 reset\nclient 1 at 5\n{posts}"
    );
    assert_eq!(of_trace(&text, |_| {}), "");
    assert_eq!(of_trace(&text, |trace| replace(trace, 0, "data: 2", "data: 9")), "news");
    assert_eq!(of_trace(&text, |trace| replace(trace, 0, "data: 2", "data: 1")), "news");
    assert_eq!(of_trace(&text, |trace| replace(trace, 0, "id: 2", "id: 3")), "news");
}

#[test]
fn every_oracle_has_a_name_of_its_own_and_says_what_it_holds() {
    let mut names: Vec<_> = oracle::ALL.iter().map(|oracle| oracle.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), oracle::ALL.len());
    assert!(oracle::ALL.iter().all(|oracle| oracle.holds().len() > 20));
}

#[test]
fn the_demo_without_a_watch_is_judged_by_what_it_says() {
    let schedule = generate(3);
    let trace = run(&schedule, Limits::SMALL, |_| Demo::new());
    assert_eq!(judge(&schedule, Limits::SMALL, &trace, &["peripherals"]), Ok(()));
}
