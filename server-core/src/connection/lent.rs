//! The lent buffers: where bytes are received, what of them is consumed, and what waits to be sent.

use super::state::State;
use super::{Connection, Span, Wire};
use crate::buffer::shift;

impl Connection {
    /// The free part of the `send` buffer; none while a tail must leave first.
    #[inline(never)]
    pub(super) fn free<'b>(&self, send: &'b mut [u8]) -> &'b mut [u8] {
        let free = if self.tail.is_empty() { send.get_mut(self.unsent..) } else { None };
        free.unwrap_or_default()
    }
}

impl<'w> Wire<'w> {
    /// The receive buffer, taken out: no byte can be received until it is put back. An empty
    /// receive space is the back-pressure.
    pub(crate) fn lend_receive(&mut self) -> &'w mut [u8] {
        core::mem::take(&mut self.receive)
    }

    /// Puts the receive buffer back.
    pub(crate) fn return_receive(&mut self, receive: &'w mut [u8]) {
        self.receive = receive;
    }

    /// Where a driver may read into. Empty while the buffer is full or lent to the application.
    pub fn receive_space(&mut self) -> &mut [u8] {
        let c = &mut *self.c;
        match c.state {
            State::Closed => return &mut [],
            // What comes now is dropped.
            State::Flushing | State::Lingering => return self.receive,
            _ => {}
        }
        if !self.receive.is_empty() {
            if c.received.len() == 0 {
                c.received = Span { start: c.held, end: c.held };
            } else if c.received.end == self.receive.len() {
                self.compact();
            }
        }
        self.receive.get_mut(self.c.received.end..).unwrap_or_default()
    }

    /// Moves the unread bytes to the front, behind what is held.
    pub(super) fn compact(&mut self) {
        let Connection { received, held, .. } = *self.c;
        if received.start > held {
            let behind = self.receive.get_mut(held..).unwrap_or_default();
            shift(behind, received.start - held, received.len());
            self.c.received = Span { start: held, end: held + received.len() };
        }
    }

    #[inline(never)]
    pub(super) fn consume(&mut self, n: usize) {
        let received = &mut self.c.received;
        received.start = received.start.saturating_add(n).min(received.end);
    }

    /// Output that may be written, in the send buffer or behind it: what a driver passes on.
    pub fn unsent(&self) -> &[u8] {
        match self.send.get(..self.c.unsent) {
            Some(bytes) if !bytes.is_empty() => bytes,
            _ => self.c.tail,
        }
    }

    /// Free bytes of the send buffer; none while a tail must leave first.
    pub(super) fn room(&self) -> usize {
        if self.c.tail.is_empty() { self.send.len() - self.c.unsent } else { 0 }
    }

    pub(super) fn has_output(&self) -> bool {
        self.c.unsent > 0 || !self.c.tail.is_empty()
    }

    /// Counts `n` bytes as written into the free part of the send buffer.
    #[inline(never)]
    pub(super) fn commit(&mut self, n: usize) {
        self.c.unsent += n;
        if !self.c.timers.write_runs() {
            self.c.timers.begin_write(self.limits);
        }
    }
}
