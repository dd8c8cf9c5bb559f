//! What runs while the server waits: bytes go from the line to the wire, and back.

use core::task::{Context, Poll, ready};

use crate::board::End;
use crate::line::Line;
use crate::wire::{INPUT_BYTES, Wire};

/// Bytes of a line of log: as many as the least of frames takes, with some to spare.
pub const LOG_BYTES_MAX: usize = 96;

/// Bytes that are handed to the line at once: a packet of USB that needs no other one to be its end.
const OUTPUT_BYTES: usize = 63;

/// A line, what has come from it, and what is to go.
pub(crate) struct Pump<L> {
    line: L,
    input: [u8; INPUT_BYTES],
    /// What of `input` was not taken yet.
    start: usize,
    end: usize,
    output: [u8; OUTPUT_BYTES],
    /// What of `output` was not written yet.
    written: u8,
    filled: u8,
    log: Option<&'static str>,
}

impl<L: Line> Pump<L> {
    pub(crate) const fn new(line: L) -> Self {
        Self {
            line,
            input: [0; INPUT_BYTES],
            start: 0,
            end: 0,
            output: [0; OUTPUT_BYTES],
            written: 0,
            filled: 0,
            log: None,
        }
    }

    /// Forgets what was not taken.
    pub(crate) fn restart(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// The server waits: sends, lets time pass, or waits for the runner.
    pub(crate) fn poll_turn<const P: usize, const C: usize>(
        &mut self,
        cx: &mut Context<'_>,
        wire: &mut Wire<P, C>,
    ) -> Poll<Result<(), End>> {
        self.tell(wire);
        ready!(self.poll_send(cx, wire));
        if wire.pass::<L>() {
            return Poll::Ready(Ok(()));
        }
        self.poll_receive(cx, wire)
    }

    fn tell<const P: usize, const C: usize>(&mut self, wire: &mut Wire<P, C>) {
        while let Some(line) = self.log.take().or_else(|| self.line.log()) {
            if !wire.log(line.as_bytes()) {
                self.log = Some(line);
                return;
            }
        }
    }

    fn poll_send<const P: usize, const C: usize>(
        &mut self,
        cx: &mut Context<'_>,
        wire: &mut Wire<P, C>,
    ) -> Poll<()> {
        loop {
            let unwritten = self.written.into()..self.filled.into();
            if let Some(unwritten @ [_, ..]) = self.output.get(unwritten) {
                self.written += ready!(self.line.poll_write(cx, unwritten)) as u8;
                continue;
            }
            let count = wire.transmit(self.line.now(), &mut self.output);
            (self.written, self.filled) = (0, count as u8);
            if count == 0 {
                return Poll::Ready(());
            }
        }
    }

    /// Takes what the runner says; waits for it, if nothing is left.
    fn poll_receive<const P: usize, const C: usize>(
        &mut self,
        cx: &mut Context<'_>,
        wire: &mut Wire<P, C>,
    ) -> Poll<Result<(), End>> {
        let is_rest = self.start < self.end;
        if !is_rest {
            (self.start, self.end) = (0, 0);
            match self.line.poll_read(cx, &mut self.input) {
                Poll::Ready(0) => return Poll::Ready(Err(End::Stream)),
                Poll::Ready(count) => self.end = count,
                // What was lost is sent again, though nothing has come.
                Poll::Pending => match wire.deadline() {
                    Some(deadline) => ready!(self.line.poll_at(cx, deadline)),
                    None => return Poll::Pending,
                },
            }
        }
        let mut rest = self.input.get(self.start..self.end).unwrap_or_default();
        let before = rest.len();
        wire.unblock();
        wire.receive(&mut self.line, &mut rest)?;
        self.start = self.end - rest.len();
        if is_rest && rest.len() == before && !wire.is_due() {
            return Poll::Ready(Err(End::Recording));
        }
        Poll::Ready(Ok(()))
    }
}
