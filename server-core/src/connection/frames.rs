//! The connection after 101: frames in, messages out of them, and what a server answers by itself
//! (RFC 6455 §5.5, §7). Control frames are dealt with here; the application never sees them.

use core::task::Poll;

use super::state::{Event, State};
use super::timers::Awaits;
use super::{Content, Span, Wire};
use crate::buffer::{Writer, copy, shift};
use crate::error::{Misuse, Violation};
use crate::limits::ANSWER_HEAD_BYTES;
use crate::ws::close::{self, Code};
use crate::ws::frame::{self, Header, Opcode, Parsed};
use crate::ws::handshake::{KEY_BYTES, accept};
use crate::ws::message::{Kind, Message};

/// The longest control frame that is sent (RFC 6455 §5.5): kept free, so that a Close always fits.
const CONTROL_FRAME_BYTES: usize = 2 + frame::CONTROL_BYTES_MAX as usize;

/// Where a connection stands in the stream of frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    /// Payload of the current data frame that is still to come.
    left: u32,
    mask: [u8; 4],
    /// Payload of the current data frame that has come, modulo four.
    phase: u8,
    /// A data frame's header has been read, and its end has not.
    in_frame: bool,
    fin: bool,
    /// A whole message is held and waits to be taken.
    ready: Option<Kind>,
    message: Message,
}

impl Frames {
    const NEW: Self = Self {
        left: 0,
        mask: [0; 4],
        phase: 0,
        in_frame: false,
        fin: false,
        ready: None,
        message: Message::NEW,
    };
}

/// How far a step through the frames got.
enum Moved {
    On,
    NeedsBytes,
    /// The answer to a control frame must wait for room; the peer is not reading.
    NeedsRoom,
}

/// What [`Wire::message`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// Nothing whole yet.
    More,
    /// A message of so many bytes, at the front of the receive buffer.
    Message(Kind, usize),
    /// No message will come any more.
    Over,
}

impl Wire<'_> {
    /// Answers a judged handshake with 101 and goes over to frames.
    // rfc6455-4.2.2-status-101
    // rfc6455-4.2.2-answer-upgrade
    // rfc6455-4.2.2-answer-connection
    // rfc6455-4.2.2-accept-hash
    // rfc9110-7.8-101-has-upgrade
    // rfc9110-7.8-100-before-101
    pub fn upgrade(&mut self, key: &[u8; KEY_BYTES]) {
        if self.c.state != State::Exchange || self.c.answer != super::Answer::Due {
            self.c.misuse = Some(Misuse::AnsweredTwice);
            return;
        }
        self.invite();
        let free = self.send.get_mut(self.c.unsent.end..).unwrap_or_default();
        let mut writer = Writer::new(free);
        writer.put(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Accept: ",
        );
        writer.put(&accept(key));
        writer.put(b"\r\n\r\n");
        let Some(n) = writer.written() else { return };
        self.commit(n);
        self.c.answer = super::Answer::Done;
        self.c.content = Content::Frames(Frames::NEW);
        self.c.held = 0;
        self.step(Event::Upgraded);
    }

    /// The next message, once it is whole. Until it is given back by asking again, no other byte
    /// is looked at.
    #[inline(never)]
    pub fn message(&mut self) -> Incoming {
        self.advance_frames();
        match (self.frames().and_then(|frames| frames.ready), self.c.state) {
            (Some(kind), State::WebSocket) => Incoming::Message(kind, self.c.held),
            (_, State::WebSocket) => Incoming::More,
            _ => Incoming::Over,
        }
    }

    /// Gives the message back that was taken.
    pub(crate) fn release_message(&mut self) {
        self.c.held = 0;
        if let Some(frames) = self.frames() {
            frames.ready = None;
        }
    }

    /// Reads frames until a message is whole or bytes are missing: a ping is answered even while
    /// the application waits for something else.
    #[inline(never)]
    pub(crate) fn advance_frames(&mut self) {
        while matches!(self.c.state, State::WebSocket | State::Closing) {
            if self.c.draining && self.c.state == State::WebSocket {
                // rfc6455-7.1.2-start-close-frame
                self.close(Code::GOING_AWAY, b"");
            }
            let Some(frames) = self.frames() else { return };
            if frames.ready.is_some() || self.receive.is_empty() {
                return self.c.timers.expect_nothing();
            }
            let in_frame = self.frames().is_some_and(|frames| frames.in_frame);
            let moved = if in_frame { self.take_payload() } else { self.take_header() };
            match moved {
                Ok(Moved::On) => {}
                Ok(Moved::NeedsBytes) => return self.starve_frames(),
                Ok(Moved::NeedsRoom) => return,
                Err(violation) => return self.fail(violation),
            }
        }
    }

    fn starve_frames(&mut self) {
        if self.c.ended {
            self.step(Event::PeerDone);
        } else if self.c.timers.awaits() == Awaits::Nothing {
            self.c.timers.expect(Awaits::Silence, self.limits);
        }
    }

    fn take_header(&mut self) -> Result<Moved, Violation> {
        let header = match frame::header(self.unread()) {
            Parsed::Complete(header) => header,
            Parsed::Incomplete => return Ok(Moved::NeedsBytes),
            Parsed::Violation(violation) => return Err(violation),
        };
        if header.opcode.is_control() {
            return self.take_control(&header);
        }
        let limits = self.limits;
        let is_open = self.c.state == State::WebSocket;
        let Some(frames) = self.frames() else { return Ok(Moved::NeedsBytes) };
        let is_first = frames.message.kind().is_none();
        frames.message.begin(&header, limits)?;
        frames.left = header.length as u32; // not above `message_bytes_max`, a `u32`
        (frames.mask, frames.phase, frames.fin) = (header.mask, 0, header.fin);
        frames.in_frame = true;
        self.consume(header.bytes);
        if is_first && is_open {
            self.c.timers.expect_anew(Awaits::Message, self.limits);
        }
        Ok(Moved::On)
    }

    /// Takes what is here of a data frame's payload, and the frame's end.
    fn take_payload(&mut self) -> Result<Moved, Violation> {
        let Span { start, end } = self.c.received;
        let held = self.c.held;
        let keeps = self.c.state == State::WebSocket;
        let Content::Frames(frames) = &mut self.c.content else { return Ok(Moved::NeedsBytes) };
        let n = usize::try_from(frames.left).unwrap_or(usize::MAX).min(end - start);
        if n == 0 && frames.left > 0 {
            return Ok(Moved::NeedsBytes);
        }
        let payload = self.receive.get_mut(start..start + n).unwrap_or_default();
        frame::unmask(payload, frames.mask, frames.phase.into());
        frames.message.payload(payload)?;
        frames.phase = frames.phase.wrapping_add(n as u8) & 3;
        frames.left -= n as u32; // not above `left`
        let is_whole = if frames.left == 0 {
            frames.in_frame = false;
            frames.message.end(frames.fin)?
        } else {
            None
        };
        if keeps {
            frames.ready = is_whole;
            let behind = self.receive.get_mut(held..).unwrap_or_default();
            shift(behind, start - held, n);
            self.c.held += n;
        }
        self.consume(n);
        if is_whole.is_some() && keeps {
            self.c.timers.expect_nothing();
        }
        Ok(Moved::On)
    }

    fn take_control(&mut self, header: &Header) -> Result<Moved, Violation> {
        let bytes = header.length as usize; // a control frame's is at most 125
        let Span { start, end } = self.c.received;
        let at = start + header.bytes;
        if end < at + bytes {
            return Ok(Moved::NeedsBytes);
        }
        if self.room() < 2 * CONTROL_FRAME_BYTES {
            return Ok(Moved::NeedsRoom);
        }
        let mut payload = [0; frame::CONTROL_BYTES_MAX as usize];
        let payload = payload.get_mut(..bytes).unwrap_or_default();
        if let Some(received) = self.receive.get(at..at + bytes) {
            copy(payload, received);
        }
        frame::unmask(payload, header.mask, 0);
        self.consume(header.bytes + bytes);
        match header.opcode {
            // rfc6455-5.5.2-pong-reply
            // rfc6455-5.5.3-pong-same-data
            Opcode::Ping if self.c.state == State::WebSocket => {
                self.put_frame(Opcode::Pong, &[payload]);
            }
            Opcode::Close => self.take_close(close::parse(payload)?),
            _ => {}
        }
        Ok(Moved::On)
    }

    // rfc6455-5.5.1-reply-close
    // rfc6455-5.5.1-server-closes-tcp-now
    // rfc6455-7.1.1-server-closes-first
    fn take_close(&mut self, code: Option<Code>) {
        if self.c.state == State::WebSocket {
            match code {
                Some(code) => self.put_frame(Opcode::Close, &[&code.to_bytes()]),
                None => self.put_frame(Opcode::Close, &[]),
            }
        }
        self.step(Event::CloseDone);
    }

    /// Sends a message in one frame. Pending while there is no room for all of it; an error if
    /// the connection is closing, or if there will never be room.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`] for more than `answer_bytes_max` bytes.
    // rfc6455-6.1-send-only-open
    // rfc6455-5.5.1-no-data-after-close
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
        self.put_frame(if kind == Kind::Text { Opcode::Text } else { Opcode::Binary }, &[data]);
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
        let at = self.c.unsent.end;
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
        let opcode = if kind == Kind::Text { Opcode::Text } else { Opcode::Binary };
        self.put_frame_header(opcode, bytes);
        let header_bytes = self.c.unsent.end - at;
        let behind = self.send.get_mut(at + header_bytes..).unwrap_or_default();
        shift(behind, place - header_bytes, bytes);
        self.commit(bytes);
        Poll::Ready(Ok(()))
    }

    /// Begins the closing handshake, unless it has begun. `reason` is cut at 123 bytes.
    // rfc6455-7.1.2-start-close-frame
    pub fn close(&mut self, code: Code, reason: &[u8]) {
        if self.c.state == State::WebSocket {
            self.put_close(code, reason);
            self.c.held = 0;
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
        if self.c.state == State::WebSocket
            && let Some(code) = Code::sendable(violation.code())
        {
            self.put_close(code, violation.text());
        }
        self.step(Event::CloseDone);
    }

    /// A keep-alive ping, empty, if there is room; in any case a sign of life is due from now on.
    pub(super) fn ping(&mut self) {
        if self.room() >= 2 * CONTROL_FRAME_BYTES {
            self.put_frame(Opcode::Ping, &[]);
        }
        self.c.timers.expect(Awaits::Pong, self.limits);
    }

    fn put_close(&mut self, code: Code, reason: &[u8]) {
        let mut n = reason.len().min(close::REASON_BYTES_MAX);
        // A cut within a code point would not be UTF-8.
        while reason.get(n).is_some_and(|byte| byte & 0xc0 == 0x80) {
            n -= 1;
        }
        let reason = reason.get(..n).unwrap_or_default();
        self.put_frame(Opcode::Close, &[&code.to_bytes(), reason]);
    }

    /// Writes a whole frame, for which there must be room.
    fn put_frame(&mut self, opcode: Opcode, payload: &[&[u8]]) {
        self.put_frame_header(opcode, payload.iter().map(|part| part.len()).sum());
        let free = self.send.get_mut(self.c.unsent.end..).unwrap_or_default();
        let mut writer = Writer::new(free);
        payload.iter().for_each(|part| writer.put(part));
        if let Some(n) = writer.written() {
            self.commit(n);
        }
    }

    // rfc6455-5.1-server-never-masks
    // rfc6455-6.1-final-fin
    // rfc6455-6.1-first-opcode-type
    fn put_frame_header(&mut self, opcode: Opcode, payload_bytes: usize) {
        let (header, n) = frame::encode(opcode, true, payload_bytes as u64);
        let free = self.send.get_mut(self.c.unsent.end..).unwrap_or_default();
        let mut writer = Writer::new(free);
        writer.put(header.get(..n).unwrap_or_default());
        if let Some(n) = writer.written() {
            self.commit(n);
        }
    }

    fn unread(&self) -> &[u8] {
        let Span { start, end } = self.c.received;
        self.receive.get(start..end).unwrap_or_default()
    }

    fn frames(&mut self) -> Option<&mut Frames> {
        match &mut self.c.content {
            Content::Frames(frames) => Some(frames),
            _ => None,
        }
    }
}

/// The answer's head and a control frame fit whatever a connection begins with.
const _: () = assert!(ANSWER_HEAD_BYTES as usize >= 2 * CONTROL_FRAME_BYTES);
