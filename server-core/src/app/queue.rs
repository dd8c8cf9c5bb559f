//! A bounded queue between handlers and background work, in an app's own memory.

use core::cell::RefCell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll};

use super::time::Time;
use super::wakers::{Guest, Wakers};

/// First in, first out, `N` at most, no heap: what a handler leaves for background work to do.
///
/// ```
/// use samewire::{Problem, Queue, Result, Status, Time};
///
/// struct Panel { alarms: Queue<u8, 8> }
///
/// async fn alarm(panel: &Panel, level: u8) -> Result<Status> {
///     panel.alarms.push(level).map_err(|_| Problem::new(Status::SERVICE_UNAVAILABLE, "busy"))?;
///     Ok(Status::ACCEPTED)
/// }
///
/// async fn work(panel: &Panel, time: Time<'_>) {
///     while let Some(level) = panel.alarms.next(time).await {
///         // One at a time. To have two at once, join two loops like this one.
///         let _ = level;
///     }
/// }
/// ```
///
/// A queue lives in one thread, as its app does. What comes from another thread, or from an
/// interrupt, needs a channel of the platform.
pub struct Queue<T, const N: usize> {
    ring: RefCell<Ring<T, N>>,
    /// Most often, one task waits.
    readers: Wakers<1>,
}

struct Ring<T, const N: usize> {
    items: [Option<T>; N],
    first: usize,
    len: usize,
}

/// The queue is full; here is what did not fit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(pub T);

impl<T, const N: usize> Queue<T, N> {
    /// An empty queue.
    pub const fn new() -> Self {
        const { assert!(N > 0, "a queue without places is always full") };
        let ring = Ring { items: [const { None }; N], first: 0, len: 0 };
        Self { ring: RefCell::new(ring), readers: Wakers::new() }
    }

    /// Puts `item` behind all others, and wakes who waits for it. It never waits itself: a full
    /// queue is an answer (most often, 503).
    ///
    /// # Errors
    ///
    /// [`Full`], with the item.
    pub fn push(&self, item: T) -> Result<(), Full<T>> {
        // It is never taken: no borrow lasts beyond one call, and none of them runs foreign code.
        let Ok(mut ring) = self.ring.try_borrow_mut() else { return Err(Full(item)) };
        ring.push(item)?;
        drop(ring);
        self.readers.wake();
        Ok(())
    }

    /// Takes the first item, if there is one.
    pub fn try_next(&self) -> Option<T> {
        self.ring.try_borrow_mut().ok()?.pop()
    }

    /// The first item, as soon as there is one. `None` once the server closes and the queue is
    /// empty: what was pushed before that is still handed out.
    ///
    /// Several may wait, and each item goes to one of them; dropped before it is ready, it has taken
    /// nothing.
    pub fn next<'q>(&'q self, time: Time<'q>) -> impl Future<Output = Option<T>> + Unpin + 'q {
        let mut reader = self.readers.guest();
        poll_fn(move |cx| self.poll_next(&mut reader, cx, time))
    }

    fn poll_next(
        &self,
        reader: &mut Guest<'_, 1>,
        cx: &mut Context<'_>,
        time: Time<'_>,
    ) -> Poll<Option<T>> {
        self.readers.settle(&mut reader.seat);
        if let Some(item) = self.try_next() {
            return Poll::Ready(Some(item));
        }
        if time.is_closing() {
            return Poll::Ready(None);
        }
        self.readers.register(&mut reader.seat, cx.waker());
        Poll::Pending
    }

    /// How many items wait.
    pub fn len(&self) -> usize {
        self.ring.try_borrow().map_or(0, |ring| ring.len)
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T, const N: usize> Ring<T, N> {
    fn push(&mut self, item: T) -> Result<(), Full<T>> {
        // Sums of two numbers below N or equal: a board with so many items has no memory for them.
        let behind = self.first + self.len;
        let index = if behind < N { behind } else { behind - N };
        match self.items.get_mut(index) {
            Some(place @ None) => *place = Some(item),
            _ => return Err(Full(item)),
        }
        self.len += 1;
        Ok(())
    }

    fn pop(&mut self) -> Option<T> {
        let item = self.items.get_mut(self.first)?.take()?;
        self.first = if self.first + 1 < N { self.first + 1 } else { 0 };
        self.len -= 1;
        Some(item)
    }
}

impl<T, const N: usize> Default for Queue<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> fmt::Debug for Queue<T, N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Queue({} of {N})", self.len())
    }
}

impl<T> fmt::Debug for Full<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Full")
    }
}

impl<T> fmt::Display for Full<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the queue is full")
    }
}

impl<T> core::error::Error for Full<T> {}

#[cfg(test)]
mod tests {
    use super::{Full, Queue};
    use crate::Instant;
    use crate::app::time::Timers;
    use crate::app::wakers::tests::counted;
    use core::future::Future;
    use core::pin::{Pin, pin};
    use core::task::{Context, Poll, Waker};
    use proptest::prelude::*;
    use std::collections::VecDeque;

    #[test]
    fn a_push_wakes_who_waits_and_nobody_twice() {
        let (queue, timers) = (Queue::<u8, 2>::new(), Timers::new(Instant::ZERO));
        let (count, waker) = counted();
        let cx = &mut Context::from_waker(&waker);
        let mut next = pin!(queue.next(timers.time()));
        assert!(next.as_mut().poll(cx).is_pending());
        assert!(next.as_mut().poll(cx).is_pending());
        assert_eq!((queue.push(1), queue.push(2)), (Ok(()), Ok(())));
        assert_eq!(count.get(), 1);
        assert_eq!(queue.push(3), Err(Full(3)));
        assert_eq!(next.as_mut().poll(cx), Poll::Ready(Some(1)));
        assert_eq!(queue.len(), 1);
    }

    fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(waker))
    }

    #[test]
    fn of_several_that_wait_nobody_is_forgotten_and_nobody_disturbs_the_others() {
        let (queue, timers) = (Queue::<u8, 2>::new(), Timers::new(Instant::ZERO));
        let ((one, one_waker), (other, other_waker)) = (counted(), counted());
        let [mut first, mut second] = [queue.next(timers.time()), queue.next(timers.time())];
        for _ in 0..3 {
            assert!(poll(&mut first, &one_waker).is_pending());
            assert!(poll(&mut second, &other_waker).is_pending());
        }
        assert_eq!([one.get(), other.get()], [0, 0], "there is nothing to look at");
        queue.push(1).unwrap();
        assert_eq!(poll(&mut second, &other_waker), Poll::Ready(Some(1)));
        assert!(poll(&mut first, &one_waker).is_pending());
        let told = one.get();
        queue.push(2).unwrap();
        assert_eq!(one.get(), told + 1, "who came too late before is told of the next");
        assert_eq!(poll(&mut first, &one_waker), Poll::Ready(Some(2)));
    }

    #[test]
    fn who_stops_waiting_passes_on_what_it_was_told() {
        let (queue, timers) = (Queue::<u8, 2>::new(), Timers::new(Instant::ZERO));
        let ((one, one_waker), (_, other_waker)) = (counted(), counted());
        let [mut stays, mut leaves] = [queue.next(timers.time()), queue.next(timers.time())];
        assert!(poll(&mut stays, &one_waker).is_pending());
        assert!(poll(&mut leaves, &other_waker).is_pending());
        queue.push(1).unwrap();
        drop(leaves);
        assert_eq!(one.get(), 1);
        assert_eq!(poll(&mut stays, &one_waker), Poll::Ready(Some(1)));
    }

    #[test]
    fn what_was_pushed_is_handed_out_before_the_end() {
        let (queue, timers) = (Queue::<u8, 2>::new(), Timers::new(Instant::ZERO));
        let cx = &mut Context::from_waker(Waker::noop());
        queue.push(1).unwrap();
        timers.close();
        for expected in [Some(1), None, None] {
            assert_eq!(pin!(queue.next(timers.time())).poll(cx), Poll::Ready(expected));
        }
    }

    proptest! {
        #[test]
        fn is_a_bounded_first_in_first_out(acts in prop::collection::vec(any::<Option<u8>>(), 0..200)) {
            let (queue, mut model) = (Queue::<u8, 3>::new(), VecDeque::new());
            for act in acts {
                match act {
                    Some(item) if model.len() == 3 => prop_assert_eq!(queue.push(item), Err(Full(item))),
                    Some(item) => {
                        model.push_back(item);
                        prop_assert_eq!(queue.push(item), Ok(()));
                    }
                    None => prop_assert_eq!(queue.try_next(), model.pop_front()),
                }
                prop_assert_eq!(queue.len(), model.len());
            }
        }
    }
}
