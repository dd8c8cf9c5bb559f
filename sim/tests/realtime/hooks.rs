//! What layers hear of WebSockets: their begin, each message, and their end, once.

use std::cell::RefCell;
use std::time::Duration;

use samewire::app::handshake::Handshake;
use samewire::app::layer::Layer;
use samewire::app::websocket::Message;
use samewire::{Limits, Problem, Request, Result, Status, WebSocket, app};
use samewire_sim::{Client, Delivery, Sim, World};

use super::peer::frame;

#[derive(Default)]
struct House {
    ear: Ear,
}

app! { for house: House;
    layers [&house.ear];
    ws  "/echo"   => echo(ws);
    ws  "/picky"  => picky(ws);
    ws  "/brief"  => brief(ws);
    ws  "/closed" => closed(handshake);
    ws  "/large"  => large(ws);
    get "/"       => index;
}

async fn index(_: &House) -> &'static str {
    "hello"
}

async fn echo(_: &House, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}

/// Fails at the first message.
async fn picky(_: &House, ws: WebSocket<'_>) -> Result {
    let (mut inbox, _) = ws.split();
    inbox.receive().await;
    Err(Problem::unprocessable("not to my taste"))
}

/// Closes at the first message, by itself.
async fn brief(_: &House, ws: WebSocket<'_>) {
    let (mut inbox, outbox) = ws.split();
    inbox.receive().await;
    let code = samewire::ws::close::Code::sendable(4000).unwrap();
    outbox.close(code, "that was all");
}

/// Says more than it can.
async fn large(_: &House, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    inbox.receive().await;
    let message = "x".repeat(Limits::SMALL.answer_bytes_max as usize + 1);
    Ok(outbox.send(&*message).await?)
}

async fn closed(_: &House, handshake: Handshake<'_>) {
    handshake.refuse(Status::FORBIDDEN).await;
}

/// Writes down what it hears.
#[derive(Default)]
struct Ear(RefCell<Vec<String>>);

impl Ear {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }
}

impl<A> Layer<A> for Ear {
    type State = ();

    fn ws_connect(&self, _: &A, (): &(), request: &Request<'_>) {
        self.note(format!("connect {}", String::from_utf8_lossy(request.path())));
    }

    fn ws_message(&self, _: &A, (): &(), _: &Request<'_>, message: &Message<'_>) {
        self.note(format!("{:?} {}", message.kind, message.data.escape_ascii()));
    }

    fn ws_disconnect(&self, _: &A, (): &(), _: &Request<'_>) {
        self.note("disconnect");
    }
}

fn opening(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

fn open(world: &World<House>, path: &str) -> Client {
    let client = world.connect();
    client.send(opening(path));
    world.run();
    client
}

/// Fragments are put together before anybody hears of them, and a ping is no message.
#[test]
fn each_message_is_heard_once_and_whole_however_it_is_cut() {
    let stream = [
        opening("/echo").into_bytes(),
        frame(0x81, b"one"),
        frame(0x01, b"tw"),
        frame(0x89, b"ping"),
        frame(0x00, b""),
        frame(0x80, b"o"),
        frame(0x82, b"\x00\xff"),
        frame(0x81, b""),
        frame(0x88, b"\x03\xe8"),
    ]
    .concat();
    let expected =
        ["connect /echo", "Text one", "Text two", "Binary \\x00\\xff", "Text ", "disconnect"];
    for piece in [1, 2, 7, 1000] {
        let world = World::new(House::default(), Limits::SMALL);
        let client = world.connect_with(Delivery {
            read_bytes_max: piece,
            one_by_one: true,
            ..Delivery::default()
        });
        client.send(&stream);
        world.run();
        client.shut();
        world.run();
        assert_eq!(*world.app().ear.0.borrow(), expected, "in pieces of {piece}");
    }
}

#[test]
fn a_websocket_is_over_once_whoever_ends_it() {
    for (cause, path) in [
        ("the client's close", "/echo"),
        ("the client's half", "/echo"),
        ("a reset", "/echo"),
        ("a reset with messages unread", "/echo"),
        ("a frame without a mask", "/echo"),
        ("silence", "/echo"),
        ("a client that does not read", "/echo"),
        ("a server that stops", "/echo"),
        ("a handler that fails", "/picky"),
        ("a handler that closes", "/brief"),
        ("a handler that closes, and a client that says nothing", "/brief"),
    ] {
        let world = World::new(House::default(), Limits::SMALL);
        let client = open(&world, path);
        match cause {
            "the client's close" => client.send(frame(0x88, b"")),
            "the client's half" => client.shut(),
            "a reset" => client.reset(),
            "a reset with messages unread" => {
                client.send(frame(0x81, b"x").repeat(1000));
                client.reset();
            }
            "a frame without a mask" => client.send(b"\x81\x01x"),
            "silence" => {}
            "a client that does not read" => {
                client.stall(0);
                client.send(frame(0x81, &[b'x'; 100]).repeat(100));
            }
            "a server that stops" => world.drain(),
            _ => client.send(frame(0x81, b"x")),
        }
        world.run();
        if cause == "a handler that closes" {
            client.send(frame(0x88, b"\x0f\xa0"));
        }
        world.pass(Duration::from_secs(200));
        assert_eq!(world.connections(), 0, "{cause}");
        let heard = world.app().ear.0.take();
        let count = |what| heard.iter().filter(|line| line.starts_with(what)).count();
        assert_eq!((count("connect"), count("disconnect")), (1, 1), "{cause}: {heard:?}");
        assert_eq!(heard.last().map(String::as_str), Some("disconnect"), "{cause}");
    }
}

#[test]
fn a_handler_closes_with_a_code_and_a_reason() {
    let world = World::new(House::default(), Limits::SMALL);
    let client = open(&world, "/brief");
    client.take();
    client.send(frame(0x81, b"x"));
    world.run();
    assert_eq!(client.take(), b"\x88\x0e\x0f\xa0that was all");
    for reserved in [0, 999, 1004, 1005, 1006, 1010, 1015, 2999, 5000] {
        assert_eq!(samewire::ws::close::Code::sendable(reserved), None, "{reserved}");
    }
}

#[test]
fn a_message_that_no_buffer_holds_is_a_failure_and_a_peer_that_leaves_is_none() {
    let sim = Sim::new(House::default());
    let mut ws = sim.ws("/large");
    ws.send("speak");
    assert_eq!(ws.expect_close(1011), "");
    sim.ws("/large").close(1000);
    let ws = sim.ws("/echo");
    sim.drain();
    ws.expect_close(1001);
}

#[test]
fn what_never_opened_never_ends() {
    let world = World::new(House::default(), Limits::SMALL);
    let clients = [open(&world, "/closed"), open(&world, "/"), world.connect()];
    clients[2].send(opening("/echo").replace("websocket", "h2c"));
    world.run();
    drop(clients);
    world.run();
    assert_eq!(*world.app().ear.0.borrow(), [""; 0]);
}
