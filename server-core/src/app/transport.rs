//! What a driver provides: a byte stream and a clock. Both are poll-shaped, so that no future
//! holds a borrowed buffer across an await, and `serve` runs under any executor.

use core::net::IpAddr;
use core::task::{Context, Poll};

use crate::time::Instant;

/// The stream is gone (reset, aborted): nothing can be read or written any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// One accepted byte stream. A call that cannot act now registers the waker and is `Pending`.
pub trait Transport {
    /// Reads into `into`, which is never empty. `Ok(0)` is the peer's end of stream.
    ///
    /// # Errors
    ///
    /// [`Gone`] if the stream was reset.
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>>;

    /// Writes some of `from`, which is never empty, and says how many bytes.
    ///
    /// # Errors
    ///
    /// [`Gone`] if the stream was reset.
    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>>;

    /// Ends our half of the stream, after all that was written: a FIN. Reading goes on.
    ///
    /// # Errors
    ///
    /// [`Gone`] if the stream was reset.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>>;

    /// Ready once the driver wants this connection to finish what it has begun and close.
    /// Asked again only until it was ready once.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let _ = cx;
        Poll::Pending
    }

    /// Said whenever the server has nothing to do on this connection: whether it is between two
    /// requests, with all answers sent. A driver whose places are all taken can end such a
    /// connection without a word (RFC 9112 §9.5).
    fn rests(&mut self, is_idle: bool) {
        let _ = is_idle;
    }

    /// Who is at the other end, where there is such a thing as an address: what a rate limit counts
    /// by and a log names. The address is that of the stream; what a proxy claims in a field line
    /// is for layers to believe or not.
    fn peer(&self) -> Option<IpAddr> {
        None
    }
}

/// Monotonic time for deadlines, and wall-clock time where the machine knows it.
pub trait Clock {
    /// Now, on a clock that never goes back.
    fn now(&self) -> Instant;

    /// Ready once `deadline` has come. A later call replaces the deadline of an earlier one.
    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()>;

    /// The time of day in seconds since 1 January 1970, 00:00 UTC, for the `Date` field. `None`
    /// while the machine does not know it: a server without a clock sends no `Date` (RFC 9110
    /// §6.6.1).
    fn unix_seconds(&self) -> Option<u64> {
        None
    }

    /// Sixteen bytes that nobody can guess, others at each call, or `None` where the machine has no
    /// source of them: what names requests, for one. Never asked for unless a layer wants some.
    fn entropy(&mut self) -> Option<[u8; 16]> {
        None
    }
}
