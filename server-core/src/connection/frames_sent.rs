//! Frames out: what a server says after 101 (RFC 6455 §5.1, §6.1, §7.1). A message is one frame, and
//! there is always room left for a Close.

use core::task::Poll;

use super::Wire;
use super::state::{Event, State};
use super::timers::Awaits;
use crate::buffer::{Writer, shift};
use crate::error::{Misuse, Violation};
use crate::limits::ANSWER_HEAD_BYTES_MIN;
use crate::ws::close::{self, Code};
use crate::ws::frame::{self, Opcode};
use crate::ws::message::Kind;

/// The longest control frame that is sent (RFC 6455 §5.5): kept free, so that a Close always fits.
pub(super) const CONTROL_FRAME_BYTES: usize = 2 + frame::CONTROL_BYTES_MAX as usize;

/// The answer's head and a control frame fit whatever a connection begins with.
const _: () = assert!(ANSWER_HEAD_BYTES_MIN as usize >= 2 * CONTROL_FRAME_BYTES);

impl Wire<'_> {
    /// Sends a message in one frame. Pending while there is no room for all of it; an error if
    /// the connection is closing, or if there will never be room.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`] for more than `answer_bytes_max` bytes.
    // rfc6455-6.1-send-only-open
    // rfc6455-5.5.1-no-data-after-close
    // rfc6455-6.1-abort-on-state-change
    #[inline(never)]
    pub fn send(&mut self, kind: Kind, data: &[u8]) -> Poll<Result<(), Option<Misuse>>> {
        if self.c.state != State::WebSocket {
            return Poll::Ready(Err(None));
        }
        if data.len() > self.limits.answer_bytes_max as usize {
            self.c.misuse = Some(Misuse::AnswerTooLarge);
            return Poll::Ready(Err(self.c.misuse));
        }
        if data.len() + frame::SENT_HEADER_BYTES_MAX + CONTROL_FRAME_BYTES > self.room() {
            return Poll::Pending;
        }
        self.begin_frame(kind.opcode(), data.len()).put(data);
        Poll::Ready(Ok(()))
    }

    /// The same for a message that `render` writes, which may be called more than once.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`] for more than `answer_bytes_max` bytes.
    #[inline(never)]
    pub fn send_rendered(
        &mut self,
        kind: Kind,
        render: &mut dyn FnMut(&mut Writer<'_>),
    ) -> Poll<Result<(), Option<Misuse>>> {
        if self.c.state != State::WebSocket {
            return Poll::Ready(Err(None));
        }
        let place = frame::SENT_HEADER_BYTES_MAX;
        let room = self.room().saturating_sub(place + CONTROL_FRAME_BYTES);
        let at = self.c.unsent;
        let free = self.send.get_mut(at + place..).unwrap_or_default();
        let room = room.min(self.limits.answer_bytes_max as usize);
        let mut writer = Writer::new(free.get_mut(..room).unwrap_or_default());
        render(&mut writer);
        let Some(bytes) = writer.written() else {
            if self.has_output() {
                return Poll::Pending;
            }
            self.c.misuse = Some(Misuse::AnswerTooLarge);
            return Poll::Ready(Err(self.c.misuse));
        };
        self.begin_frame(kind.opcode(), bytes);
        let header_bytes = self.c.unsent - bytes - at;
        let behind = self.send.get_mut(at + header_bytes..).unwrap_or_default();
        shift(behind, place - header_bytes, bytes);
        Poll::Ready(Ok(()))
    }

    /// Begins the closing handshake, unless it has begun. `reason` is cut at 123 bytes.
    // rfc6455-7.1.2-start-close-frame
    // rfc6455-7.3-server-may-close
    pub fn close(&mut self, code: Code, reason: &[u8]) {
        if self.c.state == State::WebSocket {
            self.put_close(code, reason);
            self.release_message();
            self.step(Event::CloseSent);
        }
    }

    /// Fails the connection: says why, then ends the stream without another look at what comes.
    // rfc6455-7.1.7-fail-closes
    // rfc6455-7.1.7-fail-sends-code
    // rfc6455-7.1.7-fail-stops-processing
    // rfc6455-10.7-close-code-on-invalid
    pub(super) fn fail(&mut self, violation: Violation) {
        self.c.violation = Some(violation);
        if self.c.state == State::WebSocket {
            self.put_close(Code::of(violation), violation.text());
        }
        self.step(Event::CloseDone);
    }

    /// A keep-alive ping, empty, if there is room; in any case a sign of life is due from now on.
    // rfc6455-5.5.2-server-ping
    pub(super) fn ping(&mut self) {
        if self.room() >= 2 * CONTROL_FRAME_BYTES {
            self.begin_frame(Opcode::Ping, 0);
        }
        self.c.timers.expect(Awaits::Pong, self.limits);
    }

    pub(super) fn put_close(&mut self, code: Code, reason: &[u8]) {
        let mut n = reason.len().min(close::REASON_BYTES_MAX);
        // A cut within a code point would not be UTF-8.
        while reason.get(n).is_some_and(|byte| byte & 0xc0 == 0x80) {
            n -= 1;
        }
        let reason = reason.get(..n).unwrap_or_default();
        let mut payload = self.begin_frame(Opcode::Close, 2 + n);
        payload.put(&code.to_bytes());
        payload.put(reason);
    }

    /// Writes the header of a frame with `n` bytes of payload, and says where these are due. Where
    /// there is no room for all of it, nothing is written and nothing can be.
    // rfc6455-5.1-server-never-masks
    // rfc6455-6.1-final-fin
    // rfc6455-6.1-first-opcode-type
    #[inline(never)]
    pub(super) fn begin_frame(&mut self, opcode: Opcode, n: usize) -> Writer<'_> {
        let (header, header_bytes) = frame::encode(opcode, true, n as u64);
        let at = self.c.unsent;
        if header_bytes + n <= self.room() {
            self.commit(header_bytes + n);
        }
        let place = self.send.get_mut(at..self.c.unsent).unwrap_or_default();
        let mut writer = Writer::new(place);
        writer.put(header.get(..header_bytes).unwrap_or_default());
        writer
    }
}
