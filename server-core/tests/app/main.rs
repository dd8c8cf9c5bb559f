//! The app layer from outside: what a handler is given, what it may answer, and what the client
//! then gets.

#[path = "../support/client.rs"]
mod client;
#[path = "../support/whole.rs"]
mod whole;

mod answers;
mod contents;
mod ends;
mod files;
mod parts;
mod refusals;
mod routing;
mod sockets;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use samewire::{App, Clock, Instant, Limits, Transport, serve};
use whole::Client;

const LIMITS: Limits = Limits { answer_bytes_max: 200, chunk_bytes_max: 64, ..Limits::SMALL };

/// All that the server says to a client that sends `bytes` and then ends its stream.
fn said(app: &impl App, bytes: &[u8]) -> Vec<u8> {
    let mut client = Client::new(bytes, usize::MAX);
    run(app, &mut client, &mut Passing::default());
    client.out
}

/// The answers to requests, as text.
fn answers(app: &impl App, requests: &str) -> String {
    String::from_utf8(said(app, requests.as_bytes())).unwrap()
}

/// Status line and content of the one answer to a request.
fn answer(app: &impl App, request: &str) -> (String, String) {
    let answer = answers(app, request);
    let (head, content) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap_or_default().to_owned(), content.to_owned())
}

/// Serves one connection to its end, in buffers as small as they may be.
fn run(app: &impl App, transport: &mut impl Transport, clock: &mut impl Clock) {
    run_in(app, transport, clock, LIMITS.receive_bytes_min(), LIMITS.send_bytes_min());
}

/// The same in buffers of so many bytes.
fn run_in(
    app: &impl App,
    transport: &mut impl Transport,
    clock: &mut impl Clock,
    receive_bytes: usize,
    send_bytes: usize,
) {
    let (mut receive, mut send) = (vec![0; receive_bytes], vec![0; send_bytes]);
    let mut server = pin!(serve(app, transport, clock, &mut receive, &mut send, &LIMITS));
    let mut cx = Context::from_waker(Waker::noop());
    while server.as_mut().poll(&mut cx).is_pending() {}
}

/// A clock on which any deadline that somebody waits for has just come, but for the first waits.
#[derive(Default)]
struct Passing {
    now: Instant,
    /// How many waits time stands still.
    waits: u32,
}

impl Clock for Passing {
    fn now(&self) -> Instant {
        self.now
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if let Some(waits) = self.waits.checked_sub(1) {
            self.waits = waits;
            return Poll::Pending;
        }
        self.now = deadline;
        Poll::Ready(())
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

fn post(path: &str, media_type: &str, content: &str) -> String {
    let bytes = content.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\n\
         Content-Length: {bytes}\r\n\r\n{content}"
    )
}
