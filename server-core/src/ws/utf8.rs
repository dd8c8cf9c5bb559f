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
        let missing = match byte {
            0x00..=0x7f => 0,
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => return false,
        };
        let (low, high) = match byte {
            0xe0 => (0xa0, 0xbf),
            0xed => (0x80, 0x9f),
            0xf0 => (0x90, 0xbf),
            0xf4 => (0x80, 0x8f),
            _ => (0x80, 0xbf),
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

#[cfg(test)]
mod tests {
    use super::Utf8;
    use core::str::from_utf8;
    use proptest::prelude::*;

    /// One byte from either end of each range that RFC 3629 §4 tells apart.
    const CLASSES: [u8; 26] = [
        0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
        0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xfe, 0xff,
    ];

    /// Whether some text begins with `bytes`, and whether they are one, after `core`.
    fn expected(bytes: &[u8]) -> (bool, bool) {
        match from_utf8(bytes) {
            Ok(_) => (true, true),
            Err(error) => (error.error_len().is_none(), false),
        }
    }

    fn verdict<'x>(pieces: impl IntoIterator<Item = &'x [u8]>) -> (bool, bool) {
        let mut utf8 = Utf8::NEW;
        let is_accepted = pieces.into_iter().all(|piece| utf8.accepts(piece));
        (is_accepted, is_accepted && utf8.is_complete())
    }

    /// A bit of `cuts` for each place between two bytes.
    fn check_every_cut(bytes: &[u8]) {
        let expected = expected(bytes);
        for cuts in 0..1_u32 << (bytes.len() - 1) {
            let mut places = (0..).map(|place| cuts >> place & 1 == 0);
            let pieces = bytes.chunk_by(|_, _| places.next().unwrap());
            assert_eq!(verdict(pieces), expected, "{bytes:02x?} cut by {cuts:03b}");
        }
    }

    #[test]
    fn takes_every_scalar_however_it_is_split() {
        for scalar in '\0'..=char::MAX {
            check_every_cut(scalar.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// A byte that fails does so when it comes: prefixes are sequences of their own here.
    #[test]
    fn judges_every_sequence_of_byte_classes() {
        for a in CLASSES {
            check_every_cut(&[a]);
            for b in CLASSES {
                check_every_cut(&[a, b]);
                for c in CLASSES {
                    check_every_cut(&[a, b, c]);
                    for d in CLASSES {
                        check_every_cut(&[a, b, c, d]);
                    }
                }
            }
        }
    }

    #[test]
    fn judges_every_pair_of_bytes() {
        for a in 0..=u8::MAX {
            for b in 0..=u8::MAX {
                check_every_cut(&[a, b]);
            }
        }
    }

    #[test]
    fn finds_the_one_bad_byte_in_ascii_wherever_it_stands() {
        for filler in [b' ', b'a'] {
            let mut text = [filler; 40];
            for begin in 0..8 {
                assert_eq!(verdict([&text[begin..]]), (true, true));
                for at in begin..text.len() {
                    text[at] = 0x80;
                    assert_eq!(verdict([&text[begin..]]), (false, false), "{filler} {begin} {at}");
                    text[at] = filler;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_core_on_texts_with_faults(
            text in "[a-z]{0,20}\\PC{0,12}[a-z]{0,20}\\PC{0,4}",
            fault in prop::option::weighted(0.5, (any::<prop::sample::Index>(), any::<u8>())),
            end in any::<prop::sample::Index>(), size in 1..20_usize,
        ) {
            let mut bytes = text.into_bytes();
            bytes.push(b'.');
            if let Some((at, value)) = fault {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(end.index(bytes.len()) + 1);
            prop_assert_eq!(verdict([&bytes[..]]), expected(&bytes));
            prop_assert_eq!(verdict(bytes.chunks(size)), expected(&bytes));
        }
    }
}
