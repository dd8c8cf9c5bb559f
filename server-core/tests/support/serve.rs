//! A server in memory, on a transport that decides how the bytes are cut.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use samewire::{App, Clock, Gone, Instant, Limits, Result, Transport, serve};

use super::fixture::Fixture;

/// Small ones, so that a short conversation reaches them.
pub(crate) const LIMITS: Limits = Limits {
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
pub(crate) fn answers(bytes: &[u8], steps: &mut dyn FnMut() -> usize, takes: usize) -> Vec<u8> {
    let mut transport = Cut { bytes, steps, takes, out: Vec::new(), ready: false };
    run(&Fixture, &mut transport, &LIMITS);
    transport.out
}

/// Serves until the connection is over, in buffers that are as small as the limits allow; says how
/// often the server was polled.
pub(crate) fn run(app: &impl App, transport: &mut impl Transport, limits: &Limits) -> usize {
    let mut receive = vec![0; limits.receive_bytes_min()];
    let mut send = vec![0; limits.send_bytes_min()];
    let mut still = Still;
    let mut server = pin!(serve(app, transport, &mut still, &mut receive, &mut send, limits));
    let mut cx = Context::from_waker(Waker::noop());
    let mut polls = 1;
    while server.as_mut().poll(&mut cx).is_pending() {
        polls += 1;
        assert!(polls < 100_000, "the server waits for ever");
    }
    polls
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
