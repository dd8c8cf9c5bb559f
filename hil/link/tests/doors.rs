//! What each door does when it is used alone, and what comes first when much is due.

use samewire_link::{BoardLink, Cause, Event, HostLink, Read, Settings};

/// Everything that one side says, to the other: what that makes of it.
macro_rules! carry {
    ($from:expr, $to:expr) => {{
        let mut wire = vec![0; 1 << 16];
        let count = $from.transmit(0, &mut wire);
        let (mut input, mut events) = (&wire[..count], Vec::new());
        while let Some(event) = $to.poll_event(0, &mut input) {
            events.push(format!("{event:?}"));
        }
        events
    }};
}

fn up() -> (Box<HostLink>, BoardLink) {
    let mut host = Box::new(HostLink::new(Settings::host(1)));
    let mut board = BoardLink::new(Settings::board(2));
    for _ in 0..3 {
        carry!(host, board);
        carry!(board, host);
    }
    assert!(host.is_up() && board.is_up());
    (host, board)
}

#[test]
fn time_passes_though_data_fills_the_window_and_nobody_answers() {
    let (mut host, mut board) = up();
    assert_eq!((host.open(), host.open(), host.open()), (Some(1), Some(2), None));
    carry!(host, board);
    carry!(board, host);
    // The board hears, but what it says is lost from here on.
    assert_eq!((host.write(1, &[1; 500]), host.write(2, &[2; 500])), (256, 256));
    for _ in 0..20 {
        host.log(b"fills what is left, but for one place");
    }
    assert!(!host.log(b"no room"));
    host.tick(5);
    let events = carry!(host, board);
    assert_eq!(events.last().map(String::as_str), Some("Tick(5)"), "{events:?}");
}

#[test]
fn a_board_does_not_open_and_nothing_is_written_before_the_link_is_up() {
    let (mut host, mut board) = up();
    assert_eq!(board.open(), None);
    assert_eq!((host.write(1, b"x"), host.read(1, &mut [0; 4])), (0, Read::Gone));
    for channel in [0, 1, 17, 255] {
        host.finish(channel);
        host.reset(channel);
        assert_eq!((host.write(channel, b"x"), host.read(channel, &mut [0; 4])), (0, Read::Gone));
    }
    let mut new = BoardLink::new(Settings::board(1));
    assert!(!new.is_up() && !new.log(b"x") && !new.metric(1, 2) && new.write(1, b"x") == 0);
}

#[test]
fn metrics_and_logs_arrive_in_their_place_and_a_long_line_is_cut() {
    let (mut host, mut board) = up();
    assert!(board.metric(7, u64::MAX) && board.log(&[b'x'; 1000]));
    let events = carry!(board, host);
    assert_eq!(events[0], format!("Metric(7, {})", u64::MAX));
    assert_eq!(events[1].matches("120").count(), 120);
}

#[test]
fn knows_when_all_has_arrived() {
    let (mut host, mut board) = up();
    assert!(host.is_delivered());
    host.tick(1);
    assert!(!host.is_delivered());
    carry!(host, board);
    assert!(!host.is_delivered(), "it may be lost");
    carry!(board, host);
    assert!(host.is_delivered());
}

#[test]
fn asks_again_by_time_and_breaks_when_nobody_answers() {
    let settings = Settings { retransmit_ms: 100, retries_max: 4, ..Settings::host(1) };
    let mut host = Box::new(HostLink::new(settings));
    let mut board = BoardLink::new(Settings::board(2));
    for _ in 0..3 {
        carry!(host, board);
        carry!(board, host);
    }
    host.tick(1);
    let (mut wire, mut times) = ([0; 100], Vec::new());
    assert!(host.transmit(0, &mut wire) > 0);
    while let Some(deadline) = host.deadline() {
        assert_eq!(host.poll_event(deadline - 1, &mut &[][..]), None);
        assert_eq!(host.transmit(deadline - 1, &mut wire), 0, "too early");
        times.push(deadline);
        match host.poll_event(deadline, &mut &[][..]) {
            Some(event) => assert_eq!(event, Event::Broken(Cause::Silent)),
            None => assert!(host.transmit(deadline, &mut wire) > 0),
        }
    }
    assert_eq!(times, [100, 300, 700, 1500, 2300]);
    assert_eq!((host.deadline(), host.poll_event(9999, &mut &b"\0\0"[..])), (None, None));
}

#[test]
fn an_echo_is_no_peer() {
    let mut host = Box::new(HostLink::new(Settings::host(1)));
    let mut wire = [0; 100];
    let count = host.transmit(0, &mut wire);
    let event = host.poll_event(0, &mut &wire[..count]);
    assert_eq!(event, Some(Event::Broken(Cause::Role)));
}

#[test]
fn a_board_link_fits_in_2_kb() {
    assert!(size_of::<BoardLink>() <= 1500, "{}", size_of::<BoardLink>());
}

#[test]
fn what_is_lost_either_way_is_a_repair_and_what_is_not_is_none() {
    let (mut host, mut board) = up();
    let mut wire = [0; 256];
    host.tick(1);
    assert_eq!(carry!(host, board), ["Tick(1)"]);
    carry!(board, host);
    assert_eq!((host.repairs(), board.repairs()), (0, 0));
    // A frame of the host's is lost, and sent again when its time has come.
    host.tick(2);
    assert!(host.transmit(0, &mut wire) > 0);
    assert_eq!(host.poll_event(1_000, &mut &b""[..]), None);
    assert_eq!(carry!(host, board), ["Tick(2)"]);
    assert_eq!((host.repairs(), board.repairs()), (1, 0));
    // One of the board's comes broken, and is asked for again.
    board.tick_done(None);
    let count = board.transmit(0, &mut wire);
    wire[1] ^= 0x55;
    assert_eq!(host.poll_event(0, &mut &wire[..count]), None);
    carry!(host, board);
    assert_eq!((host.repairs(), board.repairs()), (2, 1));
    assert_eq!(carry!(board, host), ["TickDone(None)"]);
}
