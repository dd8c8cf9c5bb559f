//! One connection, from its begin until the next one: what `serve` asks of a transport and a clock,
//! and a loop that polls it whenever there is something to do.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use samewire::app::background;
use samewire::app::layer::Layer;
use samewire::{App, Clock, FixedEntropy, Gone, Instant, Transport};
use samewire_link::{Read, Settings};

use crate::board::{Board, End, Mark};
use crate::line::Line;
use crate::pump::Pump;
use crate::wire::Wire;

/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// How often the server and the work beside it are polled for one thing that has come. There are no
/// wakers here that would tell.
const ROUNDS: usize = 2;

/// A server on a line. It takes about 2 KB, apart from the buffers of a connection.
pub struct Server<L> {
    pump: Pump<L>,
    wire: RefCell<Wire>,
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
        let wire = RefCell::new(Wire::new(settings));
        Self { pump: Pump::new(line), wire, session: settings.session }
    }

    /// Serves one connection after the other, each with an app of its own, until the line ends or
    /// makes no sense.
    ///
    /// The buffers are lent to each connection. They should suffice for
    /// [`Limits::SMALL`](samewire::Limits::SMALL); cases that need more are skipped, and the runner
    /// asks how much there is.
    pub async fn serve<A: App>(
        &mut self,
        app: impl Fn() -> A,
        receive: &mut [u8],
        send: &mut [u8],
    ) -> End {
        let Self { pump, wire, .. } = self;
        wire.get_mut().has_room(receive.len(), send.len());
        loop {
            if let Err(end) = connection(pump, wire, &app, receive, send).await {
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

impl<B: Board> Server<B> {
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

/// Waits for a connection, and serves it until there is another one.
async fn connection<L: Line, A: App>(
    pump: &mut Pump<L>,
    wire: &RefCell<Wire>,
    app: &impl Fn() -> A,
    receive: &mut [u8],
    send: &mut [u8],
) -> Result<(), End> {
    let limits = loop {
        if let Some(limits) = wire.borrow_mut().accept() {
            break limits;
        }
        poll_fn(|cx| pump.poll_turn(cx, &mut wire.borrow_mut())).await?;
    };
    let app = begin(app);
    app.layers().server_start(&app);
    let mut stream = Stream { wire, line: PhantomData::<L> };
    let [mut timer, mut work_timer] =
        [false, true].map(|is_beside| Timer { wire, is_beside, entropy: FixedEntropy::EXAMPLE });
    let mut work = pin!(background(&app, &mut work_timer, |_| Poll::Pending));
    let mut has_work = true;
    let mut server = pin!(samewire::serve(&app, &mut stream, &mut timer, receive, send, &limits));
    while !wire.borrow().is_opened() {
        let is_due = wire.borrow_mut().take_due();
        if !is_due {
            poll_fn(|cx| pump.poll_turn(cx, &mut wire.borrow_mut())).await?;
            continue;
        }
        // Whatever a server waits for comes by the wire, or from the app's work beside it.
        let mut context = Context::from_waker(Waker::noop());
        // What the server has left for the work beside it is done at once; and once more, because
        // that may be what a handler waits for.
        for _ in 0..ROUNDS {
            let is_over = advance::<L>(server.as_mut(), &mut context);
            if is_over {
                wire.borrow_mut().leave();
            }
            let has_worked = has_work;
            has_work = has_work && work.as_mut().poll(&mut context).is_pending();
            if is_over || !has_worked {
                break;
            }
        }
    }
    Ok(())
}

/// Polls the server, in a function of its own, which has all registers for itself; whether that was
/// its end.
#[inline(never)]
fn advance<L: Line>(server: Pin<&mut impl Future>, cx: &mut Context<'_>) -> bool {
    L::mark(Mark::Begin);
    let is_over = server.poll(cx).is_ready();
    L::mark(Mark::End);
    is_over
}

/// Begins an app, in a function of its own: what that takes of the stack is free again behind it.
#[inline(never)]
fn begin<A>(app: &impl Fn() -> A) -> A {
    app()
}

/// The bytes of the connection.
struct Stream<'w, L> {
    wire: &'w RefCell<Wire>,
    line: PhantomData<L>,
}

impl<L: Line> Stream<'_, L> {
    /// Something that is not the server, and is called by it: in a function of its own, so that none
    /// of it is counted as the server's.
    #[inline(never)]
    fn beside<T>(&self, what: impl FnOnce(&mut Wire) -> T) -> T {
        L::mark(Mark::End);
        let done = what(&mut self.wire.borrow_mut());
        L::mark(Mark::Begin);
        done
    }
}

impl<L: Line> Transport for Stream<'_, L> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        match self.beside(|wire| wire.read(into)) {
            Read::Bytes(count) => Poll::Ready(Ok(count)),
            Read::Nothing => Poll::Pending,
            Read::End => Poll::Ready(Ok(0)),
            Read::Gone => Poll::Ready(Err(Gone)),
        }
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        match self.beside(|wire| wire.write(from)) {
            Some(0) => Poll::Pending,
            Some(count) => Poll::Ready(Ok(count)),
            None => Poll::Ready(Err(Gone)),
        }
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Poll::Ready(self.beside(Wire::finish).ok_or(Gone))
    }
}

/// Virtual time, a time of day that stands still, and the random bytes of every target.
struct Timer<'w> {
    wire: &'w RefCell<Wire>,
    /// It is that of the work beside the server.
    is_beside: bool,
    entropy: FixedEntropy,
}

impl Clock for Timer<'_> {
    fn now(&self) -> Instant {
        self.wire.borrow().now()
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        match self.wire.borrow_mut().wait_until(deadline, self.is_beside) {
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
