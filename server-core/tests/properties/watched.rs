//! A transport that watches where the server reads into, and counts.

use std::task::{Context, Poll};

use samewire::{Gone, Limits, Result, Transport};

/// Hands over at most `brings` bytes a read, takes at most `takes` a write.
pub(crate) struct Watched<'a> {
    bytes: &'a [u8],
    brings: usize,
    takes: usize,
    receive_bytes: usize,
    send_bytes: usize,
    /// Where the receive buffer begins: where the first read went.
    base: usize,
    pub(crate) out: Vec<u8>,
    pub(crate) reads: usize,
    pub(crate) writes: usize,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(bytes: &'a [u8], brings: usize, takes: usize, limits: &Limits) -> Self {
        Self {
            bytes,
            brings,
            takes,
            receive_bytes: limits.receive_bytes_min(),
            send_bytes: limits.send_bytes_min(),
            base: 0,
            out: Vec::new(),
            reads: 0,
            writes: 0,
        }
    }
}

impl Transport for Watched<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        self.reads += 1;
        let place = into.as_ptr().addr();
        if self.base == 0 {
            self.base = place;
        }
        assert!(!into.is_empty(), "a read into nothing");
        assert!(place >= self.base, "a read before the buffer");
        assert!(place + into.len() <= self.base + self.receive_bytes, "a read behind the buffer");
        let n = self.brings.min(into.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(n);
        into[..n].copy_from_slice(now);
        self.bytes = later;
        Poll::Ready(Ok(n))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        self.writes += 1;
        assert!(!from.is_empty(), "a write of nothing");
        assert!(from.len() <= self.send_bytes, "a write of more than the buffer holds");
        let n = from.len().min(self.takes);
        self.out.extend_from_slice(&from[..n]);
        Poll::Ready(Ok(n))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Poll::Ready(Ok(()))
    }
}
