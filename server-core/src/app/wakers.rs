//! Who waits for news: the wakers of tasks, in a small fixed array, and one with each who waits.
//!
//! There is no heap to grow, and no list through those who wait, which would take unsafe code. So
//! whoever finds all places taken takes one, and carries its waker in its own [`Seat`], to pass on
//! what happens: as soon as it is polled after the news, or stops waiting. Any number can wait; up
//! to `W` of them are woken directly.
//!
//! Nobody is forgotten. An epoch ends with each news, and whenever a carried waker is let go
//! without any; whoever is polled in another epoch than it has registered in registers anew, after
//! it has woken whom it carries. A waker is only ever let go by waking it, in a later epoch than its
//! owner's. So each owner is woken at most once an epoch for nothing, and all come to rest.

use core::cell::Cell;
use core::task::Waker;

/// The places, and the epoch.
pub(super) struct Wakers<const W: usize> {
    places: [Cell<Option<Waker>>; W],
    epoch: Cell<u64>,
    /// The place that is taken next from who has it.
    turn: Cell<usize>,
}

/// What one who waits keeps. It is to be [left](Wakers::leave) before it is dropped.
#[derive(Default)]
pub(super) struct Seat {
    /// Its own waker, while it is registered.
    own: Option<Waker>,
    epoch: u64,
    /// The waker of whom it took the place from.
    carried: Option<Waker>,
}

impl<const W: usize> Wakers<W> {
    pub(super) const fn new() -> Self {
        const { assert!(W > 0, "somebody must be able to wait") };
        Self { places: [const { Cell::new(None) }; W], epoch: Cell::new(0), turn: Cell::new(0) }
    }

    /// Somebody who does not wait yet.
    pub(super) fn guest(&self) -> Guest<'_, W> {
        Guest { wakers: self, seat: Seat::default() }
    }

    /// Wakes all who wait. None is borrowed or in its place while it is called.
    #[inline(never)]
    pub(super) fn wake(&self) {
        self.epoch.set(self.epoch.get() + 1);
        self.places.iter().filter_map(Cell::take).for_each(Waker::wake);
    }

    /// To be called at each poll: passes on what happened since the last one.
    #[inline(never)]
    pub(super) fn settle(&self, seat: &mut Seat) {
        if seat.own.is_some() && seat.epoch != self.epoch.get() {
            self.leave(seat);
        }
    }

    /// No longer waits.
    #[inline(never)]
    pub(super) fn leave(&self, seat: &mut Seat) {
        seat.own = None;
        if let Some(carried) = seat.carried.take() {
            if seat.epoch == self.epoch.get() {
                self.epoch.set(seat.epoch + 1);
            }
            carried.wake();
        }
    }

    /// Waits, to be woken by the next [`wake`](Self::wake).
    #[inline(never)]
    pub(super) fn register(&self, seat: &mut Seat, waker: &Waker) {
        self.settle(seat);
        if seat.own.as_ref().is_some_and(|own| own.will_wake(waker)) {
            return;
        }
        self.leave(seat);
        seat.own = Some(waker.clone());
        seat.epoch = self.epoch.get();
        // They are filled from the front, so the first empty one ends the search.
        for place in &self.places {
            let kept = place.take();
            let is_ours = kept.as_ref().is_none_or(|kept| kept.will_wake(waker));
            place.set(if is_ours { Some(waker.clone()) } else { kept });
            if is_ours {
                return;
            }
        }
        let turn = self.turn.get();
        self.turn.set(if turn + 1 < W { turn + 1 } else { 0 });
        seat.carried = self.places.get(turn).and_then(|place| place.replace(Some(waker.clone())));
    }
}

/// A seat of its own, which is left when this is dropped.
pub(super) struct Guest<'w, const W: usize> {
    wakers: &'w Wakers<W>,
    pub(super) seat: Seat,
}

impl<const W: usize> Drop for Guest<'_, W> {
    fn drop(&mut self) {
        self.wakers.leave(&mut self.seat);
    }
}

/// A seat that is left when this is dropped.
pub(super) struct Waiting<'s, const W: usize> {
    pub(super) wakers: &'s Wakers<W>,
    pub(super) seat: &'s mut Seat,
}

impl<const W: usize> Drop for Waiting<'_, W> {
    fn drop(&mut self) {
        self.wakers.leave(self.seat);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Seat, Wakers};
    use proptest::prelude::*;
    use std::collections::VecDeque;
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
        let (mut a_seat, mut b_seat) = (Seat::default(), Seat::default());
        for _ in 0..2 {
            wakers.register(&mut a_seat, &a_waker);
            wakers.register(&mut b_seat, &b_waker);
        }
        assert_eq!((a.get(), b.get()), (0, 0));
        wakers.wake();
        wakers.wake();
        assert_eq!((a.get(), b.get()), (1, 1));
    }

    #[test]
    fn a_task_that_gets_another_waker_is_woken_by_that() {
        let wakers = Wakers::<1>::new();
        let ((a, a_waker), (b, b_waker), (c, c_waker)) = (counted(), counted(), counted());
        let (mut seat, mut other) = (Seat::default(), Seat::default());
        wakers.register(&mut other, &c_waker);
        wakers.register(&mut seat, &a_waker);
        wakers.register(&mut seat, &b_waker);
        assert_eq!(c.get(), 1, "whom it carried registers anew");
        wakers.register(&mut other, &c_waker);
        wakers.wake();
        wakers.settle(&mut other);
        assert_eq!((a.get().min(1), b.get()), (a.get(), 1));
        wakers.leave(&mut seat);
        wakers.leave(&mut other);
    }

    /// Tasks that wait for the number to change, on an executor that polls whoever was woken.
    struct Tasks<const W: usize> {
        wakers: Wakers<W>,
        tasks: Vec<(Seat, Arc<Count>, Waker, u32, u32)>,
        number: u32,
    }

    impl<const W: usize> Tasks<W> {
        fn new(n: usize) -> Self {
            let task = |_| {
                let (count, waker) = counted();
                (Seat::default(), count, waker, 0, 0)
            };
            Self { wakers: Wakers::new(), tasks: (0..n).map(task).collect(), number: 0 }
        }

        fn poll(&mut self, at: usize) {
            let Some((seat, _, waker, _, seen)) = self.tasks.get_mut(at) else { return };
            self.wakers.settle(seat);
            if *seen != self.number {
                *seen = self.number;
                self.wakers.leave(seat);
            }
            self.wakers.register(seat, waker);
        }

        /// A task stops waiting, and waits again: a `select` whose other future was ready.
        fn cancel(&mut self, at: usize, waits_again: bool) {
            let Some((seat, ..)) = self.tasks.get_mut(at) else { return };
            self.wakers.leave(seat);
            if waits_again {
                self.poll(at);
            }
        }

        /// Polls until nobody is woken any more, and says how many polls that took.
        fn run(&mut self) -> usize {
            let mut polls = 0;
            loop {
                let mut woken = VecDeque::new();
                for (at, (_, count, _, polled, _)) in self.tasks.iter_mut().enumerate() {
                    if count.get() > *polled {
                        *polled = count.get();
                        woken.push_back(at);
                    }
                }
                if woken.is_empty() {
                    return polls;
                }
                polls += woken.len();
                assert!(polls < 10_000, "they wake each other without end");
                woken.into_iter().for_each(|at| self.poll(at));
            }
        }
    }

    fn all_hear<const W: usize>(n: usize, acts: &[(u8, usize)]) -> Result<(), TestCaseError> {
        let mut tasks = Tasks::<W>::new(n);
        let mut waits: Vec<_> = (0..n).map(|_| true).collect();
        (0..n).for_each(|at| tasks.poll(at));
        prop_assert_eq!(tasks.run(), 0, "nobody has a reason to be woken");
        for (act, at) in acts {
            let at = at % n;
            match act {
                0 => {
                    tasks.number += 1;
                    tasks.wakers.wake();
                    tasks.run();
                    for (at, task) in tasks.tasks.iter().enumerate() {
                        prop_assert!(!waits[at] || task.4 == tasks.number, "{} was forgotten", at);
                    }
                }
                // Polled for another reason.
                1 if waits[at] => tasks.poll(at),
                2 => {
                    tasks.cancel(at, true);
                    waits[at] = true;
                }
                3 => {
                    tasks.cancel(at, false);
                    waits[at] = false;
                    // Somebody may still wake it, and then it waits again.
                    let (_, count, _, polled, _) = &mut tasks.tasks[at];
                    *polled = count.get();
                }
                _ => {
                    let polls = tasks.run();
                    prop_assert!(polls <= 4 * n * (acts.len() + 1), "{} polls", polls);
                }
            }
        }
        tasks.run();
        prop_assert_eq!(tasks.run(), 0);
        for at in 0..n {
            tasks.cancel(at, false);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn all_who_wait_hear_of_it_and_come_to_rest(
            n in 1..9_usize,
            acts in proptest::collection::vec((0..5_u8, 0..9_usize), 0..60),
        ) {
            all_hear::<1>(n, &acts)?;
            all_hear::<2>(n, &acts)?;
            all_hear::<4>(n, &acts)?;
        }
    }
}
