//! The connection after 101: frames in, messages out of them, and what a server answers by itself
//! (RFC 6455 §5.5, §7). Control frames are dealt with here; the application never sees them.

use core::task::Poll;

use super::state::{Event, State};
use super::timers::Awaits;
use super::{Content, Span, Wire};
use crate::buffer::{Writer, shift};
use crate::error::{Misuse, Violation};
use crate::http::lines::{self, Lines};
use crate::http::status::Status;
use crate::limits::ANSWER_HEAD_BYTES_MIN;
use crate::ws::close::{self, Code};
use crate::ws::frame::{self, Opcode, Parsed};
use crate::ws::handshake::{KEY_BYTES, accept};
use crate::ws::message::{Kind, Message};

/// The longest control frame that is sent (RFC 6455 §5.5): kept free, so that a Close always fits.
const CONTROL_FRAME_BYTES: usize = 2 + frame::CONTROL_BYTES_MAX as usize;

/// Where a connection stands in the stream of frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    /// Payload of the current frame that is still to come.
    left: usize,
    /// The key for the next byte of it, and those that follow.
    mask: [u8; 4],
    /// The current frame, from its header's last byte to its payload's.
    opcode: Option<Opcode>,
    fin: bool,
    /// A whole message is held and waits to be taken.
    ready: Option<Kind>,
    message: Message,
}

impl Frames {
    const NEW: Self = Self {
        left: 0,
        mask: [0; 4],
        opcode: None,
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
    /// Answers a judged handshake with 101, `more` lines and those of whoever stands around, and goes
    /// over to frames.
    // rfc6455-4.2.2-status-101
    // rfc6455-4.2.2-answer-upgrade
    // rfc6455-4.2.2-answer-connection
    // rfc6455-4.2.2-accept-hash
    // rfc9110-7.8-101-has-upgrade
    // rfc9110-7.8-100-before-101
    // rfc6455-4.2.2-accept-valid-response
    // rfc9110-15.2.2-101-upgrade-field
    // rfc6455-4.2.2-no-subprotocol-if-none
    // rfc6455-4.2.2-no-unoffered-extension
    // rfc6455-5.2-extension-data-negotiated
    // rfc6455-5.8-extensions-negotiated
    // rfc6455-9-accept-some-extensions
    // rfc6455-9-no-unrequested-extension
    // rfc6455-11.3.2-single-extension-response
    // rfc6455-11.3.3-single-accept
    // rfc6455-11.3.4-single-protocol-response
    // rfc6455-4.1-client-waits
    // rfc6455-4.2.2-open-after-handshake
    pub fn upgrade(&mut self, key: &[u8; KEY_BYTES], more: Option<&dyn Lines>) {
        if self.c.state != State::Exchange || self.c.answer != super::Answer::Due {
            self.c.misuse = Some(Misuse::AnsweredTwice);
            return;
        }
        self.invite();
        let free = self.send.get_mut(self.c.unsent..).unwrap_or_default();
        let mut writer = Writer::new(free);
        writer.put(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Accept: ",
        );
        writer.put(&accept(key));
        lines::write(&mut writer, Status::SWITCHING_PROTOCOLS, more, self.around);
        writer.put(b"\r\n\r\n");
        let Some(n) = writer.written() else { return };
        self.commit(n);
        self.c.answer = super::Answer::Done;
        self.c.answered = 101;
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

    /// Gives the message back that was taken, or drops the one that was not.
    pub fn release_message(&mut self) {
        self.c.held = 0;
        if let Some(frames) = self.frames() {
            frames.ready = None;
        }
    }

    /// Reads frames until a message is whole or bytes are missing: a ping is answered even while
    /// the application waits for something else.
    // rfc6455-10.7-validate-input
    // rfc6455-5.5.2-pong-soon
    #[inline(never)]
    pub(crate) fn advance_frames(&mut self) {
        while matches!(self.c.state, State::WebSocket | State::Closing) {
            if self.c.draining && self.c.state == State::WebSocket {
                // rfc6455-7.1.2-start-close-frame
                self.close(Code::GOING_AWAY, b"");
            }
            let Content::Frames(frames) = &self.c.content else { return };
            if frames.ready.is_some() || self.receive.is_empty() {
                // It is the application's turn; but once we have closed, the peer's time runs.
                if self.c.state == State::WebSocket {
                    self.c.timers.expect_nothing();
                }
                return;
            }
            // Asked far more often than there are bytes, and before anything is moved for them.
            if self.c.received.len() == 0 && (frames.opcode.is_none() || frames.left > 0) {
                return self.starve_frames();
            }
            let mut frames = *frames;
            // Both are taken out while frames are read from one and judged by the other.
            let receive = self.lend_receive();
            let moved = match frames.opcode {
                None => self.take_header(&mut frames, receive),
                Some(opcode) => self.take_payload(&mut frames, opcode, receive),
            };
            self.return_receive(receive);
            self.c.content = Content::Frames(frames);
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

    fn take_header(&mut self, frames: &mut Frames, receive: &[u8]) -> Result<Moved, Violation> {
        let Span { start, end } = self.c.received;
        let header = match frame::header(receive.get(start..end).unwrap_or_default()) {
            Parsed::Complete(header) => header,
            Parsed::Incomplete => return Ok(Moved::NeedsBytes),
            Parsed::Violation(violation) => return Err(violation),
        };
        let was_within = frames.message.kind().is_some();
        frames.message.begin(&header, self.limits)?;
        let is_within = frames.message.kind().is_some();
        // `begin` has refused what no memory holds.
        frames.left = usize::try_from(header.length).unwrap_or(usize::MAX);
        frames.mask = header.mask;
        frames.fin = header.fin;
        frames.opcode = Some(header.opcode);
        self.c.received.start = start + header.bytes;
        if is_within && !was_within && self.c.state == State::WebSocket {
            self.c.timers.expect_anew(Awaits::Message, self.limits);
        }
        Ok(Moved::On)
    }

    /// Takes what is here of a data frame's payload, or all of a control frame's.
    // rfc6455-5.4-fragment-order
    fn take_payload(
        &mut self,
        frames: &mut Frames,
        opcode: Opcode,
        receive: &mut [u8],
    ) -> Result<Moved, Violation> {
        let Span { start, end } = self.c.received;
        let n = (end - start).min(frames.left);
        let is_whole = n == frames.left;
        if !is_whole && (n == 0 || opcode.is_control()) {
            return Ok(Moved::NeedsBytes);
        }
        if opcode.is_control() && self.room() < 2 * CONTROL_FRAME_BYTES {
            return Ok(Moved::NeedsRoom);
        }
        let payload = receive.get_mut(start..start + n).unwrap_or_default();
        frames.mask = frame::unmask(payload, frames.mask);
        frames.left -= n;
        if is_whole {
            frames.opcode = None;
        }
        self.c.received.start = start + n;
        if opcode.is_control() {
            self.take_control(opcode, payload)?;
            return Ok(Moved::On);
        }
        frames.message.payload(payload)?;
        let ready = if is_whole { frames.message.end(frames.fin)? } else { None };
        if self.c.state == State::WebSocket {
            frames.ready = ready;
            let held = self.c.held;
            shift(receive.get_mut(held..).unwrap_or_default(), start - held, n);
            self.c.held += n;
        }
        Ok(Moved::On)
    }

    // rfc6455-5.5.1-reply-close
    // rfc6455-5.5.1-server-closes-tcp-now
    // rfc6455-7.1.1-server-closes-first
    // rfc6455-5.5.1-tcp-close-after-both
    // rfc6455-5.5.1-reply-close-soon
    // rfc6455-7.1.2-close-when-both
    fn take_control(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), Violation> {
        let is_open = self.c.state == State::WebSocket;
        match opcode {
            // rfc6455-5.5.2-pong-reply
            // rfc6455-5.5.2-ping-data
            // rfc6455-5.5.3-pong-same-data
            // rfc6455-5.5.3-pong-latest-only
            Opcode::Ping if is_open => self.begin_frame(Opcode::Pong, payload.len()).put(payload),
            Opcode::Close => {
                close::parse(payload)?;
                if is_open {
                    let code = payload.get(..2).unwrap_or_default();
                    self.begin_frame(Opcode::Close, code.len()).put(code);
                }
                self.step(Event::CloseDone);
            }
            // rfc6455-5.5.3-unsolicited-pong
            _ => {}
        }
        Ok(())
    }

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

    fn put_close(&mut self, code: Code, reason: &[u8]) {
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
    fn begin_frame(&mut self, opcode: Opcode, n: usize) -> Writer<'_> {
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

    fn frames(&mut self) -> Option<&mut Frames> {
        match &mut self.c.content {
            Content::Frames(frames) => Some(frames),
            _ => None,
        }
    }
}

/// The answer's head and a control frame fit whatever a connection begins with.
const _: () = assert!(ANSWER_HEAD_BYTES_MIN as usize >= 2 * CONTROL_FRAME_BYTES);

#[cfg(test)]
mod tests {
    use super::{Code, Kind, Poll, State};
    use crate::connection::{Connection, Incoming, Input, Output, Wire};
    use crate::{Instant, Limits};

    const LIMITS: &Limits = &Limits::SMALL;
    const HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    /// "hi" and a Close frame without a code, under a mask of zeros.
    const TEXT: &[u8] = b"\x81\x82\0\0\0\0hi";
    const CLOSE: &[u8] = b"\x88\x80\0\0\0\0";

    fn receive(wire: &mut Wire<'_>, bytes: &[u8]) {
        wire.receive_space()[..bytes.len()].copy_from_slice(bytes);
        wire.handle_input(Instant::ZERO, Input::Received(bytes.len()));
    }

    /// Runs `test` on an open WebSocket whose 101 has been sent.
    fn on_open(test: impl FnOnce(&mut Wire<'_>)) {
        let mut connection = Connection::new(Instant::ZERO, LIMITS);
        let (mut to, mut from) = ([0; 2048], [0; 2048]);
        let mut date = None;
        let mut wire = connection.lend(LIMITS, &mut to, &mut from, &mut date);
        receive(&mut wire, HEAD);
        let head_bytes = wire.head().unwrap();
        wire.pass_head(head_bytes);
        wire.upgrade(b"dGhlIHNhbXBsZSBub25jZQ==", None);
        let sent = wire.unsent().len();
        wire.handle_input(Instant::ZERO, Input::Sent(sent));
        assert_eq!(wire.connection().state(), State::WebSocket);
        test(&mut wire);
    }

    #[test]
    fn sends_a_message_of_any_length_in_one_frame() {
        for (bytes, header) in
            [(0, &[0x82, 0][..]), (125, &[0x82, 125]), (126, &[0x82, 126, 0, 126])]
        {
            on_open(|wire| {
                assert_eq!(wire.send(Kind::Binary, &[b'x'; 126][..bytes]), Poll::Ready(Ok(())));
                let expected = [header, &[b'x'; 126][..bytes]].concat();
                assert_eq!(wire.unsent(), expected);
            });
            on_open(|wire| {
                let mut render = |to: &mut crate::buffer::Writer<'_>| to.put(&[b'x'; 126][..bytes]);
                let sent = wire.send_rendered(Kind::Binary, &mut render);
                assert_eq!(sent, Poll::Ready(Ok(())));
                let expected = [header, &[b'x'; 126][..bytes]].concat();
                assert_eq!(wire.unsent(), expected);
            });
        }
    }

    #[test]
    fn a_message_that_nobody_takes_does_not_hold_up_the_close() {
        on_open(|wire| {
            receive(wire, TEXT);
            wire.advance_frames();
            assert_eq!(wire.message(), Incoming::Message(Kind::Text, 2));
            wire.close(Code::NORMAL, b"");
            assert_eq!(wire.message(), Incoming::Over);
            receive(wire, CLOSE);
            wire.advance_frames();
            assert_eq!(wire.connection().state(), State::Flushing);
        });
    }

    #[test]
    fn a_full_send_buffer_does_not_hold_up_the_close() {
        on_open(|wire| {
            while wire.send(Kind::Binary, &[0; 100]).is_ready() {}
            wire.close(Code::NORMAL, b"");
            receive(wire, CLOSE);
            wire.advance_frames();
            assert_eq!(wire.connection().state(), State::Closing, "there is no room for a pong");
            while wire.poll_output() == Output::Ready {}
            let sent = wire.unsent().len();
            wire.handle_input(Instant::ZERO, Input::Sent(sent));
            assert_eq!(wire.poll_output(), Output::Ready);
            wire.advance_frames();
            assert_eq!(wire.connection().state(), State::Flushing);
        });
    }

    #[test]
    fn the_time_to_answer_a_close_runs_while_a_message_is_held() {
        on_open(|wire| {
            receive(wire, TEXT);
            wire.advance_frames();
            assert_eq!(wire.message(), Incoming::Message(Kind::Text, 2));
            let held = wire.lend_receive();
            wire.close(Code::NORMAL, b"");
            wire.advance_frames();
            assert_eq!(wire.deadline(), Some(Instant::from_millis(LIMITS.close_ms_max.into())));
            wire.return_receive(held);
        });
    }
}
