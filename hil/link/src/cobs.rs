//! Consistent overhead byte stuffing: a frame as bytes of which none is zero, and a zero behind it.
//!
//! The bytes up to each zero of the frame, at most 254 of them, follow a byte that is one more than
//! their number; 255 says that no zero was left out behind them. So one frame costs two bytes more,
//! a further one for each 254, and whoever joins late finds the next frame behind the next zero.

/// What ends a frame on the wire, and is nowhere else.
pub(crate) const DELIMITER: u8 = 0;

const BLOCK_BYTES_MAX: u8 = 254;

/// Stuffs one frame, a byte at a time, so that any space is enough to go on.
#[derive(Debug)]
pub(crate) struct Encoder {
    at: usize,
    /// How many bytes of the present block are still to come.
    left: u8,
    /// Whether the block stands for the zero behind it.
    hides_zero: bool,
    is_begun: bool,
    is_ended: bool,
}

impl Encoder {
    pub(crate) const fn new() -> Self {
        Self { at: 0, left: 0, hides_zero: false, is_begun: false, is_ended: false }
    }

    /// The next byte of `frame` on the wire; nothing behind the delimiter.
    pub(crate) fn next(&mut self, frame: &[u8]) -> Option<u8> {
        if self.left > 0 {
            self.left -= 1;
            let byte = frame.get(self.at).copied();
            self.at += 1;
            return byte;
        }
        if self.is_ended {
            return None;
        }
        if self.hides_zero {
            self.at += 1;
        }
        // The frame is read as if a zero stood behind it, which the last block leaves out.
        let all_is_out = self.at > frame.len() || (self.at == frame.len() && !self.hides_zero);
        if self.is_begun && all_is_out {
            self.is_ended = true;
            return Some(DELIMITER);
        }
        self.is_begun = true;
        let rest = frame.get(self.at..).unwrap_or_default();
        let mut run = 0;
        for &byte in rest {
            if byte == 0 || run == BLOCK_BYTES_MAX {
                break;
            }
            run += 1;
        }
        self.left = run;
        self.hides_zero = run < BLOCK_BYTES_MAX;
        Some(run + 1)
    }
}

/// Restores frames, a byte at a time.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    len: usize,
    left: u8,
    owes_zero: bool,
    is_bad: bool,
}

/// What the last byte made of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// It goes on.
    More,
    /// So many bytes are the frame.
    Frame(usize),
    /// What came before the delimiter was no frame, or one that is too long.
    Bad,
}

impl Decoder {
    pub(crate) const fn new() -> Self {
        Self { len: 0, left: 0, owes_zero: false, is_bad: false }
    }

    /// Takes a byte; what it stands for goes into `frame`.
    pub(crate) fn push(&mut self, byte: u8, frame: &mut [u8]) -> Decoded {
        if byte == DELIMITER {
            let ended = core::mem::take(self);
            return match (ended.is_bad || ended.left > 0, ended.len) {
                (true, _) => Decoded::Bad,
                // Delimiters may stand alone: one before a frame ends what noise began.
                (false, 0) => Decoded::More,
                (false, len) => Decoded::Frame(len),
            };
        }
        if self.left > 0 {
            self.left -= 1;
            self.store(byte, frame);
        } else {
            if self.owes_zero {
                self.store(0, frame);
            }
            self.left = byte - 1;
            self.owes_zero = self.left < BLOCK_BYTES_MAX;
        }
        Decoded::More
    }

    /// The bytes of the frame so far.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn store(&mut self, byte: u8, frame: &mut [u8]) {
        match frame.get_mut(self.len) {
            Some(place) => {
                *place = byte;
                self.len += 1;
            }
            None => self.is_bad = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Decoder, Encoder};
    use std::vec;
    use std::vec::Vec;

    fn encode(frame: &[u8]) -> Vec<u8> {
        let mut encoder = Encoder::new();
        std::iter::from_fn(|| encoder.next(frame)).collect()
    }

    fn decode(wire: &[u8]) -> Vec<Result<Vec<u8>, ()>> {
        let (mut decoder, mut frame) = (Decoder::new(), [0; 600]);
        let decoded = wire.iter().map(|&byte| match decoder.push(byte, &mut frame) {
            Decoded::More => None,
            Decoded::Frame(len) => Some(Ok(frame[..len].to_vec())),
            Decoded::Bad => Some(Err(())),
        });
        decoded.flatten().collect()
    }

    #[test]
    fn stuffs_as_the_paper_does() {
        let run = |len: u16| (0..len).map(|at| (at % 255) as u8 + 1).collect::<Vec<u8>>();
        let table: [(Vec<u8>, Vec<u8>); 7] = [
            (vec![0], vec![1, 1, 0]),
            (vec![0, 0], vec![1, 1, 1, 0]),
            (vec![7], vec![2, 7, 0]),
            (vec![0x11, 0x22, 0, 0x33], vec![3, 0x11, 0x22, 2, 0x33, 0]),
            (vec![0x11, 0, 0, 0], vec![2, 0x11, 1, 1, 1, 0]),
            (run(254), [&[255][..], &run(254), &[0]].concat()),
            (run(255), [&[255][..], &run(254), &[2, 255, 0]].concat()),
        ];
        for (frame, wire) in table {
            assert_eq!(encode(&frame), wire, "{frame:?}");
            assert_eq!(decode(&wire), [Ok(frame)]);
        }
    }

    #[test]
    fn restores_every_length_around_a_block_with_zeros_anywhere() {
        for len in (1..4).chain(250..260).chain(505..512) {
            for zero in 0..=len {
                let mut frame = vec![9; len];
                frame.iter_mut().skip(zero).step_by(253).for_each(|byte| *byte = 0);
                let wire = encode(&frame);
                assert_eq!(wire.iter().position(|&byte| byte == 0), Some(wire.len() - 1));
                assert!(wire.len() <= len + 2 + len / 254, "{len} {zero}");
                assert_eq!(decode(&wire), [Ok(frame)], "{len} {zero}");
            }
        }
    }

    #[test]
    fn a_block_that_is_cut_and_a_frame_that_is_too_long_are_bad() {
        assert_eq!(decode(&[5, 1, 2, 0, 2, 7, 0]), [Err(()), Ok(vec![7])]);
        let mut long = encode(&[3; 601]);
        long.extend([2, 7, 0]);
        assert_eq!(decode(&long), [Err(()), Ok(vec![7])]);
    }

    #[test]
    fn delimiters_alone_are_no_frames() {
        assert_eq!(decode(&[0, 0, 2, 7, 0, 0]), [Ok(vec![7])]);
    }
}
