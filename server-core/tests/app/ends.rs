//! How a connection ends that is idle, slow, drained, or was given too little memory.

use std::task::{Context, Poll};

use samewire::app::ram;
use samewire::{Gone, Result, Transport, WebSocket, app, serve};

use crate::client::HANDSHAKE;
use crate::whole::Client;
use crate::{LIMITS, Passing, get, run, run_in};

struct Panel;

app! { for Panel;
    get "/hello" => hello;
    ws  "/ws"    => listen(ws);
}

async fn hello(_: &Panel) -> &'static str {
    "hello"
}

async fn listen(_: &Panel, ws: WebSocket<'_>) {
    let (mut inbox, _outbox) = ws.split();
    while inbox.receive().await.is_some() {}
}

/// A client that goes silent behind its last byte, and a driver that may want to stop.
struct Silent<'a> {
    client: Client<'a>,
    has_more: usize,
    /// What must have been sent before it does.
    drains_after_bytes: Option<usize>,
    is_over: bool,
}

impl<'a> Silent<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let has_more = bytes.len();
        Self {
            client: Client::new(bytes, usize::MAX),
            has_more,
            drains_after_bytes: None,
            is_over: false,
        }
    }
}

impl Transport for Silent<'_> {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        if self.has_more == 0 && !self.is_over {
            return Poll::Pending;
        }
        let read = self.client.poll_read(cx, into);
        if let Poll::Ready(Ok(n)) = read {
            self.has_more -= n;
        }
        read
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        self.client.poll_write(cx, from)
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.is_over = true;
        Poll::Ready(Ok(()))
    }

    fn poll_drain(&mut self, _: &mut Context<'_>) -> Poll<()> {
        let sent = self.client.out.len();
        match self.drains_after_bytes.is_some_and(|bytes| sent >= bytes) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

/// What the server says until it ends the stream, and after how many milliseconds.
fn ended(transport: &mut Silent<'_>) -> (Vec<u8>, u64) {
    let mut clock = Passing { waits: 1, ..Passing::default() };
    run(&Panel, transport, &mut clock);
    assert!(transport.is_over);
    (std::mem::take(&mut transport.client.out), clock.now.as_millis())
}

#[test]
fn an_idle_client_is_left_without_a_word() {
    let (out, passed) = ended(&mut Silent::new(b""));
    assert_eq!((out, passed), (vec![], u64::from(LIMITS.idle_ms_max)));
}

#[test]
fn half_a_head_is_waited_for_and_then_refused() {
    let (out, passed) = ended(&mut Silent::new(b"GET /hello HT"));
    assert!(out.starts_with(b"HTTP/1.1 408 Request Timeout\r\n"), "{}", out.escape_ascii());
    assert_eq!(passed, u64::from(LIMITS.head_ms_max));
}

#[test]
fn a_drained_server_waits_for_no_request() {
    for (bytes, status) in [(String::new(), ""), (get("/hello"), "HTTP/1.1 200 OK")] {
        let mut silent = Silent::new(bytes.as_bytes());
        silent.drains_after_bytes = Some(status.len());
        let (out, passed) = ended(&mut silent);
        assert!(out.starts_with(status.as_bytes()), "{}", out.escape_ascii());
        assert_eq!((out.is_empty(), passed), (status.is_empty(), 0));
    }
}

#[test]
fn a_drained_server_leaves_a_websocket_with_a_word() {
    let mut silent = Silent::new(HANDSHAKE);
    silent.drains_after_bytes = Some(1);
    let (out, passed) = ended(&mut silent);
    assert!(out.ends_with(b"\r\n\r\n\x88\x02\x03\xe9"), "{}", out.escape_ascii());
    assert_eq!(passed, u64::from(LIMITS.close_ms_max));
}

#[test]
fn too_small_a_buffer_serves_nobody() {
    let requests = get("/hello");
    let (receive_bytes, send_bytes) = (LIMITS.receive_bytes_min(), LIMITS.send_bytes_min());
    for (receive_less, send_less, is_served) in [(0, 0, true), (1, 0, false), (0, 1, false)] {
        let mut client = Client::new(requests.as_bytes(), usize::MAX);
        let mut clock = Passing::default();
        let (receive_bytes, send_bytes) = (receive_bytes - receive_less, send_bytes - send_less);
        run_in(&Panel, &mut client, &mut clock, receive_bytes, send_bytes);
        assert_eq!(!client.out.is_empty(), is_served, "{receive_less} {send_less}");
    }
}

#[test]
fn what_a_connection_takes_is_a_constant() {
    const FUTURE: usize = ram::serve_bytes::<Panel, Silent<'_>, Passing>();
    const RAM: usize = ram::connections_bytes::<Panel, Silent<'_>, Passing>(3, &LIMITS);
    let (mut silent, mut clock) = (Silent::new(b""), Passing::default());
    let (mut receive, mut send) = ([], []);
    let future = serve(&Panel, &mut silent, &mut clock, &mut receive, &mut send, &LIMITS);
    assert_eq!(FUTURE, size_of_val(&future));
    assert_eq!(RAM, 3 * (FUTURE + LIMITS.receive_bytes_min() + LIMITS.send_bytes_min()));

    // The largest handler's state is part of it.
    const LARGE: usize = ram::serve_bytes::<Large, Silent<'_>, Passing>();
    assert!((800..1200).contains(&(LARGE - FUTURE)), "{LARGE} {FUTURE}");
}

/// Keeps a kilobyte while it waits.
struct Large;

samewire::app! { for Large; get "/" => keep; }

async fn keep(_: &Large) -> &'static str {
    let kept = [7_u8; 1000];
    std::future::pending::<()>().await;
    if kept.iter().all(|byte| *byte == 7) { "kept" } else { "lost" }
}
