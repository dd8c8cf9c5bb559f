//! Frames of a client as the steps of a case, and what an echo of them is.

use std::fmt::Write as _;

use crate::case::{ClientFrame, FrameKind, FrameOut, Text};

/// Frames that come in pieces.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// Bytes that are no whole frame yet.
    rest: Vec<u8>,
    /// The message that is not complete, and whether it is text.
    message: Option<(bool, Vec<u8>)>,
    expected: String,
    is_closed: bool,
}

impl Frames {
    /// The steps that further bytes are.
    pub(super) fn tell(&mut self, bytes: &[u8]) -> String {
        self.rest.extend(bytes);
        let mut steps = String::new();
        while let Some((length, frame)) = frame(&self.rest) {
            self.rest.drain(..length);
            self.expect(&frame);
            let _ = writeln!(steps, "> {}", FrameOut::Frame(frame));
        }
        steps
    }

    /// What is left of a frame that was cut off, and what must have come.
    pub(super) fn finish(self) -> String {
        let mut steps = String::new();
        if !self.rest.is_empty() {
            let rest = FrameOut::Bytes(Text::from(&self.rest[..]));
            let _ = writeln!(steps, "> {rest}");
        }
        steps + &self.expected
    }

    fn expect(&mut self, frame: &ClientFrame) {
        if self.is_closed {
            return;
        }
        let payload = frame.payload.bytes(None);
        match frame.kind {
            FrameKind::Ping => {
                let _ = writeln!(self.expected, "< pong {}", Text::from(&payload[..]).quoted());
            }
            FrameKind::Close => {
                self.is_closed = true;
                let line =
                    frame.code.map_or("close empty".to_owned(), |code| format!("close {code}"));
                let _ = writeln!(self.expected, "< {line}");
            }
            FrameKind::Text | FrameKind::Binary => {
                self.message = Some((frame.kind == FrameKind::Text, payload));
            }
            FrameKind::Continuation => {
                if let Some((_, message)) = &mut self.message {
                    message.extend(payload);
                }
            }
            FrameKind::Pong | FrameKind::Opcode(_) => return,
        }
        let is_data =
            matches!(frame.kind, FrameKind::Text | FrameKind::Binary | FrameKind::Continuation);
        if let Some((is_text, message)) = self.message.take_if(|_| is_data && frame.fin) {
            let kind = if is_text { "text" } else { "binary" };
            let _ = writeln!(self.expected, "< {kind} {}", Text::from(&message[..]).quoted());
        }
    }
}

/// The frame that some bytes begin with, if they hold all of it (RFC 6455 §5.2). Clients of the
/// simulator write them as a case would.
fn frame(bytes: &[u8]) -> Option<(usize, ClientFrame)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (length, at) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let mask: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    let end = (at + 4).checked_add(length)?;
    let masked = bytes.get(at + 4..end)?;
    let mut payload: Vec<u8> =
        masked.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    let kind = match first & 0x0f {
        0 => FrameKind::Continuation,
        1 => FrameKind::Text,
        2 => FrameKind::Binary,
        8 => FrameKind::Close,
        9 => FrameKind::Ping,
        10 => FrameKind::Pong,
        other => FrameKind::Opcode(other),
    };
    let mut code = None;
    if kind == FrameKind::Close
        && let Some((two, reason)) = payload.split_first_chunk()
    {
        code = Some(u16::from_be_bytes(*two));
        payload = reason.to_vec();
    }
    let fin = first & 0x80 != 0;
    let frame = ClientFrame {
        fin,
        mask: Some(mask),
        code,
        ..ClientFrame::new(kind, Text::from(&payload[..]))
    };
    (frame.encode(None) == bytes.get(..end)?).then_some((end, frame))
}
