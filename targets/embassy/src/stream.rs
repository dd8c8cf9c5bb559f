//! A TCP socket of embassy-net as the byte stream that `serve` runs on.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};

use embassy_net::tcp::{Error, TcpSocket};
use samewire::{Gone, Transport};

use crate::drain::Drain;

/// One accepted connection. Bytes go straight from the stack's ring to the lent buffers, and back;
/// a ring that wraps round gives a read in two parts.
pub(crate) struct Stream<'s, 'b> {
    socket: &'s mut TcpSocket<'b>,
    drain: Option<&'s Drain>,
    read_bytes_max: usize,
    has_ended: bool,
}

impl<'s, 'b> Stream<'s, 'b> {
    pub(crate) fn new(
        socket: &'s mut TcpSocket<'b>,
        drain: Option<&'s Drain>,
        read_bytes_max: usize,
    ) -> Self {
        Self { socket, drain, read_bytes_max, has_ended: false }
    }

    /// Whether our half of the stream was ended in order.
    pub(crate) const fn has_ended(&self) -> bool {
        self.has_ended
    }
}

// The futures of a socket keep nothing between two polls, so one made for each poll is as good.
impl Transport for Stream<'_, '_> {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        let room = into.len().min(self.read_bytes_max);
        let into = into.get_mut(..room).unwrap_or_default();
        pin!(self.socket.read(into)).poll(cx).map_err(gone)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        pin!(self.socket.write(from)).poll(cx).map_err(gone)
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
}

/// The stack tells a reset and a time-out alike.
fn gone(_: Error) -> Gone {
    Gone
}
