//! UTF-8, checked as it comes (RFC 6455 §8.1, RFC 3629 §4): a code point may be split wherever
//! frames, fragments and reads happen to split it.

/// What is known of a text so far: what its unfinished code point still needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utf8 {
    /// Continuation bytes that the unfinished code point lacks; zero between code points.
    missing: u8,
    /// The least and the greatest value of the next one. Narrower than 80..=BF after E0, ED, F0
    /// and F4 alone: it is the second byte that makes a code point overlong, a surrogate, or too
    /// large.
    low: u8,
    high: u8,
}

const _: () = assert!(size_of::<Utf8>() <= 4);

impl Utf8 {
    /// Before the first byte.
    pub const NEW: Self = Self { missing: 0, low: 0, high: 0 };

    /// Takes the next bytes of the text. False as soon as no further bytes could make it UTF-8;
    /// the text is lost then, and this state means nothing.
    #[must_use]
    pub fn accepts(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        loop {
            if self.missing == 0 {
                rest = after_ascii(rest);
            }
            let [byte, after @ ..] = rest else { return true };
            if !self.accepts_byte(*byte) {
                return false;
            }
            rest = after;
        }
    }

    /// Whether the text may end here: no code point is unfinished.
    pub const fn is_complete(self) -> bool {
        self.missing == 0
    }

    /// The rows of RFC 3629 §4.
    const fn accepts_byte(&mut self, byte: u8) -> bool {
        if self.missing > 0 {
            let fits = self.low <= byte && byte <= self.high;
            *self = Self { missing: self.missing - 1, low: 0x80, high: 0xbf };
            return fits;
        }
        let (missing, low, high) = match byte {
            0x00..=0x7f => (0, 0, 0),
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return false,
        };
        *self = Self { missing, low, high };
        true
    }
}

const WORD: usize = size_of::<usize>();
const HIGH_BITS: usize = usize::from_ne_bytes([0x80; WORD]);

/// What follows the ASCII in front of `bytes`, which is most of what is ever sent.
fn after_ascii(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<WORD>()
        && usize::from_ne_bytes(*word) & HIGH_BITS == 0
    {
        rest = after;
    }
    while let [0x00..=0x7f, after @ ..] = rest {
        rest = after;
    }
    rest
}
