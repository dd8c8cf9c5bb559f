//! A word to a running server: finish what you have begun, and end.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};

use embassy_sync::waitqueue::AtomicWaker;

/// Ends a server in order: idle connections close, others after the answer that they have begun,
/// WebSockets with 1001. One for each server, most often in a `static`.
///
/// Deadlines of the limits bound how long that takes; to bound it otherwise, drop the future of
/// [`Server::run`](crate::Server::run).
pub struct Drain {
    begun: AtomicBool,
    /// Most often, all connections of a server are one task.
    waker: AtomicWaker,
}

impl Drain {
    /// The server serves, for now.
    pub const fn new() -> Self {
        Self { begun: AtomicBool::new(false), waker: AtomicWaker::new() }
    }

    /// Begins the end. Any task may call it, and any interrupt.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Ready once the end has begun.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.begun.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}
