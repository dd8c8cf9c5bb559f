//! Every limit, one by one: at its bound all is well, and one step beyond the client sees what the
//! limit's docs say.

mod app;

use std::time::Duration;

use samewire::Limits;
use samewire_sim::{Client, End, World};

use app::Bounded;

/// Sets one limit.
type Set = fn(&mut Limits, u32);
/// What a client does in a world with that limit, and what it saw: text, or a time.
type Talk = fn(&World<Bounded>) -> String;

/// A limit, and what a client sees with two values of it.
struct Row {
    name: &'static str,
    set: Set,
    talk: Talk,
    seen: [(u32, &'static str); 2],
}

macro_rules! rows {
    ($($name:ident: $width:ty, $talk:expr, $one:literal => $seen:literal, $other:literal => $seen_other:literal;)*) => {
        const ROWS: &[Row] = &[$(Row {
            name: stringify!($name),
            set: |limits, value| limits.$name = value as $width,
            talk: $talk,
            seen: [($one, $seen), ($other, $seen_other)],
        }),*];

        /// A limit that has no row does not compile.
        const _: fn(Limits) = |limits| {
            let Limits { $($name: _),* } = limits;
        };
    };
}

rows! {
    head_bytes_max: u16, |world| ask(world, GET), 27 => "200", 26 => "431";
    target_bytes_max: u16, |world| ask(world, "GET /path HTTP/1.1\r\nHost: a\r\n\r\n"), 5 => "404", 4 => "414";
    field_lines_max: u8, |world| ask(world, "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n"), 3 => "200", 2 => "431";
    empty_lines_max: u8, |world| ask(world, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 2 => "200", 1 => "400";
    content_bytes_max: u64, |world| post(world, "/count", 70), 70 => "200", 69 => "413";
    collected_bytes_max: u32, |world| post(world, "/collect", 70), 70 => "200", 69 => "413";
    chunk_overhead_bytes_max: u16, |world| ask(world, EXTENDED), 40 => "200", 8 => "431";
    answer_bytes_max: u32, |world| ask(world, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n"), 148 => "200", 147 => "500";
    answer_head_bytes_max: u16, |world| ask(world, "GET /lines HTTP/1.1\r\nHost: a\r\n\r\n"), 640 => "200", 320 => "500";
    chunk_bytes_max: u16, chunk_sizes, 100 => "64 64 2 0", 30 => "1e 1e 1e 1e 1e 1e 16 0";
    drain_bytes_max: u32, |world| close(world, "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"), 9 => "goes on", 8 => "closes";
    requests_max: u16, |world| close(world, GET), 2 => "goes on", 1 => "closes";
    message_bytes_max: u32, |world| frames(world, &[frame(0x81, &[b'x'; 70])]), 70 => "echo of 70", 69 => "closed with 1009";
    fragments_max: u16, |world| frames(world, &[frame(0x01, b"a"), frame(0x00, b"b"), frame(0x80, b"c")]), 3 => "echo of 3", 2 => "closed with 1008";
    idle_ms_max: u32, |world| silence(world, "").0, 700 => "700", 900 => "900";
    head_ms_max: u32, |world| time_to_answer(world, "GET / HT"), 700 => "408 after 700", 900 => "408 after 900";
    body_ms_max: u32, |world| time_to_answer(world, "POST /collect HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"), 700 => "408 after 700", 900 => "408 after 900";
    handler_ms_max: u32, |world| time_to_answer(world, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n"), 700 => "503 after 700", 900 => "503 after 900";
    write_ms_max: u32, stalled, 700 => "700", 900 => "900";
    linger_ms_max: u32, |world| silence(world, LAST).1, 700 => "700", 900 => "900";
    message_ms_max: u32, |world| silent_socket(world, &frame(0x01, b"a"), 0x88), 700 => "700", 900 => "900";
    ping_ms: u32, |world| silent_socket(world, b"", 0x89), 700 => "700", 900 => "900";
    pong_ms_max: u32, |world| silent_socket(world, b"", 0x88), 700 => "30700", 900 => "30900";
    close_ms_max: u32, closing, 700 => "700", 900 => "900";
    parts_max: u16, |world| ask(world, &parts(2)), 2 => "200", 1 => "413";
    part_head_bytes_max: u16, |world| ask(world, &parts(1)), 200 => "200", 20 => "413";
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const EXTENDED: &str = "POST /collect HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
    1;extension=long\r\nx\r\n0\r\n\r\n";
const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[test]
fn each_limit_has_its_effect() {
    let mut wrong = Vec::new();
    for Row { name, set, talk, seen } in ROWS {
        for (value, expected) in seen {
            let mut limits = Limits::SMALL;
            set(&mut limits, *value);
            let saw = talk(&World::new(Bounded, limits));
            if saw != *expected {
                wrong.push(format!("{name} = {value}: {saw}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What comes first to a client that sends this.
fn answered(world: &World<Bounded>, request: &str) -> (Client, String) {
    let client = world.connect();
    client.send(request);
    world.run();
    let answer = String::from_utf8_lossy(&client.take()).into_owned();
    (client, answer)
}

fn status(answer: &str) -> String {
    answer.get(9..12).unwrap_or("nothing").to_owned()
}

fn ask(world: &World<Bounded>, request: &str) -> String {
    status(&answered(world, request).1)
}

fn post(world: &World<Bounded>, path: &str, bytes: usize) -> String {
    let content = "x".repeat(bytes);
    let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n");
    ask(world, &(head + &content))
}

/// Whether the answer is the connection's last one.
fn close(world: &World<Bounded>, request: &str) -> String {
    let is_last = answered(world, request).1.contains("\r\nConnection: close\r\n");
    (if is_last { "closes" } else { "goes on" }).to_owned()
}

fn chunk_sizes(world: &World<Bounded>) -> String {
    let (_, answer) = answered(world, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    let (_, content) = answer.split_once("\r\n\r\n").expect("a head");
    let sizes = content.split("\r\n").filter(|line| usize::from_str_radix(line, 16).is_ok());
    sizes.collect::<Vec<_>>().join(" ")
}

/// A masked frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, 0x80 | u8::try_from(payload.len()).expect("short"), 0, 0, 0, 0];
    bytes.extend(payload);
    bytes
}

fn opened(world: &World<Bounded>) -> Client {
    let (client, answer) = answered(world, HANDSHAKE);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    client
}

fn frames(world: &World<Bounded>, frames: &[Vec<u8>]) -> String {
    let client = opened(world);
    client.send(frames.concat());
    world.run();
    match *client.take() {
        [0x88, _, high, low, ..] => format!("closed with {}", u16::from_be_bytes([high, low])),
        [0x81, length, ..] => format!("echo of {length}"),
        ref other => format!("{other:?}"),
    }
}

/// Milliseconds until something is as it should be.
fn until(world: &World<Bounded>, mut is_so: impl FnMut() -> bool) -> u64 {
    let begin = world.now().as_millis();
    while !is_so() {
        world.pass(Duration::from_millis(1));
        assert!(world.now().as_millis() < begin + 100_000, "it is never so");
    }
    world.now().as_millis() - begin
}

/// How long the server waits for a request, and then for the client's end.
fn silence(world: &World<Bounded>, request: &str) -> (String, String) {
    let (client, _) = answered(world, request);
    let idle = until(world, || client.end() == End::Fin);
    let linger = until(world, || world.connections() == 0);
    (idle.to_string(), linger.to_string())
}

fn time_to_answer(world: &World<Bounded>, request: &str) -> String {
    let (client, _) = answered(world, request);
    let passed = until(world, || client.waiting() > 0);
    format!("{} after {passed}", status(&String::from_utf8_lossy(&client.take())))
}

/// How long the server waits for a client that takes no byte of its answer.
fn stalled(world: &World<Bounded>) -> String {
    let client = world.connect();
    client.stall(0);
    client.send(GET);
    until(world, || world.connections() == 0).to_string()
}

/// How long it takes until a frame of this kind comes to a client that says no more than this.
fn silent_socket(world: &World<Bounded>, says: &[u8], kind: u8) -> String {
    let client = opened(world);
    client.send(says);
    until(world, || client.take().first() == Some(&kind)).to_string()
}

/// How long the server waits for the answer to its Close frame.
fn closing(world: &World<Bounded>) -> String {
    let client = opened(world);
    client.send(frame(0x81, b"bye"));
    world.run();
    assert_eq!(client.take().first(), Some(&0x88), "our Close");
    until(world, || client.end() == End::Fin).to_string()
}

/// A form of so many parts.
fn parts(count: usize) -> String {
    let part = "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n";
    let content = part.repeat(count) + "--b--\r\n";
    format!(
        "POST /parts HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n{content}",
        content.len()
    )
}

#[test]
fn the_defaults_are_those_that_are_promised() {
    let small = Limits::SMALL;
    assert_eq!((small.requests_max, small.field_lines_max), (100, 50));
    assert_eq!(
        (small.idle_ms_max, small.body_ms_max, small.handler_ms_max),
        (5000, 30_000, 30_000)
    );
    // A ping after 30 s of silence, and the end after 60.
    assert_eq!((small.ping_ms, small.ping_ms + small.pong_ms_max), (30_000, 60_000));
    let large = Limits::LARGE;
    assert_eq!((large.content_bytes_max, large.target_bytes_max), (10 << 20, 8192));
    assert_eq!(large.message_bytes_max, 65_536);
}

#[test]
fn a_message_of_64_kib_is_taken_and_one_byte_more_is_not() {
    for (bytes, expected) in [(65_536, 0x81), (65_537, 0x88)] {
        let world = World::new(Bounded, Limits::LARGE);
        let client = opened(&world);
        let mut frame = vec![0x81, 0x80 | 127];
        frame.extend(u64::try_from(bytes).expect("few").to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(vec![b'x'; bytes]);
        client.send(frame);
        world.run();
        let came = client.take();
        assert_eq!(came[0], expected, "{bytes}");
        if expected == 0x88 {
            assert_eq!(came[2..4], 1009_u16.to_be_bytes());
        } else {
            assert_eq!(came.len(), 10 + bytes);
        }
    }
}

#[test]
fn a_connection_ends_behind_its_hundredth_answer() {
    let world = World::new(Bounded, Limits::SMALL);
    let client = world.connect();
    client.send(GET.repeat(101));
    world.run();
    let answers = String::from_utf8(client.take()).expect("text");
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 100);
    assert_eq!(answers.matches("\r\nConnection: close\r\n").count(), 1);
    assert_eq!(client.end(), End::Fin);
}
