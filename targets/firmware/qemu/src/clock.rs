//! Embassy's time driver: milliseconds, as they were counted when the last tick came. To ask what
//! time it is costs a few loads, and no look at a device, which an emulator makes expensive.

use core::cell::RefCell;
use core::task::Waker;

use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

/// The one clock of an image. An interrupt calls [`tick`](Self::tick) about once a millisecond.
pub struct Ticks(Mutex<RefCell<State>>);

struct State {
    now: u64,
    queue: Queue,
    next: u64,
}

impl Ticks {
    /// A clock at zero.
    pub const fn new() -> Self {
        Self(Mutex::new(RefCell::new(State { now: 0, queue: Queue::new(), next: u64::MAX })))
    }

    /// Tells what a counter of milliseconds says, which may have begun at any number and may go
    /// round, and wakes whoever waited for it. Ticks that were missed are made up for.
    pub fn tick(&self, counted: u32) {
        critical_section::with(|section| {
            let state = &mut *self.0.borrow_ref_mut(section);
            state.now += u64::from(counted.wrapping_sub(state.now as u32));
            if state.now >= state.next {
                state.next = state.queue.next_expiration(state.now);
            }
        });
    }
}

impl Default for Ticks {
    fn default() -> Self {
        Self::new()
    }
}

impl Driver for Ticks {
    fn now(&self) -> u64 {
        critical_section::with(|section| self.0.borrow_ref(section).now)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            let state = &mut *self.0.borrow_ref_mut(section);
            if state.queue.schedule_wake(at, waker) {
                state.next = state.queue.next_expiration(state.now);
            }
        });
    }
}
