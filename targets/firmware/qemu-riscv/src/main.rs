//! The demo on QEMU's `virt`: code for the instructions that an ESP32-C3 has, and as much RAM,
//! behind a paravirtual network and real TCP. `cargo ci firmware qemu-riscv` builds it and tells
//! how to run it.
#![no_std]
#![no_main]

mod ethernet;
mod interrupts;
mod virtio;

use embassy_executor::Spawner;
use embassy_net::Runner;

use ethernet::Ethernet;

#[riscv_rt::entry]
fn main() -> ! {
    let ethernet = Ethernet::take().expect("this is the first to ask, and QEMU has the device");
    interrupts::start(ethernet.slot());
    let (stack, runner) = samewire_qemu::network(ethernet);
    let begin = |spawner: Spawner| {
        spawner.spawn(network(runner).expect("a place for the one network"));
        samewire_qemu::serve(spawner, stack);
    };
    samewire_qemu::run(begin, riscv::asm::wfi)
}

#[embassy_executor::task]
async fn network(mut runner: Runner<'static, Ethernet>) -> ! {
    runner.run().await
}
