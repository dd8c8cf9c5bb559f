//! More connections than places: who waits, who is told to come again, and who has to go.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use samewire_host::{Overload, Running, Server};
use tokio::sync::Notify;

use crate::peer::{GUARD, Peer};

/// Answers at once, or when the test says so.
struct Gated {
    entered: mpsc::Sender<()>,
    gate: Arc<Notify>,
}

samewire::app! { for Gated;
    get "/" => pass;
    get "/gate" => wait_at_gate;
}

async fn pass(_: &Gated) -> &'static str {
    "passed"
}

async fn wait_at_gate(app: &Gated) -> &'static str {
    app.entered.send(()).expect("a test that listens");
    app.gate.notified().await;
    "through"
}

const PASS: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Whoever is idle gives way at once.
const EVICT: Overload = Overload::Refuse { retry_after_s: 3, evicts_after_ms: Some(0) };

const MILLISECOND: Duration = Duration::from_millis(1);

struct Gate {
    entries: mpsc::Receiver<()>,
    gate: Arc<Notify>,
}

fn serve(places: usize, overload: Overload) -> (Running, Gate) {
    let (gate, (entered, entries)) = (Arc::new(Notify::new()), mpsc::channel());
    let app_gate = Arc::clone(&gate);
    let make_app = move || Gated { entered: entered.clone(), gate: Arc::clone(&app_gate) };
    let server = Server::new(make_app).bind("127.0.0.1:0");
    let server = server.connections_max(places).overload(overload).start().unwrap();
    (server, Gate { entries, gate })
}

/// A peer whose request waits at the gate.
fn enter_gate(server: &Running, gate: &Gate) -> Peer {
    let mut peer = Peer::connect(server.local_addr());
    peer.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    gate.entries.recv_timeout(GUARD).expect("the handler begins");
    peer
}

fn ask(server: &Running) -> Peer {
    let mut peer = Peer::connect(server.local_addr());
    peer.send(PASS);
    peer.until("passed");
    peer
}

#[test]
fn who_finds_no_place_is_told_when_to_come_again() {
    let (server, gate) = serve(1, EVICT);
    let mut busy = enter_gate(&server, &gate);
    for (method, has_content) in [("GET", true), ("HEAD", false)] {
        let mut peer = Peer::connect(server.local_addr());
        peer.send(format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
        let answer = peer.rest();
        assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\n"));
        assert_eq!(answer.ends_with("}"), has_content, "{answer}");
    }
    gate.gate.notify_one();
    busy.until("through");
    drop(busy);
    let counts = server.stop();
    assert_eq!((counts.accepted, counts.ended, counts.refused, counts.evicted), (1, 1, 2, 0));
}

#[test]
fn who_is_idle_for_longest_gives_way_without_a_word() {
    let (server, gate) = serve(3, EVICT);
    let busy = enter_gate(&server, &gate);
    let [mut younger, older] = [ask(&server), ask(&server)];
    // What it has asked for since makes it the younger one, by what a server counts in.
    let begin = Instant::now();
    while begin.elapsed() < 2 * MILLISECOND {
        thread::yield_now();
    }
    younger.send(PASS);
    younger.until("passed");
    let mut newcomer = ask(&server);
    assert_eq!(older.rest(), "");
    younger.send(PASS);
    younger.until("passed");
    newcomer.send(PASS);
    newcomer.until("passed");
    let counts = server.counts();
    assert_eq!((counts.accepted, counts.refused, counts.evicted), (4, 0, 1));
    drop(busy);
}

#[test]
fn nobody_is_driven_out_before_its_time() {
    let far = Overload::Refuse { retry_after_s: 3, evicts_after_ms: Some(u32::MAX) };
    let (server, _gate) = serve(1, far);
    let mut idle = ask(&server);
    let mut newcomer = Peer::connect(server.local_addr());
    newcomer.send(PASS);
    assert!(newcomer.rest().starts_with("HTTP/1.1 503 "));
    idle.send(PASS);
    idle.until("passed");
}

#[test]
fn who_may_wait_is_served_in_turn() {
    let (server, _gate) = serve(1, Overload::Wait);
    let mut first = ask(&server);
    let mut second = Peer::connect(server.local_addr());
    second.send(PASS);
    // An answer to the first shows that the worker had its chance to accept the second.
    first.send(PASS);
    first.until("passed");
    assert_eq!(server.counts().accepted, 1);
    drop(first);
    second.until("passed");
    assert_eq!(server.counts().accepted, 2);
}

#[test]
fn ten_thousand_aborted_connections_leave_all_places_free() {
    const PLACES: usize = 8;
    let (server, _gate) =
        serve(PLACES, Overload::Refuse { retry_after_s: 3, evicts_after_ms: None });
    let begin = Instant::now();
    for cycle in 0..10_000 {
        let mut peer = Peer::connect(server.local_addr());
        match cycle % 4 {
            0 => {}
            1 => peer.send("GET / HT"),
            2 => peer.send(PASS),
            _ => peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"),
        }
        peer.reset();
    }
    let counts = loop {
        let counts = server.counts();
        if counts.accepted == counts.ended && counts.accepted + counts.refused == 10_000 {
            break counts;
        }
        assert!(begin.elapsed() < 6 * GUARD, "{counts:?}");
        thread::yield_now();
    };
    assert!(counts.accepted > 0);
    let all: Vec<_> = (0..PLACES).map(|_| ask(&server)).collect();
    let mut one_more = Peer::connect(server.local_addr());
    one_more.send(PASS);
    assert!(one_more.rest().starts_with("HTTP/1.1 503 "));
    drop(all);
}
