//! The connection after 101: frames in, messages out of them, and what a server answers by itself
//! (RFC 6455 §5.5, §7). Control frames are dealt with here; the application never sees them.

use super::frames_sent::CONTROL_FRAME_BYTES;
use super::state::{Event, State};
use super::timers::Awaits;
use super::{Content, Span, Wire};
use crate::buffer::{Writer, shift};
use crate::error::{Misuse, Violation};
use crate::http::lines::{self, Lines};
use crate::http::status::Status;
use crate::ws::close::{self, Code};
use crate::ws::frame::{self, Opcode, Parsed};
use crate::ws::handshake::{KEY_BYTES, accept};
use crate::ws::message::{Kind, Message};

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

    fn frames(&mut self) -> Option<&mut Frames> {
        match &mut self.c.content {
            Content::Frames(frames) => Some(frames),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use core::task::Poll;

    use super::{Code, Kind, State};
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
