//! The network of an emulated board: QEMU's, in which every guest is alone.

use embassy_net::driver::Driver;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use static_cell::StaticCell;

use crate::ports::SOCKETS;

/// Where QEMU expects its guest, and the host as the guest sees it.
const ADDRESS: Ipv4Cidr = Ipv4Cidr::new(Ipv4Address::new(10, 0, 2, 15), 24);
const GATEWAY: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);
/// Sequence numbers and local ports begin with it. An emulated board has no entropy, and no enemies.
const SEED: u64 = 0x5a3e_317e_5a3e_317e;

/// A stack for all that is served, and what must run for it.
///
/// # Panics
///
/// The second time.
pub fn network<D: Driver>(driver: D) -> (Stack<'static>, Runner<'static, D>) {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let config = Config::ipv4_static(StaticConfigV4 {
        address: ADDRESS,
        gateway: Some(GATEWAY),
        dns_servers: Default::default(),
    });
    embassy_net::new(driver, config, RESOURCES.init_with(StackResources::new), SEED)
}
