//! Time on a board: embassy's monotonic clock for deadlines, and for `Date` whatever the board
//! knows of the time of day.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};

use embassy_time::{Duration, Timer};
use samewire::{Clock, FixedEntropy, Instant};

/// Seconds since 1970, if the board knows them by now.
pub(crate) type Wall = fn() -> Option<u64>;

/// Where random bytes come from.
#[derive(Clone, Copy)]
pub(crate) enum Entropy {
    Absent,
    Board(fn() -> [u8; 16]),
    Fixed(FixedEntropy),
}

/// One connection's clock, which lends random bytes as well.
pub(crate) struct BoardClock {
    pub(crate) wall: Option<Wall>,
    pub(crate) entropy: Entropy,
}

/// Now, as the limits count.
pub(crate) fn now() -> Instant {
    Instant::from_millis(embassy_time::Instant::now().as_millis())
}

/// Embassy's clock as everything else of ours that waits wants it: a link, for one.
#[derive(Clone, Copy, Debug)]
pub struct Monotonic;

impl Clock for Monotonic {
    fn now(&self) -> Instant {
        now()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if now() >= deadline {
            return Poll::Ready(());
        }
        // Rounded up to a tick: woken earlier, we should ask again and again until it has passed.
        let since_start = Duration::try_from_millis(deadline.as_millis()).unwrap_or(Duration::MAX);
        let due = embassy_time::Instant::MIN.checked_add(since_start);
        // One poll asks the time driver to wake this task, and that is all it is for: a task has
        // one place in the driver's queue, and the driver keeps the earliest of its deadlines.
        let timer = pin!(Timer::at(due.unwrap_or(embassy_time::Instant::MAX)));
        timer.poll(cx)
    }
}

impl Clock for BoardClock {
    fn now(&self) -> Instant {
        now()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        Monotonic.poll_at(cx, deadline)
    }

    fn unix_seconds(&self) -> Option<u64> {
        self.wall?()
    }

    fn entropy(&mut self) -> Option<[u8; 16]> {
        match &mut self.entropy {
            Entropy::Absent => None,
            Entropy::Board(draw) => Some(draw()),
            Entropy::Fixed(entropy) => Some(entropy.draw()),
        }
    }
}
