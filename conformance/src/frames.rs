//! Reads WebSocket frames from a server (RFC 6455 §5.2), to judge any server.
//!
//! Written apart from `server-core`, and as tolerant as the format allows: a masked frame, a
//! needlessly long length or a reserved bit is read and kept, so that the invariants and the
//! case can say what is wrong with it.

use crate::response::Reading;

/// A Close frame's opcode.
pub const CLOSE: u8 = 0x8;

/// One frame, with all that its header said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The last of its message.
    pub fin: bool,
    /// RSV1, RSV2, RSV3.
    pub rsv: [bool; 3],
    /// 0 to 15.
    pub opcode: u8,
    /// The masking key; a server must not have one.
    pub mask: Option<[u8; 4]>,
    /// Bits that spelled the length: 7, 16 or 64.
    pub length_bits: u8,
    /// The payload, unmasked.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Whether the opcode is one of a control frame (§5.5).
    pub fn is_control(&self) -> bool {
        self.opcode >= CLOSE
    }

    /// The code and the reason of a Close frame; `None` where it has no code.
    pub fn close(&self) -> Option<(u16, &[u8])> {
        if self.opcode != CLOSE {
            return None;
        }
        let (&code, reason) = self.payload.split_first_chunk::<2>()?;
        Some((u16::from_be_bytes(code), reason))
    }
}

/// Reads one frame from the front of `bytes`.
pub fn read(bytes: &[u8]) -> Reading<Frame> {
    let Some((&[first, second], rest)) = bytes.split_first_chunk::<2>() else {
        return Reading::Partial;
    };
    let (length, length_bits, rest) = match second & 0x7f {
        126 => match rest.split_first_chunk::<2>() {
            Some((&length, rest)) => (u64::from(u16::from_be_bytes(length)), 16, rest),
            None => return Reading::Partial,
        },
        127 => match rest.split_first_chunk::<8>() {
            Some((&length, rest)) => (u64::from_be_bytes(length), 64, rest),
            None => return Reading::Partial,
        },
        length => (u64::from(length), 7, rest),
    };
    if length >> 63 != 0 {
        return Reading::Malformed("a frame length with its highest bit set");
    }
    let (mask, rest) = if second & 0x80 == 0 {
        (None, rest)
    } else {
        match rest.split_first_chunk::<4>() {
            Some((&mask, rest)) => (Some(mask), rest),
            None => return Reading::Partial,
        }
    };
    let Some(payload) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else {
        return Reading::Partial;
    };
    let taken = bytes.len() - rest.len() + payload.len();
    let key = mask.unwrap_or_default();
    let payload = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    let rsv = [first & 0x40 != 0, first & 0x20 != 0, first & 0x10 != 0];
    let fin = first & 0x80 != 0;
    let frame = Frame { fin, rsv, opcode: first & 0x0f, mask, length_bits, payload };
    Reading::Complete(frame, taken)
}

/// A control frame, or a message whose fragments stand one behind the other.
pub fn read_message(bytes: &[u8]) -> Reading<Frame> {
    let (mut message, mut at) = match read(bytes) {
        Reading::Complete(frame, length) => (frame, length),
        other => return other,
    };
    while !message.fin && !message.is_control() {
        match read(bytes.get(at..).unwrap_or_default()) {
            Reading::Complete(next, length) if next.opcode == 0 => {
                message.fin = next.fin;
                message.payload.extend(next.payload);
                at += length;
            }
            Reading::Complete(..) => break,
            other => return other,
        }
    }
    Reading::Complete(message, at)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::response::Reading;

    #[test]
    fn reads_each_length_and_a_mask() {
        let long = [&[0x82, 126, 0, 200][..], &[7; 200]].concat();
        let table: [(&[u8], u8, u8, usize); 5] = [
            (b"\x81\x02hi", 1, 7, 2),
            (b"\x89\x00", 9, 7, 0),
            (&long, 2, 16, 200),
            (b"\x82\x7f\0\0\0\0\0\0\0\x01x", 2, 64, 1),
            (b"\x81\x82\x01\x02\x03\x04ik", 1, 7, 2),
        ];
        for (bytes, opcode, length_bits, length) in table {
            let Reading::Complete(frame, taken) = read(bytes) else { panic!("{bytes:?}") };
            let got = (frame.opcode, frame.length_bits, frame.payload.len(), taken);
            assert_eq!(got, (opcode, length_bits, length, bytes.len()), "{bytes:?}");
            for end in 0..bytes.len() {
                assert_eq!(read(bytes.get(..end).unwrap()), Reading::Partial, "{bytes:?} {end}");
            }
        }
    }

    #[test]
    fn unmasks_and_keeps_the_key() {
        let Reading::Complete(frame, _) = read(b"\xf1\x82\x01\x02\x03\x04ik") else { panic!() };
        assert_eq!((frame.payload.as_slice(), frame.mask), (&b"hi"[..], Some([1, 2, 3, 4])));
        assert_eq!((frame.fin, frame.rsv), (true, [true, true, true]));
    }

    #[test]
    fn knows_the_close_code() {
        let Reading::Complete(frame, _) = read(b"\x88\x05\x03\xe8bye") else { panic!() };
        assert_eq!(frame.close(), Some((1000, &b"bye"[..])));
        let Reading::Complete(empty, _) = read(b"\x88\x00") else { panic!() };
        assert_eq!(empty.close(), None);
    }

    #[test]
    fn an_absurd_length_is_malformed_and_not_waited_for() {
        let bytes = b"\x82\x7f\xff\0\0\0\0\0\0\x01";
        assert!(matches!(read(bytes), Reading::Malformed(_)));
    }
}
