//! How a run ends that should not: a panic, a fault, or a hang. The board begins anew each time, and
//! tells then why.

use core::fmt::Arguments;
use core::mem::MaybeUninit;
use core::panic::PanicInfo;
use core::ptr;

use cortex_m_rt::{ExceptionFrame, exception};
use embassy_rp::peripherals::WATCHDOG;
use embassy_rp::watchdog::{ResetReason, Watchdog};
use embassy_rp::{Peri, Peripherals};
use embassy_time::{Duration, Timer};
use rtt_target::rprintln;
use samewire_attached::{Before, Kept};

/// After so long a hang the board begins anew. The chip cannot wait for longer than 8.3 s.
const PATIENCE: Duration = Duration::from_secs(8);
const FEEDS: Duration = Duration::from_secs(1);

/// In RAM that neither a reset nor the runtime touches.
#[unsafe(link_section = ".uninit.kept")]
static mut KEPT: MaybeUninit<Kept> = MaybeUninit::uninit();

/// The chip's watchdog, which bites if it is not fed.
pub(crate) struct Watch(Watchdog);

impl Watch {
    /// From here on it must be fed.
    pub(crate) fn start(watchdog: Peri<'static, WATCHDOG>) -> Self {
        let mut watchdog = Watchdog::new(watchdog);
        // Who looks through a debugger has all the time in the world.
        watchdog.pause_on_debug(true);
        watchdog.start(PATIENCE);
        Self(watchdog)
    }

    /// Feeds it from the loop that all tasks share, so it starves when one of them does not let go,
    /// or when interrupts or time stand still.
    pub(crate) async fn feed_forever(&mut self) -> ! {
        loop {
            self.0.feed(PATIENCE);
            Timer::after(FEEDS).await;
        }
    }
}

/// Takes what is left of the last run, once.
pub(crate) fn before(watch: &Watch) -> Before {
    let mut kept = recall();
    let before = kept.begin(matches!(watch.0.reset_reason(), Some(ResetReason::TimedOut)));
    keep(kept);
    before
}

/// What is kept. Volatile, because the compiler has seen nobody write it.
fn recall() -> Kept {
    // SAFETY: any bytes are a value of this type, and the RAM is there from the start.
    unsafe { ptr::addr_of!(KEPT).cast::<Kept>().read_volatile() }
}

fn keep(kept: Kept) {
    // SAFETY: only this file knows the variable, and none of it holds a reference. It is called
    // before any task runs, and when nothing runs any more.
    unsafe { ptr::addr_of_mut!(KEPT).cast::<Kept>().write_volatile(kept) };
}

/// Keeps the reason, and resets the chip.
fn die(reason: Arguments<'_>) -> ! {
    cortex_m::interrupt::disable();
    rprintln!("{}", reason);
    let mut kept = recall();
    kept.say(reason);
    keep(kept);
    // SAFETY: whoever has it does not run any more.
    let watchdog = unsafe { Peripherals::steal() }.WATCHDOG;
    Watchdog::new(watchdog).trigger_reset();
    // The reset takes a moment.
    loop {
        cortex_m::asm::nop();
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    die(format_args!("{info}"))
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    die(format_args!("panicked by a hard fault: {frame:?}"))
}
