//! All of the demo's routes, and with them all of the core.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire_demo::Demo;

#[entry]
fn main() -> ! {
    size::serve(&Demo::new())
}
