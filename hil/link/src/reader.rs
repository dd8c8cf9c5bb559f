//! From bytes to frames whose CRC is right. Whatever else comes in is skipped.

use crate::cobs::{DELIMITER, Decoded, Decoder};
use crate::crc;
use crate::frame::{CRC_BYTES, DATA_OVERHEAD_BYTES, HEAD_BYTES, kind};

/// What the last byte made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    More,
    Frame,
    /// Something ended that is no frame, or not one of this session.
    Bad,
}

/// Gathers one frame of up to `FRAME` bytes, CRC and all.
#[derive(Debug)]
pub(crate) struct Reader<const FRAME: usize> {
    decoder: Decoder,
    bytes: [u8; FRAME],
    /// The length of the last frame, without its CRC.
    len: usize,
}

impl<const FRAME: usize> Reader<FRAME> {
    pub(crate) const NEW: Self = Self { decoder: Decoder::new(), bytes: [0; FRAME], len: 0 };

    /// Takes a byte. The CRC of all but HELLO is continued from `register`.
    pub(crate) fn push(&mut self, byte: u8, register: u32) -> Received {
        let len = match self.decoder.push(byte, &mut self.bytes) {
            Decoded::More => return Received::More,
            Decoded::Bad => return Received::Bad,
            Decoded::Frame(len) => len,
        };
        self.len = 0;
        let Some((frame, crc)) =
            self.bytes.get(..len).and_then(<[u8]>::split_last_chunk::<CRC_BYTES>)
        else {
            return Received::Bad;
        };
        let start = if frame.first() == Some(&kind::HELLO) { crc::START } else { register };
        if crc::finish(crc::update(start, frame)) != *crc {
            return Received::Bad;
        }
        self.len = frame.len();
        Received::Frame
    }

    /// The last frame, until the next byte.
    pub(crate) fn frame(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// What the last frame says behind its head.
    pub(crate) fn body(&self) -> &[u8] {
        self.frame().get(HEAD_BYTES..).unwrap_or_default()
    }

    /// If this byte ends an OPEN or DATA: its letter, its channel and how many bytes it brings.
    pub(crate) fn ended_by(&self, byte: u8) -> Option<(u8, u8, usize)> {
        let [kind @ (kind::OPEN | kind::DATA), _, _, channel, ..] = self.bytes.as_slice() else {
            return None;
        };
        let bytes = self.decoder.len().checked_sub(DATA_OVERHEAD_BYTES)?;
        (byte == DELIMITER).then_some((*kind, *channel, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Received};
    use crate::cobs::Encoder;
    use crate::crc;
    use std::vec::Vec;

    fn wire(frame: &[u8], register: u32) -> Vec<u8> {
        let mut frame = frame.to_vec();
        frame.extend(crc::finish(crc::update(register, &frame)));
        let mut encoder = Encoder::new();
        std::iter::from_fn(|| encoder.next(&frame)).collect()
    }

    fn read(wire: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut reader = Reader::<32>::NEW;
        let read = wire.iter().map(|&byte| match reader.push(byte, 7) {
            Received::More => None,
            Received::Frame => Some(Some(reader.frame().to_vec())),
            Received::Bad => Some(None),
        });
        read.flatten().collect()
    }

    #[test]
    fn takes_frames_of_its_session_and_hellos_of_any() {
        let frames = [
            wire(b"A\0\x05", 7),
            wire(b"A\0\x05", 8),
            wire(b"Hello", crc::START),
            wire(b"Hello", 7),
        ];
        assert_eq!(
            read(&frames.concat()),
            [Some(b"A\0\x05".to_vec()), None, Some(b"Hello".to_vec()), None]
        );
    }

    #[test]
    fn what_is_too_short_for_a_crc_or_too_long_is_bad() {
        assert_eq!(read(&[2, 1, 0]), [None]);
        assert_eq!(read(&wire(&[b'D'; 28], 7)), [Some([b'D'; 28].to_vec())]);
        assert_eq!(read(&wire(&[b'D'; 29], 7)), [None]);
    }

    #[test]
    fn knows_before_the_end_what_there_must_be_room_for() {
        let mut reader = Reader::<32>::NEW;
        let wire = wire(b"D\x01\x02\x03abc", 7);
        let (delimiter, rest) = wire.split_last().expect("some bytes");
        for &byte in rest {
            assert_eq!(reader.ended_by(byte), None);
            reader.push(byte, 7);
        }
        assert_eq!(reader.ended_by(*delimiter), Some((b'D', 3, 3)));
    }
}
