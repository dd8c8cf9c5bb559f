//! One connection, from its begin until the next one: what `serve` asks of a transport and a clock,
//! and a loop that polls it whenever there is something to do.

use core::cell::RefCell;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use samewire::app::background;
use samewire::app::layer::Layer;
use samewire::{App, Clock, FixedEntropy, Gone, Instant, Transport};
use samewire_link::Read;

use crate::board::{Board, End, Mark};
use crate::wire::Wire;

/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// How often the server and the work beside it are polled for one thing that has come. There are no
/// wakers here that would tell.
const ROUNDS: usize = 2;

/// A server on a board. It takes about 2 KB, apart from the buffers of a connection.
pub struct Server<B>(RefCell<Wire<B>>);

impl<B: Board> Server<B> {
    /// A server on this board. It does nothing until it runs.
    pub const fn new(board: B) -> Self {
        Self(RefCell::new(Wire::new(board)))
    }

    /// Serves one connection after the other, each with an app of its own, until the board's stream
    /// ends or makes no sense.
    ///
    /// The buffers are lent to each connection. They should suffice for
    /// [`Limits::SMALL`](samewire::Limits::SMALL); cases that need more are skipped, and the runner
    /// asks how much there is.
    pub fn run<A: App>(&self, app: impl Fn() -> A, receive: &mut [u8], send: &mut [u8]) -> End {
        self.0.borrow_mut().has_room(receive.len(), send.len());
        loop {
            if let Err(end) = serve(&self.0, &app, receive, send) {
                return end;
            }
        }
    }
}

/// Waits for a connection, and serves it until there is another one.
fn serve<B: Board, A: App>(
    wire: &RefCell<Wire<B>>,
    app: &impl Fn() -> A,
    receive: &mut [u8],
    send: &mut [u8],
) -> Result<(), End> {
    let limits = loop {
        if let Some(limits) = wire.borrow_mut().accept() {
            break limits;
        }
        wire.borrow_mut().turn()?;
    };
    let app = app();
    app.layers().server_start(&app);
    let mut stream = Stream(wire);
    let [mut timer, mut work_timer] =
        [false, true].map(|is_beside| Timer { wire, is_beside, entropy: FixedEntropy::EXAMPLE });
    let mut work = pin!(background(&app, &mut work_timer, |_| Poll::Pending));
    let mut has_work = true;
    let mut server = pin!(samewire::serve(&app, &mut stream, &mut timer, receive, send, &limits));
    // Whatever a server waits for comes by the wire, or from the app's work beside it.
    let mut context = Context::from_waker(Waker::noop());
    while !wire.borrow().is_opened() {
        let is_due = wire.borrow_mut().take_due();
        if !is_due {
            wire.borrow_mut().turn()?;
            continue;
        }
        // What the server has left for the work beside it is done at once; and once more, because
        // that may be what a handler waits for.
        for _ in 0..ROUNDS {
            B::mark(Mark::Begin);
            let is_over = server.as_mut().poll(&mut context).is_ready();
            B::mark(Mark::End);
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

/// The bytes of the connection.
struct Stream<'w, B>(&'w RefCell<Wire<B>>);

impl<B: Board> Stream<'_, B> {
    /// Something that is not the server, and is called by it: in a function of its own, so that none
    /// of it is counted as the server's.
    #[inline(never)]
    fn beside<T>(&self, what: impl FnOnce(&mut Wire<B>) -> T) -> T {
        B::mark(Mark::End);
        let done = what(&mut self.0.borrow_mut());
        B::mark(Mark::Begin);
        done
    }
}

impl<B: Board> Transport for Stream<'_, B> {
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
struct Timer<'w, B> {
    wire: &'w RefCell<Wire<B>>,
    /// It is that of the work beside the server.
    is_beside: bool,
    entropy: FixedEntropy,
}

impl<B: Board> Clock for Timer<'_, B> {
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
