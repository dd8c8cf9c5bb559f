//! The normal form of a target (RFC 3986 §6.2.2.2): a percent-encoded letter, digit, `-`, `.`, `_`
//! or `~` is that character. It is made once, in place, before anybody looks at the path, so that
//! a guard and the router can never see two different ones. What stays encoded stays as it was.

use super::abnf::{self, Class};

/// Decodes the unreserved characters of a judged target, which stands at `target_at` in `line` and
/// ends where `line` does. All that is left moves to the end of `line`; says how many bytes at its
/// beginning are free by that.
// rfc3986-2.3-unreserved-decoded
// rfc3986-2.4-decode-once
// rfc9110-4.2.3-normal-forms-same-resource
// rfc3986-2.4-split-then-decode
#[inline(never)]
pub(crate) fn decode_unreserved(line: &mut [u8], target_at: usize) -> usize {
    let target = line.get(target_at..).unwrap_or_default();
    if abnf::index_of(b'%', target).is_none() {
        return 0;
    }
    let (mut from, mut to) = (line.len(), line.len());
    // From the end, since the target must keep its end. No `%` is a digit, so a triplet can be
    // told from there, too.
    while let Some(last) = from.checked_sub(1) {
        let triplet = from.checked_sub(3).filter(|at| *at >= target_at);
        let decoded = triplet.and_then(|at| match line.get(at..from) {
            Some(&[b'%', high, low]) => unreserved(high, low),
            _ => None,
        });
        let byte = decoded.or_else(|| line.get(last).copied()).unwrap_or_default();
        from -= if decoded.is_some() { 3 } else { 1 };
        to -= 1;
        if let Some(place) = line.get_mut(to) {
            *place = byte;
        }
    }
    to
}

/// The unreserved character (RFC 3986 §2.3) with these hexadecimal digits.
fn unreserved(high: u8, low: u8) -> Option<u8> {
    let byte = abnf::hexadecimal(high) << 4 | abnf::hexadecimal(low);
    // Of the characters that a token may hold, the others are reserved or have to be encoded.
    let is_unreserved = Class::TARGET.has(byte)
        && Class::TCHAR.has(byte)
        && !matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'*' | b'+');
    is_unreserved.then_some(byte)
}

#[cfg(test)]
mod tests {
    use super::decode_unreserved;
    use std::{format, string::String, vec::Vec};

    #[test]
    fn only_unreserved_characters_are_decoded() {
        for (target, normal) in [
            ("/hello", "/hello"),
            ("/%68ell%6f", "/hello"),
            ("/%68%65%6C%6C%6F?%61=%62", "/hello?a=b"),
            ("/a%2Fb%2e%2E%7e", "/a%2Fb..~"),
            ("/%25%36%31", "/%2561"),
            ("/%2561", "/%2561"),
            ("/%00%20%80", "/%00%20%80"),
            ("/%21%24%26%27%2A%2B%25", "/%21%24%26%27%2A%2B%25"),
        ] {
            let mut line: Vec<u8> = format!("\r\nG%45T {target}").into();
            let removed = decode_unreserved(&mut line, 8);
            assert_eq!(removed, target.len() - normal.len(), "{target}");
            let line = String::from_utf8(line.split_off(removed)).unwrap();
            assert_eq!(line, format!("\r\nG%45T {normal}"), "{target}");
        }
    }

    #[test]
    fn every_byte_is_unreserved_or_stays() {
        for byte in 0..=u8::MAX {
            let mut line: Vec<u8> = format!("/%{byte:02X}").into();
            let removed = decode_unreserved(&mut line, 0);
            let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            assert_eq!(removed == 2, is_unreserved, "{byte:#x}");
            assert_eq!(removed == 2, line[line.len() - 1] == byte && line[removed] == b'/');
        }
    }
}
