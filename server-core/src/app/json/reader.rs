//! JSON text (RFC 8259), read where it was received: strictly, and in a stack of fixed depth.

use core::ops::Range;
use core::{mem, str};

use super::Malformed;
use crate::http::abnf::decimal;

/// Objects and arrays that may stand in each other: the bits of a word but one, with which
/// [`Reader::skip`] remembers them. A deeper text is an attack on somebody's stack.
const DEPTH_MAX: u32 = u32::BITS - 1;

/// A text, and how much of it has been read.
pub(in crate::app) struct Reader<'x> {
    text: &'x mut [u8],
    at: usize,
    depth: u32,
}

/// A number without a fraction or an exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Integer {
    Negative(i64),
    Natural(u64),
}

impl<'x> Reader<'x> {
    pub(in crate::app) const fn new(text: &'x mut [u8]) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The next byte that is no white space; at the end a NUL, with which nothing begins.
    #[inline(never)]
    pub(in crate::app) fn peek(&mut self) -> u8 {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                byte => return byte.copied().unwrap_or_default(),
            }
        }
    }

    /// Takes the next byte if it is this one, and says whether it was.
    pub(in crate::app) fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes the next byte, which must be this one.
    #[inline(never)]
    pub(in crate::app) fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.takes(byte) { Ok(()) } else { Err(Malformed) }
    }

    /// Takes `true`, `false` or `null`.
    #[inline(never)]
    pub(in crate::app) fn literal(&mut self, name: &[u8]) -> Result<(), Malformed> {
        self.peek();
        if !self.text.get(self.at..).unwrap_or_default().starts_with(name) {
            return Err(Malformed);
        }
        self.at += name.len();
        Ok(())
    }

    /// Takes the end of the text.
    pub(in crate::app) fn end(&mut self) -> Result<(), Malformed> {
        self.peek();
        if self.at == self.text.len() { Ok(()) } else { Err(Malformed) }
    }

    /// Goes into an object or an array.
    #[inline(never)]
    pub(in crate::app) fn open(&mut self, byte: u8) -> Result<(), Malformed> {
        self.expect(byte)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Malformed) } else { Ok(()) }
    }

    /// Goes out again.
    pub(in crate::app) fn close(&mut self, byte: u8) -> Result<(), Malformed> {
        self.depth -= 1;
        self.expect(byte)
    }

    /// Takes what stands between two items, or before the first; false before the end.
    #[inline(never)]
    pub(in crate::app) fn has_next(&mut self, is_first: bool, end: u8) -> Result<bool, Malformed> {
        if self.peek() == end {
            return Ok(false);
        }
        if !is_first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// A number in its own characters (§6).
    #[inline(never)]
    pub(in crate::app) fn number(&mut self) -> Result<&str, Malformed> {
        let (range, _) = self.number_range()?;
        str::from_utf8(self.text.get(range).unwrap_or_default()).map_err(|_| Malformed)
    }

    /// An integer of at most 64 bits. What else stands there, if it is a number at all, is left for
    /// [`Reader::number`].
    #[inline(never)]
    pub(in crate::app) fn integer(&mut self) -> Result<Integer, Malformed> {
        let begin = self.at;
        // Not `?`: a number that breaks off is left whole too, lest its rest be read as one.
        let range = self.number_range().ok().filter(|(_, is_integer)| *is_integer);
        let text = range.and_then(|(range, _)| self.text.get(range)).unwrap_or_default();
        let integer = match text {
            [b'-', digits @ ..] => decimal(digits)
                .and_then(|magnitude| 0_i64.checked_sub_unsigned(magnitude))
                .map(Integer::Negative),
            digits => decimal(digits).map(Integer::Natural),
        };
        if integer.is_none() {
            self.at = begin;
        }
        integer.ok_or(Malformed)
    }

    #[inline(never)]
    fn number_range(&mut self) -> Result<(Range<usize>, bool), Malformed> {
        self.peek();
        let begin = self.at;
        self.passes(b'-', b'-');
        let is_zero = self.passes(b'0', b'0');
        // A zero leads nothing, and anything else begins with a digit.
        if self.passes_digits() == is_zero {
            return Err(Malformed);
        }
        let has_fraction = self.passes(b'.', b'.');
        if has_fraction && !self.passes_digits() {
            return Err(Malformed);
        }
        let has_exponent = self.passes(b'e', b'E');
        if has_exponent {
            self.passes(b'+', b'-');
            if !self.passes_digits() {
                return Err(Malformed);
            }
        }
        Ok((begin..self.at, !has_fraction && !has_exponent))
    }

    /// Takes the very next byte if it is one of these two.
    #[inline(never)]
    fn passes(&mut self, one: u8, other: u8) -> bool {
        let is_next = self.text.get(self.at).is_some_and(|byte| *byte == one || *byte == other);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes the digits that come next, and says whether there are any.
    #[inline(never)]
    fn passes_digits(&mut self) -> bool {
        let begin = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at > begin
    }

    /// A string, its escapes undone where they stand: what they stand for is never longer.
    #[inline(never)]
    pub(in crate::app) fn string(&mut self) -> Result<&str, Malformed> {
        let range = self.string_range()?;
        // This also finds the half of a surrogate pair.
        str::from_utf8(self.text.get(range).unwrap_or_default()).map_err(|_| Malformed)
    }

    /// The same, to keep: the text up to its end is given away with it.
    #[inline(never)]
    pub(in crate::app) fn kept_string(&mut self) -> Result<&'x str, Malformed> {
        let range = self.string_range()?;
        let text = mem::take(&mut self.text).split_at_mut_checked(self.at);
        let (read, rest) = text.ok_or(Malformed)?;
        (self.text, self.at) = (rest, 0);
        let read: &'x [u8] = read;
        str::from_utf8(read.get(range).unwrap_or_default()).map_err(|_| Malformed)
    }

    /// Where the inside of a string is, unescaped.
    #[inline(never)]
    fn string_range(&mut self) -> Result<Range<usize>, Malformed> {
        self.expect(b'"')?;
        let begin = self.at;
        let mut end = begin;
        loop {
            let unescaped = match self.byte()? {
                b'"' => break,
                0..0x20 => return Err(Malformed),
                b'\\' => match self.byte()? {
                    byte @ (b'"' | b'\\' | b'/') => byte,
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'u' => {
                        end = self.unescape_unicode(end)?;
                        continue;
                    }
                    _ => return Err(Malformed),
                },
                byte => byte,
            };
            end = self.put(end, unescaped);
        }
        Ok(begin..end)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = self.text.get(self.at).copied();
        self.at += 1;
        byte.ok_or(Malformed)
    }

    fn put(&mut self, at: usize, byte: u8) -> usize {
        if let Some(place) = self.text.get_mut(at) {
            *place = byte;
        }
        at + 1
    }

    /// Writes the UTF-8 of the code point whose `\u` has been read, and says where it ends.
    #[inline(never)]
    fn unescape_unicode(&mut self, mut end: usize) -> Result<usize, Malformed> {
        let mut scalar = self.four_digits()?;
        if scalar & 0xfc00 == 0xd800 {
            let is_pair = self.byte()? == b'\\' && self.byte()? == b'u';
            let low = self.four_digits()?;
            if !is_pair || low & 0xfc00 != 0xdc00 {
                return Err(Malformed);
            }
            scalar = 0x1_0000 + ((scalar & 0x3ff) << 10) + (low & 0x3ff);
        }
        let (lead, mut shift) = match scalar {
            0..0x80 => (0, 0),
            0x80..0x800 => (0xc0, 6),
            0x800..0x1_0000 => (0xe0, 12),
            _ => (0xf0, 18),
        };
        let [high, ..] = (scalar >> shift).to_le_bytes();
        end = self.put(end, lead | high);
        while shift > 0 {
            shift -= 6;
            let [low, ..] = (scalar >> shift).to_le_bytes();
            end = self.put(end, 0x80 | low & 0x3f);
        }
        Ok(end)
    }

    fn four_digits(&mut self) -> Result<u32, Malformed> {
        let mut number = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()?).to_digit(16).ok_or(Malformed)?;
            number = number << 4 | digit;
        }
        Ok(number)
    }

    /// Passes a value over that nobody wants, and yet judges it. What is open is remembered by a
    /// bit each, behind the one that is set: whether it is an object.
    #[inline(never)]
    pub(in crate::app) fn skip(&mut self) -> Result<(), Malformed> {
        let mut open = 1_u32;
        loop {
            let mut has_more = false;
            match self.peek() {
                byte @ (b'{' | b'[') => {
                    self.open(byte)?;
                    open = open << 1 | u32::from(byte == b'{');
                    has_more = self.has_next(true, end(open))?;
                }
                b'"' => {
                    self.string()?;
                }
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => {
                    self.number_range()?;
                }
            }
            while !has_more {
                if open == 1 {
                    return Ok(());
                }
                has_more = self.has_next(false, end(open))?;
                if !has_more {
                    self.close(end(open))?;
                    open >>= 1;
                }
            }
            if open & 1 == 1 {
                self.string()?;
                self.expect(b':')?;
            }
        }
    }
}

/// What ends the innermost of what is `open`.
const fn end(open: u32) -> u8 {
    if open & 1 == 1 { b'}' } else { b']' }
}
