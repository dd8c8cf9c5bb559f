//! What a server has done, in numbers that any thread can read while it runs.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One worker's numbers. Only that worker writes them, so they do not contend.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) ended: AtomicU64,
    pub(crate) panicked: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) evicted: AtomicU64,
    pub(crate) accept_errors: AtomicU64,
    pub(crate) reads: AtomicU64,
    pub(crate) writes: AtomicU64,
}

/// What a server has done since it started, all workers together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that got a place.
    pub accepted: u64,
    /// Of these, those that have ended, in whatever way.
    pub ended: u64,
    /// Connections that a panicking handler took with it, and background work that panicked.
    pub panicked: u64,
    /// Connections that were answered 503, because all places were taken.
    pub refused: u64,
    /// Idle connections that had to give way to others.
    pub evicted: u64,
    /// Connections that the system could not hand over: most often, no file descriptor was left.
    pub accept_errors: u64,
    /// Reads that got bytes.
    pub reads: u64,
    /// Writes that handed bytes over.
    pub writes: u64,
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

impl Counts {
    /// These numbers and those of one more worker.
    pub(crate) fn plus(self, worker: &Counters) -> Self {
        Self {
            accepted: self.accepted + worker.accepted.load(Relaxed),
            ended: self.ended + worker.ended.load(Relaxed),
            panicked: self.panicked + worker.panicked.load(Relaxed),
            refused: self.refused + worker.refused.load(Relaxed),
            evicted: self.evicted + worker.evicted.load(Relaxed),
            accept_errors: self.accept_errors + worker.accept_errors.load(Relaxed),
            reads: self.reads + worker.reads.load(Relaxed),
            writes: self.writes + worker.writes.load(Relaxed),
        }
    }
}
