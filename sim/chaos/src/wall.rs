//! A connection's clock: time that only goes on, and a time of day that somebody may set.

use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Poll};

use samewire::{Clock, FixedEntropy, Instant};
use samewire_sim::clock::{EXAMPLE_DATE, Timer, VirtualClock};

/// By how many seconds the time of day was set ahead, all in all. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wall {
    ahead: Rc<Cell<i64>>,
    stands: bool,
}

impl Wall {
    /// A time of day that does not pass.
    pub(crate) fn standing() -> Self {
        Self { stands: true, ..Self::default() }
    }

    /// Sets the time of day ahead, or back.
    pub(crate) fn set(&self, seconds: i64) {
        self.ahead.set(self.ahead.get().saturating_add(seconds));
    }

    /// A clock for one connection.
    pub(crate) fn timer(&self, clock: &VirtualClock) -> WallTimer {
        WallTimer { timer: clock.timer(FixedEntropy::EXAMPLE), wall: self.clone() }
    }
}

/// A [`Timer`] that knows the time of day.
#[derive(Debug)]
pub(crate) struct WallTimer {
    timer: Timer,
    wall: Wall,
}

impl Clock for WallTimer {
    fn now(&self) -> Instant {
        self.timer.now()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        self.timer.poll_at(cx, deadline)
    }

    fn unix_seconds(&self) -> Option<u64> {
        let passed = if self.wall.stands { 0 } else { self.now().as_millis() / 1000 };
        Some((EXAMPLE_DATE + passed).saturating_add_signed(self.wall.ahead.get()))
    }

    fn entropy(&mut self) -> Option<[u8; 16]> {
        self.timer.entropy()
    }
}
