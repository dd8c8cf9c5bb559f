//! Frames as a client writes and reads them (RFC 6455 §5.2).
//!
//! Written apart from the server's, so that a mistake of one is not made good by the other, and by
//! hand, since the libraries there are mask by chance: with one key, the same test sends the same
//! bytes each time.

/// Every frame is masked by it: the key of the example in RFC 6455 §5.7.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) opcode: u8,
    pub(crate) payload: Vec<u8>,
}

/// A whole frame, masked.
pub(crate) fn encode(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..126), _) => bytes.push(0x80 | length),
        (_, Ok(length)) => {
            bytes.push(0x80 | 126);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// Takes the first frame off the front of `bytes`, if all of it is there.
///
/// # Errors
///
/// Why a client cannot go on.
pub(crate) fn take(bytes: &mut Vec<u8>) -> Result<Option<Frame>, &'static str> {
    let &[first, second, ref rest @ ..] = bytes.as_slice() else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err("a reserved bit is set");
    }
    if second & 0x80 != 0 {
        return Err("the server masks");
    }
    let length = match (second, rest) {
        (126, &[a, b, ..]) => Some((2, u64::from(u16::from_be_bytes([a, b])))),
        (127, &[a, b, c, d, e, f, g, h, ..]) => {
            Some((8, u64::from_be_bytes([a, b, c, d, e, f, g, h])))
        }
        (126 | 127, _) => None,
        (length, _) => Some((0, u64::from(length))),
    };
    let Some((width, length)) = length else { return Ok(None) };
    let begin: usize = 2 + width;
    let end = usize::try_from(length).ok().and_then(|length| begin.checked_add(length));
    let Some(payload) = end.and_then(|end| bytes.get(begin..end)) else { return Ok(None) };
    let (fin, opcode, payload) = (first & 0x80 != 0, first & 0x0f, payload.to_vec());
    bytes.drain(..begin + payload.len());
    Ok(Some(Frame { fin, opcode, payload }))
}

#[cfg(test)]
mod tests {
    use super::{Frame, encode, take};

    #[test]
    fn writes_the_examples_of_the_rfc_and_reads_theirs() {
        assert_eq!(encode(1, b"Hello"), b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
        let mut bytes = b"\x01\x03Hel\x80\x02lo\x8a\x05Hello".to_vec();
        let mut next = || take(&mut bytes).unwrap().unwrap();
        let frame = |fin, opcode, payload: &[u8]| Frame { fin, opcode, payload: payload.to_vec() };
        assert_eq!(
            [next(), next(), next()],
            [frame(false, 1, b"Hel"), frame(true, 0, b"lo"), frame(true, 10, b"Hello")]
        );
    }

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for length in [0, 125, 126, 65_535, 65_536] {
            let mut bytes = encode(2, &vec![7; length]);
            let at = bytes.len() - length - 4;
            // As a server would send it.
            bytes.drain(at..at + 4);
            bytes[1] &= 0x7f;
            bytes[at..]
                .iter_mut()
                .zip([0x37, 0xfa, 0x21, 0x3d].into_iter().cycle())
                .for_each(|(byte, key)| *byte ^= key);
            let short = bytes[..bytes.len() - 1].to_vec();
            assert_eq!(take(&mut short.clone()), Ok(None), "{length}");
            let frame = Frame { fin: true, opcode: 2, payload: vec![7; length] };
            assert_eq!((take(&mut bytes), bytes), (Ok(Some(frame)), vec![]), "{length}");
        }
    }

    #[test]
    fn says_what_no_server_sends() {
        for bytes in [&b"\xc1\x00"[..], b"\x81\x80"] {
            assert!(take(&mut bytes.to_vec()).is_err(), "{bytes:?}");
        }
    }
}
