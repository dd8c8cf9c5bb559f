//! The network: the demo over TCP, in real time and with real pins.

use embassy_executor::Spawner;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use embassy_usb::class::cdc_ncm::embassy_net::{Device, Runner as Frames};
use samewire_attached::{Wiring, network};
use static_cell::StaticCell;

use crate::usb::{MTU, Usb};

/// Link-local (RFC 3927), where a host goes by itself if nobody gives it an address; without the
/// search for one that is free, because on this cable there are two.
const ADDRESS: Ipv4Cidr = Ipv4Cidr::new(Ipv4Address::new(169, 254, 20, 40), 16);
/// Begins to serve on this cable.
pub(crate) fn begin(
    spawner: Spawner,
    device: Device<'static, MTU>,
    frames: Frames<'static, Usb, MTU>,
    seed: u64,
    wiring: Wiring,
) {
    static RESOURCES: StaticCell<StackResources<{ network::SOCKETS }>> = StaticCell::new();
    const FREE: &str = "each task is spawned once";
    let config = Config::ipv4_static(StaticConfigV4 {
        address: ADDRESS,
        gateway: None,
        dns_servers: Default::default(),
    });
    let resources = RESOURCES.init_with(StackResources::new);
    let (stack, runner) = embassy_net::new(device, config, resources, seed);
    spawner.spawn(carry(frames).expect(FREE));
    spawner.spawn(run(runner).expect(FREE));
    spawner.spawn(serve(stack, wiring).expect(FREE));
}

#[embassy_executor::task]
async fn carry(frames: Frames<'static, Usb, MTU>) -> ! {
    frames.run().await
}

#[embassy_executor::task]
async fn run(mut runner: Runner<'static, Device<'static, MTU>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn serve(stack: Stack<'static>, wiring: Wiring) {
    network::serve(stack, || wiring.demo()).await;
}
