//! A serial line of any HAL that speaks embedded-io: a UART, or USB that looks like one.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, ready};

use embedded_io_async::{Read, Write};
use samewire::{Clock, Instant};

use crate::line::Line;
use crate::words::Lines;

/// A line of an input, an output and a clock.
///
/// Of both directions it is asked that a future which is dropped before it is ready has neither
/// taken bytes nor given any. An error says that bytes were lost on the way, and they are sent
/// again; a direction that is gone for a while waits, rather than tell errors all the time.
pub struct Serial<R, W, C> {
    input: R,
    output: W,
    clock: C,
    words: Lines<'static>,
}

impl<R: Read, W: Write, C: Clock> Serial<R, W, C> {
    /// A line to whoever is at its other end.
    pub const fn new(input: R, output: W, clock: C) -> Self {
        Self { input, output, clock, words: Lines::new("") }
    }

    /// The same, which tells these words first, line by line.
    #[must_use]
    pub fn telling(self, words: &'static str) -> Self {
        Self { words: Lines::new(words), ..self }
    }
}

impl<R: Read, W: Write, C: Clock> Line for Serial<R, W, C> {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        loop {
            // An error is read over: what was lost is sent again.
            if let Ok(count) = ready!(pin!(self.input.read(into)).poll(cx)) {
                return Poll::Ready(count);
            }
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<usize> {
        let written = pin!(self.output.write(from)).poll(cx);
        written.map(|written| written.unwrap_or(from.len()))
    }

    fn now(&self) -> u64 {
        self.clock.now().as_millis()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: u64) -> Poll<()> {
        self.clock.poll_at(cx, Instant::from_millis(deadline))
    }

    fn log(&mut self) -> Option<&'static str> {
        self.words.next()
    }
}
