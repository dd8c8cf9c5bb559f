//! A TCP connection as the byte stream that `serve` runs on.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use samewire::{Gone, Transport};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::counters::{Counters, count};
use crate::drain::Seat;
use crate::room::Taken;

/// One accepted connection.
#[derive(Debug)]
pub(crate) struct Stream {
    tcp: TcpStream,
    peer: IpAddr,
    seat: Seat,
    /// Nothing if it is turned away.
    place: Option<Taken>,
    counters: Arc<Counters>,
    read_bytes_max: usize,
}

impl Stream {
    /// Reads of at most `read_bytes_max` bytes from `tcp`, counted in `counters`.
    pub(crate) fn new(
        tcp: TcpStream,
        peer: IpAddr,
        seat: Seat,
        counters: Arc<Counters>,
        read_bytes_max: usize,
    ) -> Self {
        // An answer is written whole, so there is nothing to wait for. A peer that has gone already
        // may make this fail; the first read says so again.
        let _ = tcp.set_nodelay(true);
        // An IPv6 socket that IPv4 comes in by writes its addresses in its own way.
        let peer = peer.to_canonical();
        Self { tcp, peer, seat, place: None, counters, read_bytes_max }
    }

    /// The place that this connection keeps while it lasts.
    pub(crate) fn has_place(&mut self, place: Taken) {
        self.place = Some(place);
    }

    fn moved(&mut self) {
        if let Some(place) = &mut self.place {
            place.moved();
        }
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        let room = into.len().min(self.read_bytes_max);
        let mut into = ReadBuf::new(&mut into[..room]);
        let result = ready!(Pin::new(&mut self.tcp).poll_read(cx, &mut into));
        let read = into.filled().len();
        if read > 0 {
            count(&self.counters.reads);
            self.moved();
        }
        Poll::Ready(result.map(|()| read).map_err(gone))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        let written = ready!(Pin::new(&mut self.tcp).poll_write(cx, from)).map_err(gone)?;
        count(&self.counters.writes);
        self.moved();
        Poll::Ready(Ok(written))
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx).map_err(gone)
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.seat.poll(cx)
    }

    fn peer(&self) -> Option<IpAddr> {
        Some(self.peer)
    }

    fn rests(&mut self, is_idle: bool) {
        if let Some(place) = &mut self.place {
            place.rests(is_idle);
        }
    }
}

/// Whatever a socket says beside bytes and their end, nothing more can be done with it.
fn gone(_: io::Error) -> Gone {
    Gone
}
