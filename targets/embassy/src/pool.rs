//! The memory of a server's connections.

use samewire::Limits;

/// Memory for `N` connections at a time. Each has `RECEIVE` and `SEND` bytes, as many as the limits
/// ask ([`Limits::receive_bytes_min`], [`Limits::send_bytes_min`]), and `TCP` bytes twice, for what
/// the network stack has received and nobody has read, and for what the peer has not yet
/// acknowledged. The default sizes are for [`Limits::SMALL`]: 9.5 KB a connection.
///
/// More `SEND` answers more pipelined requests in one write. `TCP` is the window that the peer may
/// fill at once: less than a segment (1,460 bytes on Ethernet) is slow, and more than the network
/// chip can hold for all connections together is lost under load, and sent again.
pub struct Pool<
    const N: usize,
    const RECEIVE: usize = { Limits::SMALL.receive_bytes_min() },
    const SEND: usize = { Limits::SMALL.send_bytes_min() },
    const TCP: usize = 1536,
> {
    slots: [Slot<RECEIVE, SEND, TCP>; N],
}

struct Slot<const RECEIVE: usize, const SEND: usize, const TCP: usize> {
    receive: [u8; RECEIVE],
    send: [u8; SEND],
    tcp_receive: [u8; TCP],
    tcp_send: [u8; TCP],
}

/// The memory of one connection at a time, whatever its size.
pub struct Place<'p> {
    pub(crate) receive: &'p mut [u8],
    pub(crate) send: &'p mut [u8],
    pub(crate) tcp_receive: &'p mut [u8],
    pub(crate) tcp_send: &'p mut [u8],
}

impl<const N: usize, const RECEIVE: usize, const SEND: usize, const TCP: usize>
    Pool<N, RECEIVE, SEND, TCP>
{
    const EMPTY: Slot<RECEIVE, SEND, TCP> = {
        assert!(TCP > 0, "a connection without a window receives nothing");
        Slot { receive: [0; RECEIVE], send: [0; SEND], tcp_receive: [0; TCP], tcp_send: [0; TCP] }
    };

    /// All zeros, so that in a `static` it takes no flash.
    pub const fn new() -> Self {
        Self { slots: [const { Self::EMPTY }; N] }
    }

    /// The places one by one, for [`Server::run_place`](crate::Server::run_place).
    pub fn places(&mut self) -> [Place<'_>; N] {
        self.slots.each_mut().map(|slot| Place {
            receive: &mut slot.receive,
            send: &mut slot.send,
            tcp_receive: &mut slot.tcp_receive,
            tcp_send: &mut slot.tcp_send,
        })
    }
}

impl<const N: usize, const RECEIVE: usize, const SEND: usize, const TCP: usize> Default
    for Pool<N, RECEIVE, SEND, TCP>
{
    fn default() -> Self {
        Self::new()
    }
}
