//! Character classes, each under the name of its ABNF rule, and the longest run of a class.
//!
//! One table of 256 bytes in read-only memory holds a bit for each class, so that asking for a
//! class costs one load whatever the rule says.

mod blocks;

/// Whether the baseline of this processor has vectors, which [`blocks`] is written for.
const VECTORS: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

/// A set of bytes that an ABNF rule admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    /// `tchar` (RFC 9110 §5.6.2), of which a `token` is made: methods, field names, list members.
    // rfc9110-5.6.2-token-chars
    pub(crate) const TCHAR: Self = Self(1);
    /// `pchar / "/" / "?"` without `pct-encoded` (RFC 3986 §3.3, §3.4): path and query.
    // rfc3986-3.3-path-chars rfc3986-3.4-query-free
    // rfc6455-3-no-fragment-in-uri
    pub(crate) const TARGET: Self = Self(1 << 1);
    /// `field-vchar / SP / HTAB` (RFC 9110 §5.5), `obs-text` included: field values, not trimmed.
    // rfc9110-5.5-crlfnul-in-value rfc9110-5.5-other-ctl-retained rfc9110-5.5-obs-text-opaque
    pub(crate) const VALUE: Self = Self(1 << 2);
    /// `unreserved / sub-delims` (RFC 3986 §3.2.2) without the comma: the plain bytes of a
    /// `reg-name`. No host has a comma, but two Host lines that somebody joined have one.
    pub(crate) const HOST: Self = Self(1 << 3);
    /// `HEXDIG` in either case (RFC 5234 §B.1).
    pub(crate) const HEXDIG: Self = Self(1 << 4);
    /// `ALPHA / DIGIT / "+" / "-" / "."` (RFC 3986 §3.1): a scheme after its first letter.
    pub(crate) const SCHEME: Self = Self(1 << 5);

    /// `unescaped` (RFC 8259 §7), and the bytes that UTF-8 adds: what stands in a JSON string as it
    /// is.
    pub(crate) const UNESCAPED: Self = Self(1 << 6);

    /// Whether the rule admits `byte`.
    #[inline(always)]
    pub(crate) fn has(self, byte: u8) -> bool {
        classes(byte) & self.0 != 0
    }

    /// How many bytes at the start of `bytes` the rule admits, one after the other.
    #[inline(always)]
    pub(crate) fn span(self, bytes: &[u8]) -> usize {
        let bytes_admitted = match self {
            Self::TCHAR if VECTORS => blocks::tchar(bytes),
            Self::TARGET if VECTORS => blocks::target(bytes),
            Self::VALUE if VECTORS => blocks::value(bytes),
            _ => self.span_by_table(bytes),
        };
        #[cfg(test)]
        work::add(bytes_admitted + 1);
        bytes_admitted
    }

    /// One function for all classes, for flash. Four bytes a turn take a third less on ARMv6-M.
    #[inline(never)]
    fn span_by_table(self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while let Some(([a, b, c, d], after)) = rest.split_first_chunk()
            && classes(*a) & classes(*b) & classes(*c) & classes(*d) & self.0 != 0
        {
            rest = after;
        }
        while let Some((byte, after)) = rest.split_first()
            && self.has(*byte)
        {
            rest = after;
        }
        bytes.len() - rest.len()
    }
}

/// How many bytes at the start of `bytes` are of `class` or part of a `pct-encoded`
/// (RFC 3986 §2.1).
// rfc3986-2.1-pct-two-hex
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(crate) fn percent_encoded(bytes: &[u8], class: Class) -> usize {
    let mut end = class.span(bytes);
    while let Some([b'%', high, low, after @ ..]) = bytes.get(end..)
        && Class::HEXDIG.has(*high)
        && Class::HEXDIG.has(*low)
    {
        end += 3 + class.span(after);
    }
    end
}

/// How many bytes of a field line are its name, and how many stand in front of its end, if it is a
/// line of the common kind. Whether that is its end is for the caller to see.
#[inline(always)]
pub(crate) fn common_line(bytes: &[u8]) -> Option<(usize, usize)> {
    let found = if VECTORS { blocks::line(bytes) } else { None };
    #[cfg(test)]
    work::add(found.map_or(0, |(_, end)| end + 1));
    found
}

/// Where `byte` stands first in `bytes`. Small, and shared by all who are in no hurry.
pub(crate) fn index_of(byte: u8, bytes: &[u8]) -> Option<usize> {
    let index = bytes.iter().position(|other| *other == byte);
    #[cfg(test)]
    work::add(index.unwrap_or(bytes.len()));
    index
}

/// `bytes` in front of the first `byte`, and from there on: empty if there is none.
#[inline(never)]
pub(crate) fn cut(bytes: &[u8], byte: u8) -> (&[u8], &[u8]) {
    let n = index_of(byte, bytes).unwrap_or(bytes.len());
    bytes.split_at_checked(n).unwrap_or_default()
}

/// `value` without the `OWS` at its ends (RFC 9110 §5.6.3): SP and HTAB, nothing else. Behind a
/// colon one SP is nearly always all there is.
// rfc9112-5.1-ows-stripped rfc9110-5.5-trim-value
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    let mut value = value.strip_prefix(b" ").unwrap_or(value);
    if let (Some(b'!'..), Some(b'!'..)) = (value.first(), value.last()) {
        return value;
    }
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Whether bytes are the same, for constants: there, slices cannot be compared yet.
pub(crate) const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

/// The value of a `HEXDIG` (RFC 5234 §B.1).
pub(crate) const fn hexadecimal(digit: u8) -> u8 {
    if digit <= b'9' { digit & 15 } else { (digit & 7) + 9 }
}

/// `1*DIGIT` that fits 64 bits.
#[inline(never)]
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    let mut number = 0u64;
    // So few digits always fit.
    if cfg!(target_pointer_width = "64") && digits.len() < 20 {
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + u64::from(digit);
        }
        return (!digits.is_empty()).then_some(number);
    }
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 || number > u64::MAX / 10 {
            return None;
        }
        number = (number * 10).checked_add(digit.into())?;
    }
    (!digits.is_empty()).then_some(number)
}

/// Whether `bytes`, of a token or a value, is `word` but for the case of its letters.
///
/// `word` is of lower-case letters, digits and hyphens, which all have bit 5. Setting it in the
/// other side can turn only control characters into digits or a hyphen, and neither a token nor a
/// value has those.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn is_word(bytes: &[u8], word: &[u8]) -> bool {
    let mut pairs = bytes.iter().zip(word);
    if bytes.len() != word.len() {
        return false;
    }
    if cfg!(target_pointer_width = "64") {
        // Without branches a word of eight bytes is one comparison.
        return pairs.fold(0, |odd, (byte, lower)| odd | (byte | 0x20) ^ lower) == 0;
    }
    pairs.all(|(byte, lower)| byte | 0x20 == *lower)
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a byte always indexes a table of 256")]
fn classes(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

// rfc9112-2.2-parse-octets
#[expect(clippy::indexing_slicing, reason = "this runs in the compiler, which would say so")]
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    loop {
        classes[byte as usize] = (is_tchar(byte) as u8 * Class::TCHAR.0)
            | (is_target(byte) as u8 * Class::TARGET.0)
            | (is_field_value(byte) as u8 * Class::VALUE.0)
            | (is_host(byte) as u8 * Class::HOST.0)
            | (byte.is_ascii_hexdigit() as u8 * Class::HEXDIG.0)
            | (is_scheme(byte) as u8 * Class::SCHEME.0)
            | (is_unescaped(byte) as u8 * Class::UNESCAPED.0);
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+')
        || matches!(byte, b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// `unreserved` (RFC 3986 §2.3).
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// `sub-delims` (RFC 3986 §2.2).
pub(crate) const fn is_sub_delim(byte: u8) -> bool {
    matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

const fn is_target(byte: u8) -> bool {
    is_unreserved(byte) || is_sub_delim(byte) || matches!(byte, b':' | b'@' | b'/' | b'?')
}

const fn is_field_value(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7F)
}

const fn is_host(byte: u8) -> bool {
    (is_unreserved(byte) || is_sub_delim(byte)) && byte != b','
}

const fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

const fn is_unescaped(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// How many bytes this thread has looked at, for the proof that the work is linear.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    std::thread_local!(static BYTES: Cell<usize> = const { Cell::new(0) });

    pub(crate) fn add(bytes: usize) {
        BYTES.with(|total| total.set(total.get() + bytes));
    }

    pub(crate) fn take() -> usize {
        BYTES.with(Cell::take)
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, is_word, percent_encoded};

    #[test]
    fn spans_end_at_the_first_other_byte() {
        for class in [
            Class::TCHAR,
            Class::TARGET,
            Class::VALUE,
            Class::HOST,
            Class::HEXDIG,
            Class::SCHEME,
            Class::UNESCAPED,
        ] {
            for len in 0..40 {
                let run = std::vec![b'a'; len];
                assert_eq!(class.span(&run), len);
                for stop in 0..=u8::MAX {
                    let bytes = [&run[..], &[stop], b"aaaaaaaaaaaaaaaa\0"].concat();
                    let expected = if class.has(stop) { len + 17 } else { len };
                    assert_eq!(class.span(&bytes), expected, "{class:?} {len} {stop:02x}");
                    assert_eq!(class.span_by_table(&bytes), expected, "{class:?} {len} {stop:02x}");
                }
            }
        }
    }

    #[test]
    fn percent_takes_two_digits() {
        for (bytes, expected) in
            [("", 0), ("a", 1), ("%41", 3), ("a%4", 1), ("a%4g", 1), ("%41%fFb", 7), ("%41%%41", 3)]
        {
            assert_eq!(percent_encoded(bytes.as_bytes(), Class::TARGET), expected, "{bytes}");
        }
    }

    #[test]
    fn words_ignore_case() {
        assert!(is_word(b"Keep-ALIVE", b"keep-alive") && is_word(b"100-Continue", b"100-continue"));
        assert!(!is_word(b"keepalive", b"keep-alive") && !is_word(b"keep_alive", b"keep-alive"));
    }
}
