//! One worker's word to its connections: finish what you have begun.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Whether the connections of a worker are to close, and whom to wake when they are.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    begun: Cell<bool>,
    seats: RefCell<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    wakers: Vec<Option<Waker>>,
    free: Vec<usize>,
}

/// One connection's place among those to wake; it is free again when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    drain: Rc<Drain>,
    index: usize,
}

impl Drain {
    /// Tells every connection, and those that come later.
    pub(crate) fn begin(&self) {
        self.begun.set(true);
        let wakers: Vec<_> =
            self.seats.borrow_mut().wakers.iter_mut().filter_map(Option::take).collect();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A place for one more connection.
    pub(crate) fn seat(self: &Rc<Self>) -> Seat {
        let mut seats = self.seats.borrow_mut();
        let index = seats.free.pop().unwrap_or_else(|| {
            seats.wakers.push(None);
            seats.wakers.len() - 1
        });
        Seat { drain: Rc::clone(self), index }
    }
}

impl Seat {
    /// Ready once the connection is to close.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.drain.begun.get() {
            return Poll::Ready(());
        }
        let mut seats = self.drain.seats.borrow_mut();
        match &mut seats.wakers[self.index] {
            Some(waker) => waker.clone_from(cx.waker()),
            seat => *seat = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.drain.seats.borrow_mut();
        seats.wakers[self.index] = None;
        seats.free.push(self.index);
    }
}

#[cfg(test)]
mod tests {
    use super::Drain;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn wakes_each_connection_once_and_none_that_left() {
        let (drain, count) = (Rc::new(Drain::default()), Arc::new(Count::default()));
        let waker = Waker::from(Arc::clone(&count));
        let cx = &mut Context::from_waker(&waker);
        let (stays, leaves) = (drain.seat(), drain.seat());
        assert_eq!((stays.poll(cx), stays.poll(cx), leaves.poll(cx)), pending_three());
        drop(leaves);
        drain.begin();
        assert_eq!((count.0.load(Ordering::Relaxed), stays.poll(cx)), (1, Poll::Ready(())));
        let late = drain.seat();
        assert_eq!((late.index, late.poll(cx)), (1, Poll::Ready(())), "a free seat is used again");
    }

    const fn pending_three() -> (Poll<()>, Poll<()>, Poll<()>) {
        (Poll::Pending, Poll::Pending, Poll::Pending)
    }
}
