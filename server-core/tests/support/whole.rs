//! A transport that keeps nothing back.

use std::task::{Context, Poll};

use samewire::{Gone, Result, Transport};

/// Hands over all of its bytes at once, and takes a few at a time.
pub(crate) struct Client<'a> {
    bytes: &'a [u8],
    takes: usize,
    pub(crate) out: Vec<u8>,
}

impl<'a> Client<'a> {
    pub(crate) fn new(bytes: &'a [u8], takes: usize) -> Self {
        Self { bytes, takes, out: Vec::new() }
    }
}

impl Transport for Client<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        let n = into.len().min(self.bytes.len());
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
