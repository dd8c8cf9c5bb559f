//! The network: the demo over TCP, in real time and with real pins.

use embassy_net::Stack;
use samewire::FixedEntropy;
use samewire_demo::Demo;
use samewire_embassy::{Pool, Server};
use static_cell::{ConstStaticCell, StaticCell};

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

/// Sockets that they take of a stack.
pub const SOCKETS: usize = PLACES + SPARES;

/// What they take of the least of our boards, which has 264 KB, buffers and futures together.
const _: () = assert!(Places::ram_bytes::<Demo>() <= 80 * 1024);

/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// Serves the app that begins so, once: there is one network on a board. What is generic is compiled
/// with the image, and 5 KB smaller for that.
pub async fn serve(stack: Stack<'static>, begin: impl FnOnce() -> Demo) {
    // Never on a stack, where there is no room for it.
    static POOL: ConstStaticCell<Places> = ConstStaticCell::new(Pool::new());
    static DEMO: StaticCell<Demo> = StaticCell::new();
    let demo: &Demo = DEMO.init_with(begin);
    let server = Server::new(demo, PORT)
        .wall_clock(|| Some(EXAMPLE_DATE))
        .fixed_entropy(FixedEntropy::EXAMPLE);
    server.run(stack, POOL.take()).await;
}
