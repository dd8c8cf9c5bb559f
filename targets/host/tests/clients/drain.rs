//! Stopping: what has begun finishes, what is idle closes, nothing new comes in.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use samewire::app::sse::{Event, Events};
use samewire::{Limits, Response, Result, Status, Time, WebSocket};
use samewire_host::{Running, Server};
use tokio::sync::Notify;

use crate::demo;
use crate::peer::{GUARD, Peer};

/// Answers when the test says so, or as long as it can.
struct Gated {
    entered: mpsc::Sender<()>,
    gate: Arc<Notify>,
}

samewire::app! { for Gated;
    get "/" => pass;
    get "/gate" => wait_at_gate;
    get "/events" => tell_time(sse);
    get "/ticks" => tick(response, time);
    ws  "/ws" => listen(ws);
}

/// For as long as anybody listens.
async fn tell_time(_: &Gated, mut events: Events<'_>) -> Result {
    events.send(Event::data("begun")).await?;
    events.wait(std::future::pending::<()>()).await?;
    Ok(())
}

/// A stream that knows nothing of shutdown: time tells it.
async fn tick(_: &Gated, response: Response<'_>, time: Time<'_>) -> Result {
    let mut body = response.chunked(Status::OK, "text/plain").await;
    body.write(b"begun").await?;
    let mut hour = time.every(Duration::from_secs(3600));
    while hour.tick().await {
        body.write(b"tick").await?;
    }
    body.write(b"over").await?;
    body.finish().await;
    Ok(())
}

async fn listen(_: &Gated, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
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
fn streams_and_websockets_are_told_and_all_of_it_takes_no_second() {
    const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let (server, gated, gate) = gated(GUARD);
    let [mut events, mut ticks] = ["events", "ticks"].map(|target| {
        let mut peer = Peer::connect(server.local_addr());
        peer.send(format!("GET /{target} HTTP/1.1\r\nHost: a\r\n\r\n"));
        peer
    });
    events.until("data: begun\n\n\r\n");
    ticks.until("begun\r\n");
    let mut socket = Peer::connect(server.local_addr());
    socket.send(HANDSHAKE);
    socket.until("\r\n\r\n");
    gate.notify_one();
    let begin = Instant::now();
    let stopping = thread::spawn(move || server.stop());
    // Each of them closes as soon as it has heard the end; so does a client that keeps the rules.
    assert_eq!(socket.close_code(), 1001);
    assert_eq!(events.rest(), "0\r\n\r\n", "a stream ends as one whose end was meant");
    assert_eq!(ticks.rest(), "4\r\nover\r\n0\r\n\r\n");
    assert!(gated.rest().ends_with("through"));
    let counts = stopping.join().unwrap();
    assert_eq!((counts.accepted, counts.ended), (4, 4));
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
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
