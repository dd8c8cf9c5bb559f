//! One clock for all: milliseconds since the start, of which none ever passes here. A server asks
//! for it, and compares its deadlines with it, as it would on a board.

use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Poll;

/// Nobody adds to it; but the compiler does not know.
static NOW: AtomicU32 = AtomicU32::new(0);

/// Milliseconds since the start.
pub fn now_ms() -> u64 {
    NOW.load(Ordering::Relaxed).into()
}

/// Ready when it is as late as that.
pub fn poll_at(deadline_ms: u64) -> Poll<()> {
    if now_ms() >= deadline_ms { Poll::Ready(()) } else { Poll::Pending }
}
