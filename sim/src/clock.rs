//! Time that moves only when it is told to.
//!
//! A [`VirtualClock`] is one time for a whole world. Each connection holds a [`Timer`] of it, which
//! is the [`Clock`] that `serve` asks. Time jumps to the next deadline; nothing ever waits.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use samewire::{Clock, FixedEntropy, Instant};

/// Sun, 06 Nov 1994 08:49:37 GMT in seconds since 1970: the moment that RFC 9110 §5.6.7 writes its
/// dates with.
pub const EXAMPLE_DATE: u64 = 784_111_777;

/// What the world knows of the time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallClock {
    /// Nothing, as on a board without a clock: no `Date` is sent.
    Absent,
    /// Always this moment, in seconds since 1970, whatever time passes.
    Fixed(u64),
    /// This moment, in seconds since 1970, at time zero; from there on it goes with the world.
    Moving(u64),
}

impl Default for WallClock {
    /// Fixed at [`EXAMPLE_DATE`], so that transcripts compare byte for byte.
    fn default() -> Self {
        Self::Fixed(EXAMPLE_DATE)
    }
}

/// The one time of a world. Clones share it.
#[derive(Clone, Debug)]
pub struct VirtualClock(Rc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    now: Cell<Instant>,
    wall: WallClock,
    /// By deadline, then by age: timers of one deadline fire in the order they were made.
    timers: RefCell<BTreeMap<(Instant, u64), Waker>>,
    timers_made: Cell<u64>,
}

impl Default for VirtualClock {
    /// Time zero, with the fixed wall clock.
    fn default() -> Self {
        Self::new(WallClock::default())
    }
}

impl VirtualClock {
    /// Time zero, with this wall clock.
    pub fn new(wall: WallClock) -> Self {
        Self(Rc::new(Shared { wall, ..Shared::default() }))
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.0.now.get()
    }

    /// A clock for one connection, with a deadline of its own, and random bytes that begin so.
    pub fn timer(&self, entropy: FixedEntropy) -> Timer {
        let id = self.0.timers_made.get();
        self.0.timers_made.set(id + 1);
        Timer { clock: self.clone(), id, armed: None, entropy }
    }

    /// The nearest deadline that somebody waits for, if anybody does.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.0.timers.borrow().first_key_value().map(|(&(deadline, _), _)| deadline)
    }

    /// Jumps to the nearest deadline and wakes whoever waits for it. False if nobody waits.
    pub fn advance_to_next_deadline(&self) -> bool {
        let Some(deadline) = self.next_deadline() else { return false };
        self.advance_to(deadline);
        true
    }

    /// Lets time pass, and wakes all whose deadline has come, the earliest first. Parts of a
    /// millisecond are dropped.
    pub fn advance(&self, duration: Duration) {
        self.advance_to(later(self.now(), duration));
    }

    /// As [`advance`](Self::advance), to a point in time; one that has been is no step back.
    pub fn advance_to(&self, instant: Instant) {
        self.0.now.set(self.now().max(instant));
        loop {
            // Released before the wake-up: what wakes may set a timer.
            let due = match self.0.timers.borrow_mut().first_entry() {
                Some(first) if first.key().0 <= self.now() => first.remove(),
                _ => return,
            };
            due.wake();
        }
    }

    fn unix_seconds(&self) -> Option<u64> {
        match self.0.wall {
            WallClock::Absent => None,
            WallClock::Fixed(seconds) => Some(seconds),
            WallClock::Moving(at_zero) => {
                Some(at_zero.saturating_add(self.now().as_millis() / 1000))
            }
        }
    }
}

/// `duration` after `instant`, in whole milliseconds.
pub(crate) fn later(instant: Instant, duration: Duration) -> Instant {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Instant::from_millis(instant.as_millis().saturating_add(millis))
}

/// One connection's view of a [`VirtualClock`]: it waits for one deadline at a time.
#[derive(Debug)]
pub struct Timer {
    clock: VirtualClock,
    id: u64,
    armed: Option<Instant>,
    entropy: FixedEntropy,
}

impl Clock for Timer {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if self.armed != Some(deadline) {
            self.disarm();
        }
        if deadline <= self.clock.now() {
            self.disarm();
            return Poll::Ready(());
        }
        let mut timers = self.clock.0.timers.borrow_mut();
        let waker = timers.entry((deadline, self.id)).or_insert_with(|| cx.waker().clone());
        waker.clone_from(cx.waker());
        self.armed = Some(deadline);
        Poll::Pending
    }

    fn unix_seconds(&self) -> Option<u64> {
        self.clock.unix_seconds()
    }

    fn entropy(&mut self) -> Option<[u8; 16]> {
        Some(self.entropy.draw())
    }
}

impl Timer {
    fn disarm(&mut self) {
        if let Some(deadline) = self.armed.take() {
            self.clock.0.timers.borrow_mut().remove(&(deadline, self.id));
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.disarm();
    }
}

#[cfg(test)]
mod tests {
    use super::{VirtualClock, WallClock};
    use samewire::{Clock, FixedEntropy, Instant};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Poll, Wake, Waker};
    use std::time::Duration;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    const fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn wakes_at_the_deadline_and_not_before() {
        let (clock, count) = (VirtualClock::default(), Arc::new(Count::default()));
        let waker = Waker::from(Arc::clone(&count));
        let mut timer = clock.timer(FixedEntropy::EXAMPLE);
        let cx = &mut Context::from_waker(&waker);
        assert_eq!(timer.poll_at(cx, at(5)), Poll::Pending);
        clock.advance(Duration::from_millis(4));
        assert_eq!((count.0.load(Ordering::Relaxed), timer.now()), (0, at(4)));
        assert!(clock.advance_to_next_deadline());
        assert_eq!((count.0.load(Ordering::Relaxed), timer.now()), (1, at(5)));
        assert_eq!(timer.poll_at(cx, at(5)), Poll::Ready(()));
        assert!(!clock.advance_to_next_deadline(), "nobody waits");
        clock.advance_to(at(1));
        assert_eq!(clock.now(), at(5), "time went back");
    }

    #[test]
    fn a_later_call_replaces_the_deadline() {
        let clock = VirtualClock::default();
        let cx = &mut Context::from_waker(Waker::noop());
        let (mut timer, mut other) =
            (clock.timer(FixedEntropy::EXAMPLE), clock.timer(FixedEntropy::EXAMPLE));
        for deadline in [9, 3, 7] {
            assert_eq!(timer.poll_at(cx, at(deadline)), Poll::Pending);
            assert_eq!(clock.next_deadline(), Some(at(deadline)));
        }
        assert_eq!(other.poll_at(cx, at(8)), Poll::Pending);
        drop(timer);
        assert_eq!(clock.next_deadline(), Some(at(8)), "a dropped timer still waits");
    }

    #[test]
    fn the_wall_clock_stands_unless_asked_to_move() {
        let time = |wall, seconds| {
            let clock = VirtualClock::new(wall);
            clock.advance(Duration::from_secs(seconds));
            clock.timer(FixedEntropy::EXAMPLE).unix_seconds()
        };
        assert_eq!(time(WallClock::default(), 60), Some(super::EXAMPLE_DATE));
        assert_eq!(time(WallClock::Moving(7), 60), Some(67));
        assert_eq!(time(WallClock::Absent, 60), None);
    }
}
