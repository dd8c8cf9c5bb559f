//! What a board has to tell of its end, when it has begun anew: the message of a panic, in RAM that a
//! reset leaves alone.

use core::fmt::{self, Write};

use crate::pump::LOG_BYTES_MAX;

/// Bytes of last words. What is longer loses its end.
const BYTES: usize = 248;

/// The message of a panic, kept over a reset.
///
/// It belongs where the runtime initialises nothing, and so its bytes may be any when it is looked
/// at for the first time: what was not [said](Self::say) is not taken.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct LastWords {
    seal: u32,
    length: u32,
    bytes: [u8; BYTES],
}

impl LastWords {
    /// None.
    pub const NONE: Self = Self { seal: 0, length: 0, bytes: [0; BYTES] };

    /// Keeps these words, and none before them.
    pub fn say(&mut self, words: fmt::Arguments<'_>) {
        *self = Self::NONE;
        // It fails when there is no room for more, and what there was room for is kept.
        let _ = self.write_fmt(words);
        self.seal = self.sum();
    }

    /// What was said before the reset, if anything, once.
    pub fn take(&mut self) -> Self {
        let said = if self.seal == self.sum() { *self } else { Self::NONE };
        self.seal = 0;
        said
    }

    /// The words; empty if there are none.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length as usize).unwrap_or_default();
        // The last character may have lost its end.
        bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
    }

    /// FNV-1a of the words. It is never zero, which stands for none.
    fn sum(&self) -> u32 {
        let bytes = self.bytes.get(..self.length as usize).unwrap_or_default();
        let sum = bytes
            .iter()
            .fold(0x811c_9dc5, |sum: u32, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        (sum ^ self.length) | 1
    }
}

impl Write for LastWords {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let rest = self.bytes.get_mut(self.length as usize..).unwrap_or_default();
        let count = rest.len().min(text.len());
        for (to, from) in rest.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        self.length += count as u32;
        if count == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// A text in lines that are short enough for the link: of at most
/// [`LOG_BYTES_MAX`](crate::LOG_BYTES_MAX).
#[derive(Clone, Debug)]
pub struct Lines<'w>(&'w str);

impl<'w> Lines<'w> {
    /// Of this text.
    pub const fn new(words: &'w str) -> Self {
        Self(words)
    }
}

impl<'w> Iterator for Lines<'w> {
    type Item = &'w str;

    fn next(&mut self) -> Option<&'w str> {
        while !self.0.is_empty() {
            let end = self.0.find('\n').unwrap_or(self.0.len());
            let cut = self.0.floor_char_boundary(end.min(LOG_BYTES_MAX));
            let (line, rest) = self.0.split_at(cut);
            self.0 = rest.strip_prefix('\n').unwrap_or(rest);
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::format;
    use std::vec::Vec;

    use super::{BYTES, LastWords, Lines};

    #[test]
    fn words_are_taken_once() {
        let mut words = LastWords::NONE;
        assert_eq!(words.take().as_str(), "");
        words.say(format_args!("panicked at {}:{}", "main.rs", 7));
        assert_eq!(words.take().as_str(), "panicked at main.rs:7");
        assert_eq!(words.take().as_str(), "");
    }

    #[test]
    fn what_nobody_said_is_not_taken() {
        let mut chance = LastWords { seal: 0x0102_0304, length: 3, bytes: [b'a'; BYTES] };
        assert_eq!(chance.take().as_str(), "");
        for length in [u32::MAX, 0] {
            let mut chance = LastWords { seal: 0, length, bytes: [0xff; BYTES] };
            assert_eq!(chance.take().as_str(), "");
        }
        let mut changed = LastWords::NONE;
        changed.say(format_args!("said"));
        changed.bytes[1] ^= 1;
        assert_eq!(changed.take().as_str(), "");
    }

    #[test]
    fn what_is_too_long_loses_its_end() {
        let mut words = LastWords::NONE;
        words.say(format_args!("{}é", "a".repeat(BYTES - 1)));
        assert_eq!(words.take().as_str(), "a".repeat(BYTES - 1));
    }

    #[test]
    fn lines_are_short() {
        let words = format!("one\n\n{}é{}\nend", "a".repeat(95), "b".repeat(3));
        let lines: Vec<&str> = Lines::new(&words).collect();
        assert_eq!(lines, ["one", &"a".repeat(95), "ébbb", "end"]);
        assert_eq!(Lines::new("").next(), None);
    }
}
