//! `Range: bytes=…` (RFC 9110 §14): which part of a representation is asked for.

use super::abnf;
use super::fields::{Fields, elements};

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected {
    /// All of it: no part is asked for, or in a way that may be ignored.
    Whole,
    /// From the first position to the last, both included: 206.
    Part(usize, usize),
    /// There is nothing where it was asked for: 416.
    Unsatisfiable,
}

/// Selects by the `Range` of a `GET` for `length` bytes.
///
/// One range is answered. Of several the whole is sent, as §14.2 allows: their answer would be
/// `multipart/byteranges`, which no player and no downloader asks of a device, and which is how a
/// small request makes a server send much. A range that breaks the grammar is ignored, as is one
/// of nothing at all, for which there is no way to write down what was sent. The `Content-Range` of
/// a request means nothing here, and nobody reads it.
// rfc9110-14.4-content-range-ignored
// rfc9110-14.2-range-ignorable
// rfc9110-14.2-range-unknown-unit
// rfc9110-14.2-range-abuse-refused
// rfc9110-14.1.1-range-invalid-ignored
// rfc9110-17.15-range-dos
pub fn select(fields: Fields<'_>, length: usize) -> Selected {
    let selected = fields.only("range").and_then(|value| part(value, length));
    selected.unwrap_or(Selected::Whole)
}

/// `"bytes=" 1#( int-range / suffix-range )`, or `None` if it is anything else, or several.
// rfc9110-14.2-range-206
// rfc9110-14.2-range-416
fn part(value: &[u8], length: usize) -> Option<Selected> {
    let (unit, set) = abnf::cut(value, b'=');
    let mut ranges = elements(set.get(1..)?);
    let (first, last) = abnf::cut(ranges.next()?, b'-');
    let last = last.get(1..)?;
    let end = length.checked_sub(1)?;
    if ranges.next().is_some() || !abnf::is_word(unit, b"bytes") {
        return None;
    }
    let (first, last) = match (position(first), position(last)) {
        // rfc9110-14.1.2-suffix-range
        (None, Some(suffix)) if first.is_empty() => (length.saturating_sub(suffix), end),
        (Some(first), None) if last.is_empty() => (first, end),
        (Some(first), Some(last)) if first <= last => (first, last.min(end)),
        _ => return None,
    };
    Some(if first <= end { Selected::Part(first, last) } else { Selected::Unsatisfiable })
}

/// `1*DIGIT`. What no length reaches is the greatest number there is.
// rfc9110-14.1.2-range-overflow
#[inline(never)]
fn position(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = abnf::decimal(digits).and_then(|number| usize::try_from(number).ok());
    Some(number.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Selected, select};
    use crate::http::fields::Fields;
    use std::format;

    fn of(value: &str, length: usize) -> Selected {
        let lines = format!("Range: {value}\r\n\r\n");
        select(Fields::new(lines.as_bytes()), length)
    }

    #[test]
    fn one_range_is_a_part_or_beyond_the_end() {
        use Selected::{Part, Unsatisfiable};
        for (value, selected) in [
            ("bytes=0-0", Part(0, 0)),
            ("bytes=0-9", Part(0, 9)),
            ("bytes=0-10", Part(0, 9)),
            ("bytes=3-", Part(3, 9)),
            ("bytes=9-", Part(9, 9)),
            ("bytes=-1", Part(9, 9)),
            ("bytes=-10", Part(0, 9)),
            ("bytes=-11", Part(0, 9)),
            ("Bytes=0-0", Part(0, 0)),
            ("bytes=,0-0,", Part(0, 0)),
            ("bytes=007-08", Part(7, 8)),
            ("bytes=0-99999999999999999999", Part(0, 9)),
            ("bytes=-99999999999999999999", Part(0, 9)),
            ("bytes=10-", Unsatisfiable),
            ("bytes=10-10", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=99999999999999999999-", Unsatisfiable),
            ("bytes=18446744073709551615-18446744073709551616", Unsatisfiable),
        ] {
            assert_eq!(of(value, 10), selected, "{value}");
        }
    }

    #[test]
    fn what_is_no_range_or_several_asks_for_the_whole() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=--1",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=1",
            "bytes=1-2-3",
            "bytes=+1-2",
            "bytes=0x1-2",
            "bytes=1 -2",
            "bytes =0-0",
            "byte=0-0",
            "items=0-0",
            "bytes=0-0,1-1",
            "bytes=0-0,0-0,x",
            "bytes=0-,0-",
            "0-0",
            "bytes:0-0",
        ] {
            assert_eq!(of(value, 10), Selected::Whole, "{value}");
        }
        for value in ["bytes=0-", "bytes=-1", "bytes=5-"] {
            assert_eq!(of(value, 0), Selected::Whole, "{value} of nothing");
        }
        let twice = b"Range: bytes=0-0\r\nRange: bytes=0-0\r\n\r\n";
        assert_eq!(select(Fields::new(twice), 10), Selected::Whole);
        assert_eq!(select(Fields::new(b"\r\n"), 10), Selected::Whole);
    }
}
