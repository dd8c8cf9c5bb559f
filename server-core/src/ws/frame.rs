//! Frames (RFC 6455 §5.2): their headers in both directions, and the mask.

use crate::error::Violation;

const FIN: u8 = 0x80;
const RSV: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASK: u8 = 0x80;
const LENGTH: u8 = 0x7f;
/// Values of the 7-bit length that announce 2 and 8 bytes of length.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// The longest payload of a control frame (§5.5).
pub const CONTROL_BYTES_MAX: u8 = 125;

/// The longest header that is sent: without a mask, with a length of 64 bits.
pub const SENT_HEADER_BYTES_MAX: usize = 10;

/// What a frame is for (§11.8). The values are those on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// A further fragment of the message in progress.
    Continuation = 0,
    /// A message of UTF-8, or its first fragment.
    Text = 1,
    /// A message of bytes, or its first fragment.
    Binary = 2,
    /// The last frame of its sender.
    Close = 8,
    /// Asks for a sign of life.
    Ping = 9,
    /// A sign of life.
    Pong = 10,
}

impl Opcode {
    /// Whether the frame is about the connection and may stand within a message (§5.5).
    pub const fn is_control(self) -> bool {
        self as u8 & 0x08 != 0
    }

    const fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }
}

/// The header of a frame from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// What the frame is for.
    pub opcode: Opcode,
    /// Bytes of payload, below 2^63: not yet compared with anything, so no `usize`.
    pub length: u64,
    /// The masking key, for [`unmask`].
    pub mask: [u8; 4],
    /// Bytes of the header itself: 6, 8 or 14.
    pub bytes: usize,
}

/// What [`header`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// Nothing wrong so far, but more bytes are needed.
    Incomplete,
    /// A header; the payload follows it.
    Complete(Header),
    /// The connection has failed.
    Violation(Violation),
}

/// Reads the header of a client's frame from the front of `received`.
///
/// A violation is found at the byte that decides it, and never a later one before an earlier one:
/// the verdict on a stream is the same however it is cut.
// rfc6455-6.2-parse-as-frames
// rfc6455-5.2-rsv-fail
// rfc6455-5.2-unknown-opcode-fail
// rfc6455-5.4-no-fragmented-control
// rfc6455-5.1-close-on-unmasked
// rfc6455-5.1-unmasked-1002
// rfc6455-5.5-control-max-125
// rfc6455-5.2-mask-key-present
// rfc6455-5.2-length-boundaries
// rfc6455-5.2-network-order
pub fn header(received: &[u8]) -> Parsed {
    let [first, rest @ ..] = received else { return Parsed::Incomplete };
    if first & RSV != 0 {
        return Parsed::Violation(Violation::ReservedBits);
    }
    let Some(opcode) = Opcode::from_bits(first & OPCODE) else {
        return Parsed::Violation(Violation::Opcode);
    };
    let fin = first & FIN != 0;
    if opcode.is_control() && !fin {
        return Parsed::Violation(Violation::ControlFragmented);
    }

    let [second, rest @ ..] = rest else { return Parsed::Incomplete };
    if second & MASK == 0 {
        return Parsed::Violation(Violation::Unmasked);
    }
    let short = second & LENGTH;
    if opcode.is_control() && short > CONTROL_BYTES_MAX {
        return Parsed::Violation(Violation::ControlTooLong);
    }

    if is_length_invalid(short, rest) {
        return Parsed::Violation(Violation::FrameLength);
    }
    let length_bytes = match short {
        LENGTH_16 => 2,
        LENGTH_64 => 8,
        _ => 0,
    };
    let Some((long, mask)) = rest.get(..length_bytes + 4).and_then(|rest| rest.split_last_chunk())
    else {
        return Parsed::Incomplete;
    };
    let long = long.iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
    let length = if length_bytes == 0 { short.into() } else { long };
    Parsed::Complete(Header { fin, opcode, length, mask: *mask, bytes: 2 + length_bytes + 4 })
}

/// Whether the bytes of a longer length begin in a way that only a shorter one, or none, may have.
// rfc6455-5.2-len64-msb-zero
// rfc6455-5.2-minimal-length-encoding
fn is_length_invalid(short: u8, rest: &[u8]) -> bool {
    match short {
        LENGTH_16 => matches!(rest, [0, 0..LENGTH_16, ..]),
        LENGTH_64 => matches!(rest, [0x80..=0xff, ..] | [0, 0, 0, 0, 0, 0, ..]),
        _ => false,
    }
}

/// The header of a frame to a client with `length` bytes of payload (below 2^63), and how many
/// bytes of the array it takes. Never masked, the length in its shortest form.
// rfc6455-5.1-server-never-masks
// rfc6455-5.2-minimal-length-encoding
// rfc6455-6.1-encapsulate
pub const fn encode(
    opcode: Opcode,
    fin: bool,
    length: u64,
) -> ([u8; SENT_HEADER_BYTES_MAX], usize) {
    let first = if fin { FIN | opcode as u8 } else { opcode as u8 };
    let [a, b, c, d, e, f, g, h] = length.to_be_bytes();
    match length {
        0..126 => ([first, h, 0, 0, 0, 0, 0, 0, 0, 0], 2),
        126..0x1_0000 => ([first, LENGTH_16, g, h, 0, 0, 0, 0, 0, 0], 4),
        _ => ([first, LENGTH_64, a, b, c, d, e, f, g, h], 10),
    }
}

/// Takes the mask off the next bytes of a payload: the key is the one for the first of them, and
/// the one for the byte behind them comes back. Masking is the same operation (§5.3).
// rfc6455-5.3-unmask-xor
// rfc6455-6.2-server-unmasks
#[must_use]
pub fn unmask(payload: &mut [u8], key: [u8; 4]) -> [u8; 4] {
    // Little-endian, so that the low byte of the word is the next one's key.
    let mut key = u32::from_le_bytes(key);
    // Words of any alignment: vectors where there are some, four single bytes on ARMv6-M.
    let (words, rest) = payload.as_chunks_mut::<4>();
    for word in words {
        *word = (u32::from_le_bytes(*word) ^ key).to_le_bytes();
    }
    for byte in rest {
        let [next, ..] = key.to_le_bytes();
        *byte ^= next;
        key = key.rotate_right(8);
    }
    key.to_le_bytes()
}

#[cfg(test)]
mod tests;
