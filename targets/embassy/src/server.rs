//! What a server can be told before it runs.

use core::cell::Cell;
use core::task::{Context, Poll};

use embassy_futures::join::{join, join_array};
use embassy_net::Stack;
use embassy_sync::waitqueue::AtomicWaker;
use samewire::app::background;
use samewire::app::layer::Layer;
use samewire::app::places::Overload;
use samewire::{App, FixedEntropy, Limits};

use crate::clock::{BoardClock, Entropy, Wall};
use crate::drain::Drain;
use crate::pool::{Place, Pool, Ring};
use crate::room::{Buffers, Room};

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
    entropy: Entropy,
    overload: Overload,
    works: bool,
    /// Places that run on their own and have not ended; nothing before the first one.
    alone: Cell<Option<usize>>,
    /// Background work that runs on its own, and waits for them.
    work: AtomicWaker,
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
        Self {
            app,
            port,
            limits: Limits::SMALL,
            read_bytes_max: usize::MAX,
            wall: None,
            drain: None,
            entropy: Entropy::Absent,
            overload: Overload::DEFAULT,
            works: true,
            alone: Cell::new(None),
            work: AtomicWaker::new(),
        }
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

    /// Where random bytes come from, of which request ids are made: what the board's generator
    /// gives. Without it there are none.
    pub const fn entropy(mut self, draw: fn() -> [u8; 16]) -> Self {
        self.entropy = Entropy::Board(draw);
        self
    }

    /// Random bytes that repeat: each connection begins with these. For comparing transcripts, and
    /// for boards that have nothing better.
    pub const fn fixed_entropy(mut self, entropy: FixedEntropy) -> Self {
        self.entropy = Entropy::Fixed(entropy);
        self
    }

    /// What happens to a connection for which there is no place, if the [`Pool`] has a spare socket
    /// that hears it. The default is [`Overload::DEFAULT`].
    pub const fn overload(mut self, overload: Overload) -> Self {
        self.overload = overload;
        self
    }

    /// Whether the server runs the app's background work, which it does unless it is told not to.
    /// Of several servers with one app, as on two ports, one should.
    pub const fn background(mut self, runs: bool) -> Self {
        self.works = runs;
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
    pub async fn run<
        const N: usize,
        const RECEIVE: usize,
        const SEND: usize,
        const TCP: usize,
        const SPARES: usize,
    >(
        self,
        stack: Stack<'_>,
        pool: &mut Pool<N, RECEIVE, SEND, TCP, SPARES>,
    ) {
        self.check(RECEIVE, SEND);
        let room = Room::<N>::new(self.overload);
        let (rings, spares) = pool.furnish(&room);
        let _stops = self.start();
        let is_over = Cell::new(false);
        let connections = async {
            if SPARES > 0 {
                let serve = |ring| self.connections::<N, true>(stack, ring, &room);
                join(join_array(rings.map(serve)), join_array(spares.map(serve))).await;
            } else {
                join_array(rings.map(|ring| self.connections::<N, false>(stack, ring, &room)))
                    .await;
            }
            is_over.set(true);
        };
        // Asked behind the connections in each poll, so it needs no waker.
        let closes = |_: &mut Context<'_>| match is_over.get() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        };
        let mut clock = self.clock();
        let work = async {
            if self.works {
                background(self.app, &mut clock, closes).await;
            }
        };
        join(connections, work).await;
    }

    /// Serves one connection after the other in this place, until the server has been drained:
    /// a task for each place of a [`Pool`] is the same as [`run`](Self::run), with a few
    /// instructions less for each answer.
    ///
    /// Such places know nothing of each other: there are no spare sockets and nobody gives way to
    /// a newcomer, a [`Drain`] wakes one of the tasks, others notice it when something else wakes
    /// them (an idle connection's deadline at the latest), and the app's background work needs a
    /// task, too: [`run_background`](Self::run_background). The app hears of the begin with the
    /// first of these tasks, and of the end when the last one has ended.
    ///
    /// # Panics
    ///
    /// As `run` does.
    pub async fn run_place(&self, stack: Stack<'_>, place: Place<'_>) {
        let Place { receive, send, tcp_receive, tcp_send } = place;
        self.check(receive.len(), send.len());
        let room = Room::<1>::part();
        room.furnish(0, Buffers { receive, send });
        let _alone = self.begin_alone();
        let ring = Ring { receive: tcp_receive, send: tcp_send };
        self.connections::<1, false>(stack, ring, &room).await;
    }

    /// Runs the app's background work, for places that have tasks of their own: until the last of
    /// them has ended, and what has been queued is done.
    pub async fn run_background(&self) {
        let closes = |cx: &mut Context<'_>| {
            self.work.register(cx.waker());
            if self.alone.get() == Some(0) { Poll::Ready(()) } else { Poll::Pending }
        };
        background(self.app, &mut self.clock(), closes).await;
    }

    pub(crate) const fn clock(&self) -> BoardClock {
        BoardClock { wall: self.wall, entropy: self.entropy }
    }

    /// Tells the app of a crowd.
    pub(crate) fn crowd(&self, crowd: Option<(usize, usize)>) {
        if let Some((used, max)) = crowd {
            self.app.layers().crowded(self.app, used, max);
        }
    }

    fn check(&self, receive_bytes: usize, send_bytes: usize) {
        if let Err(misuse) = self.limits.fits(receive_bytes, send_bytes) {
            panic!("this pool is not for these limits: {misuse:?}");
        }
    }

    /// Tells the app that its server begins, and that it has ended when this is dropped.
    fn start(&self) -> Stops<'_, A> {
        self.app.layers().server_start(self.app);
        Stops(self.app)
    }

    /// The same for places that run on their own: with the first one, and when the last is dropped.
    fn begin_alone(&self) -> Alone<'_, 'a, A> {
        let before = self.alone.get();
        if before.is_none() {
            self.app.layers().server_start(self.app);
        }
        self.alone.set(Some(before.unwrap_or_default() + 1));
        Alone(self)
    }
}

/// Tells an app, when it is dropped, that its server has ended: be it in order, or cut off.
struct Stops<'s, A: App>(&'s A);

impl<A: App> Drop for Stops<'_, A> {
    fn drop(&mut self) {
        self.0.layers().server_stop(self.0);
    }
}

/// A place that runs on its own.
struct Alone<'s, 'a, A: App>(&'s Server<'a, A>);

impl<A: App> Drop for Alone<'_, '_, A> {
    fn drop(&mut self) {
        let left = self.0.alone.get().map_or(0, |alone| alone.saturating_sub(1));
        self.0.alone.set(Some(left));
        if left == 0 {
            self.0.work.wake();
            self.0.app.layers().server_stop(self.0.app);
        }
    }
}
