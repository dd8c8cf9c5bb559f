//! Timers of handlers and of background work, on the clock of whoever drives them.
//!
//! There is no queue of timers and no heap: each poll of a future tells anew until when it waits,
//! and the nearest of these points is all that its driver has to know.

use core::cell::Cell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use crate::time::Instant;

/// What stands between a clock and the timers of one future: the clock's owner says what time it
/// is, the timers say when they want to be asked again.
#[derive(Debug)]
pub struct Timers {
    now: Cell<Instant>,
    /// The end of time, if nobody waits.
    next: Cell<Instant>,
    closing: Cell<bool>,
}

/// The clock that a future waits by.
pub(super) trait Ticks {
    fn now(&self) -> Instant;
    fn is_closing(&self) -> bool;
    /// The future wants to be polled again then at the latest.
    fn wait_until(&self, at: Instant);
}

/// Longer than any server runs.
const NEVER: Instant = Instant::from_millis(u64::MAX);

impl Timers {
    /// Nobody waits.
    pub const fn new(now: Instant) -> Self {
        Self { now: Cell::new(now), next: Cell::new(NEVER), closing: Cell::new(false) }
    }

    /// To be called before each poll of the future: what time it is. What it waits for is told by
    /// this poll alone.
    pub fn begin_poll(&self, now: Instant) {
        self.now.set(now);
        self.next.set(NEVER);
    }

    /// After a poll: when the future has to be polled again at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let next = self.next.get();
        (next != NEVER).then_some(next)
    }

    /// The server closes: all that waits here ends with the next poll.
    pub fn close(&self) {
        self.closing.set(true);
    }

    /// The same as a future sees it.
    pub const fn time(&self) -> Time<'_> {
        Time(self)
    }
}

impl Ticks for Timers {
    fn now(&self) -> Instant {
        self.now.get()
    }

    fn is_closing(&self) -> bool {
        self.closing.get()
    }

    fn wait_until(&self, at: Instant) {
        self.next.set(self.next.get().min(at));
    }
}

/// The clock of a handler or of background work.
///
/// ```
/// # use core::time::Duration;
/// # use samewire::Time;
/// # struct Panel; impl Panel { fn blink(&self) {} }
/// async fn work(panel: &Panel, time: Time<'_>) {
///     let mut second = time.every(Duration::from_secs(1));
///     while second.tick().await {
///         panel.blink();
///     }
/// } // here the server closes
/// ```
///
/// What waits for time does not hold up the end of a server: it says `false` as soon as the server
/// closes. A timer that is dropped is cancelled.
///
/// Timers wake the whole future that they are part of. `select` and `join` poll all their parts
/// then, and that is right; a set of futures that polls only those whose own waker was called, as
/// `FuturesUnordered` does, never hears of a timer.
#[derive(Clone, Copy)]
pub struct Time<'t>(pub(super) &'t dyn Ticks);

impl<'t> Time<'t> {
    /// Now, as of the last time that something happened here.
    pub fn now(self) -> Instant {
        self.0.now()
    }

    /// `true` once so much time has passed, in whole milliseconds; `false` if the server closes
    /// before.
    pub fn after(self, time: Duration) -> After<'t> {
        self.at(self.now().after_millis(millis(time)))
    }

    /// `true` once this point has come; `false` if the server closes before.
    pub const fn at(self, instant: Instant) -> After<'t> {
        After { time: self, at: instant }
    }

    /// Ticks once in each such time, in whole milliseconds and at least one, the first time when
    /// one has passed.
    ///
    /// It does not drift: however late a tick is seen, the next one is due where it would have been.
    pub fn every(self, time: Duration) -> Every<'t> {
        let period = millis(time).max(1);
        Every { time: self, period, next: self.now().after_millis(period), missed: 0 }
    }

    /// Whether the server closes: it accepts nothing more and waits for what has begun.
    pub fn is_closing(self) -> bool {
        self.0.is_closing()
    }

    /// Ready once the server closes.
    pub fn closing(self) -> impl Future<Output = ()> + Unpin + 't {
        poll_fn(move |_| if self.is_closing() { Poll::Ready(()) } else { Poll::Pending })
    }
}

impl fmt::Debug for Time<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Time").field(&self.now()).finish()
    }
}

/// Whole milliseconds; 49 days at most. Written so that a constant stays one, without the division
/// of 128 bits that the library's has.
#[inline]
const fn millis(time: Duration) -> u32 {
    let seconds = time.as_secs();
    if seconds > (u32::MAX / 1000) as u64 - 1 {
        return u32::MAX;
    }
    #[expect(clippy::cast_possible_truncation, reason = "compared above")]
    let seconds = seconds as u32;
    seconds * 1000 + time.subsec_millis()
}

/// Waits for a point in time: see [`Time::after`].
#[derive(Debug)]
#[must_use = "a timer does nothing until it is awaited"]
pub struct After<'t> {
    time: Time<'t>,
    at: Instant,
}

impl Future for After<'_> {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<bool> {
        if self.time.now() >= self.at {
            return Poll::Ready(true);
        }
        if self.time.is_closing() {
            return Poll::Ready(false);
        }
        self.time.0.wait_until(self.at);
        Poll::Pending
    }
}

/// Ticks: see [`Time::every`].
#[derive(Debug)]
#[must_use = "a timer does nothing until it is awaited"]
pub struct Every<'t> {
    time: Time<'t>,
    period: u32,
    next: Instant,
    missed: u32,
}

impl Every<'_> {
    /// `true` at the next tick; `false` once the server closes. Dropped before it is ready, it has
    /// not happened.
    pub fn tick(&mut self) -> impl Future<Output = bool> + Unpin + '_ {
        poll_fn(|_| self.poll_tick())
    }

    /// Ticks that nobody saw before the last one, because something else took that long.
    pub const fn missed(&self) -> u32 {
        self.missed
    }

    fn poll_tick(&mut self) -> Poll<bool> {
        if self.time.is_closing() {
            return Poll::Ready(false);
        }
        let now = self.time.now();
        if now < self.next {
            self.time.0.wait_until(self.next);
            return Poll::Pending;
        }
        // As far as 49 days go; a longer sleep goes on from there.
        let late = now.millis_since(self.next);
        self.missed = late / self.period;
        let slept = self.missed.saturating_mul(self.period);
        self.next = self.next.after_millis(slept).after_millis(self.period);
        Poll::Ready(true)
    }
}

#[cfg(test)]
mod tests {
    use super::{Timers, millis};
    use crate::Instant;
    use core::future::Future;
    use core::pin::{Pin, pin};
    use core::task::{Context, Poll, Waker};
    use core::time::Duration;

    const fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Polls as a driver does at this time; what it said, and when to ask again.
    fn poll<T>(
        timers: &Timers,
        millis: u64,
        future: Pin<&mut impl Future<Output = T>>,
    ) -> (Poll<T>, Option<Instant>) {
        timers.begin_poll(at(millis));
        let polled = future.poll(&mut Context::from_waker(Waker::noop()));
        (polled, timers.deadline())
    }

    #[test]
    fn comes_at_its_time_and_not_before() {
        let timers = Timers::new(at(100));
        let mut after = pin!(timers.time().after(ms(50)));
        assert_eq!(poll(&timers, 149, after.as_mut()), (Poll::Pending, Some(at(150))));
        assert_eq!(poll(&timers, 150, after.as_mut()), (Poll::Ready(true), None));
    }

    #[test]
    fn the_nearest_of_several_counts_and_a_dropped_one_does_not() {
        let timers = Timers::new(at(0));
        let time = timers.time();
        let mut both = pin!(async {
            let (mut near, mut far) = (pin!(time.after(ms(3))), pin!(time.after(ms(9))));
            core::future::poll_fn(|cx| {
                // The near one is ready at 4, and asked no more.
                assert!(far.as_mut().poll(cx).is_pending());
                if time.now() <= at(4) {
                    let _ = near.as_mut().poll(cx);
                }
                Poll::<()>::Pending
            })
            .await;
        });
        // Its timers begin with its first poll.
        assert_eq!(poll(&timers, 1, both.as_mut()).1, Some(at(4)));
        assert_eq!(poll(&timers, 4, both.as_mut()).1, Some(at(10)));
        let mut other = pin!(async {
            drop(time.after(ms(1)));
            time.closing().await;
        });
        assert_eq!(poll(&timers, 5, other.as_mut()), (Poll::Pending, None));
    }

    #[test]
    fn ticks_do_not_drift_and_missed_ones_are_told() {
        let timers = Timers::new(at(7));
        let mut every = timers.time().every(ms(10));
        // (seen at, missed before it, due next)
        for (seen, missed, next) in [(17, 0, 27), (29, 0, 37), (68, 3, 77), (77, 0, 87)] {
            assert_eq!(poll(&timers, seen, pin!(every.tick())).0, Poll::Ready(true), "{seen}");
            assert_eq!(every.missed(), missed, "{seen}");
            let waits = poll(&timers, seen, pin!(every.tick()));
            assert_eq!(waits, (Poll::Pending, Some(at(next))), "{seen}");
        }
    }

    #[test]
    fn all_that_waits_ends_when_the_server_closes() {
        let timers = Timers::new(at(0));
        let time = timers.time();
        let (mut after, mut closing) = (pin!(time.after(ms(5))), pin!(time.closing()));
        let mut every = time.every(ms(5));
        assert!(poll(&timers, 0, closing.as_mut()).0.is_pending() && !time.is_closing());
        timers.close();
        assert_eq!(poll(&timers, 1, after.as_mut()).0, Poll::Ready(false));
        assert_eq!(poll(&timers, 9, pin!(every.tick())).0, Poll::Ready(false));
        assert_eq!(poll(&timers, 9, closing).0, Poll::Ready(()));
        assert_eq!(poll(&timers, 9, pin!(time.after(ms(0)))).0, Poll::Ready(true), "no wait");
    }

    #[test]
    fn durations_are_whole_milliseconds_and_saturate() {
        for (time, expected) in [
            (Duration::from_micros(1999), 1),
            (ms(1_234_567), 1_234_567),
            (Duration::from_secs(u64::MAX), u32::MAX),
            (Duration::from_secs(4_294_966), 4_294_966_000),
            (Duration::from_secs(4_294_967), u32::MAX),
        ] {
            assert!(millis(time) == expected, "{time:?}: {}", millis(time));
        }
        let timers = Timers::new(at(0));
        let mut often = timers.time().every(Duration::ZERO);
        assert_eq!(poll(&timers, 0, pin!(often.tick())).1, Some(at(1)), "at least one");
    }
}
