//! Frames (RFC 6455 §5.2): what a client sends, well-formed or not, and what is expected back.

use super::text::Text;

/// The masking key of a frame that names none.
pub const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// What the client sends after the opening handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameOut {
    /// A frame, however broken.
    Frame(ClientFrame),
    /// `bytes "raw"`: these bytes, not framed at all.
    Bytes(Text),
}

impl FrameOut {
    /// The bytes on the wire; `item` is the item of the row, if the case has any.
    pub fn encode(&self, item: Option<&[u8]>) -> Vec<u8> {
        match self {
            Self::Frame(frame) => frame.encode(item),
            Self::Bytes(text) => text.bytes(item),
        }
    }
}

/// One frame of a client. Every field can lie: nothing is checked against anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFrame {
    /// The opcode.
    pub kind: FrameKind,
    /// FIN; `!fin` clears it.
    pub fin: bool,
    /// RSV1, RSV2, RSV3.
    pub rsv: [bool; 3],
    /// The masking key; `!mask` leaves the frame unmasked.
    pub mask: Option<[u8; 4]>,
    /// How the length is written.
    pub width: Width,
    /// `length=N`: the length that is written, if not the payload's own.
    pub length: Option<u64>,
    /// The first two bytes of a Close frame's payload.
    pub code: Option<u16>,
    /// The payload, after the code if there is one.
    pub payload: Text,
}

/// Which opcode a client's frame has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// Opcode 1.
    Text,
    /// Opcode 2.
    Binary,
    /// Opcode 0.
    Continuation,
    /// Opcode 9.
    Ping,
    /// Opcode 10.
    Pong,
    /// Opcode 8.
    Close,
    /// `opcode 3`: this one, of four bits.
    Opcode(u8),
}

impl FrameKind {
    /// The four bits in the frame.
    pub const fn opcode(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
            Self::Opcode(opcode) => opcode & 0xf,
        }
    }
}

/// How a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// In the fewest bytes, as RFC 6455 §5.2 asks.
    Minimal,
    /// `length16`: in two more bytes.
    Sixteen,
    /// `length64`: in eight more bytes.
    SixtyFour,
}

impl ClientFrame {
    /// A frame as it should be: final, masked, its length true and short.
    pub fn new(kind: FrameKind, payload: Text) -> Self {
        let (mask, width) = (Some(MASK), Width::Minimal);
        Self { kind, fin: true, rsv: [false; 3], mask, width, length: None, code: None, payload }
    }

    /// The bytes on the wire; `item` is the item of the row, if the case has any.
    pub fn encode(&self, item: Option<&[u8]>) -> Vec<u8> {
        let mut payload = Vec::new();
        payload.extend(self.code.into_iter().flat_map(u16::to_be_bytes));
        payload.extend(self.payload.bytes(item));

        let [rsv1, rsv2, rsv3] = self.rsv.map(u8::from);
        let flags = u8::from(self.fin) << 7 | rsv1 << 6 | rsv2 << 5 | rsv3 << 4;
        let mut bytes = vec![flags | self.kind.opcode()];
        self.put_length(self.length.unwrap_or(payload.len() as u64), &mut bytes);
        if let Some(mask) = self.mask {
            bytes.extend(mask);
            for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
                *byte ^= key;
            }
        }
        bytes.extend(payload);
        bytes
    }

    fn put_length(&self, length: u64, bytes: &mut Vec<u8>) {
        let masked = u8::from(self.mask.is_some()) << 7;
        let width = match (self.width, length) {
            (Width::Minimal, 0..=125) => return bytes.push(masked | length as u8),
            (Width::Minimal, 126..=0xffff) => Width::Sixteen,
            (Width::Minimal, _) => Width::SixtyFour,
            (width, _) => width,
        };
        match (width, u16::try_from(length)) {
            (Width::Sixteen, Ok(length)) => {
                bytes.push(masked | 126);
                bytes.extend(length.to_be_bytes());
            }
            // The parser refuses `length16` for a greater length, where it can know it.
            _ => {
                bytes.push(masked | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
    }
}

/// A frame that is expected from the server. No payload given means any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameIn {
    /// A text message.
    Text(Option<Text>),
    /// A binary message.
    Binary(Option<Text>),
    /// A ping.
    Ping(Option<Text>),
    /// A pong.
    Pong(Option<Text>),
    /// `close 1002`, `close 1000 "bye"`: a Close frame with this code.
    Close {
        /// The close code.
        code: u16,
        /// The reason after it.
        reason: Option<Text>,
    },
    /// `close empty`: a Close frame without a code.
    CloseEmpty,
}

impl FrameIn {
    /// The opcode of the frame, or of the first frame of the message.
    pub const fn opcode(&self) -> u8 {
        match self {
            Self::Text(_) => FrameKind::Text.opcode(),
            Self::Binary(_) => FrameKind::Binary.opcode(),
            Self::Ping(_) => FrameKind::Ping.opcode(),
            Self::Pong(_) => FrameKind::Pong.opcode(),
            Self::Close { .. } | Self::CloseEmpty => FrameKind::Close.opcode(),
        }
    }

    /// Whether a frame with this opcode and payload is the expected one; `item` is the item of the
    /// row, if the case has any.
    pub fn accepts(&self, opcode: u8, payload: &[u8], item: Option<&[u8]>) -> bool {
        if opcode != self.opcode() {
            return false;
        }
        let is = |text: &Option<Text>, payload: &[u8]| {
            text.as_ref().is_none_or(|text| text.bytes(item) == payload)
        };
        match self {
            Self::Text(text) | Self::Binary(text) | Self::Ping(text) | Self::Pong(text) => {
                is(text, payload)
            }
            Self::Close { code, reason } => {
                payload.split_first_chunk().is_some_and(|(first, rest)| {
                    u16::from_be_bytes(*first) == *code && is(reason, rest)
                })
            }
            Self::CloseEmpty => payload.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientFrame, FrameIn, FrameKind, Width};
    use crate::case::text::Text;

    #[test]
    fn masks_the_example_of_the_rfc() {
        // RFC 6455 §5.7: a single-frame masked text message.
        let frame = ClientFrame::new(FrameKind::Text, Text::from("Hello"));
        let wire = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(frame.encode(None), wire);
    }

    #[test]
    fn writes_lengths_in_the_width_that_is_asked() {
        let table: &[(Width, u64, &[u8])] = &[
            (Width::Minimal, 125, &[0x7d]),
            (Width::Minimal, 126, &[0x7e, 0x00, 0x7e]),
            (Width::Minimal, 65535, &[0x7e, 0xff, 0xff]),
            (Width::Minimal, 65536, &[0x7f, 0, 0, 0, 0, 0, 1, 0, 0]),
            (Width::Sixteen, 1, &[0x7e, 0, 1]),
            (Width::SixtyFour, 1, &[0x7f, 0, 0, 0, 0, 0, 0, 0, 1]),
            (Width::Minimal, 1 << 63, &[0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ];
        for &(width, length, wire) in table {
            let frame = ClientFrame::new(FrameKind::Ping, Text::default());
            let frame = ClientFrame { mask: None, width, length: Some(length), ..frame };
            assert_eq!(frame.encode(None)[1..], *wire, "{width:?} {length}");
        }
    }

    #[test]
    fn sets_every_flag_and_the_close_code() {
        let frame = ClientFrame::new(FrameKind::Close, Text::from("x"));
        let rsv = [true, false, true];
        let frame = ClientFrame { fin: false, rsv, mask: None, code: Some(1000), ..frame };
        assert_eq!(frame.encode(None), [0x58, 3, 0x03, 0xe8, b'x']);
    }

    #[test]
    fn accepts_what_is_asked_and_nothing_else() {
        let code = FrameIn::Close { code: 1002, reason: None };
        let bye = FrameIn::Close { code: 1002, reason: Some(Text::from("bye")) };
        let table: &[(&FrameIn, u8, &[u8], bool)] = &[
            (&FrameIn::Text(None), 1, b"any", true),
            (&FrameIn::Text(None), 2, b"any", false),
            (&FrameIn::Pong(Some(Text::from("x"))), 10, b"x", true),
            (&FrameIn::Pong(Some(Text::from("x"))), 10, b"y", false),
            (&code, 8, b"\x03\xeabye", true),
            (&code, 8, b"\x03\xe8", false),
            (&code, 8, b"", false),
            (&bye, 8, b"\x03\xeabye", true),
            (&bye, 8, b"\x03\xea", false),
            (&FrameIn::CloseEmpty, 8, b"", true),
            (&FrameIn::CloseEmpty, 8, b"\x03\xe8", false),
        ];
        for &(wanted, opcode, payload, accepted) in table {
            assert_eq!(wanted.accepts(opcode, payload, None), accepted, "{wanted:?} {payload:?}");
        }
    }
}
