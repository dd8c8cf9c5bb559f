//! One connection, from its begin until the next one: what `serve` asks of a board, and a loop that
//! polls it whenever there is something to do.

use core::cell::RefCell;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use samewire::http::date::HttpDate;
use samewire::{Clock, Gone, Instant, Transport};
use samewire_demo::Demo;
use samewire_gauge::laps::{beside, samewire_begin, samewire_end};
use samewire_link::Read;

use crate::board::Board;

/// Sun, 06 Nov 1994 08:49:37 GMT, as on every target, so that transcripts compare byte for byte.
const EXAMPLE_DATE: u64 = 784_111_777;

/// Waits for a connection, and serves it until there is another one.
pub(crate) fn serve(board: &RefCell<Board>, receive: &mut [u8], send: &mut [u8]) {
    let limits = loop {
        if let Some(limits) = board.borrow_mut().accept() {
            break limits;
        }
        board.borrow_mut().turn();
    };
    // Made anew for each connection, as on `core`.
    let app = Demo::new();
    let mut stream = Stream(board);
    let mut timer = Timer { board, date: HttpDate::from_unix(EXAMPLE_DATE) };
    let mut server = pin!(samewire::serve(&app, &mut stream, &mut timer, receive, send, &limits));
    // Nothing in the server or the demo wakes itself: whatever they wait for comes by the board.
    let mut context = Context::from_waker(Waker::noop());
    while !board.borrow().is_opened() {
        let is_due = board.borrow_mut().take_due();
        if !is_due {
            board.borrow_mut().turn();
            continue;
        }
        samewire_begin();
        let is_over = server.as_mut().poll(&mut context).is_ready();
        samewire_end();
        if is_over {
            board.borrow_mut().leave();
        }
    }
}

/// The bytes of the connection.
struct Stream<'b>(&'b RefCell<Board>);

impl Transport for Stream<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        match beside(|| self.0.borrow_mut().read(into)) {
            Read::Bytes(count) => Poll::Ready(Ok(count)),
            Read::Nothing => Poll::Pending,
            Read::End => Poll::Ready(Ok(0)),
            Read::Gone => Poll::Ready(Err(Gone)),
        }
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        match beside(|| self.0.borrow_mut().write(from)) {
            Some(0) => Poll::Pending,
            Some(count) => Poll::Ready(Ok(count)),
            None => Poll::Ready(Err(Gone)),
        }
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Poll::Ready(beside(|| self.0.borrow_mut().finish()).ok_or(Gone))
    }
}

/// Virtual time, and a time of day that stands still.
struct Timer<'b> {
    board: &'b RefCell<Board>,
    date: HttpDate,
}

impl Clock for Timer<'_> {
    fn now(&self) -> Instant {
        self.board.borrow().now()
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        match self.board.borrow_mut().wait_until(deadline) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    fn date(&self) -> Option<HttpDate> {
        Some(self.date)
    }
}
