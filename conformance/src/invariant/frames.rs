//! What frames a server may send (RFC 6455 §5, §7.4, §8.1).

use super::{Broken, Invariant};
use crate::conversation::{Conversation, Rest};
use crate::frames::{CLOSE, Frame};

/// Header bits, lengths, the order of fragments, close codes and UTF-8.
pub(super) struct Frames;

const MASKED: &str = "rfc6455-5.1-server-never-masks";
const RESERVED: &str = "rfc6455-5.2-extension-data-negotiated";
const OPCODE: &str = "rfc6455-6.1-first-opcode-type";
const LENGTH: &str = "rfc6455-5.2-minimal-length-encoding";
const LENGTH_BIT: &str = "rfc6455-5.2-len64-msb-zero";
const CONTROL: &str = "rfc6455-5.5-control-max-125";
const FRAGMENT: &str = "rfc6455-5.4-no-fragmented-control";
const ORDER: &str = "rfc6455-5.4-no-interleaving";
const AFTER_CLOSE: &str = "rfc6455-5.5.1-no-data-after-close";
const CLOSE_BODY: &str = "rfc6455-5.5.1-close-body-starts-code";
const CODE_1005: &str = "rfc6455-7.4.1-no-1005-on-wire";
const CODE_1006: &str = "rfc6455-7.4.1-no-1006-on-wire";
const CODE_1015: &str = "rfc6455-7.4.1-no-1015-on-wire";
const CODE: &str = "rfc6455-7.4.2-code-ranges";
const REASON: &str = "rfc6455-5.5.1-close-reason-utf8";
const TEXT: &str = "rfc6455-5.6-text-is-utf8";

impl Invariant for Frames {
    fn name(&self) -> &'static str {
        "frames"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[
            MASKED,
            RESERVED,
            OPCODE,
            LENGTH,
            LENGTH_BIT,
            CONTROL,
            FRAGMENT,
            ORDER,
            AFTER_CLOSE,
            CLOSE_BODY,
            CODE_1005,
            CODE_1006,
            CODE_1015,
            CODE,
            REASON,
            TEXT,
        ]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        let switched = conversation.answers.last().is_some_and(|a| a.response.status == 101);
        if !switched {
            return Ok(());
        }
        let mut message = None;
        for (index, frame) in conversation.frames.iter().enumerate() {
            let closed = index.checked_sub(1).and_then(|index| conversation.frames.get(index));
            if closed.is_some_and(|before| before.opcode == CLOSE) {
                return Err(Broken::new(AFTER_CLOSE, "a frame after Close"));
            }
            check_header(frame)?;
            check_order(frame, &mut message)?;
            check_close(frame)?;
        }
        match conversation.rest {
            Rest::Malformed(_, what) => Err(Broken::new(LENGTH_BIT, what)),
            Rest::Partial(_) if conversation.frames.last().is_some_and(|f| f.opcode == CLOSE) => {
                Err(Broken::new(AFTER_CLOSE, "bytes after Close"))
            }
            _ => Ok(()),
        }
    }
}

fn check_header(frame: &Frame) -> Result<(), Broken> {
    let needed = match frame.payload.len() {
        0..=125 => 7,
        126..=0xffff => 16,
        _ => 64,
    };
    let broken = if frame.mask.is_some() {
        (MASKED, "a masked frame")
    } else if frame.rsv.contains(&true) {
        (RESERVED, "a reserved bit without an extension")
    } else if matches!(frame.opcode, 3..=7 | 11..) {
        (OPCODE, "a reserved opcode")
    } else if frame.length_bits != needed {
        (LENGTH, "a length that is not in its shortest form")
    } else if frame.is_control() && frame.payload.len() > 125 {
        (CONTROL, "a control frame of more than 125 bytes")
    } else if frame.is_control() && !frame.fin {
        (FRAGMENT, "a fragmented control frame")
    } else {
        return Ok(());
    };
    Err(Broken::new(broken.0, broken.1))
}

/// Fragments in their order; a whole text message is UTF-8 though a fragment need not be.
fn check_order(frame: &Frame, message: &mut Option<(u8, Vec<u8>)>) -> Result<(), Broken> {
    if frame.is_control() {
        return Ok(());
    }
    let (kind, mut payload) = match (frame.opcode, message.take()) {
        (0, Some(begun)) => begun,
        (0, None) => return Err(Broken::new(ORDER, "a continuation of nothing")),
        (kind, None) => (kind, Vec::new()),
        (_, Some(_)) => return Err(Broken::new(ORDER, "a message within a message")),
    };
    payload.extend_from_slice(&frame.payload);
    if !frame.fin {
        *message = Some((kind, payload));
    } else if kind == 1 && str::from_utf8(&payload).is_err() {
        return Err(Broken::new(TEXT, "text that is not UTF-8"));
    }
    Ok(())
}

fn check_close(frame: &Frame) -> Result<(), Broken> {
    if frame.opcode != CLOSE || frame.payload.is_empty() {
        return Ok(());
    }
    let Some((code, reason)) = frame.close() else {
        return Err(Broken::new(CLOSE_BODY, "a Close frame with half a code"));
    };
    let rule = match code {
        1005 => CODE_1005,
        1006 => CODE_1006,
        1015 => CODE_1015,
        1000..=1003 | 1007..=1014 | 3000..=4999 => {
            return match str::from_utf8(reason) {
                Ok(_) => Ok(()),
                Err(_) => Err(Broken::new(REASON, "a close reason that is not UTF-8")),
            };
        }
        _ => CODE,
    };
    Err(Broken::new(rule, format!("close code {code}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariant::tests::judge;

    #[test]
    fn catches_each_mutation_of_a_frame() {
        let long = [&[0x82, 126, 0, 126][..], &[b'x'; 126]].concat();
        let long_ping = [&[0x89, 126, 0, 126][..], &[b'x'; 126]].concat();
        let table: &[(&[u8], Option<&str>)] = &[
            (b"\x81\x02hi\x89\x00\x88\x02\x03\xe8", None),
            (b"\x01\x01\xc3\x8a\x00\x80\x01\xbc", None),
            (&long, None),
            (&long_ping, Some(CONTROL)),
            (b"\x81\x82\0\0\0\0hi", Some(MASKED)),
            (b"\xc1\x02hi", Some(RESERVED)),
            (b"\x83\x00", Some(OPCODE)),
            (b"\x82\x7e\x00\x01x", Some(LENGTH)),
            (b"\x82\x7f\xff\0\0\0\0\0\0\0", Some(LENGTH_BIT)),
            (b"\x09\x00", Some(FRAGMENT)),
            (b"\x80\x00", Some(ORDER)),
            (b"\x01\x01a\x81\x01b", Some(ORDER)),
            (b"\x88\x00\x81\x00", Some(AFTER_CLOSE)),
            (b"\x88\x00\x81", Some(AFTER_CLOSE)),
            (b"\x88\x01\x03", Some(CLOSE_BODY)),
            (b"\x88\x02\x03\xed", Some(CODE_1005)),
            (b"\x88\x02\x03\xee", Some(CODE_1006)),
            (b"\x88\x02\x03\xf7", Some(CODE_1015)),
            (b"\x88\x02\x03\xe7", Some(CODE)),
            (b"\x88\x03\x03\xe8\xff", Some(REASON)),
            (b"\x81\x01\xff", Some(TEXT)),
        ];
        for (frames, broken) in table {
            let head = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".as_slice();
            let answer = [head, frames].concat();
            assert_eq!(judge(&Frames, b"GET / HTTP/1.1\r\n\r\n", &answer), *broken, "{frames:x?}");
        }
    }
}
