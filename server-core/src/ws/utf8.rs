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
        if cfg!(target_pointer_width = "64") {
            self.accepts_behind(after_whole, bytes)
        } else {
            self.accepts_behind(after_ascii, bytes)
        }
    }

    /// Takes `bytes` by the rows, except what `skip` leaves out in front of a code point, which
    /// must be whole ones.
    #[inline(always)]
    fn accepts_behind(&mut self, skip: impl Fn(&[u8]) -> &[u8], bytes: &[u8]) -> bool {
        let mut rest = bytes;
        loop {
            if self.missing == 0 {
                rest = skip(rest);
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

/// What follows the whole code points in front of `bytes`, judged by words: for machines on which
/// time is dearer than flash. What it does not take, for a fault or for want of bytes, is left to
/// the rows.
#[inline(always)]
fn after_whole(bytes: &[u8]) -> &[u8] {
    let mut rest = after_ascii_blocks(bytes);
    while !rest.is_empty() {
        let behind_ascii = after_ascii_words(rest);
        let behind_two = after_run::<2>(behind_ascii, is_two);
        let behind_three = after_run::<3>(behind_two, is_three);
        let behind_four = after_run::<4>(behind_three, is_four);
        if behind_four.len() == rest.len() {
            break;
        }
        rest = behind_four;
    }
    while let [0x00..=0x7f, after @ ..] = rest {
        rest = after;
    }
    rest
}

/// The same as [`after_ascii`] but for the last bytes.
#[inline(always)]
fn after_ascii_words(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk() {
        let high = u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
        if high != 0 {
            return rest.get((high.trailing_zeros() / u8::BITS) as usize..).unwrap_or_default();
        }
        rest = after_ascii_blocks(after);
    }
    rest
}

#[inline(always)]
fn after_ascii_blocks(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk()
        && is_ascii(block)
    {
        rest = after;
    }
    rest
}

#[inline(always)]
fn is_ascii(block: &[u8; 32]) -> bool {
    let (words, _) = block.as_chunks();
    words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word)) & 0x8080_8080_8080_8080 == 0
}

/// What follows the code points of `N` bytes each.
#[inline(always)]
fn after_run<const N: usize>(bytes: &[u8], is_one: impl Fn(u32) -> bool) -> &[u8] {
    let mut rest = bytes;
    while let Some(word) = rest.first_chunk()
        && is_one(u32::from_le_bytes(*word))
        && let Some((_, after)) = rest.split_first_chunk::<N>()
    {
        rest = after;
    }
    rest
}

// The first byte of a word is the lowest. The bits of the lead and the continuations must be right,
// and the next ones must make the code point neither overlong nor a surrogate nor too large.

#[inline(always)]
const fn is_two(word: u32) -> bool {
    word & 0xC0_E0 == 0x80_C0 && word & 0x00_1E != 0
}

#[inline(always)]
const fn is_three(word: u32) -> bool {
    word & 0xC0_C0_F0 == 0x80_80_E0 && word & 0x20_0F != 0 && word & 0x20_0F != 0x20_0D
}

#[inline(always)]
const fn is_four(word: u32) -> bool {
    word & 0xC0_C0_C0_F8 == 0x80_80_80_F0
        && word & 0x30_07 != 0
        && (word & 0x04 == 0 || word & 0x30_07 == 0x00_04)
}

#[cfg(test)]
mod tests {
    use super::{Utf8, after_ascii, after_whole};
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

    /// What machines with wide words say, and what the others do.
    fn verdict<'x>(pieces: impl IntoIterator<Item = &'x [u8]>) -> (bool, bool) {
        let (mut wide, mut narrow) = (Utf8::NEW, Utf8::NEW);
        let is_accepted = pieces.into_iter().all(|piece| {
            let is_accepted = wide.accepts_behind(after_whole, piece);
            assert_eq!(narrow.accepts_behind(after_ascii, piece), is_accepted, "{piece:02x?}");
            is_accepted
        });
        assert!(!is_accepted || narrow.missing == wide.missing);
        (is_accepted, is_accepted && wide.is_complete())
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

    /// With more behind them, code points are judged by words.
    #[test]
    fn judges_the_same_within_a_longer_text() {
        let check = |bytes: &[u8]| {
            for behind in ["", "a", "abcd", "abcdefgh", "\u{e4}\u{e4}\u{e4}\u{e4}"] {
                let text = [bytes, behind.as_bytes()].concat();
                assert_eq!(verdict([&text[..]]), expected(&text), "{text:02x?}");
            }
        };
        for scalar in '\0'..=char::MAX {
            check(scalar.encode_utf8(&mut [0; 4]).as_bytes());
        }
        for a in CLASSES {
            for b in CLASSES {
                for c in CLASSES {
                    for d in CLASSES {
                        check(&[a, b, c, d]);
                    }
                }
            }
        }
        for (a, b) in (0..=u8::MAX).flat_map(|a| (0..=u8::MAX).map(move |b| (a, b))) {
            for c in [0x7f, 0x80, 0xbf, 0xc0] {
                check(&[a, b, c, 0x80]);
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

    /// Words and blocks are looked at whole: what is the same in each of their bytes is not lost.
    #[test]
    fn judges_every_byte_repeated() {
        for byte in 0..=u8::MAX {
            for bytes in [7, 8, 32, 40, 64] {
                let text = &[byte; 64][..bytes];
                assert_eq!(verdict([text]), expected(text), "{bytes} times {byte:02x}");
            }
        }
    }

    /// A look at words that took less would be right too, but for its price.
    #[test]
    fn words_leave_no_more_than_the_last_few_bytes() {
        for text in [
            "a",
            "\u{80}",
            "\u{7ff}",
            "\u{800}",
            "\u{d7ff}",
            "\u{ffff}",
            "\u{10000}",
            "\u{fffff}",
            "\u{10ffff}",
            "a\u{e4}\u{20ac}\u{1f600}",
            "abcdefghijkl\u{e4}",
        ] {
            let text = text.repeat(40);
            let left = after_whole(text.as_bytes()).len();
            assert!(left < 4, "{left} bytes of {text}");
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
