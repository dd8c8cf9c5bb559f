//! The network: the demo over TCP, in real time and with real pins.

use embassy_executor::Spawner;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use embassy_usb::class::cdc_ncm::embassy_net::{Device, Runner as Frames};
use samewire::FixedEntropy;
use samewire_demo::Demo;
use samewire_embassy::{Pool, Server};
use static_cell::StaticCell;

use crate::pins::Wiring;
use crate::usb::{MTU, Usb};

/// Link-local (RFC 3927), where a host goes by itself if nobody gives it an address; without the
/// search for one that is free, because on this cable there are two.
const ADDRESS: Ipv4Cidr = Ipv4Cidr::new(Ipv4Address::new(169, 254, 20, 40), 16);
const PORT: u16 = 80;

/// Connections at a time, as many as a browser opens, and one who tells others to come again.
const PLACES: usize = 6;
const SPARES: usize = 1;
type Places = Pool<
    PLACES,
    { samewire::Limits::SMALL.receive_bytes_min() },
    { samewire::Limits::SMALL.send_bytes_min() },
    1536,
    SPARES,
>;

/// What they take of the board's 264 KB, buffers and futures together.
const _: () = assert!(Places::ram_bytes::<Demo>() <= 80 * 1024);

/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// Begins to serve on this cable.
pub(crate) fn begin(
    spawner: Spawner,
    device: Device<'static, MTU>,
    frames: Frames<'static, Usb, MTU>,
    seed: u64,
    wiring: Wiring,
) {
    static RESOURCES: StaticCell<StackResources<{ PLACES + SPARES }>> = StaticCell::new();
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
    static POOL: StaticCell<Places> = StaticCell::new();
    static DEMO: StaticCell<Demo> = StaticCell::new();
    let demo: &Demo = DEMO.init_with(|| wiring.demo());
    let server = Server::new(demo, PORT)
        .wall_clock(|| Some(EXAMPLE_DATE))
        .fixed_entropy(FixedEntropy::EXAMPLE);
    server.run(stack, POOL.init_with(Pool::new)).await;
}
