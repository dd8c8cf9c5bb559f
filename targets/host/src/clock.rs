//! Time on a host: the system's monotonic clock for deadlines, and its wall clock for `Date`.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use samewire::{Clock, Instant};
use tokio::time::{self, Sleep};

use crate::entropy::Entropy;

/// What the `Date` field of an answer says (RFC 9110 §6.6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WallClock {
    /// The time of day.
    #[default]
    System,
    /// Always this moment, in seconds since 1970, so that transcripts compare byte for byte.
    Fixed(u64),
    /// Nothing: no `Date` is sent.
    Absent,
}

/// One worker's clock. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct WorkerClock(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    start: time::Instant,
    wall: WallClock,
}

/// One connection's clock: it waits for one deadline at a time, and lends random bytes.
#[derive(Debug)]
pub(crate) struct Timer {
    clock: WorkerClock,
    sleep: Option<Pin<Box<Sleep>>>,
    entropy: Entropy,
}

impl WorkerClock {
    pub(crate) fn new(wall: WallClock) -> Self {
        Self(Rc::new(Shared { start: time::Instant::now(), wall }))
    }

    pub(crate) fn timer(&self, entropy: Entropy) -> Timer {
        Timer { clock: self.clone(), sleep: None, entropy }
    }

    pub(crate) fn now(&self) -> Instant {
        let millis = self.0.start.elapsed().as_millis();
        Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// The point of the system's clock, or one so late that nobody will see it.
    fn system(&self, instant: Instant) -> time::Instant {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        let since_start = Duration::from_millis(instant.as_millis());
        let start = self.0.start;
        start.checked_add(since_start).unwrap_or_else(|| time::Instant::now() + YEAR)
    }

    fn unix_seconds(&self) -> Option<u64> {
        match self.0.wall {
            WallClock::Absent => None,
            WallClock::Fixed(seconds) => Some(seconds),
            WallClock::System => Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()),
        }
    }
}

impl Clock for Timer {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let due = self.clock.system(deadline);
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(time::sleep_until(due)));
        // A deadline that moves away, as it does with each request, leaves the timer as it is: it
        // fires early, at most once, and is set anew then.
        if sleep.deadline() > due {
            sleep.as_mut().reset(due);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            if sleep.deadline() >= due {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(due);
        }
    }

    fn unix_seconds(&self) -> Option<u64> {
        self.clock.unix_seconds()
    }

    fn entropy(&mut self) -> Option<[u8; 16]> {
        self.entropy.draw()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entropy, WallClock, WorkerClock};
    use samewire::{Clock, Instant};
    use std::future::poll_fn;
    use std::time::{SystemTime, UNIX_EPOCH};

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(test)
    }

    #[test]
    fn a_deadline_that_moves_either_way_is_kept() {
        run(async {
            let mut timer = WorkerClock::new(WallClock::Absent).timer(Entropy::System);
            let at = Instant::from_millis;
            let polled = poll_fn(|cx| {
                let far = timer.poll_at(cx, at(u64::MAX));
                let near = timer.poll_at(cx, at(1));
                std::task::Poll::Ready((far, near, timer.poll_at(cx, at(20))))
            });
            assert!(polled.await.0.is_pending());
            poll_fn(|cx| timer.poll_at(cx, at(20))).await;
            assert!(timer.now() >= at(20), "ready before the deadline");
            poll_fn(|cx| timer.poll_at(cx, at(10))).await;
        });
    }

    #[test]
    fn the_time_of_day_is_that_of_the_wall_clock() {
        run(async {
            let time = |wall| WorkerClock::new(wall).timer(Entropy::System).unix_seconds();
            assert_eq!(time(WallClock::Fixed(784_111_777)), Some(784_111_777));
            assert_eq!(time(WallClock::Absent), None);
            let unix = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            let (before, system, after) = (unix(), time(WallClock::System), unix());
            assert!((before..=after).contains(&system.unwrap()));
        });
    }
}
