//! `host [ ":" port ]` (RFC 3986 §3.2 without userinfo): the value of Host, the authority of an
//! absolute target, the target of CONNECT.

use super::abnf::{self, Class};

/// A well-formed authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority<'x> {
    /// `uri-host`: a name or an address as it was written, an IPv6 address with its brackets.
    pub host: &'x [u8],
    /// The port, `None` where it is absent or empty.
    pub port: Option<u16>,
}

impl<'x> Authority<'x> {
    /// Reads all of `bytes` as an authority with a host. `None` if it is none.
    ///
    /// Of IP literals only IPv6 addresses are known: no `IPvFuture` has been defined.
    // rfc3986-3.2.2-host-grammar
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn parse(bytes: &'x [u8]) -> Option<Self> {
        let host_bytes = match bytes {
            [b'[', literal @ ..] => {
                let end = abnf::index_of(b']', literal)?;
                if !is_ipv6(literal.get(..end)?) {
                    return None;
                }
                end + 2
            }
            _ => abnf::percent_encoded(bytes, Class::HOST),
        };
        let (host, after) = bytes.split_at_checked(host_bytes)?;
        let port = match after {
            [] | b":" => None,
            [b':', digits @ ..] => Some(port(digits)?),
            _ => return None,
        };
        (!host.is_empty()).then_some(Self { host, port })
    }
}

/// `port` (RFC 3986 §3.2.3), not empty, of the numbers that TCP has.
// rfc3986-3.2.3-port-digits
#[inline(always)]
fn port(digits: &[u8]) -> Option<u16> {
    let mut port = 0u32;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        port = port * 10 + u32::from(digit);
        if digit > 9 || port > u16::MAX.into() {
            return None;
        }
    }
    u16::try_from(port).ok()
}

/// `IPv6address` (RFC 3986 §3.2.2): eight groups of one to four digits, or fewer and one `::`, the
/// last two of which may be written as an IPv4 address.
#[cfg_attr(target_pointer_width = "64", inline(never))]
fn is_ipv6(address: &[u8]) -> bool {
    let (mut groups, mut gap, mut rest) = (0, false, address);
    loop {
        if let [b':', b':', ..] = rest {
            // Only here may an address begin or end with a colon.
            if gap {
                return false;
            }
            gap = true;
            rest = rest.get(2..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
        } else if groups > 0 {
            match rest {
                [] => break,
                [b':', after @ ..] => rest = after,
                _ => return false,
            }
        }
        let digits = Class::HEXDIG.span(rest);
        let after = rest.get(digits..).unwrap_or_default();
        groups += 1;
        if let [b'.', ..] = after {
            groups += 1;
            if !is_ipv4(rest) {
                return false;
            }
            break;
        }
        if !matches!(digits, 1..=4) {
            return false;
        }
        rest = after;
    }
    if gap { groups <= 7 } else { groups == 8 }
}

/// `IPv4address` (RFC 3986 §3.2.2): four numbers up to 255, without needless zeros.
fn is_ipv4(address: &[u8]) -> bool {
    let mut rest = address;
    for parts_left in (0..4).rev() {
        let (part, after) = abnf::cut(rest, b'.');
        let needless_zero = part.len() > 1 && part.first() == Some(&b'0');
        if needless_zero || abnf::decimal(part).is_none_or(|number| number > 255) {
            return false;
        }
        match after {
            [] => return parts_left == 0,
            [_, after @ ..] => rest = after,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::Authority;
    use std::string::String;

    #[test]
    fn splits_host_and_port() {
        for (bytes, host, port) in [
            ("a", "a", None),
            ("a:", "a", None),
            ("a:0", "a", Some(0)),
            ("a:65535", "a", Some(65535)),
            ("a:00080", "a", Some(80)),
            ("127.0.0.1:8080", "127.0.0.1", Some(8080)),
            ("Ex-ample_1.~!$&'()*+;=", "Ex-ample_1.~!$&'()*+;=", None),
            ("%41%fF", "%41%fF", None),
            ("[::]", "[::]", None),
            ("[::1]:80", "[::1]", Some(80)),
            ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", None),
            ("[1::8]:", "[1::8]", None),
            ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", None),
            ("[::ffff:1.2.3.255]:1", "[::ffff:1.2.3.255]", Some(1)),
            ("[1:2:3:4:5:6:7.8.9.0]", "[1:2:3:4:5:6:7.8.9.0]", None),
        ] {
            let parsed = Authority::parse(bytes.as_bytes());
            assert_eq!(parsed, Some(Authority { host: host.as_bytes(), port }), "{bytes}");
        }
    }

    #[test]
    fn refuses_what_is_no_authority() {
        for bytes in [
            "",
            ":",
            ":80",
            "a b",
            "a/b",
            "u@a",
            "a,b",
            "a:b",
            "a:65536",
            "a:-1",
            "a:+1",
            "a:1 ",
            "a:80:80",
            "a%",
            "a%4",
            "a%zz",
            "a\0",
            "a\x7f",
            "é",
            "a?",
            "a#",
            "a\\b",
            "<a>",
            "[::1",
            "::1",
            "[]",
            "[:]",
            "[:::]",
            "[1]",
            "[1::2::3]",
            "[12345::]",
            "[g::]",
            "[::1]a",
            "[1:2:3:4:5:6:7]",
            "[1:2:3:4:5:6:7:8:9]",
            "[1:2:3:4:5:6:7:8::]",
            "[1:2:3:4:5:6:7:]",
            "[::1.2.3]",
            "[::1.2.3.4.5]",
            "[::1.2.3.256]",
            "[::1.2.3.04]",
            "[::1.2.3.4:5]",
            "[::1.2..4]",
            "[::.1.2.3]",
            "[1:2:3:4:5:6:7:1.2.3.4]",
            "[v1.a:b]",
            "[fe80::1%25eth0]",
            "x[::1]",
            "[::1]]",
            "[[::1]]",
            "[::a.2.3.4]",
        ] {
            assert_eq!(Authority::parse(bytes.as_bytes()), None, "{bytes}");
        }
    }

    #[test]
    fn judges_every_byte_of_a_name() {
        for byte in 0..=u8::MAX {
            let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+;=".contains(&byte);
            let bytes = [b'a', byte, b'b'];
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(Authority::parse(&bytes).is_some(), plain, "{byte:02x} {text}");
        }
    }
}
