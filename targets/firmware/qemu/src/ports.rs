//! What an emulated board serves.

use embassy_executor::Spawner;
use embassy_net::Stack;
use samewire::{FixedEntropy, Limits};
use samewire_demo::Demo;
use samewire_embassy::{Place, Pool, Server};
use static_cell::StaticCell;

use crate::{bare, orders};

/// Connections at a time on each port. A browser opens six.
const WHOLE: usize = 6;
const BYTES: usize = 4;
const BARE: usize = 2;
/// One for orders, and those that they hold for.
const ORDERED: usize = 1 + orders::PLACES;

/// Sockets that a stack must have room for.
pub(crate) const SOCKETS: usize = WHOLE + BYTES + BARE + ORDERED;

/// What every target of `samewire check` runs the demo with.
const LIMITS: Limits = Limits::SMALL;
/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// What the four places behind port 81 may take of the board's RAM, buffers and futures together.
const _: () = assert!(Pool::<BYTES>::ram_bytes::<Demo>() <= 52 * 1024);

/// Begins to serve on all ports.
pub fn serve(spawner: Spawner, stack: Stack<'static>) {
    static DEMO: StaticCell<Demo> = StaticCell::new();
    static SERVER: StaticCell<Server<'static, Demo>> = StaticCell::new();
    static POOL: StaticCell<Pool<WHOLE>> = StaticCell::new();
    const FREE: &str = "there is a task for each place";
    // One app for both ports: all of its connections are on one thread.
    let app: &Demo = DEMO.init_with(Demo::new);
    let server = SERVER.init_with(|| demo(app, 80));
    for place in POOL.init_with(Pool::new).places() {
        spawner.spawn(whole(server, stack, place).expect(FREE));
    }
    spawner.spawn(beside(server).expect(FREE));
    spawner.spawn(bytes(app, stack).expect(FREE));
    for _ in 0..BARE {
        spawner.spawn(bare(stack).expect(FREE));
    }
    spawner.spawn(ordered(stack).expect(FREE));
}

/// The demo on this port, as every target runs it.
pub(crate) fn demo(app: &Demo, port: u16) -> Server<'_, Demo> {
    Server::new(app, port)
        .limits(LIMITS)
        .wall_clock(|| Some(EXAMPLE_DATE))
        .fixed_entropy(FixedEntropy::EXAMPLE)
        .background(port != 81)
}

/// Each place has a task of its own.
#[embassy_executor::task(pool_size = WHOLE)]
async fn whole(
    server: &'static Server<'static, Demo>,
    stack: Stack<'static>,
    place: Place<'static>,
) {
    server.run_place(stack, place).await;
}

/// What the demo does beside answering requests, once for all ports.
#[embassy_executor::task]
async fn beside(server: &'static Server<'static, Demo>) {
    server.run_background().await;
}

/// All places are one task.
#[embassy_executor::task]
async fn bytes(app: &'static Demo, stack: Stack<'static>) {
    static POOL: StaticCell<Pool<BYTES>> = StaticCell::new();
    demo(app, 81).read_bytes_max(1).run(stack, POOL.init_with(Pool::new)).await;
}

#[embassy_executor::task(pool_size = BARE)]
async fn bare(stack: Stack<'static>) {
    bare::respond(stack, 82).await
}

#[embassy_executor::task]
async fn ordered(stack: Stack<'static>) {
    orders::serve(stack).await
}
