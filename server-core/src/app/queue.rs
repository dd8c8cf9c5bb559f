//! A bounded queue between handlers and background work, in an app's own memory.

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll, Waker};

use super::time::Time;

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
    /// One task waits; another one that does lets it look again.
    reader: Cell<Option<Waker>>,
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
        Self { ring: RefCell::new(ring), reader: Cell::new(None) }
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
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    /// Takes the first item, if there is one.
    pub fn try_next(&self) -> Option<T> {
        self.ring.try_borrow_mut().ok()?.pop()
    }

    /// The first item, as soon as there is one. `None` once the server closes and the queue is
    /// empty: what was pushed before that is still handed out.
    ///
    /// Several may wait, as long as they are parts of one future; dropped before it is ready, it
    /// has taken nothing.
    pub fn next<'q>(&'q self, time: Time<'q>) -> impl Future<Output = Option<T>> + Unpin + 'q {
        poll_fn(move |cx| self.poll_next(cx, time))
    }

    fn poll_next(&self, cx: &mut Context<'_>, time: Time<'_>) -> Poll<Option<T>> {
        if let Some(item) = self.try_next() {
            return Poll::Ready(Some(item));
        }
        if time.is_closing() {
            return Poll::Ready(None);
        }
        let other = self.reader.replace(Some(cx.waker().clone()));
        if let Some(other) = other.filter(|other| !other.will_wake(cx.waker())) {
            other.wake();
        }
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
    use core::pin::pin;
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

    #[test]
    fn whoever_else_waited_looks_again() {
        let (queue, timers) = (Queue::<u8, 2>::new(), Timers::new(Instant::ZERO));
        let ((one, one_waker), (other, other_waker)) = (counted(), counted());
        let mut waits =
            [queue.next(timers.time()), queue.next(timers.time())].map(std::boxed::Box::pin);
        for (wait, waker) in waits.iter_mut().zip([&one_waker, &other_waker]) {
            assert!(wait.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        }
        assert_eq!([one.get(), other.get()], [1, 0]);
        queue.push(1).unwrap();
        assert_eq!([one.get(), other.get()], [1, 1]);
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
