//! Time on the `mps2-an385`: a counter of the board's FPGA that goes on whatever the core does, and
//! the core's SysTick to look at it.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use samewire_qemu::Ticks;

/// What both run with, before they divide it.
const CLOCK_HZ: u32 = 25_000_000;
const TICKS_HZ: u32 = 1_000;

/// Registers of the FPGA's system control: a counter up, and what divides its clock (less one).
const COUNTER: *const u32 = 0x4002_8018 as *const u32;
const PRESCALE: *mut u32 = 0x4002_801c as *mut u32;

embassy_time_driver::time_driver_impl!(static CLOCK: Ticks = Ticks::new());

/// Lets the counter count milliseconds, and looks at it each of them.
pub(crate) fn start(syst: &mut SYST) {
    // SAFETY: a register of this board that is there to be written, by the one who has SysTick.
    unsafe { PRESCALE.write_volatile(CLOCK_HZ / TICKS_HZ - 1) };
    syst.set_clock_source(SystClkSource::Core);
    syst.set_reload(CLOCK_HZ / TICKS_HZ - 1);
    syst.clear_current();
    syst.enable_counter();
    syst.enable_interrupt();
}

fn milliseconds() -> u32 {
    // SAFETY: a register of this board that can be read at any time, and nothing comes of it.
    unsafe { COUNTER.read_volatile() }
}

#[exception]
fn SysTick() {
    CLOCK.tick(milliseconds());
}
