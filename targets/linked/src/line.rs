//! A stream of bytes that can be waited for beside other things, and may lose some.

use core::task::{Context, Poll};

use crate::board::{Board, Mark, Memory};

/// A stream to the runner, on a board that has other things to do while it waits: a task of its
/// executor. A [`Board`] is one, too, which does nothing else.
///
/// Its doors are those of [`Transport`](samewire::Transport) and [`Clock`](samewire::Clock), and
/// poll-shaped as those are: nothing is held while nothing comes.
pub trait Line {
    /// Reads what has come; how many bytes. None is the end of the stream.
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize>;

    /// Writes as much as there is room for; how many bytes.
    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<usize>;

    /// Milliseconds since the board has begun: what is lost is sent again after a while. Where
    /// nothing is ever lost, time may stand still.
    #[inline]
    fn now(&self) -> u64 {
        0
    }

    /// Ready once it is so late. A later call replaces the deadline of an earlier one.
    #[inline]
    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: u64) -> Poll<()> {
        let _ = (cx, deadline);
        Poll::Pending
    }

    /// The next line that the board has to tell of itself, of at most
    /// [`LOG_BYTES_MAX`](crate::LOG_BYTES_MAX).
    #[inline]
    fn log(&mut self) -> Option<&'static str> {
        None
    }

    /// How much memory is used, where that can be told.
    fn memory(&mut self) -> Option<Memory> {
        None
    }

    /// Marks what runs, for who counts from outside.
    #[inline]
    fn mark(mark: Mark) {
        let _ = mark;
    }
}

/// It is ready whenever it returns.
impl<B: Board> Line for B {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        Poll::Ready(self.read(into))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<usize> {
        self.write(from);
        Poll::Ready(from.len())
    }

    fn memory(&mut self) -> Option<Memory> {
        Board::memory(self)
    }

    #[inline]
    fn mark(mark: Mark) {
        <B as Board>::mark(mark);
    }
}
