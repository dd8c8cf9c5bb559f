//! How a run ends that should not: a panic, a fault, or a hang. The board begins anew each time, and
//! tells then why.

use core::fmt::Arguments;
use core::panic::PanicInfo;
use core::ptr;

use embassy_time::{Duration, Timer};
use esp_hal::peripherals::RTC_TIMER;
use esp_hal::rtc_cntl::{Rtc, RwdtStage, RwdtStageAction, SocResetReason};
use esp_hal::{Persistable, ram, system, time};
use rtt_target::rprintln;
use samewire_attached::{Before, Kept};

/// After so long a hang the board begins anew; as long as other boards wait.
const PATIENCE: time::Duration = time::Duration::from_secs(8);
const FEEDS: Duration = Duration::from_secs(1);

/// In memory that keeps its bytes as long as there is power.
#[ram(unstable(rtc_fast, persistent))]
static mut KEPT: Persistent = Persistent(Kept::NONE);

#[derive(Clone, Copy)]
#[repr(transparent)]
struct Persistent(Kept);

// SAFETY: any bytes are a value of this type: it is numbers, and bytes in an array.
unsafe impl Persistable for Persistent {}

/// The chip's watchdog that has a clock of its own, and bites if it is not fed.
pub(crate) struct Watch(Rtc<'static>);

impl Watch {
    /// From here on it must be fed.
    pub(crate) fn start(timer: RTC_TIMER<'static>) -> Self {
        let mut rtc = Rtc::new(timer);
        rtc.rwdt.set_timeout(RwdtStage::Stage0, PATIENCE);
        rtc.rwdt.enable();
        // Anything more would forget what is kept.
        rtc.rwdt.set_stage_action(RwdtStage::Stage0, RwdtStageAction::ResetCore);
        Self(rtc)
    }

    /// Feeds it from the loop that all tasks share, so it starves when one of them does not let go,
    /// or when interrupts or time stand still.
    pub(crate) async fn feed_forever(&mut self) -> ! {
        loop {
            self.0.rwdt.feed();
            Timer::after(FEEDS).await;
        }
    }
}

/// Takes what is left of the last run, once.
pub(crate) fn before() -> Before {
    let mut kept = recall();
    let before = kept.begin(matches!(system::reset_reason(), Some(SocResetReason::CoreRtcWdt)));
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
    // SAFETY: nobody ends it, for nothing runs behind this.
    let _ = unsafe { critical_section::acquire() };
    rprintln!("{}", reason);
    let mut kept = recall();
    kept.say(reason);
    keep(kept);
    system::software_reset()
}

/// The chip's crate makes panics of faults, too.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    die(format_args!("{info}"))
}
