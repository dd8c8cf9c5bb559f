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
use samewire::{App, Limits, serve};

use crate::clock::BoardClock;
use crate::pool::Place;
use crate::server::Server;
use crate::stream::Stream;

/// From a peer's SYN to its next segment: whoever sends nothing but SYNs does not keep a slot.
/// Room for three retransmissions of our answer, which begin after a second.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// For a RST to leave. It waits only while the chip is busy, or the peer's address on the local
/// network is not known any more.
const RESET: Duration = Duration::from_millis(500);

impl<A: App> Server<'_, A> {
    /// Serves one connection after the other, until the server drains.
    pub(crate) async fn connections(&self, stack: Stack<'_>, place: Place<'_>) {
        let Place { receive, send, tcp_receive, tcp_send } = place;
        let mut socket = TcpSocket::new(stack, tcp_receive, tcp_send);
        // An answer is written whole, so there is nothing to wait for.
        socket.set_nagle_enabled(false);
        while self.accepts(&mut socket).await {
            let mut stream = Stream::new(&mut socket, self.drain, self.read_bytes_max);
            let mut clock = BoardClock(self.wall);
            serve(self.app, &mut stream, &mut clock, receive, send, &self.limits).await;
            let has_ended = stream.has_ended();
            self.close(&mut socket, has_ended).await;
        }
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
