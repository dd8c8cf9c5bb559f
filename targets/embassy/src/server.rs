//! What a server can be told before it runs.

use embassy_futures::join::join_array;
use embassy_net::Stack;
use samewire::{App, Limits};

use crate::clock::Wall;
use crate::drain::Drain;
use crate::pool::{Place, Pool};

/// Serves `app` on this port with [`Limits::SMALL`], `N` connections at a time, for ever.
///
/// The memory of the connections, 9.5 KB each, is part of the future, which therefore belongs into
/// an executor's task. No `Date` is sent. A [`Server`] has more to choose from.
///
/// # Panics
///
/// As [`Server::run`] and [`Server::new`] do.
pub async fn serve<const N: usize>(stack: Stack<'_>, app: &impl App, port: u16) {
    let mut pool = Pool::<N>::new();
    Server::new(app, port).run(stack, &mut pool).await;
}

/// A server: an app and how to run it.
#[must_use = "a server does nothing until it runs"]
pub struct Server<'a, A> {
    pub(crate) app: &'a A,
    pub(crate) port: u16,
    pub(crate) limits: Limits,
    pub(crate) read_bytes_max: usize,
    pub(crate) wall: Option<Wall>,
    pub(crate) drain: Option<&'a Drain>,
}

impl<'a, A: App> Server<'a, A> {
    /// A server of `app` on this port of every address that the stack has, with
    /// [`Limits::SMALL`], no wall clock and no end.
    ///
    /// # Panics
    ///
    /// If the port is 0, on which nobody can listen.
    pub const fn new(app: &'a A, port: u16) -> Self {
        assert!(port != 0, "nobody can listen on port 0");
        let limits = Limits::SMALL;
        Self { app, port, limits, read_bytes_max: usize::MAX, wall: None, drain: None }
    }

    /// The bounds of each connection.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where the `Date` field comes from: seconds since 1970, or `None` while the board does not
    /// know them, and then none is sent (RFC 9110 §6.6.1).
    pub const fn wall_clock(mut self, seconds: fn() -> Option<u64>) -> Self {
        self.wall = Some(seconds);
        self
    }

    /// Who can end the server.
    pub const fn drain(mut self, drain: &'a Drain) -> Self {
        self.drain = Some(drain);
        self
    }

    /// Bytes that one read of a connection gets at most, however many have come. What the server
    /// answers never depends on it, and this is how to see that.
    pub const fn read_bytes_max(mut self, bytes: usize) -> Self {
        self.read_bytes_max = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// Serves, as many connections at a time as the pool has places for, until the server has been
    /// drained. Without a [`Drain`] it never returns. If the future is dropped, its connections
    /// are cut off.
    ///
    /// All of them are one task, so that what comes for one lets the others look, too. Where
    /// instructions count more than simplicity, each place can have a task of its own:
    /// [`run_place`](Self::run_place).
    ///
    /// # Panics
    ///
    /// If the buffers of the pool are smaller than the limits ask, or the stack has room for fewer
    /// sockets than the pool has places: both before the first connection.
    pub async fn run<const N: usize, const RECEIVE: usize, const SEND: usize, const TCP: usize>(
        self,
        stack: Stack<'_>,
        pool: &mut Pool<N, RECEIVE, SEND, TCP>,
    ) {
        join_array(pool.places().map(|place| self.run_place(stack, place))).await;
    }

    /// Serves one connection after the other in this place, until the server has been drained:
    /// a task for each place of a [`Pool`] is the same as [`run`](Self::run), with a few
    /// instructions less for each answer.
    ///
    /// A [`Drain`] wakes one task: with more than one of them, others notice it when something
    /// else wakes them, an idle connection's deadline at the latest.
    ///
    /// # Panics
    ///
    /// As `run` does.
    pub async fn run_place(&self, stack: Stack<'_>, place: Place<'_>) {
        if let Err(misuse) = self.limits.fits(place.receive.len(), place.send.len()) {
            panic!("this pool is not for these limits: {misuse:?}");
        }
        self.connections(stack, place).await;
    }
}
