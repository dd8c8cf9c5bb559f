//! Runs tasks, and sleeps between them. Embassy's own loop waits for an event, which QEMU takes for
//! no reason to stop: the emulator would keep a core of its host busy for nothing.

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::{Spawner, raw};
use static_cell::StaticCell;

/// Whether a task has been woken since the last poll.
static PENDING: AtomicBool = AtomicBool::new(false);

/// Runs what `begin` spawns, for ever. `sleep` must return when an interrupt is pending, and is
/// called with interrupts masked: one that comes before it sleeps is not missed.
pub fn run(begin: impl FnOnce(Spawner), sleep: impl Fn()) -> ! {
    static EXECUTOR: StaticCell<raw::Executor> = StaticCell::new();
    let executor: &'static raw::Executor =
        EXECUTOR.init_with(|| raw::Executor::new(core::ptr::null_mut()));
    begin(executor.spawner());
    loop {
        PENDING.store(false, Ordering::Relaxed);
        // SAFETY: the executor was made here, where a second call would not have come past
        // `StaticCell::init_with`; so this loop alone polls it, and `__pender` only sets a flag.
        unsafe { executor.poll() };
        critical_section::with(|_| {
            if !PENDING.load(Ordering::Relaxed) {
                sleep();
            }
        });
    }
}

// SAFETY: embassy's executor declares a function of this name and type for its platform to define,
// and no platform of its own is switched on, so this is the only one.
#[unsafe(export_name = "__pender")]
fn pender(_: *mut ()) {
    PENDING.store(true, Ordering::Relaxed);
}
