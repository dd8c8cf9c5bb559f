//! More connections than places, with a socket to spare; and what an app hears of its server.

use std::cell::{Cell, RefCell};

use embassy_futures::join::{join, join3};
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::ConnectError;
use embassy_time::{Instant, Timer};
use samewire::app::layer::{Arrival, Layer, Record, Verdict};
use samewire::{FixedEntropy, Limits, Queue, Time};
use samewire_demo::Demo;
use samewire_embassy::{Drain, Overload, Pool, Server};

use crate::client::Client;
use crate::world;

const RECEIVE: usize = Limits::SMALL.receive_bytes_min();
const SEND: usize = Limits::SMALL.send_bytes_min();
/// `N` places and a socket to spare.
type Spared<const N: usize> = Pool<N, RECEIVE, SEND, 1536, 1>;

/// Notes what happens, and has an answer that comes when the test says so.
#[derive(Default)]
struct Noting {
    notes: Notes,
    jobs: Queue<u8, 2>,
    gate_is_open: Cell<bool>,
    gated: Cell<usize>,
}

samewire::app! { for noting: Noting;
    layers [&noting.notes];
    background => work;
    get "/" => index;
    get "/gate" => gate;
    post "/jobs" => order;
}

async fn index(_: &Noting) -> &'static str {
    "wire.\n"
}

async fn gate(app: &Noting) -> &'static str {
    app.gated.set(app.gated.get() + 1);
    while !app.gate_is_open.get() {
        Timer::after_millis(1).await;
    }
    "through"
}

async fn order(app: &Noting) -> &'static str {
    app.jobs.push(7).expect("room");
    "later"
}

async fn work(app: &Noting, time: Time<'_>) {
    time.closing().await;
    while let Some(job) = app.jobs.next(time).await {
        app.notes.note(format!("job {job}"));
    }
}

#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

impl Notes {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }
}

impl<A> Layer<A> for Notes {
    type State = ();

    fn on_request(&self, _: &A, _: &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        self.note(format!("{:?} {:?}", arrival.peer(), arrival.entropy().map(|bytes| bytes[0])));
        Ok(())
    }

    fn ended(&self, _: &A, _: &(), _: &Record<'_>) {
        self.note("answered");
    }

    fn server_start(&self, _: &A) {
        self.note("start");
    }

    fn server_stop(&self, _: &A) {
        self.note("stop");
    }

    fn crowded(&self, _: &A, used: usize, max: usize) {
        self.note(format!("{used} of {max}"));
    }
}

const GATE: &[u8] = b"GET /gate HTTP/1.1\r\nHost: a\r\n\r\n";

/// Runs clients against an app with `N` places and a socket to spare.
fn with_spare<const N: usize>(
    overload: Overload,
    script: impl AsyncFnOnce(Stack<'_>, &Noting, &RefCell<world::Wire>),
) {
    world::run(async |stack, clients, wire| {
        let (app, mut pool) = (Noting::default(), Spared::<N>::new());
        let server = Server::new(&app, 80).overload(overload);
        match select(server.run(stack, &mut pool), script(clients, &app, wire)).await {
            Either::First(()) => panic!("the server ended"),
            Either::Second(()) => {}
        }
    });
}

/// A client whose request waits at the gate.
async fn at_gate<'c>(clients: Stack<'c>, app: &Noting) -> Client<'c> {
    let before = app.gated.get();
    let mut client = Client::connect(clients).await.unwrap();
    client.send(GATE).await;
    while app.gated.get() == before {
        Timer::after_millis(1).await;
    }
    client
}

#[test]
fn who_finds_no_place_is_told_when_to_come_again() {
    with_spare::<2>(Overload::DEFAULT, async |clients, app, wire| {
        let mut busy = [at_gate(clients, app).await, at_gate(clients, app).await];
        for _ in 0..3 {
            let (mut newcomer, waited) = Client::insist(clients).await;
            assert!(waited.as_millis() < 100, "{waited}");
            let resets = world::resets(wire);
            newcomer.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
            let answer = String::from_utf8(newcomer.read_to_end().await).unwrap();
            let expected = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n";
            assert!(answer.starts_with(expected) && answer.ends_with('}'), "{answer}");
            assert_eq!(world::resets(wire), resets, "the answer may be lost to a reset");
        }
        app.gate_is_open.set(true);
        for client in &mut busy {
            client.read_to("through").await;
        }
    });
}

#[test]
fn who_says_nothing_holds_the_spare_socket_for_a_moment_only() {
    with_spare::<1>(Overload::DEFAULT, async |clients, app, _| {
        let _busy = at_gate(clients, app).await;
        let silent = Client::connect(clients).await.unwrap();
        let (mut next, waited) = Client::insist(clients).await;
        let linger = u64::from(Limits::SMALL.linger_ms_max);
        let waited = waited.as_millis();
        assert!((linger - 10..3 * linger).contains(&waited), "{waited} ms");
        next.send(GATE).await;
        assert!(next.read_to_end().await.starts_with(b"HTTP/1.1 503 "));
        drop(silent);
    });
}

#[test]
fn who_is_idle_for_a_second_gives_way() {
    with_spare::<2>(Overload::DEFAULT, async |clients, app, wire| {
        let _busy = at_gate(clients, app).await;
        let mut idle = Client::connect(clients).await.unwrap();
        idle.index().await;
        // Others come and go, and all connections are polled for that; it is idle all the same.
        Timer::after_millis(900).await;
        let mut early = Client::connect(clients).await.unwrap();
        early.send(GATE).await;
        assert!(early.read_to_end().await.starts_with(b"HTTP/1.1 503 "));
        Timer::after_millis(200).await;
        let resets = world::resets(wire);
        let (begin, mut newcomer) = (Instant::now(), Client::connect(clients).await.unwrap());
        newcomer.index().await;
        assert!(begin.elapsed().as_millis() < 100, "{}", begin.elapsed());
        assert!(idle.read_to_end().await.is_empty(), "without a word");
        assert_eq!(world::resets(wire), resets, "and in order");
        newcomer.index().await;
    });
}

#[test]
fn who_may_wait_gets_the_next_place() {
    with_spare::<1>(Overload::Wait, async |clients, app, _| {
        let mut busy = at_gate(clients, app).await;
        let mut newcomer = Client::connect(clients).await.unwrap();
        newcomer.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        Timer::after_millis(3000).await;
        app.gate_is_open.set(true);
        busy.read_to("through").await;
        busy.end();
        newcomer.read_to("wire.\n").await;
    });
}

#[test]
fn all_places_come_back_however_newcomers_end() {
    with_spare::<2>(Overload::DEFAULT, async |clients, app, _| {
        for round in 0..100 {
            let mut all = Vec::new();
            for _ in 0..3 {
                all.push(Client::insist(clients).await.0);
            }
            for (index, mut client) in all.into_iter().enumerate() {
                match (round + index) % 4 {
                    0 => client.reset().await,
                    1 => {
                        client.send(b"GET / HT").await;
                        client.reset().await;
                    }
                    2 => client.end(),
                    _ => {
                        client.send(GATE).await;
                        client.reset().await;
                    }
                }
            }
        }
        Timer::after_secs(10).await;
        app.gate_is_open.set(true);
        let mut both = [Client::connect(clients).await, Client::connect(clients).await];
        for client in &mut both {
            client.as_mut().unwrap().index().await;
        }
    });
}

#[test]
fn the_app_hears_of_begin_end_and_crowd_and_its_work_is_done() {
    world::run(async |stack, clients, _| {
        let (app, drain, mut pool) = (Noting::default(), Drain::new(), Pool::<2>::new());
        let server = Server::new(&app, 80).drain(&drain).fixed_entropy(FixedEntropy::EXAMPLE);
        let client = async {
            let mut first = Client::connect(clients).await.unwrap();
            first.send(b"POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
            first.read_to("later").await;
            let mut second = Client::connect(clients).await.unwrap();
            second.index().await;
            drain.begin();
            first.read_to_end().await;
            second.read_to_end().await;
        };
        join(server.run(stack, &mut pool), client).await;
        let request = format!("Some(192.0.2.2) Some({})", { FixedEntropy::EXAMPLE }.draw()[0]);
        let expected =
            ["start", &request, "answered", "2 of 2", &request, "answered", "job 7", "stop"];
        assert_eq!(*app.notes.0.borrow(), expected);
    });
}

#[test]
fn places_of_their_own_have_one_begin_one_end_and_their_work() {
    world::run(async |stack, clients, _| {
        let (app, drain, mut pool) = (Noting::default(), Drain::new(), Pool::<2>::new());
        let server = Server::new(&app, 80).drain(&drain).entropy(|| [9; 16]);
        let [first, second] = pool.places();
        let servers = join3(
            server.run_place(stack, first),
            server.run_place(stack, second),
            server.run_background(),
        );
        let client = async {
            let mut client = Client::connect(clients).await.unwrap();
            client.send(b"POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
            client.read_to("later").await;
            drain.begin();
            client.read_to_end().await;
        };
        join(servers, client).await;
        let mut notes = app.notes.0.take();
        // The last place ends before the work that waits for it.
        notes[3..].sort();
        assert_eq!(notes, ["start", "Some(192.0.2.2) Some(9)", "answered", "job 7", "stop"]);
    });
}

#[test]
fn a_server_that_is_dropped_has_an_end_too() {
    let app = Noting::default();
    world::run(async |stack, clients, _| {
        let mut pool = Pool::<1>::new();
        let client = async { Client::connect(clients).await.unwrap().index().await };
        select(Server::new(&app, 80).run(stack, &mut pool), client).await;
    });
    let notes = app.notes.0.borrow();
    assert_eq!((&*notes[0], notes.last().map(String::as_str)), ("start", Some("stop")));
}

#[test]
fn two_servers_live_side_by_side_with_an_app_each() {
    world::run(async |stack, clients, _| {
        let (demo, noting) = (Demo::new(), Noting::default());
        let (mut pool, mut other_pool) = (Pool::<1>::new(), Pool::<1>::new());
        let drain = Drain::new();
        let servers = join(
            Server::new(&demo, 80).drain(&drain).run(stack, &mut pool),
            Server::new(&noting, 8080).run(stack, &mut other_pool),
        );
        let client = async {
            let mut first = Client::connect_to(clients, 80).await.unwrap();
            let mut other = Client::connect_to(clients, 8080).await.unwrap();
            assert!(first.index().await.contains("the same bytes"));
            other.index().await;
            drain.begin();
            assert!(first.read_to_end().await.is_empty());
            other.index().await;
            let refused = Client::connect_to(clients, 80).await.err();
            assert_eq!(refused, Some(ConnectError::ConnectionReset));
        };
        select(servers, client).await;
        assert_eq!(noting.notes.0.borrow().iter().filter(|note| *note == "answered").count(), 2);
    });
}

#[test]
fn of_two_servers_with_one_app_one_does_its_work() {
    world::run(async |stack, clients, _| {
        let (app, drain) = (Noting::default(), Drain::new());
        let (mut pool, mut other_pool) = (Pool::<1>::new(), Pool::<1>::new());
        let servers = join(
            Server::new(&app, 80).drain(&drain).background(false).run(stack, &mut pool),
            Server::new(&app, 8080).run(stack, &mut other_pool),
        );
        let client = async {
            let mut client = Client::connect_to(clients, 80).await.unwrap();
            client.send(b"POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
            client.read_to("later").await;
            drain.begin();
            client.read_to_end().await;
            Timer::after_millis(100).await;
        };
        select(servers, client).await;
        // The first has ended; the second one's work waits for its own end.
        assert!(app.notes.0.borrow().iter().any(|note| note == "stop"));
        assert_eq!(app.jobs.len(), 1);
    });
}
