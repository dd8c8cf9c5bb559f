//! The law of determinism: what goes out depends on the bytes and on time, never on how the bytes
//! were cut, nor on how much the peer takes at a time.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use samewire::{
    Body, Bytes, Clock, Gone, Instant, Json, Limits, Rendered, Respond, Response, Result, Status,
    Transport, WebSocket, app, serve,
};

struct Fixture;

app! { for Fixture;
    get  "/hello"          => hello;
    post "/collect"        => collect(bytes);
    post "/count"          => count(body);
    post "/first"          => first(body);
    post "/ignore"         => ignore;
    post "/leak"           => leak(body);
    get  "/stream"         => stream(response);
    get  "/users/{id:u32}" => user(path);
    ws   "/ws"             => echo(ws);
}

async fn hello(_: &Fixture) -> &'static str {
    "hello"
}

async fn collect<'x>(_: &Fixture, bytes: Bytes<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(&bytes))
}

async fn count(_: &Fixture, mut body: Body<'_>) -> Result<Json<u32>> {
    let mut bytes = 0;
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len() as u32;
    }
    Ok(Json(bytes))
}

/// How much one piece holds depends on the cut; what follows from it must not.
async fn first(_: &Fixture, mut body: Body<'_>) -> Result<&'static str> {
    body.chunk().await?;
    Ok("first")
}

async fn ignore(_: &Fixture) -> Status {
    Status::ACCEPTED
}

async fn leak(_: &Fixture, mut body: Body<'_>) -> &'static str {
    let _ = body.chunk().await;
    std::mem::forget(body);
    "leaked"
}

async fn stream(_: &Fixture, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/plain").await;
    for line in 0..20u8 {
        content.write(&[b'a' + line; 70]).await?;
    }
    content.finish().await;
    Ok(())
}

async fn user(_: &Fixture, id: u32) -> Json<u32> {
    Json(id)
}

async fn echo(_: &Fixture, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}

/// Hands over at most so many bytes a call, by `steps`, and takes at most `takes` a call.
struct Cut<'a> {
    bytes: &'a [u8],
    steps: &'a mut dyn FnMut() -> usize,
    takes: usize,
    out: Vec<u8>,
    /// Every other call has nothing to say yet.
    ready: bool,
}

impl Transport for Cut<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        self.ready = !self.ready;
        if !self.ready {
            return Poll::Pending;
        }
        let n = (self.steps)().clamp(1, into.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(n);
        into[..n].copy_from_slice(now);
        self.bytes = later;
        Poll::Ready(Ok(n))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        let n = from.len().min(self.takes);
        self.out.extend_from_slice(&from[..n]);
        Poll::Ready(Ok(n))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Poll::Ready(Ok(()))
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn poll_at(&mut self, _: &mut Context<'_>, _: Instant) -> Poll<()> {
        Poll::Pending
    }
}

const LIMITS: Limits = Limits {
    head_bytes_max: 400,
    collected_bytes_max: 600,
    message_bytes_max: 600,
    answer_bytes_max: 700,
    chunk_bytes_max: 64,
    chunk_overhead_bytes_max: 64,
    drain_bytes_max: 300,
    content_bytes_max: 4000,
    ..Limits::SMALL
};

/// What the server says to `bytes`.
fn answers(bytes: &[u8], steps: &mut dyn FnMut() -> usize, takes: usize) -> Vec<u8> {
    let mut transport = Cut { bytes, steps, takes, out: Vec::new(), ready: false };
    let mut receive = vec![0; LIMITS.receive_bytes_min()];
    let mut send = vec![0; LIMITS.send_bytes_min()];
    {
        let (mut still, app) = (Still, Fixture);
        let mut server =
            pin!(serve(&app, &mut transport, &mut still, &mut receive, &mut send, &LIMITS));
        let mut cx = Context::from_waker(Waker::noop());
        let mut polls = 0;
        while server.as_mut().poll(&mut cx).is_pending() {
            polls += 1;
            assert!(polls < 100_000, "the server waits for ever");
        }
    }
    transport.out
}

fn check(name: &str, bytes: &[u8]) -> String {
    let whole = answers(bytes, &mut || usize::MAX, usize::MAX);
    let say = |out: &[u8]| String::from_utf8_lossy(out).into_owned();
    for step in 1..40 {
        let out = answers(bytes, &mut || step, 7 + step);
        assert_eq!(say(&out), say(&whole), "{name}, {step} bytes a read");
    }
    for cut in 1..bytes.len().min(2500) {
        let mut first = Some(cut);
        let out = answers(bytes, &mut || first.take().unwrap_or(usize::MAX), usize::MAX);
        assert_eq!(say(&out), say(&whole), "{name}, cut at {cut}");
    }
    say(&whole)
}

fn post(path: &str, content: &str) -> String {
    let bytes = content.len();
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n{content}")
}

fn chunked(path: &str, content: &[&str]) -> String {
    let mut text = format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for chunk in content {
        text += &format!("{:x};a=b\r\n{chunk}\r\n", chunk.len());
    }
    text + "0\r\nX: y\r\n\r\n"
}

const GET: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn answers_do_not_depend_on_the_cut() {
    let long = "x".repeat(500);
    let too_long = "y".repeat(700);
    for (name, bytes, answered) in [
        ("pipelined", GET.repeat(30), 30),
        ("collected", [post("/collect", "hello"), GET.into()].concat(), 2),
        ("collected chunks", [chunked("/collect", &["hel", "lo"]), GET.into()].concat(), 2),
        ("long content", [post("/collect", &long), GET.into()].concat(), 2),
        ("long chunks", [chunked("/collect", &[&long, "z"]), GET.into()].concat(), 2),
        ("too long", [post("/collect", &too_long), GET.into()].concat(), 1),
        ("too long in chunks", [chunked("/collect", &[&too_long]), GET.into()].concat(), 1),
        ("counted", [post("/count", &too_long.repeat(3)), GET.into()].concat(), 2),
        ("first piece, small", [post("/first", &"z".repeat(300)), GET.into()].concat(), 2),
        ("first piece, large", [post("/first", &"z".repeat(301)), GET.into()].concat(), 1),
        ("first piece, chunked", [chunked("/first", &["z"]), GET.into()].concat(), 1),
        ("ignored, small", [post("/ignore", &"z".repeat(300)), GET.into()].concat(), 2),
        ("ignored, large", [post("/ignore", &"z".repeat(301)), GET.into()].concat(), 1),
        ("leaked", [post("/leak", "hello"), GET.into()].concat(), 2),
        ("not found", [post("/none", "hello"), GET.into()].concat(), 2),
        ("stream", ["GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", GET].concat(), 2),
        ("stream to 1.0", ["GET /stream HTTP/1.0\r\n\r\n", GET].concat(), 1),
        ("garbage", ["GET /hello HTTP/1.1\r\nHo st: a\r\n\r\n", GET].concat(), 1),
        ("ended early", post("/collect", "hello").replace("hello", "hel"), 1),
    ] {
        let out = check(name, bytes.as_bytes());
        assert_eq!(out.matches("HTTP/1.1 ").count(), answered, "{name}: {out}");
    }
}

#[test]
fn continue_is_sent_when_the_content_is_asked_for() {
    let post =
        "POST /collect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    let out = check("expect", [post, "hello", GET].concat().as_bytes());
    assert!(out.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{out}");
    let out = check(
        "expect, unread",
        [&post.replace("/collect", "/ignore"), "hello"].concat().as_bytes(),
    );
    assert!(out.starts_with("HTTP/1.1 202 Accepted\r\n"), "{out}");
    assert!(out.contains("\r\nConnection: close\r\n"), "{out}");
}

/// A masked frame with a short payload.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![first, 0x80 | payload.len() as u8];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

#[test]
fn frames_do_not_depend_on_the_cut() {
    let handshake = b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    for (name, frames, end) in [
        (
            "echo",
            vec![frame(0x81, b"Hello"), frame(0x82, &[0, 255]), frame(0x88, &[3, 232])],
            &b"\x81\x05Hello\x82\x02\x00\xff\x88\x02\x03\xe8"[..],
        ),
        (
            "fragments",
            vec![frame(0x01, b"Hel"), frame(0x89, b"x"), frame(0x80, b"lo"), frame(0x88, b"")],
            b"\x8a\x01x\x81\x05Hello\x88\x00",
        ),
        (
            "many",
            [vec![frame(0x81, &[b'a'; 100]); 60], vec![frame(0x88, b"")]].concat(),
            b"aaa\x88\x00",
        ),
        (
            "bad text",
            vec![frame(0x01, b"a\xc3"), frame(0x80, b"\x28"), frame(0x81, b"no")],
            b"\x88\x0b\x03\xefnot UTF-8",
        ),
        (
            "unmasked",
            vec![b"\x81\x02hi".to_vec(), frame(0x81, b"no")],
            b"\x88\x09\x03\xeano mask",
        ),
    ] {
        let bytes = [&handshake[..], &frames.concat()].concat();
        let whole = answers(&bytes, &mut || usize::MAX, usize::MAX);
        assert!(whole.ends_with(end), "{name}: {}", whole.escape_ascii());
        check(name, &bytes);
    }
}
