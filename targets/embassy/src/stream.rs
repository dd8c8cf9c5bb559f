//! A TCP socket of embassy-net as the byte stream that `serve` runs on.

use core::future::Future;
use core::net::IpAddr;
use core::pin::pin;
use core::task::{Context, Poll};

use embassy_net::tcp::{Error, TcpSocket};
use samewire::{Gone, Transport};

use crate::drain::Drain;
use crate::room::Seat;

/// One accepted connection. Bytes go straight from the stack's ring to the lent buffers, and back;
/// a ring that wraps round gives a read in two parts.
pub(crate) struct Stream<'s, 'b> {
    socket: &'s mut TcpSocket<'b>,
    drain: Option<&'s Drain>,
    read_bytes_max: usize,
    /// Nothing if it is turned away.
    seat: Option<Seat<'s>>,
    has_ended: bool,
}

impl<'s, 'b> Stream<'s, 'b> {
    pub(crate) fn new(
        socket: &'s mut TcpSocket<'b>,
        drain: Option<&'s Drain>,
        read_bytes_max: usize,
        seat: Option<Seat<'s>>,
    ) -> Self {
        Self { socket, drain, read_bytes_max, seat, has_ended: false }
    }

    /// Whether our half of the stream was ended in order.
    pub(crate) const fn has_ended(&self) -> bool {
        self.has_ended
    }

    fn moved<T>(&mut self, moved: Poll<T>) -> Poll<T> {
        if let (Poll::Ready(_), Some(seat)) = (&moved, &mut self.seat) {
            seat.moved();
        }
        moved
    }
}

// The futures of a socket keep nothing between two polls, so one made for each poll is as good.
impl Transport for Stream<'_, '_> {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        let room = into.len().min(self.read_bytes_max);
        let into = into.get_mut(..room).unwrap_or_default();
        let read = pin!(self.socket.read(into)).poll(cx).map_err(gone);
        self.moved(read)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        let written = pin!(self.socket.write(from)).poll(cx).map_err(gone);
        self.moved(written)
    }

    /// The FIN leaves behind what was written: nobody has to wait for that here.
    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.has_ended = true;
        self.socket.close();
        Poll::Ready(Ok(()))
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.drain.map_or(Poll::Pending, |drain| drain.poll(cx))
    }

    fn rests(&mut self, is_idle: bool) {
        if let Some(seat) = &mut self.seat {
            seat.rests(is_idle);
        }
    }

    fn peer(&self) -> Option<IpAddr> {
        self.socket.remote_endpoint().map(|peer| peer.addr.into())
    }
}

/// The stack tells a reset and a time-out alike.
fn gone(_: Error) -> Gone {
    Gone
}
