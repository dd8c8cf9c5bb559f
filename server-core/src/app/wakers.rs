//! Who waits for news: the wakers of tasks, in a small fixed array.

use core::cell::Cell;
use core::task::Waker;

/// At most `W` wakers. One task more, and the others are woken and register anew: nobody is ever
/// forgotten, but as long as more wait they take turns, which costs time.
pub(super) struct Wakers<const W: usize>([Cell<Option<Waker>>; W]);

impl<const W: usize> Wakers<W> {
    pub(super) const fn new() -> Self {
        const { assert!(W > 0, "somebody must be able to wait") };
        Self([const { Cell::new(None) }; W])
    }

    /// Wakes this one, too, with the next [`wake`](Self::wake). What a task registers twice counts
    /// once. The places are filled from the front, so the first empty one ends the search.
    #[inline(never)]
    pub(super) fn register(&self, waker: &Waker) {
        for place in &self.0 {
            let kept = place.take();
            let is_free = kept.is_none();
            let kept = kept.unwrap_or_else(|| waker.clone());
            let is_ours = is_free || kept.will_wake(waker);
            place.set(Some(kept));
            if is_ours {
                return;
            }
        }
        self.wake();
        if let Some(first) = self.0.first() {
            first.set(Some(waker.clone()));
        }
    }

    /// Wakes all. None is borrowed or in its place while it is called.
    #[inline(never)]
    pub(super) fn wake(&self) {
        self.0.iter().filter_map(Cell::take).for_each(Waker::wake);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::Wakers;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Wake, Waker};
    use std::vec::Vec;

    /// Counts how often it was woken.
    #[derive(Default)]
    pub(in super::super) struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(in super::super) fn counted() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count::default());
        (Arc::clone(&count), Waker::from(count))
    }

    impl Count {
        pub(in super::super) fn get(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn each_task_is_woken_once_however_often_it_registers() {
        let wakers = Wakers::<2>::new();
        let ((a, a_waker), (b, b_waker)) = (counted(), counted());
        for waker in [&a_waker, &b_waker, &a_waker, &b_waker] {
            wakers.register(waker);
        }
        assert_eq!((a.get(), b.get()), (0, 0));
        wakers.wake();
        wakers.wake();
        assert_eq!((a.get(), b.get()), (1, 1));
    }

    #[test]
    fn whoever_finds_no_place_lets_the_others_register_anew() {
        let wakers = Wakers::<2>::new();
        let tasks: Vec<_> = (0..3).map(|_| counted()).collect();
        tasks.iter().for_each(|(_, waker)| wakers.register(waker));
        let woken: Vec<_> = tasks.iter().map(|(count, _)| count.get()).collect();
        assert_eq!(woken, [1, 1, 0], "those who lost their places must know");
        wakers.wake();
        assert_eq!(tasks[2].0.get(), 1);
    }
}
