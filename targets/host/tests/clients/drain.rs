//! Stopping: what has begun finishes, what is idle closes, nothing new comes in.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use samewire::Limits;
use samewire_host::{Running, Server};
use tokio::sync::Notify;

use crate::demo;
use crate::peer::{GUARD, Peer};

/// Answers when the test says so.
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

/// A server with a gate, a peer whose request waits there, and the gate.
fn gated(drain: Duration) -> (Running, Peer, Arc<Notify>) {
    let (gate, (entered, entries)) = (Arc::new(Notify::new()), mpsc::channel());
    let app_gate = Arc::clone(&gate);
    let make_app = move || Gated { entered: entered.clone(), gate: Arc::clone(&app_gate) };
    let server = Server::new(make_app).bind("127.0.0.1:0").drain(drain).start().unwrap();
    let mut peer = Peer::connect(server.local_addr());
    peer.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    entries.recv_timeout(GUARD).expect("the handler begins");
    (server, peer, gate)
}

#[test]
fn what_has_begun_finishes_and_what_is_idle_closes() {
    let (server, peer, gate) = gated(GUARD);
    let mut idle = Peer::connect(server.local_addr());
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    idle.until("passed");
    let address = server.local_addr();
    let stopping = thread::spawn(move || server.stop());
    assert_eq!(idle.rest(), "", "an idle connection ends silently");
    let refused = TcpStream::connect(address).expect_err("nothing new comes in");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    gate.notify_one();
    let answer = peer.rest();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    assert!(answer.ends_with("through"), "{answer}");
    let counts = stopping.join().unwrap();
    assert_eq!((counts.accepted, counts.ended), (2, 2));
}

#[test]
fn what_does_not_finish_in_time_is_dropped() {
    let (server, peer, _gate) = gated(Duration::ZERO);
    let counts = server.stop();
    assert_eq!((counts.accepted, counts.ended), (1, 0));
    assert_eq!(peer.rest(), "");
}

#[test]
fn dropping_the_handle_stops_at_once() {
    let (server, peer, _gate) = gated(GUARD * 10);
    drop(server);
    assert_eq!(peer.rest(), "");
}

#[tokio::test]
async fn the_future_ends_with_the_server() {
    let mut server = demo(Limits::LARGE);
    let ended = tokio::time::timeout(Duration::ZERO, server.ended()).await;
    assert!(ended.is_err(), "it serves");
    server.stop();
}
