//! Percent-encoding (RFC 3986 §2.1), and the `+` that queries and forms write for a space (URL
//! Standard, `application/x-www-form-urlencoded`): read where it lies, decoded into lent memory,
//! in place, or not at all.
//!
//! One policy holds wherever something is decoded: a `%` without two hexadecimal digits behind it,
//! and text that is not UTF-8, are refused, never repaired.

use core::fmt;
use core::str::{self, FromStr};

use super::problem::Problem;
use crate::buffer::Writer;
use crate::http::abnf::{self, Class};

/// Bytes that an encoded value may have to be read by [`Encoded::parse`]: any number, date, address
/// or UUID is shorter. A value that is sent plain may be of any length.
const PARSED_BYTES_MAX: usize = 48;

const BAD_ESCAPE: &str = "a percent sign without two hexadecimal digits";
const NOT_UTF8: &str = "an encoded value is not UTF-8";
const TOO_LONG: &str = "an encoded value is too long";
pub(super) const NOT_A_VALUE: &str = "a value is not of the type that is asked for";

/// A name or a value as it was sent. The head of a request is frozen while it is answered, so
/// nothing is decoded there: an encoded value is compared as it is, read as a number, written out,
/// or decoded into memory that the handler lends. What is sent plain costs no memory at all.
///
/// ```
/// use samewire::app::Encoded;
///
/// let colour = Encoded::new(b"dark+blue%21");
/// assert!(colour == "dark blue!");
///
/// let mut room = [0; 16];
/// assert_eq!(colour.text(&mut room)?, "dark blue!");
/// assert_eq!(Encoded::new(b"%31%32").parse::<u8>()?, 12);
/// # Ok::<(), samewire::Problem>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Encoded<'x>(&'x [u8]);

impl<'x> Encoded<'x> {
    /// What stands in `sent`.
    pub const fn new(sent: &'x [u8]) -> Self {
        Self(sent)
    }

    /// The bytes as they were sent.
    pub const fn as_sent(self) -> &'x [u8] {
        self.0
    }

    /// Whether there is nothing to decode.
    pub(super) fn is_plain(self) -> bool {
        !self.0.iter().any(|byte| matches!(byte, b'%' | b'+'))
    }

    /// Whether nothing was sent.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The decoded bytes: those that were sent if there is nothing to decode, else decoded into
    /// `room`.
    ///
    /// # Errors
    ///
    /// 400 for a `%` without two hexadecimal digits, or more bytes than `room` has.
    pub fn bytes<'r>(self, room: &'r mut [u8]) -> Result<&'r [u8], Problem>
    where
        'x: 'r,
    {
        self.decoded(room).map_err(Problem::bad_request)
    }

    /// The decoded text: see [`bytes`](Self::bytes).
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes), and 400 for what is not UTF-8.
    pub fn text<'r>(self, room: &'r mut [u8]) -> Result<&'r str, Problem>
    where
        'x: 'r,
    {
        let text = self.decoded(room).and_then(|bytes| str::from_utf8(bytes).map_err(|_| NOT_UTF8));
        text.map_err(Problem::bad_request)
    }

    /// The value that the decoded text stands for.
    ///
    /// # Errors
    ///
    /// 400 if it stands for none, or was encoded and has more than 48 bytes all the same.
    pub fn parse<T: FromStr>(self) -> Result<T, Problem> {
        let mut room = [0; PARSED_BYTES_MAX];
        let text = self.text(&mut room)?;
        text.parse().map_err(|_| Problem::bad_request(NOT_A_VALUE))
    }

    /// Appends the decoded bytes. What follows a bad escape is left out.
    pub fn put(self, to: &mut Writer<'_>) {
        for byte in self.decoder().map_while(|byte| byte) {
            to.push(byte);
        }
    }

    /// Whether the decoded bytes are these. What cannot be decoded is equal to nothing.
    #[inline(never)]
    pub fn is(self, other: &[u8]) -> bool {
        self.decoder().eq(other.iter().map(|byte| Some(*byte)))
    }

    /// Byte for byte; `None` for a bad escape, behind which nothing follows.
    pub(crate) const fn decoder(self) -> Decoder<'x> {
        Decoder { rest: self.0 }
    }

    #[inline(never)]
    fn decoded<'r>(self, room: &'r mut [u8]) -> Result<&'r [u8], &'static str>
    where
        'x: 'r,
    {
        if self.is_plain() {
            return Ok(self.0);
        }
        let mut end = 0;
        for byte in self.decoder() {
            *room.get_mut(end).ok_or(TOO_LONG)? = byte.ok_or(BAD_ESCAPE)?;
            end += 1;
        }
        Ok(room.get(..end).unwrap_or_default())
    }
}

impl PartialEq<str> for Encoded<'_> {
    fn eq(&self, other: &str) -> bool {
        self.is(other.as_bytes())
    }
}

impl PartialEq<&str> for Encoded<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.is(other.as_bytes())
    }
}

/// As it was sent, in ASCII.
impl fmt::Debug for Encoded<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.escape_ascii(), to)
    }
}

/// See [`Encoded::decoder`].
#[derive(Clone)]
pub(crate) struct Decoder<'x> {
    rest: &'x [u8],
}

impl Iterator for Decoder<'_> {
    type Item = Option<u8>;

    fn next(&mut self) -> Option<Option<u8>> {
        let (byte, n) = decode(self.rest)?;
        self.rest = self.rest.get(n..).unwrap_or_default();
        Some(byte)
    }
}

/// The first byte that `sent` stands for, and how many bytes say so: all, if it is a bad escape.
// rfc3986-2.1-pct-two-hex
#[inline(never)]
fn decode(sent: &[u8]) -> Option<(Option<u8>, usize)> {
    Some(match *sent {
        [] => return None,
        [b'%', high, low, ..] if Class::HEXDIG.has(high) && Class::HEXDIG.has(low) => {
            (Some(abnf::hexadecimal(high) << 4 | abnf::hexadecimal(low)), 3)
        }
        [b'%', ..] => (None, sent.len()),
        [b'+', ..] => (Some(b' '), 1),
        [byte, ..] => (Some(byte), 1),
    })
}

/// Decodes a whole form (see [`Form`](super::Form)) in place, and says how many bytes are left:
/// pairs are set apart by [`PAIR`] then, and name from value by [`VALUE`], two bytes that UTF-8
/// does not know, so that nothing encoded can be taken for them.
#[inline(never)]
pub(crate) fn decode_form(content: &mut [u8]) -> Result<usize, &'static str> {
    let (mut from, mut to, mut in_value) = (0, 0, false);
    while let Some((byte, n)) =
        next_of_form(content.get(from..).unwrap_or_default(), &mut in_value)?
    {
        *content.get_mut(to).ok_or(TOO_LONG)? = byte;
        (from, to) = (from + n, to + 1);
    }
    judge_form(content.get(..to).unwrap_or_default())
}

/// The same from `form` into other memory.
#[inline(never)]
pub(crate) fn decode_into(mut form: &[u8], room: &mut [u8]) -> Result<usize, &'static str> {
    let (mut to, mut in_value) = (0, false);
    while let Some((byte, n)) = next_of_form(form, &mut in_value)? {
        *room.get_mut(to).ok_or(TOO_LONG)? = byte;
        form = form.get(n..).unwrap_or_default();
        to += 1;
    }
    judge_form(room.get(..to).unwrap_or_default())
}

// url-5.1-decoded-after-splitting
// url-5.1-nothing-mended
/// The first byte of a decoded form, and how many bytes stand for it.
fn next_of_form(sent: &[u8], in_value: &mut bool) -> Result<Option<(u8, usize)>, &'static str> {
    let Some((byte, n)) = decode(sent) else { return Ok(None) };
    let byte = match sent.first() {
        Some(b'&') => {
            *in_value = false;
            PAIR
        }
        Some(b'=') if !*in_value => {
            *in_value = true;
            VALUE
        }
        _ => match byte.ok_or(BAD_ESCAPE)? {
            PAIR | VALUE => return Err(NOT_UTF8),
            byte => byte,
        },
    };
    Ok(Some((byte, n)))
}

/// The length of a decoded form whose names and values are UTF-8 each.
fn judge_form(form: &[u8]) -> Result<usize, &'static str> {
    let mut parts = form.split(|byte| matches!(*byte, PAIR | VALUE));
    if parts.all(|part| str::from_utf8(part).is_ok()) { Ok(form.len()) } else { Err(NOT_UTF8) }
}

/// What stands between two pairs of a decoded form.
pub(crate) const PAIR: u8 = 0xff;
/// What stands between a name and its value there.
pub(crate) const VALUE: u8 = 0xfe;

/// Appends `bytes` percent-encoded: all but the unreserved characters of RFC 3986 §2.3, with
/// capital letters (§2.1), so that it can stand in any part of a URI.
///
/// ```
/// use samewire::app::percent_encode;
/// use samewire::buffer::Writer;
///
/// let mut room = [0; 32];
/// let mut to = Writer::new(&mut room);
/// percent_encode(b"50% of a/b", &mut to);
/// let n = to.written().unwrap_or_default();
/// assert_eq!(&room[..n], b"50%25%20of%20a%2Fb");
/// ```
pub fn percent_encode(bytes: &[u8], to: &mut Writer<'_>) {
    for byte in bytes {
        if abnf::is_unreserved(*byte) {
            to.push(*byte);
        } else {
            let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'A' - 10 + nibble };
            to.put(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        BAD_ESCAPE, Encoded, NOT_A_VALUE, NOT_UTF8, TOO_LONG, decode_form, percent_encode,
    };
    use crate::app::Problem;
    use crate::buffer::Writer;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn encoded(bytes: &[u8]) -> Vec<u8> {
        let mut room = vec![0; bytes.len() * 3];
        let mut to = Writer::new(&mut room);
        percent_encode(bytes, &mut to);
        let n = to.written().unwrap();
        room.truncate(n);
        room
    }

    #[test]
    fn all_bytes_come_back() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let sent = encoded(&all);
        assert!(sent.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(byte)));
        let mut room = [0; 256];
        assert_eq!(Encoded::new(&sent).bytes(&mut room), Ok(&all[..]));
        assert!(Encoded::new(&sent).is(&all));
        assert_eq!(encoded(b"AZaz09-._~"), b"AZaz09-._~");
        assert_eq!(encoded(b" /\xff"), b"%20%2F%FF");
    }

    #[test]
    fn escapes_are_two_digits() {
        for (sent, expected) in [
            ("", Ok("")),
            ("plain", Ok("plain")),
            ("a+b%20c", Ok("a b c")),
            ("%2B%26%3d%25", Ok("+&=%")),
            ("%e2%82%ac", Ok("€")),
            ("%2541", Ok("%41")),
            ("%", Err(BAD_ESCAPE)),
            ("a%4", Err(BAD_ESCAPE)),
            ("%4g", Err(BAD_ESCAPE)),
            ("%%41", Err(BAD_ESCAPE)),
            ("%ff", Err(NOT_UTF8)),
            ("%c0%af", Err(NOT_UTF8)),
            ("0123456789abcdef+", Err(TOO_LONG)),
        ] {
            let mut room = [0; 16];
            let text = Encoded::new(sent.as_bytes()).text(&mut room);
            assert_eq!(text, expected.map_err(Problem::bad_request), "{sent}");
            if let Ok(text) = text {
                assert!(Encoded::new(sent.as_bytes()) == text, "{sent}");
            }
        }
        // Without an escape no room is needed.
        assert_eq!(Encoded::new(b"0123456789").text(&mut []), Ok("0123456789"));
        assert!(Encoded::new(b"a%") != "a" && Encoded::new(b"a%") != "a%");
        assert!(Encoded::new(b"ab") != "a" && Encoded::new(b"a") != "ab");
    }

    #[test]
    fn values_are_parsed() {
        assert_eq!(Encoded::new(b"10").parse::<u32>(), Ok(10));
        assert_eq!(Encoded::new(b"%2D10").parse::<i8>(), Ok(-10));
        assert_eq!(Encoded::new(b"true").parse::<bool>(), Ok(true));
        let wrong = Problem::bad_request(NOT_A_VALUE);
        for sent in ["", "10x", "256", "-1", "+1", "1.0", "%31%"] {
            let problem = Encoded::new(sent.as_bytes()).parse::<u8>();
            assert!(problem.is_err(), "{sent}");
            assert_eq!(problem == Err(wrong), !sent.ends_with('%'), "{sent}");
        }
    }

    #[test]
    fn forms_are_decoded_where_they_stand() {
        for (sent, expected) in [
            ("", Ok(&b""[..])),
            ("a=1&b=2", Ok(b"a\xfe1\xffb\xfe2")),
            ("a=b=c&d", Ok(b"a\xfeb=c\xffd")),
            ("a%3Db=c%26d", Ok(b"a=b\xfec&d")),
            ("+%e2%82%ac+", Ok(b" \xe2\x82\xac ")),
            ("&&=&", Ok(b"\xff\xff\xfe\xff")),
            ("a=%FF", Err(NOT_UTF8)),
            ("a=%FE", Err(NOT_UTF8)),
            ("a=%80", Err(NOT_UTF8)),
            // Half a character on either side of a separator is none.
            ("a=%C3&%A9", Err(NOT_UTF8)),
            ("a=%", Err(BAD_ESCAPE)),
            ("a=%1&2", Err(BAD_ESCAPE)),
        ] {
            let mut content = sent.as_bytes().to_vec();
            let n = decode_form(&mut content);
            assert_eq!(n.map(|n| &content[..n]), expected, "{sent}");
        }
        assert_eq!(decode_form(&mut b"a=\xff".to_vec()), Err(NOT_UTF8));
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_comes_back(bytes: Vec<u8>) {
            let sent = encoded(&bytes);
            let mut room = vec![0; bytes.len()];
            prop_assert_eq!(Encoded::new(&sent).bytes(&mut room), Ok(&bytes[..]));
            prop_assert!(Encoded::new(&sent).is(&bytes));
        }

        #[test]
        fn nothing_is_too_odd(sent in "[%+&=0-9a-fé]{0,40}", room in 0usize..40) {
            let encoded = Encoded::new(sent.as_bytes());
            let mut room = vec![0; room];
            if let Ok(bytes) = encoded.bytes(&mut room) {
                prop_assert!(bytes.len() <= sent.len());
                prop_assert!(encoded.is(bytes));
            }
            let _ = decode_form(&mut sent.into_bytes());
        }
    }
}
