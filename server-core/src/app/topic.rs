//! News for whoever listens: a ring of the last values, and a cursor for each subscriber.
//!
//! Nobody who publishes ever waits, and nobody who listens ever holds memory but a cursor. Who is
//! too slow is told how many values were lost, and goes on with the oldest that is kept.

use core::cell::RefCell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::Poll;

use super::wakers::{Seat, Waiting, Wakers};

/// The last `N` values of something, published to any number of subscribers of one thread.
///
/// Any number of tasks can wait for the next value. `W` of them are woken directly, the others by
/// one another: what they wait for reaches them all the same, one poll later for each of those.
///
/// Reading a value clones it. A `Clone` or `Drop` of `T` that publishes to the topic at whose
/// reading it runs publishes nothing.
pub struct Topic<T, const N: usize, const W: usize = 8> {
    ring: RefCell<Ring<T, N>>,
    wakers: Wakers<W>,
}

struct Ring<T, const N: usize> {
    values: [Option<T>; N],
    /// The place of the next value, which is that of the oldest one once the ring is full.
    next: usize,
    /// Values that were ever published.
    published: u64,
}

impl<T, const N: usize, const W: usize> Topic<T, N, W> {
    /// A topic of which nothing is known yet.
    pub const fn new() -> Self {
        const { assert!(N > 0, "a topic keeps a value at least") };
        let ring = Ring { values: [const { None }; N], next: 0, published: 0 };
        Self { ring: RefCell::new(ring), wakers: Wakers::new() }
    }

    /// Tells all subscribers. The oldest value makes room if need be.
    pub fn publish(&self, value: T) {
        let Ok(mut ring) = self.ring.try_borrow_mut() else { return };
        let oldest = ring.push(value);
        drop(ring);
        // Whatever its end leads to finds the topic whole.
        drop(oldest);
        self.wakers.wake();
    }

    /// Listens to what is published from now on.
    pub fn subscribe(&self) -> Subscription<'_, T, N, W> {
        let seen = self.ring.try_borrow().map_or(0, |ring| ring.published);
        Subscription { topic: self, seen, seat: Seat::default() }
    }
}

impl<T: Clone, const N: usize, const W: usize> Topic<T, N, W> {
    /// The last value that was published.
    pub fn latest(&self) -> Option<T> {
        self.ring.try_borrow().ok()?.value(1).cloned()
    }
}

impl<T, const N: usize, const W: usize> Default for Topic<T, N, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize, const W: usize> fmt::Debug for Topic<T, N, W> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Topic").finish_non_exhaustive()
    }
}

impl<T, const N: usize> Ring<T, N> {
    fn push(&mut self, value: T) -> Option<T> {
        let place = self.values.get_mut(self.next)?;
        let oldest = place.replace(value);
        self.next = if self.next + 1 < N { self.next + 1 } else { 0 };
        self.published += 1;
        oldest
    }

    /// The value before so many others, counted from the next one to be published.
    fn value(&self, behind: usize) -> Option<&T> {
        let wrapped = if behind > self.next { N } else { 0 };
        self.values.get((self.next + wrapped).checked_sub(behind)?)?.as_ref()
    }
}

/// So many values were overwritten before a subscriber took them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged(pub u64);

impl fmt::Display for Lagged {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} lost: the subscriber was too slow", self.0)
    }
}

impl core::error::Error for Lagged {}

/// A cursor in a topic.
pub struct Subscription<'t, T, const N: usize, const W: usize = 8> {
    topic: &'t Topic<T, N, W>,
    seen: u64,
    seat: Seat,
}

impl<T: Clone, const N: usize, const W: usize> Subscription<'_, T, N, W> {
    /// The next value. Cancel-safe: a value is taken when the future is ready, not before.
    ///
    /// # Errors
    ///
    /// [`Lagged`], once for each row of values that were lost; the next call goes on with the
    /// oldest one that is kept.
    #[expect(clippy::should_implement_trait, reason = "it is no iterator: one has to wait for it")]
    pub fn next(&mut self) -> impl Future<Output = Result<T, Lagged>> + Unpin {
        let Self { topic, seen, seat } = self;
        let waiting = Waiting { wakers: &topic.wakers, seat };
        poll_fn(move |cx| {
            waiting.wakers.settle(waiting.seat);
            match topic.take(seen) {
                Some(taken) => Poll::Ready(taken),
                None => {
                    waiting.wakers.register(waiting.seat, cx.waker());
                    Poll::Pending
                }
            }
        })
    }

    /// What is there already, if anything is.
    pub fn take(&mut self) -> Option<Result<T, Lagged>> {
        self.topic.take(&mut self.seen)
    }
}

impl<T: Clone, const N: usize, const W: usize> Topic<T, N, W> {
    /// What a subscriber that has seen so many finds next.
    fn take(&self, seen: &mut u64) -> Option<Result<T, Lagged>> {
        let ring = self.ring.try_borrow().ok()?;
        let behind = ring.published.saturating_sub(*seen);
        // More than `N` values are never kept, so what a `usize` does not hold is lost, too.
        let kept = usize::try_from(behind).map_or(N, |behind| behind.min(N));
        let lost = behind - kept as u64;
        if lost > 0 {
            *seen += lost;
            return Some(Err(Lagged(lost)));
        }
        let value = ring.value(kept).filter(|_| kept > 0)?.clone();
        *seen += 1;
        Some(Ok(value))
    }
}

impl<T, const N: usize, const W: usize> Drop for Subscription<'_, T, N, W> {
    fn drop(&mut self) {
        self.topic.wakers.leave(&mut self.seat);
    }
}

impl<T, const N: usize, const W: usize> fmt::Debug for Subscription<'_, T, N, W> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Subscription").field("seen", &self.seen).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::wakers::tests::counted;
    use super::{Lagged, Subscription, Topic};
    use core::future::Future;
    use core::pin::Pin;
    use core::task::{Context, Poll};
    use proptest::prelude::*;
    use std::rc::Rc;
    use std::vec::Vec;

    /// What anybody may do to a topic; who subscribes is found by number.
    #[derive(Clone, Debug)]
    enum Act {
        Publish(u8),
        Subscribe,
        Take(usize),
        Leave(usize),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => any::<u8>().prop_map(Act::Publish),
            1 => Just(Act::Subscribe),
            4 => (0..9_usize).prop_map(Act::Take),
            1 => (0..9_usize).prop_map(Act::Leave),
        ];
        proptest::collection::vec(act, 0..120)
    }

    /// A list of all that was ever published, and a place in it for each subscriber.
    fn agrees_with_the_list<const N: usize>(acts: &[Act]) -> Result<(), TestCaseError> {
        let topic = Topic::<u8, N>::new();
        let mut subscribers: Vec<(Subscription<'_, u8, N>, usize)> = Vec::new();
        let mut all = Vec::new();
        for act in acts {
            match *act {
                Act::Publish(value) => {
                    topic.publish(value);
                    all.push(value);
                }
                Act::Subscribe => subscribers.push((topic.subscribe(), all.len())),
                Act::Take(number) => {
                    let Some((subscription, at)) = subscribers.get_mut(number) else { continue };
                    let oldest = all.len().saturating_sub(N);
                    let expected = if *at < oldest {
                        Some(Err(Lagged((oldest - *at) as u64)))
                    } else {
                        all.get(*at).map(|value| Ok(*value))
                    };
                    prop_assert_eq!(subscription.take(), expected);
                    *at = if *at < oldest { oldest } else { all.len().min(*at + 1) };
                }
                Act::Leave(number) => {
                    if number < subscribers.len() {
                        subscribers.remove(number);
                    }
                }
            }
            prop_assert_eq!(topic.latest(), all.last().copied());
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn a_topic_is_the_end_of_a_list(acts in acts()) {
            agrees_with_the_list::<1>(&acts)?;
            agrees_with_the_list::<3>(&acts)?;
            agrees_with_the_list::<8>(&acts)?;
        }
    }

    #[test]
    fn who_waits_is_woken_by_the_next_value_and_by_no_other() {
        let topic = Topic::<u8, 2>::new();
        let (count, waker) = counted();
        let mut cx = Context::from_waker(&waker);
        let mut subscription = topic.subscribe();
        {
            let mut next = subscription.next();
            assert_eq!(Pin::new(&mut next).poll(&mut cx), Poll::Pending);
            assert_eq!(Pin::new(&mut next).poll(&mut cx), Poll::Pending);
            topic.publish(1);
            assert_eq!(count.get(), 1);
        }
        topic.publish(2);
        assert_eq!(count.get(), 1, "nobody has asked since");
        assert_eq!(subscription.take(), Some(Ok(1)), "none was dropped");
        assert_eq!(subscription.take(), Some(Ok(2)), "none was dropped");
    }

    #[test]
    fn more_subscribers_than_places_all_hear_of_it_and_are_calm() {
        let topic = Topic::<u8, 4, 2>::new();
        let mut subscriptions: Vec<_> = (0..7).map(|_| topic.subscribe()).collect();
        let mut tasks: Vec<_> =
            subscriptions.iter_mut().map(|it| (it.next(), counted(), 0)).collect();
        for (next, (_, waker), _) in &mut tasks {
            assert!(Pin::new(next).poll(&mut Context::from_waker(waker)).is_pending());
        }
        assert!(tasks.iter().all(|(_, (count, _), _)| count.get() == 0), "nobody is disturbed");
        topic.publish(7);
        let mut heard = 0;
        // As an executor does: whoever was woken is polled.
        while let Some((next, (count, waker), polled)) =
            tasks.iter_mut().find(|(_, (count, _), polled)| count.get() > *polled)
        {
            *polled = count.get();
            let came = Pin::new(&mut *next).poll(&mut Context::from_waker(waker));
            assert_eq!(came, Poll::Ready(Ok(7)));
            heard += 1;
            // It is awaited, and gone; the next one has news of its own to wait for.
            let gone = tasks.iter().position(|(_, _, polled)| *polled > 0).unwrap();
            drop(tasks.remove(gone));
        }
        assert_eq!((heard, tasks.len()), (7, 0));
    }

    #[test]
    fn a_value_whose_end_publishes_finds_the_topic_whole() {
        struct Last(Rc<Topic<Option<Rc<Self>>, 1>>);
        impl Drop for Last {
            fn drop(&mut self) {
                self.0.publish(None);
            }
        }
        let topic = Rc::new(Topic::new());
        topic.publish(Some(Rc::new(Last(Rc::clone(&topic)))));
        let mut subscription = topic.subscribe();
        topic.publish(None);
        assert!(matches!(subscription.take(), Some(Err(Lagged(1)))));
        assert!(matches!(subscription.take(), Some(Ok(None))));
        assert!(subscription.take().is_none());
    }
}
