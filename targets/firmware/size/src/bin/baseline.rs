//! The runtime alone: what every other image is compared with.
#![no_std]
#![no_main]

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    loop {
        size::run(async {});
    }
}
