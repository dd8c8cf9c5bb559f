//! The demo app in the in-memory world.

use std::net::IpAddr;
use std::time::Duration;

use samewire::app::layer::{Arrival, Layer, Verdict};
use samewire::{FixedEntropy, Limits, Rendered, Respond};
use samewire_demo::Demo;
use samewire_sim::world::Options;
use samewire_sim::{Client, Delivery, End, Sim, WallClock, World};

const HELLO: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const LAST: &str = "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn world() -> World<Demo> {
    World::new(Demo::new(), Limits::SMALL)
}

/// What the server says to `request` when it is delivered like this.
fn answer(world: &World<Demo>, request: &str, delivery: Delivery) -> (Vec<u8>, Client) {
    let client = world.connect_with(delivery);
    client.send(request);
    world.run();
    (client.take(), client)
}

#[test]
fn the_short_way_asks_an_app_in_a_line() {
    let sim = Sim::new(Demo::new());
    assert_eq!(sim.get("/hello").expect(200).body(), r#"{"message":"Hello, World!"}"#);
    assert_eq!(sim.get("/stream").expect(200).body(), "the same\nbytes on\nevery wire\n");
    assert_eq!(sim.post("/", "hello").expect(200).body(), "hello");
    let fields = sim.request("PUT", "/echo").field("X-Test", "yes").content("").send().expect(200);
    assert!(fields.body().contains("X-Test: yes\n"), "{fields:?}");
    let head = sim.head("/hello").expect(200);
    assert_eq!((head.field("content-length"), head.content()), (Some("27"), &b""[..]));
    assert_eq!(head.field("Date"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    sim.delete("/hello").expect(405);
    sim.world().run();
    assert_eq!(sim.world().connections(), 0, "a request leaves its connection behind");
}

/// Has an answer that never comes.
struct Stuck;

samewire::app! { for Stuck;
    get "/" => wait_for_ever;
}

async fn wait_for_ever(_: &Stuck) -> &'static str {
    std::future::pending().await
}

/// Answers once it is let.
#[derive(Default)]
struct Gate {
    is_open: std::cell::Cell<bool>,
}

samewire::app! { for Gate;
    get "/" => pass;
}

async fn pass(gate: &Gate) -> &'static str {
    let opened = |_: &mut std::task::Context<'_>| match gate.is_open.get() {
        true => std::task::Poll::Ready(()),
        false => std::task::Poll::Pending,
    };
    std::future::poll_fn(opened).await;
    "passed"
}

#[test]
fn an_answer_that_comes_with_the_drain_is_the_last() {
    let world = World::new(Gate::default(), Limits::SMALL);
    let client = world.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run();
    world.app().is_open.set(true);
    world.drain();
    world.run();
    let answer = String::from_utf8(client.take()).unwrap();
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
}

#[test]
fn the_short_way_waits_for_no_clock() {
    let sim = Sim::new(Stuck);
    sim.get("/").expect(503);
    let passed = sim.world().now().as_millis();
    assert_eq!(passed, u64::from(Limits::SMALL.handler_ms_max));
}

#[test]
#[should_panic(expected = "expected status 200, but this came:\n404")]
fn an_unexpected_status_shows_the_answer() {
    Sim::new(Demo::new()).get("/nowhere").expect(200);
}

#[test]
fn the_same_bytes_come_out_at_every_cut() {
    let (world, requests) = (world(), [HELLO, POST, LAST].concat());
    let (whole, client) = answer(&world, &requests, Delivery::default());
    assert!(whole.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&whole));
    assert_eq!(client.counts().reads, 1);
    for one_by_one in [false, true] {
        for cut in 1..requests.len() {
            let delivery = Delivery { cuts: vec![cut], one_by_one, ..Delivery::default() };
            let (same, client) = answer(&world, &requests, delivery);
            assert!(same == whole, "cut at {cut}, {one_by_one}");
            assert_eq!((client.counts().reads, client.end()), (2, End::Fin), "cut at {cut}");
        }
        let bytes = Delivery { read_bytes_max: 1, one_by_one, ..Delivery::default() };
        let (same, client) = answer(&world, &requests, bytes);
        assert!(same == whole, "byte by byte, {one_by_one}");
        assert_eq!(client.counts().reads, requests.len());
    }
}

#[test]
fn a_burst_of_requests_is_answered_in_one_write() {
    let (world, burst) = (world(), HELLO.repeat(5));
    let (answers, client) = answer(&world, &burst, Delivery::default());
    assert_eq!(answers.windows(9).filter(|bytes| bytes == b"HTTP/1.1 ").count(), 5);
    assert_eq!((client.counts().reads, client.counts().writes), (1, 1));
}

#[test]
fn a_slow_reader_gets_it_all() {
    let (world, requests) = (world(), [POST, LAST].concat());
    let (whole, _) = answer(&world, &requests, Delivery::default());
    let delivery = Delivery { window_bytes: 7, write_bytes_max: 3, ..Delivery::default() };
    let (mut slowly, client) = answer(&world, &requests, delivery);
    assert_eq!(slowly.len(), 7, "the window");
    world.run();
    while client.read(2, &mut slowly) > 0 {
        assert!(client.waiting() <= 7);
        world.run();
    }
    assert_eq!((slowly, client.end()), (whole, End::Fin));
}

#[test]
fn a_slow_reader_of_a_burst_meets_the_same_deadlines() {
    // Every second: what waits for the client who reads it all at half time, and whether it is over.
    let watch = |requests, window_bytes, read_bytes_max| {
        let world = world();
        let one_by_one = read_bytes_max == 1;
        let delivery = Delivery { window_bytes, read_bytes_max, one_by_one, ..Delivery::default() };
        let client = world.connect_with(delivery);
        client.send([HELLO.repeat(requests).as_str(), "GET /unfini"].concat());
        (0..60).map(move |second| {
            world.pass(Duration::from_secs(1));
            let taken = if second == 8 { client.take() } else { Vec::new() };
            (taken, client.waiting(), client.end())
        })
    };
    let windows = (1..4000).step_by(97);
    for (requests, window_bytes) in windows.flat_map(|bytes| [20, 30, 40].map(|n| (n, bytes))) {
        let whole = watch(requests, window_bytes, usize::MAX);
        let bytes = watch(requests, window_bytes, 1);
        let different = whole.zip(bytes).position(|(whole, bytes)| whole != bytes);
        assert_eq!(different, None, "{requests} requests, a window of {window_bytes}");
    }
}

#[test]
fn time_passes_from_deadline_to_deadline() {
    let idle = Duration::from_millis(Limits::SMALL.idle_ms_max.into());
    let world = world();
    let client = world.connect();
    world.pass(idle - Duration::from_millis(1));
    assert_eq!(client.end(), End::Open);
    world.pass(Duration::from_millis(1));
    assert_eq!((client.end(), client.waiting()), (End::Fin, 0), "an idle close is silent");
    // From here the server waits for the client's end, but not for ever. Both deadlines are on the
    // way of one that comes now, and the second begins when the first has come.
    let late = world.connect();
    world.pass(Duration::from_secs(3600));
    assert_eq!((world.connections(), late.end()), (0, End::Fin));
    assert_eq!(world.now().as_millis(), u64::from(Limits::SMALL.idle_ms_max) + 3_600_000);
    assert!(!world.pass_to_next_deadline(), "nobody is left to wait");
}

#[test]
fn draining_closes_what_is_idle() {
    let world = world();
    let (used, fresh) = (answer(&world, HELLO, Delivery::default()).1, world.connect());
    world.run();
    world.drain();
    world.run();
    assert_eq!((used.end(), fresh.end()), (End::Fin, End::Fin));
}

#[test]
fn a_request_behind_the_last_content_is_never_answered() {
    let unread = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12";
    let rest = ["34", HELLO].concat();
    for read_bytes_max in [usize::MAX, 1] {
        let world = world();
        let delivery = Delivery { read_bytes_max, one_by_one: true, ..Delivery::default() };
        let client = world.connect_with(delivery);
        client.send(unread);
        world.run();
        assert!(client.take().starts_with(b"HTTP/1.1 404 "));
        world.drain();
        client.send(&rest);
        world.run();
        assert_eq!((client.take(), client.end()), (vec![], End::Fin), "{read_bytes_max}");
    }
}

#[test]
fn clients_come_and_go_as_they_like() {
    let world = world();
    let clients: Vec<_> = (0..100).map(|_| world.connect()).collect();
    for client in &clients {
        client.send(HELLO);
    }
    world.run();
    assert_eq!(world.connections(), 100);
    for (index, client) in clients.into_iter().enumerate() {
        assert!(client.take().ends_with(b"}"), "{index}");
        match index % 3 {
            0 => client.shut(),
            1 => client.reset(),
            _ => {}
        }
    }
    world.run();
    assert_eq!(world.connections(), 0);
}

#[test]
fn what_the_world_is_told_decides_the_date() {
    for (wall_clock, expected) in [
        (WallClock::Absent, None),
        (WallClock::Fixed(0), Some("Thu, 01 Jan 1970 00:00:00 GMT")),
        (WallClock::Moving(0), Some("Thu, 01 Jan 1970 00:00:02 GMT")),
    ] {
        let options = Options { wall_clock, ..Options::new(Limits::SMALL) };
        let world = World::with(Demo::new(), options);
        world.pass(Duration::from_secs(2));
        let answer = answer(&world, HELLO, Delivery::default()).0;
        let answer = String::from_utf8(answer).unwrap();
        let date = answer.lines().find_map(|line| line.strip_prefix("Date: "));
        assert_eq!(date, expected, "{wall_clock:?}");
    }
}

/// Answers what the driver lends to a connection.
struct Lent;

samewire::app! { for Lent; layers [Lent]; get "/" => lent(state); }

async fn lent<'x>(_: &Lent, told: &'x String) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(told.as_bytes()))
}

impl<A> Layer<A> for Lent {
    type State = String;

    fn on_request(&self, _: &A, told: &mut String, arrival: &mut Arrival<'_, '_>) -> Verdict {
        *told = format!("told {:?} {:?}\n", arrival.peer(), arrival.entropy());
        Ok(())
    }
}

#[test]
fn each_connection_has_its_address_and_begins_with_the_same_random_bytes() {
    let world = World::new(Lent, Limits::SMALL);
    let mut entropy = FixedEntropy::EXAMPLE;
    let draws = [entropy.draw(), entropy.draw()];
    for peer in ["127.0.0.1", "192.0.2.7", "2001:db8::7"] {
        let peer: IpAddr = peer.parse().unwrap();
        let client = world.connect_from(peer, Delivery::default());
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
        world.run();
        let answers = String::from_utf8(client.take()).unwrap();
        let told: Vec<_> = answers.lines().filter_map(|line| line.strip_prefix("told ")).collect();
        assert_eq!(told, draws.map(|bytes| format!("{:?} {:?}", Some(peer), Some(bytes))));
    }
}
