//! What images for emulated boards have in common, so that an image is no more than its pins: how
//! it waits, what time it is, what it serves, and how it dies.
//!
//! | port | what answers |
//! | --- | --- |
//! | 80 | the demo, with the limits and the wall clock of every target of `samewire check` |
//! | 81 | the same, reading one byte at a time |
//! | 82 | a bare TCP responder, with which the demo is compared |
//! | 83 | takes orders: which limits hold on the next one, and how it reads |
//! | 84 | the demo, begun anew with each order, as it was ordered |
#![no_std]

mod bare;
mod clock;
mod executor;
mod network;
mod orders;
mod ports;

use core::panic::PanicInfo;

pub use clock::Ticks;
pub use executor::run;
pub use network::network;
pub use ports::serve;

/// What QEMU exits with after a panic or a fault.
const PANICKED: i32 = 101;

/// Ends QEMU with an exit code that says so, and the reason on its standard error.
pub fn die(reason: core::fmt::Arguments<'_>) -> ! {
    semihosting::eprintln!("{reason}");
    semihosting::process::exit(PANICKED)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    die(format_args!("{info}"))
}
