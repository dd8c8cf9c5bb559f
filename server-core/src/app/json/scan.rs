//! The grammar of JSON (RFC 8259), strictly and in a stack of fixed depth: where in a text its
//! values and strings stand. Nothing is changed, and nothing is said of what they mean.

use core::ops::Range;
use core::str;

use super::Malformed;
use crate::app::schema::Integer;
use crate::http::abnf::{Class, hexadecimal};

/// Objects and arrays that may stand in each other: the bits of a word but one, with which
/// [`Scan::skip`] remembers them. A deeper text is an attack on somebody's stack.
// rfc8259-9-depth-size-limits
const DEPTH_MAX: u32 = u32::BITS - 1;

/// How far a text, the same at each call, has been read.
#[derive(Clone, Copy)]
pub(in crate::app) struct Scan {
    pub(in crate::app) at: usize,
    depth: u32,
}

// rfc8259-2-json-grammar
// rfc8259-9-accept-all-valid
// rfc8259-8.1-bom-ignored
impl Scan {
    /// Nothing has been read.
    pub(in crate::app) const fn new() -> Self {
        Self { at: 0, depth: 0 }
    }

    /// The next byte that is no white space; at the end a NUL, with which nothing begins.
    #[inline(never)]
    pub(in crate::app) fn peek(&mut self, text: &[u8]) -> u8 {
        loop {
            match text.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                byte => return byte.copied().unwrap_or_default(),
            }
        }
    }

    /// Takes the next byte, which must be this one.
    #[inline(never)]
    pub(in crate::app) fn expect(&mut self, text: &[u8], byte: u8) -> Result<(), Malformed> {
        let is_next = self.peek(text) == byte;
        self.at += usize::from(is_next);
        if is_next { Ok(()) } else { Err(Malformed) }
    }

    /// Takes `true`, `false` or `null`.
    #[inline(never)]
    pub(in crate::app) fn literal(&mut self, text: &[u8], name: &[u8]) -> Result<(), Malformed> {
        self.peek(text);
        if !text.get(self.at..).unwrap_or_default().starts_with(name) {
            return Err(Malformed);
        }
        self.at += name.len();
        Ok(())
    }

    /// Takes the end of the text.
    pub(in crate::app) fn end(&mut self, text: &[u8]) -> Result<(), Malformed> {
        self.peek(text);
        if self.at == text.len() { Ok(()) } else { Err(Malformed) }
    }

    /// Goes into an object or an array.
    #[inline(never)]
    pub(in crate::app) fn open(&mut self, text: &[u8], byte: u8) -> Result<(), Malformed> {
        self.expect(text, byte)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Malformed) } else { Ok(()) }
    }

    /// Goes out again.
    pub(in crate::app) fn close(&mut self, text: &[u8], byte: u8) -> Result<(), Malformed> {
        self.depth -= 1;
        self.expect(text, byte)
    }

    /// Takes what stands between two items, or before the first; false before the end.
    #[inline(never)]
    pub(in crate::app) fn has_next(
        &mut self,
        text: &[u8],
        is_first: bool,
        end: u8,
    ) -> Result<bool, Malformed> {
        if self.peek(text) == end {
            return Ok(false);
        }
        if !is_first {
            self.expect(text, b',')?;
        }
        Ok(true)
    }

    /// An integer of at most 64 bits. What else stands there, if it is a number at all, is left for
    /// [`Scan::number`].
    #[inline(never)]
    pub(in crate::app) fn integer(&mut self, text: &[u8]) -> Result<Integer, Malformed> {
        let begin = self.at;
        // Not `?`: a number that breaks off is left whole too, lest its rest be read as one.
        let range = self.number(text).ok().filter(|(_, is_integer)| *is_integer);
        let integer = range.and_then(|(range, _)| Integer::from_digits(text.get(range)?));
        if integer.is_none() {
            self.at = begin;
        }
        integer.ok_or(Malformed)
    }

    /// Where a number stands (§6), and whether it has neither fraction nor exponent.
    // rfc8259-6-number-limits
    #[inline(never)]
    pub(in crate::app) fn number(
        &mut self,
        text: &[u8],
    ) -> Result<(Range<usize>, bool), Malformed> {
        self.peek(text);
        let begin = self.at;
        self.passes(text, b'-', b'-');
        let is_zero = self.passes(text, b'0', b'0');
        // A zero leads nothing, and anything else begins with a digit.
        if self.passes_digits(text) == is_zero {
            return Err(Malformed);
        }
        let has_fraction = self.passes(text, b'.', b'.');
        if has_fraction && !self.passes_digits(text) {
            return Err(Malformed);
        }
        let has_exponent = self.passes(text, b'e', b'E');
        if has_exponent {
            self.passes(text, b'+', b'-');
            if !self.passes_digits(text) {
                return Err(Malformed);
            }
        }
        Ok((begin..self.at, !has_fraction && !has_exponent))
    }

    /// Takes the very next byte if it is one of these two.
    #[inline(never)]
    fn passes(&mut self, text: &[u8], one: u8, other: u8) -> bool {
        let is_next = text.get(self.at).is_some_and(|byte| *byte == one || *byte == other);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes the digits that come next, and says whether there are any.
    #[inline(never)]
    fn passes_digits(&mut self, text: &[u8]) -> bool {
        let begin = self.at;
        while text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at > begin
    }

    /// Where a string stands, without its quotation marks.
    // rfc8259-8.1-utf8
    #[inline(never)]
    pub(in crate::app) fn string(&mut self, text: &[u8]) -> Result<Range<usize>, Malformed> {
        self.expect(text, b'"')?;
        let begin = self.at;
        loop {
            let rest = text.get(self.at..).unwrap_or_default();
            self.at += Class::UNESCAPED.span(rest);
            match text.get(self.at..) {
                Some([b'"', ..]) => {
                    let range = begin..self.at;
                    self.at += 1;
                    let is_text =
                        str::from_utf8(text.get(range.clone()).unwrap_or_default()).is_ok();
                    return if is_text { Ok(range) } else { Err(Malformed) };
                }
                Some([b'\\', escaped @ ..]) => {
                    let (_, n) = unescaped(escaped).ok_or(Malformed)?;
                    self.at += 1 + n;
                }
                _ => return Err(Malformed),
            }
        }
    }

    /// Passes a value over that nobody wants, and yet judges it. What is open is remembered by a
    /// bit each, behind the one that is set: whether it is an object.
    #[inline(never)]
    pub(in crate::app) fn skip(&mut self, text: &[u8]) -> Result<(), Malformed> {
        let mut open = 1_u32;
        loop {
            let mut has_more = false;
            match self.peek(text) {
                byte @ (b'{' | b'[') => {
                    self.open(text, byte)?;
                    open = open << 1 | u32::from(byte == b'{');
                    has_more = self.has_next(text, true, end(open))?;
                }
                b'"' => {
                    self.string(text)?;
                }
                b't' => self.literal(text, b"true")?,
                b'f' => self.literal(text, b"false")?,
                b'n' => self.literal(text, b"null")?,
                _ => {
                    self.number(text)?;
                }
            }
            while !has_more {
                if open == 1 {
                    return Ok(());
                }
                has_more = self.has_next(text, false, end(open))?;
                if !has_more {
                    self.close(text, end(open))?;
                    open >>= 1;
                }
            }
            if open & 1 == 1 {
                self.string(text)?;
                self.expect(text, b':')?;
            }
        }
    }
}

/// What ends the innermost of what is `open`.
const fn end(open: u32) -> u8 {
    if open & 1 == 1 { b'}' } else { b']' }
}

/// The code point that an escape stands for, and how many bytes behind the backslash say so.
#[inline(never)]
fn unescaped(escape: &[u8]) -> Option<(u32, usize)> {
    let byte = match *escape.first()? {
        byte @ (b'"' | b'\\' | b'/') => byte,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unescaped_unicode(escape),
        _ => return None,
    };
    Some((byte.into(), 1))
}

/// The same of `\u`, and of the second one that the first half of a surrogate pair needs.
// rfc8259-8.2-lone-surrogates
fn unescaped_unicode(escape: &[u8]) -> Option<(u32, usize)> {
    let high = four_digits(escape.get(1..5)?)?;
    match high & 0xfc00 {
        0xd800 => {
            let [b'\\', b'u', low @ ..] = escape.get(5..11)? else { return None };
            let low = four_digits(low)?;
            let scalar = 0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
            (low & 0xfc00 == 0xdc00).then_some((scalar, 11))
        }
        0xdc00 => None,
        _ => Some((high, 5)),
    }
}

fn four_digits(digits: &[u8]) -> Option<u32> {
    let are_digits = digits.iter().all(|digit| Class::HEXDIG.has(*digit));
    let number =
        digits.iter().fold(0, |number, digit| number << 4 | u32::from(hexadecimal(*digit)));
    are_digits.then_some(number)
}

/// What stands first in a string that [`Scan::string`] has found: bytes of UTF-8, and how many of
/// the string say so.
#[inline(never)]
pub(in crate::app) fn first(string: &[u8]) -> Option<(Utf8, usize)> {
    match string {
        [b'\\', escape @ ..] => {
            let (scalar, n) = unescaped(escape)?;
            Some((Utf8::of(scalar), 1 + n))
        }
        [byte, ..] => Some((Utf8 { bytes: [*byte, 0, 0, 0], len: 1 }, 1)),
        [] => None,
    }
}

/// A few bytes.
#[derive(Clone, Copy)]
pub(in crate::app) struct Utf8 {
    bytes: [u8; 4],
    len: usize,
}

impl Utf8 {
    fn of(scalar: u32) -> Self {
        let (lead, len) = match scalar {
            0..0x80 => (0, 1),
            0x80..0x800 => (0xc0, 2),
            0x800..0x1_0000 => (0xe0, 3),
            _ => (0xf0, 4),
        };
        let mut bytes = [0; 4];
        let mut shift = 6 * len;
        for (at, byte) in bytes.iter_mut().take(len).enumerate() {
            shift -= 6;
            let [six, ..] = (scalar >> shift).to_le_bytes();
            *byte = if at == 0 { lead | six } else { 0x80 | six & 0x3f };
        }
        Self { bytes, len }
    }

    pub(in crate::app) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
