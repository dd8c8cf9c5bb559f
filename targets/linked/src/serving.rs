//! An app with its connections, from the first of them until all begins anew: what `serve` asks of a
//! transport and a clock, and a loop that polls whenever there is something to do.

use core::cell::RefCell;
use core::convert::Infallible;
use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use embassy_futures::join::join_array;
use samewire::app::background;
use samewire::app::layer::Layer;
use samewire::{App, Clock, FixedEntropy, Gone, Instant, Transport};
use samewire_link::{Read, Settings};

use crate::board::{Board, End, Mark};
use crate::line::Line;
use crate::place::Who;
use crate::pump::Pump;
use crate::wire::Wire;

/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// How often the server and the work beside it are polled for one thing that has come, and behind the
/// last byte that one of several connections has moved. There are no wakers here that would tell.
const ROUNDS: usize = 2;

/// A server on a line. It takes about 2 KB, apart from the buffers of a connection.
///
/// It serves one connection at a time, or as many as it has `PLACES`; `CHANNELS` is one more. Each
/// place more takes 0.6 KB, and what a connection and its handler take.
pub struct Server<L, const PLACES: usize = 1, const CHANNELS: usize = 2> {
    pump: Pump<L>,
    wire: RefCell<Wire<PLACES, CHANNELS>>,
    session: u32,
}

impl<L: Line> Server<L> {
    /// A server on this line. It does nothing until it runs.
    pub const fn new(line: L) -> Self {
        Self::with_settings(line, Settings::board(0))
    }

    /// The same, on a link with these settings: a line that loses bytes, or outlives its runners,
    /// needs a session of its own for each start.
    pub const fn with_settings(line: L, settings: Settings) -> Self {
        Self::side_by_side(line, settings)
    }
}

impl<L: Line, const PLACES: usize, const CHANNELS: usize> Server<L, PLACES, CHANNELS> {
    /// The same for several connections at a time: `Server::<_, 6, 7>` serves six. They share an
    /// app if the runner orders it so, and the buffers, of which each has its part.
    pub const fn side_by_side(line: L, settings: Settings) -> Self {
        let wire = RefCell::new(Wire::new(settings));
        Self { pump: Pump::new(line), wire, session: settings.session }
    }

    /// Serves one connection after the other, each with an app of its own, until the line ends or
    /// makes no sense; and several side by side, with one app, where the runner
    /// [orders](crate::Order::Join) that.
    ///
    /// The buffers are lent to each connection, or parts of them to each of those that are served
    /// at a time: as many as their limits allow. They should suffice for
    /// [`Limits::SMALL`](samewire::Limits::SMALL), once for each place; cases that need more are
    /// skipped, and the runner asks how much there is.
    pub async fn serve<A: App>(
        &mut self,
        app: impl Fn() -> A,
        receive: &mut [u8],
        send: &mut [u8],
    ) -> End {
        let Self { pump, wire, .. } = self;
        wire.get_mut().has_room(receive.len(), send.len());
        loop {
            if let Err(end) = world(pump, wire, &app, receive, send).await {
                return end;
            }
        }
    }

    /// The same for one runner after the other, until the line ends: each finds the board as if it
    /// had just begun.
    pub async fn serve_all<A: App>(
        &mut self,
        app: impl Fn() -> A,
        receive: &mut [u8],
        send: &mut [u8],
    ) {
        while self.serve(&app, receive, send).await != End::Stream {
            self.session = self.session.wrapping_add(1);
            self.wire.get_mut().restart(self.session);
            self.pump.restart();
        }
    }
}

impl<B: Board, const PLACES: usize, const CHANNELS: usize> Server<B, PLACES, CHANNELS> {
    /// [`serve`](Self::serve) on a board that does nothing else.
    pub fn run<A: App>(&mut self, app: impl Fn() -> A, receive: &mut [u8], send: &mut [u8]) -> End {
        let mut context = Context::from_waker(Waker::noop());
        let mut served = pin!(self.serve(app, receive, send));
        loop {
            // Whatever it waits for has come when a board returns.
            if let Poll::Ready(end) = served.as_mut().poll(&mut context) {
                return end;
            }
        }
    }
}

/// Waits for a connection, begins an app with it, and serves that until another one begins anew.
async fn world<L: Line, A: App, const P: usize, const C: usize>(
    pump: &mut Pump<L>,
    wire: &RefCell<Wire<P, C>>,
    app: &impl Fn() -> A,
    receive: &mut [u8],
    send: &mut [u8],
) -> Result<(), End> {
    let count = loop {
        if let Some(count) = wire.borrow_mut().begin() {
            break count;
        }
        poll_fn(|cx| pump.poll_turn(cx, &mut wire.borrow_mut())).await?;
    };
    let app = begin(app);
    app.layers().server_start(&app);
    let mut work_timer = Timer::new(wire, Who::Work);
    let closes = |_: &mut Context<'_>| match wire.borrow().is_drained() {
        true => Poll::Ready(()),
        false => Poll::Pending,
    };
    let mut work = pin!(background(&app, &mut work_timer, closes));
    let (mut has_work, mut has_stopped) = (true, false);
    let mut indices = 0..P;
    let mut servers = pin!(join_array(
        parts::<P>(receive, send, count)
            .map(|part| { place::<L, _, P, C>(wire, &app, indices.next().unwrap_or(P), part) })
    ));
    while !wire.borrow().begins() {
        let is_due = wire.borrow_mut().take_due();
        if !is_due {
            poll_fn(|cx| pump.poll_turn(cx, &mut wire.borrow_mut())).await?;
            continue;
        }
        // Whatever a server waits for comes by the wire, from the app's work beside it, or from
        // another connection. What the server has left for the work is done at once; and once more,
        // because that may be what a handler waits for.
        let mut context = Context::from_waker(Waker::noop());
        let is_shared = wire.borrow().is_shared();
        let mut rounds = ROUNDS;
        while rounds > 0 {
            // It never ends.
            let _ = servers.as_mut().poll(&mut context);
            let has_worked = has_work;
            has_work = has_work && work.as_mut().poll(&mut context).is_pending();
            // As long as bytes move, one more may hear of it.
            let has_moved = wire.borrow_mut().take_moved();
            match (is_shared, has_worked) {
                (false, false) => break,
                (true, _) if has_moved => rounds = ROUNDS,
                _ => rounds -= 1,
            }
        }
        if !has_work && !has_stopped && wire.borrow().is_drained() {
            has_stopped = true;
            app.layers().server_stop(&app);
        }
    }
    Ok(())
}

/// The memory of one connection.
struct Part<'b> {
    receive: &'b mut [u8],
    send: &'b mut [u8],
}

/// So many parts of equal size, and for the other places none.
fn parts<'b, const P: usize>(
    receive: &'b mut [u8],
    send: &'b mut [u8],
    count: usize,
) -> [Part<'b>; P] {
    // One of a place alone is known to be whole.
    let count = count.clamp(1, P);
    let mut receives = receive.chunks_exact_mut((receive.len() / count).max(1));
    let mut sends = send.chunks_exact_mut((send.len() / count).max(1));
    core::array::from_fn(|_| Part {
        receive: receives.next().unwrap_or_default(),
        send: sends.next().unwrap_or_default(),
    })
}

/// Serves one connection after the other in a place: those that the wire lets in.
async fn place<L: Line, A: App, const P: usize, const C: usize>(
    wire: &RefCell<Wire<P, C>>,
    app: &A,
    index: usize,
    Part { receive, send }: Part<'_>,
) -> Infallible {
    loop {
        poll_fn(|_| match wire.borrow_mut().accept(index) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        // Copied from there to here, they are not on the stack.
        let limits = *wire.borrow().limits();
        let mut stream = Stream { wire, index, line: PhantomData::<L> };
        let mut timer = Timer::new(wire, Who::Place(index));
        let mut server =
            pin!(samewire::serve(app, &mut stream, &mut timer, &mut *receive, &mut *send, &limits));
        poll_fn(|cx| advance::<L>(server.as_mut(), cx)).await;
        wire.borrow_mut().leave(index);
    }
}

/// Polls the server, in a function of its own, which has all registers for itself.
#[inline(never)]
fn advance<L: Line>(server: Pin<&mut impl Future>, cx: &mut Context<'_>) -> Poll<()> {
    L::mark(Mark::Begin);
    let polled = server.poll(cx);
    L::mark(Mark::End);
    polled.map(drop)
}

/// Begins an app, in a function of its own: what that takes of the stack is free again behind it.
#[inline(never)]
fn begin<A>(app: &impl Fn() -> A) -> A {
    app()
}

/// The bytes of the connection.
struct Stream<'w, L, const P: usize, const C: usize> {
    wire: &'w RefCell<Wire<P, C>>,
    index: usize,
    line: PhantomData<L>,
}

impl<L: Line, const P: usize, const C: usize> Stream<'_, L, P, C> {
    /// Something that is not the server, and is called by it: in a function of its own, so that none
    /// of it is counted as the server's.
    #[inline(never)]
    fn beside<T>(&self, what: impl FnOnce(&mut Wire<P, C>, usize) -> T) -> T {
        L::mark(Mark::End);
        let done = what(&mut self.wire.borrow_mut(), self.index);
        L::mark(Mark::Begin);
        done
    }
}

impl<L: Line, const P: usize, const C: usize> Transport for Stream<'_, L, P, C> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        match self.beside(|wire, index| wire.read(index, into)) {
            Read::Bytes(count) => Poll::Ready(Ok(count)),
            Read::Nothing => Poll::Pending,
            Read::End => Poll::Ready(Ok(0)),
            Read::Gone => Poll::Ready(Err(Gone)),
        }
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        match self.beside(|wire, index| wire.write(index, from)) {
            Some(0) => Poll::Pending,
            Some(count) => Poll::Ready(Ok(count)),
            None => Poll::Ready(Err(Gone)),
        }
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Poll::Ready(self.beside(Wire::finish).ok_or(Gone))
    }

    fn poll_drain(&mut self, _: &mut Context<'_>) -> Poll<()> {
        if self.wire.borrow().drains() { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Virtual time, a time of day that stands still, and the random bytes of every target.
struct Timer<'w, const P: usize, const C: usize> {
    wire: &'w RefCell<Wire<P, C>>,
    who: Who,
    entropy: FixedEntropy,
}

impl<'w, const P: usize, const C: usize> Timer<'w, P, C> {
    const fn new(wire: &'w RefCell<Wire<P, C>>, who: Who) -> Self {
        Self { wire, who, entropy: FixedEntropy::EXAMPLE }
    }
}

impl<const P: usize, const C: usize> Clock for Timer<'_, P, C> {
    fn now(&self) -> Instant {
        self.wire.borrow().now()
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        match self.wire.borrow_mut().wait_until(deadline, self.who) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    fn unix_seconds(&self) -> Option<u64> {
        Some(EXAMPLE_DATE)
    }

    fn entropy(&mut self) -> Option<[u8; 16]> {
        Some(self.entropy.draw())
    }
}
