//! Formats of text, each under the name that JSON Schema has for it (Validation, §7.3): a pure
//! function of bytes, without a heap, in time linear to the text.
//!
//! | function | what it admits |
//! | --- | --- |
//! | [`uuid`] | RFC 9562 §4: 8-4-4-4-12 hexadecimal digits of either case, any version |
//! | [`date`], [`time`], [`date_time`] | RFC 3339 §5.6: real days, leap seconds where one can be |
//! | [`ipv4`], [`ipv6`] | RFC 3986 §3.2.2: four numbers; RFC 4291 §2.2 without a zone |
//! | [`hostname`] | RFC 1123 §2.1: labels of letters, digits and inner hyphens |
//! | [`email`] | what mailboxes look like in practice: see there |
//! | [`uri`], [`uri_reference`] | RFC 3986 §3 and §4.1 |
//!
//! What is no ASCII is of no format: internationalized names and addresses have an ASCII form.

mod address;
mod date;
mod uri;

pub use address::{email, hostname, ipv4, ipv6};
pub use date::{date, date_time, time};
pub use uri::{uri, uri_reference};

use crate::http::abnf::cut;

/// A UUID: 8-4-4-4-12 hexadecimal digits (RFC 9562 §4).
pub fn uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `bytes` in front of the first `byte` and behind it, if there is one.
#[inline(never)]
fn split(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    match cut(bytes, byte) {
        (before, [_, after @ ..]) => Some((before, after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
