//! One place for connections, from one to the next: listen, serve, close, listen again.
//!
//! However a connection ends, its slot comes back, and each way is bounded in time: the core bounds
//! what an open one may do, and what comes before and after is bounded here.

use core::future::poll_fn;
use core::task::Poll;

use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::{State, TcpSocket};
use embassy_time::{Duration, with_timeout};
use samewire::app::refuse;
use samewire::{App, Limits, serve};

use crate::pool::Ring;
use crate::room::{Buffers, Entered, Room};
use crate::server::Server;
use crate::stream::Stream;

/// From a peer's SYN to its next segment: whoever sends nothing but SYNs does not keep a slot.
/// Room for three retransmissions of our answer, which begin after a second.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// For a RST to leave. It waits only while the chip is busy, or the peer's address on the local
/// network is not known any more.
const RESET: Duration = Duration::from_millis(500);

impl<A: App> Server<'_, A> {
    /// Serves one connection after the other on a socket of its own, until the server drains.
    /// `REFUSES` says that there are more sockets than places.
    pub(crate) async fn connections<'p, const N: usize, const REFUSES: bool>(
        &self,
        stack: Stack<'_>,
        ring: Ring<'_>,
        room: &Room<'p, N>,
    ) {
        let mut socket = TcpSocket::new(stack, ring.receive, ring.send);
        // An answer is written whole, so there is nothing to wait for.
        socket.set_nagle_enabled(false);
        while self.accepts(&mut socket).await {
            let has_ended = match select(self.drains(), room.enter()).await {
                Either::First(()) => false,
                Either::Second(Entered::Place(index, buffers)) => {
                    self.crowd(room.crowd());
                    self.connection(&mut socket, room, index, buffers).await
                }
                Either::Second(Entered::Refused(seconds)) if REFUSES => {
                    let mut stream =
                        Stream::new(&mut socket, self.drain, self.read_bytes_max, None);
                    let mut clock = self.clock();
                    refuse(&mut stream, &mut clock, seconds, self.limits.linger_ms_max).await;
                    stream.has_ended()
                }
                Either::Second(Entered::Refused(_)) => false,
            };
            self.close(&mut socket, has_ended).await;
        }
    }

    /// Serves one connection in its place, unless another one needs it more; whether our half of
    /// the stream was ended in order.
    async fn connection<'p, const N: usize>(
        &self,
        socket: &mut TcpSocket<'_>,
        room: &Room<'p, N>,
        index: usize,
        buffers: Buffers<'p>,
    ) -> bool {
        let mut stream =
            Stream::new(socket, self.drain, self.read_bytes_max, Some(room.seat(index)));
        let mut clock = self.clock();
        let Buffers { receive, send } = buffers;
        let serving =
            serve(self.app, &mut stream, &mut clock, &mut *receive, &mut *send, &self.limits);
        let has_left = match select(serving, room.is_wanted(index)).await {
            Either::First(()) => false,
            Either::Second(()) => true,
        };
        let has_ended = stream.has_ended();
        room.leave(index, Buffers { receive, send });
        if has_left {
            self.part(socket).await;
        }
        has_ended || has_left
    }

    /// Closes an idle connection without a word, but in order: its place is another's by now.
    async fn part(&self, socket: &mut TcpSocket<'_>) {
        socket.close();
        let mut unread = [0; 16];
        let ends = async { while let Ok(1..) = socket.read(&mut unread).await {} };
        let millis = self.limits.linger_ms_max;
        // Whatever comes of it, the socket is closed behind this.
        let _ = with_timeout(Duration::from_millis(millis.into()), ends).await;
    }

    /// Waits for a connection; `false` if the server drains. The socket must be closed.
    async fn accepts(&self, socket: &mut TcpSocket<'_>) -> bool {
        socket.set_timeout(Some(HANDSHAKE));
        let is_connected = match select(self.drains(), socket.accept(self.port)).await {
            Either::First(()) => return false,
            Either::Second(accepted) => accepted.is_ok(),
        };
        // From here on silence may be legal: the limits say for how long. A connection that was
        // reset before we got here ends with its first read.
        socket.set_timeout(None);
        debug_assert!(is_connected, "a closed socket can listen on a port other than 0");
        true
    }

    async fn drains(&self) {
        poll_fn(|cx| self.drain.map_or(Poll::Pending, |drain| drain.poll(cx))).await;
    }

    /// Gives the peer what has been written, and leaves the socket closed. `has_ended` says that
    /// our half of the stream was ended in order; nothing is owed to a peer where it was not.
    // rfc9112-9.6-staged-close
    async fn close(&self, socket: &mut TcpSocket<'_>, has_ended: bool) {
        if has_ended {
            // On a host the system does this behind our back: the peer takes what is written as
            // fast as it is used to, and acknowledges the end.
            let Limits { write_ms_max, linger_ms_max, .. } = self.limits;
            let millis = if socket.send_queue() > 0 { write_ms_max } else { linger_ms_max };
            // Whatever comes of it, the socket is closed below.
            let _ = with_timeout(Duration::from_millis(millis.into()), socket.flush()).await;
        }
        // In TIME-WAIT both halves have ended and our last ACK has left: a RST would do no good,
        // and to wait for ten seconds, as the stack would, costs more slots than a board has.
        let resets = !matches!(socket.state(), State::TimeWait | State::Closed);
        socket.abort();
        if resets {
            let _ = with_timeout(RESET, socket.flush()).await;
        }
    }
}
