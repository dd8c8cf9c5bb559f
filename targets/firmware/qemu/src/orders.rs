//! The demo as one case asks for it, begun anew, with limits of its own: they come before it, on a
//! connection apart, as the [orders](Order) that boards without a network get.

use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use samewire::Limits;
use samewire_demo::Demo;
use samewire_embassy::Pool;
use samewire_linked::{ORDER_BYTES, Order};
use static_cell::StaticCell;

use crate::ports::demo;

/// Connections that orders hold for: as many as a case may have.
pub(crate) const PLACES: usize = 6;

/// Where orders are taken, and where they hold.
const ORDERS: u16 = 83;
const ORDERED: u16 = 84;

/// What the server is to be like.
#[derive(Clone, Copy)]
struct Wish {
    limits: Limits,
    read_bytes_max: usize,
}

/// Serves as it was ordered last, until there are other orders.
pub(crate) async fn serve(stack: Stack<'static>) -> ! {
    static POOL: StaticCell<Pool<PLACES>> = StaticCell::new();
    let pool = POOL.init_with(Pool::new);
    let (mut receive, mut send) = ([0; 512], [0; 64]);
    let mut socket = TcpSocket::new(stack, &mut receive, &mut send);
    let mut wish = Wish { limits: Limits::SMALL, read_bytes_max: usize::MAX };
    loop {
        let app = Demo::new();
        let server = demo(&app, ORDERED).limits(wish.limits).read_bytes_max(wish.read_bytes_max);
        // Both look before anything leaves: who has heard that its orders are taken finds a
        // server that listens.
        match select(server.run(stack, pool), take(&mut socket)).await {
            Either::Second(Some(other)) => wish = other,
            Either::First(()) | Either::Second(None) => {}
        }
    }
}

/// Takes orders until the client has no more, and says that they are taken. Nothing if they make no
/// sense here.
async fn take(socket: &mut TcpSocket<'_>) -> Option<Wish> {
    // What the last client was told leaves first.
    let _ = socket.flush().await;
    socket.abort();
    socket.accept(ORDERS).await.ok()?;
    let mut wish = Wish { limits: Limits::SMALL, read_bytes_max: usize::MAX };
    let (mut order, mut filled) = ([0; ORDER_BYTES], 0);
    while let read @ 1.. = socket.read(&mut order[filled..]).await.ok()? {
        filled += read;
        if filled == ORDER_BYTES {
            filled = 0;
            match Order::decode(order)? {
                Order::Limit(place, value) => samewire_linked::set(&mut wish.limits, place, value),
                Order::Bytes => wish.read_bytes_max = 1,
                Order::Default => {}
                // What is for boards at a link.
                Order::Cut(_)
                | Order::Join
                | Order::Mean(_)
                | Order::Stall(_)
                | Order::Resume
                | Order::Measure
                | Order::Drain => return None,
            }
        }
    }
    let room = (Limits::SMALL.receive_bytes_min(), Limits::SMALL.send_bytes_min());
    wish.limits.fits(room.0, room.1).ok()?;
    socket.write(b"!").await.ok()?;
    socket.close();
    Some(wish)
}
