//! Runs futures on one thread, in one order: whoever is woken first is polled first.
//!
//! Nothing else decides the order, so the same program does the same things in every run. The
//! wakers are real ones (`Send`, counted, usable after the end of their task), so a future that
//! forgets to register its waker stalls here as it would anywhere.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Polls in one run after which the tasks are held to be waking each other without end.
const POLLS_MAX: u32 = 1_000_000;

/// A single-threaded executor with a first-in, first-out order of wake-ups.
#[derive(Default)]
pub struct Executor {
    slots: Vec<Option<Task>>,
    free: Vec<usize>,
    ready: Arc<Ready>,
}

/// Tasks went on waking themselves or each other; nothing would ever have come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Livelock;

impl fmt::Display for Livelock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the tasks still wake each other after {POLLS_MAX} polls")
    }
}

impl std::error::Error for Livelock {}

impl Executor {
    /// An executor without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task, behind all that are ready now.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        let handle = Arc::new(Handle {
            slot,
            queued: AtomicBool::new(true),
            ready: Arc::clone(&self.ready),
        });
        self.ready.queue().push_back(Arc::clone(&handle));
        let waker = Waker::from(Arc::clone(&handle));
        self.slots[slot] = Some(Task { future: Box::pin(future), handle, waker });
    }

    /// Polls what is ready until nothing is.
    ///
    /// # Errors
    ///
    /// [`Livelock`] if that never comes.
    ///
    /// # Panics
    ///
    /// With the panic of a task.
    pub fn run_until_stalled(&mut self) -> Result<(), Livelock> {
        for _ in 0..POLLS_MAX {
            let Some(handle) = self.ready.pop() else { return Ok(()) };
            self.poll(&handle);
        }
        Err(Livelock)
    }

    /// Tasks that have not ended.
    pub fn tasks(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    fn poll(&mut self, handle: &Arc<Handle>) {
        // Cleared before the poll: a wake-up during it asks for another one.
        handle.queued.store(false, Ordering::Relaxed);
        let Some(task) = &mut self.slots[handle.slot] else { return };
        // A waker that outlived its task must not poll the slot's next one.
        if !Arc::ptr_eq(&task.handle, handle) {
            return;
        }
        let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
        if poll == Poll::Ready(()) {
            self.slots[handle.slot] = None;
            self.free.push(handle.slot);
        }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ready = self.ready.queue().len();
        out.debug_struct("Executor").field("tasks", &self.tasks()).field("ready", &ready).finish()
    }
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    handle: Arc<Handle>,
    waker: Waker,
}

/// What a waker holds: whom to queue, and where.
struct Handle {
    slot: usize,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for Handle {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            self.ready.queue().push_back(Arc::clone(&self));
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        Arc::clone(self).wake();
    }
}

/// The queue of tasks to poll. A waker must be `Send`, so this is behind a lock that nobody else
/// ever holds.
#[derive(Default)]
struct Ready(Mutex<VecDeque<Arc<Handle>>>);

impl Ready {
    fn pop(&self) -> Option<Arc<Handle>> {
        self.queue().pop_front()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Arc<Handle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Executor, Livelock};
    use std::cell::{Cell, RefCell};
    use std::future::{pending, poll_fn};
    use std::rc::Rc;
    use std::task::{Poll, Waker};

    type Log = Rc<RefCell<Vec<&'static str>>>;

    /// Says its name, once for each wake-up, and leaves its waker in `door`.
    fn spawn_caller(executor: &mut Executor, name: &'static str, log: &Log) -> Rc<Cell<Waker>> {
        let door = Rc::new(Cell::new(Waker::noop().clone()));
        let (log, waker) = (Rc::clone(log), Rc::clone(&door));
        executor.spawn(poll_fn(move |cx| {
            log.borrow_mut().push(name);
            waker.set(cx.waker().clone());
            Poll::Pending
        }));
        door
    }

    #[test]
    fn polls_in_the_order_of_waking() {
        let (mut executor, log) = (Executor::new(), Log::default());
        let a = spawn_caller(&mut executor, "a", &log);
        let b = spawn_caller(&mut executor, "b", &log);
        executor.run_until_stalled().unwrap();
        let (a, b) = (a.replace(Waker::noop().clone()), b.replace(Waker::noop().clone()));
        b.wake_by_ref();
        a.wake_by_ref();
        b.wake();
        executor.run_until_stalled().unwrap();
        assert_eq!(*log.borrow(), ["a", "b", "b", "a"]);
    }

    #[test]
    fn a_wake_up_during_a_poll_is_kept() {
        let (mut executor, mut left) = (Executor::new(), 3);
        executor.spawn(poll_fn(move |cx| {
            cx.waker().wake_by_ref();
            left -= 1;
            if left == 0 { Poll::Ready(()) } else { Poll::Pending }
        }));
        executor.run_until_stalled().unwrap();
        assert_eq!(executor.tasks(), 0);
    }

    #[test]
    fn a_late_waker_does_not_poll_the_next_task_of_its_slot() {
        let (mut executor, log) = (Executor::new(), Log::default());
        let door = Rc::new(Cell::new(Waker::noop().clone()));
        let waker = Rc::clone(&door);
        executor.spawn(poll_fn(move |cx| {
            waker.set(cx.waker().clone());
            Poll::Ready(())
        }));
        executor.run_until_stalled().unwrap();
        spawn_caller(&mut executor, "next", &log);
        executor.run_until_stalled().unwrap();
        door.replace(Waker::noop().clone()).wake();
        executor.run_until_stalled().unwrap();
        assert_eq!(*log.borrow(), ["next"]);
        assert_eq!(executor.slots.len(), 1, "the slot was not used again");
    }

    #[test]
    fn an_endless_row_of_wake_ups_is_found() {
        let mut executor = Executor::new();
        executor.spawn(pending());
        assert_eq!(executor.run_until_stalled(), Ok(()));
        executor.spawn(poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Pending
        }));
        assert_eq!(executor.run_until_stalled(), Err(Livelock));
    }
}
