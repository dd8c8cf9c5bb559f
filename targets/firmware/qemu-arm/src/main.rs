//! The demo on QEMU's `mps2-an385`: code for a Cortex-M0 with the RAM of an RP2040, behind an
//! emulated network chip and real TCP. `cargo ci firmware qemu-arm` builds it and tells how to run
//! it.
#![no_std]
#![no_main]

mod ethernet;
mod lan9118;
mod timer;

use cortex_m::Peripherals;
use cortex_m_rt::{ExceptionFrame, entry, exception};
use embassy_executor::Spawner;
use embassy_net::Runner;

use ethernet::Ethernet;

#[entry]
fn main() -> ! {
    let mut core = Peripherals::take().expect("this is the first to ask");
    trap_unaligned(&mut core.SCB);
    timer::start(&mut core.SYST);
    let ethernet = Ethernet::take().expect("this is the first to ask, and QEMU has the chip");
    let (stack, runner) = samewire_qemu::network(ethernet);
    let begin = |spawner: Spawner| {
        spawner.spawn(network(runner).expect("a place for the one network"));
        samewire_qemu::serve(spawner, stack);
    };
    samewire_qemu::run(begin, cortex_m::asm::wfi)
}

#[embassy_executor::task]
async fn network(mut runner: Runner<'static, Ethernet>) -> ! {
    runner.run().await
}

/// The emulated core is a Cortex-M3, which bears unaligned access. An M0 does not, so neither do we.
fn trap_unaligned(scb: &mut cortex_m::peripheral::SCB) {
    const UNALIGN_TRP: u32 = 1 << 3;
    // SAFETY: this bit makes faults of what the compiler never emits for a Cortex-M0; the others
    // stay as they are.
    unsafe { scb.ccr.modify(|ccr| ccr | UNALIGN_TRP) };
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    samewire_qemu::die(format_args!("hard fault: {frame:?}"))
}

#[exception]
unsafe fn DefaultHandler(number: i16) {
    if number == ethernet::INTERRUPT {
        ethernet::interrupted();
    } else {
        samewire_qemu::die(format_args!("interrupt {number}, which nobody asked for"));
    }
}
