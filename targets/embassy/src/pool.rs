//! The memory of a server's connections.

use embassy_net::Stack;
use samewire::{App, Limits};

use crate::room::{Buffers, Room};
use crate::server::Server;

/// Memory for `N` connections at a time. Each has `RECEIVE` and `SEND` bytes, as many as the limits
/// ask ([`Limits::receive_bytes_min`], [`Limits::send_bytes_min`]), and `TCP` bytes twice, for what
/// the network stack has received and nobody has read, and for what the peer has not yet
/// acknowledged. The default sizes are for [`Limits::SMALL`]: 9.5 KB a connection.
///
/// More `SEND` answers more pipelined requests in one write. `TCP` is the window that the peer may
/// fill at once: less than a segment (1,460 bytes on Ethernet) is slow, and more than the network
/// chip can hold for all connections together is lost under load, and sent again.
///
/// With `SPARES` there are sockets more than places, each with [`SPARE_TCP_BYTES`] twice. Where
/// there is none, nobody listens while all places are taken, and a newcomer's SYN is answered with
/// a reset. With one there is always somebody to say what [`Server::overload`] says: the newcomer
/// gets the place of an idle connection, or `503`. It speaks through a small window, and keeps it.
///
/// [`Server::overload`]: crate::Server::overload
pub struct Pool<
    const N: usize,
    const RECEIVE: usize = { Limits::SMALL.receive_bytes_min() },
    const SEND: usize = { Limits::SMALL.send_bytes_min() },
    const TCP: usize = 1536,
    const SPARES: usize = 0,
> {
    slots: [Slot<RECEIVE, SEND, TCP>; N],
    spares: [Spare; SPARES],
}

struct Slot<const RECEIVE: usize, const SEND: usize, const TCP: usize> {
    receive: [u8; RECEIVE],
    send: [u8; SEND],
    tcp_receive: [u8; TCP],
    tcp_send: [u8; TCP],
}

/// Bytes of a spare socket's window, each way: room for a request's head of the common kind.
pub const SPARE_TCP_BYTES: usize = 512;

struct Spare {
    tcp_receive: [u8; SPARE_TCP_BYTES],
    tcp_send: [u8; SPARE_TCP_BYTES],
}

impl Spare {
    const EMPTY: Self = Self { tcp_receive: [0; SPARE_TCP_BYTES], tcp_send: [0; SPARE_TCP_BYTES] };
}

/// The network stack's memory of one socket.
pub(crate) struct Ring<'p> {
    pub(crate) receive: &'p mut [u8],
    pub(crate) send: &'p mut [u8],
}

/// The size of what such a function returns; it is not called.
const fn run_bytes<'a, 's, 'p, A: App + 'a, P: 'p, R>(
    _: &impl FnOnce(Server<'a, A>, Stack<'s>, &'p mut P) -> R,
) -> usize {
    size_of::<R>()
}

/// The memory of one connection at a time, whatever its size.
pub struct Place<'p> {
    pub(crate) receive: &'p mut [u8],
    pub(crate) send: &'p mut [u8],
    pub(crate) tcp_receive: &'p mut [u8],
    pub(crate) tcp_send: &'p mut [u8],
}

impl<const N: usize, const RECEIVE: usize, const SEND: usize, const TCP: usize, const SPARES: usize>
    Pool<N, RECEIVE, SEND, TCP, SPARES>
{
    const EMPTY: Slot<RECEIVE, SEND, TCP> = {
        assert!(TCP > 0, "a connection without a window receives nothing");
        Slot { receive: [0; RECEIVE], send: [0; SEND], tcp_receive: [0; TCP], tcp_send: [0; TCP] }
    };

    /// All zeros, so that in a `static` it takes no flash.
    pub const fn new() -> Self {
        Self { slots: [const { Self::EMPTY }; N], spares: [const { Spare::EMPTY }; SPARES] }
    }

    /// Bytes of RAM that a server of the app `A` takes with this pool: the pool, and the future of
    /// [`Server::run`] with its connections' futures in it. A constant, to be asserted:
    ///
    /// ```
    /// # struct Panel;
    /// # samewire::app! { for Panel; get "/" => index; }
    /// # async fn index(_: &Panel) -> &'static str { "" }
    /// use samewire_embassy::Pool;
    ///
    /// const _: () = assert!(Pool::<4>::ram_bytes::<Panel>() <= 48 * 1024);
    /// ```
    ///
    /// The network stack has memory of its own, `size_of::<StackResources<SOCKETS>>()`, and so has
    /// the executor, a few words for each task. The stack that a poll takes is one for all
    /// connections.
    ///
    /// [`Server::run`]: crate::Server::run
    pub const fn ram_bytes<'a, A: App + 'a>() -> usize {
        size_of::<Self>() + run_bytes::<A, _, _>(&Server::run::<N, RECEIVE, SEND, TCP, SPARES>)
    }

    /// The memory of each place goes into the room; what remains is that of the sockets.
    pub(crate) fn furnish<'p>(
        &'p mut self,
        room: &Room<'p, N>,
    ) -> ([Ring<'p>; N], [Ring<'p>; SPARES]) {
        let mut indices = 0..N;
        let rings = self.slots.each_mut().map(|slot| {
            let buffers = Buffers { receive: &mut slot.receive, send: &mut slot.send };
            room.furnish(indices.next().unwrap_or(N), buffers);
            Ring { receive: &mut slot.tcp_receive, send: &mut slot.tcp_send }
        });
        let spares = self.spares.each_mut();
        let spares =
            spares.map(|spare| Ring { receive: &mut spare.tcp_receive, send: &mut spare.tcp_send });
        (rings, spares)
    }

    /// The places one by one, for [`Server::run_place`](crate::Server::run_place), where spares have
    /// no part.
    pub fn places(&mut self) -> [Place<'_>; N] {
        self.slots.each_mut().map(|slot| Place {
            receive: &mut slot.receive,
            send: &mut slot.send,
            tcp_receive: &mut slot.tcp_receive,
            tcp_send: &mut slot.tcp_send,
        })
    }
}

impl<const N: usize, const RECEIVE: usize, const SEND: usize, const TCP: usize, const SPARES: usize>
    Default for Pool<N, RECEIVE, SEND, TCP, SPARES>
{
    fn default() -> Self {
        Self::new()
    }
}
