//! `serialized-origin` (RFC 6454 §6.1), and whether it is where the server itself is.

use crate::http::authority::Authority;
use crate::http::fields::Fields;

/// The one Origin of a request (RFC 6454 §7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin<'x> {
    /// There is no such field line: the client is no browser, or the page is of this server.
    Absent,
    /// What the one line says, `null` included.
    Given(&'x [u8]),
    /// Two lines, of which no client sends more than one.
    Twice,
}

impl<'x> Origin<'x> {
    // rfc6454-7.3-one-origin
    pub(super) fn of(fields: Fields<'x>) -> Self {
        let mut lines = fields.named("origin");
        match (lines.next(), lines.next()) {
            (None, _) => Self::Absent,
            (Some(origin), None) => Self::Given(origin),
            _ => Self::Twice,
        }
    }
}

/// Whether `origin` is in `list`: scheme, host and port are compared byte by byte, as browsers
/// write them (RFC 6454 §6.2). Nothing is a pattern, and `null` is never in a list.
// rfc6454-7-origin-null
pub(super) fn is_listed(origin: &[u8], list: &[&str]) -> bool {
    origin != b"null" && list.iter().any(|listed| listed.as_bytes() == origin)
}

/// Whether `origin` has the host and port of `authority`, which is what the request was sent to
/// (Host, or the authority of its target). The scheme is not compared: whether there was TLS in
/// front of the server is not for the server to know.
pub(super) fn is_same_host(origin: &[u8], authority: &[u8]) -> bool {
    let (host_and_port, default) = match origin {
        [b'h', b't', b't', b'p', b':', b'/', b'/', rest @ ..] => (rest, 80),
        [b'h', b't', b't', b'p', b's', b':', b'/', b'/', rest @ ..] => (rest, 443),
        _ => return false,
    };
    let (Some(origin), Some(own)) = (Authority::parse(host_and_port), Authority::parse(authority))
    else {
        return false;
    };
    origin.host.eq_ignore_ascii_case(own.host)
        && origin.port.unwrap_or(default) == own.port.unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::{Origin, is_listed, is_same_host};
    use crate::http::fields::Fields;

    #[test]
    fn one_line_is_an_origin() {
        for (lines, origin) in [
            ("\r\n", Origin::Absent),
            ("Origins: a\r\n\r\n", Origin::Absent),
            ("Origin: http://a\r\n\r\n", Origin::Given(b"http://a")),
            ("oRIGIN:null\r\n\r\n", Origin::Given(b"null")),
            ("Origin:\r\n\r\n", Origin::Given(b"")),
            ("Origin: http://a\r\nOrigin: http://a\r\n\r\n", Origin::Twice),
        ] {
            assert_eq!(Origin::of(Fields::new(lines.as_bytes())), origin, "{lines:?}");
        }
    }

    #[test]
    fn lists_hold_whole_origins() {
        let list = ["https://good.example", "http://good.example:8080", "null"];
        for origin in ["https://good.example", "http://good.example:8080"] {
            assert!(is_listed(origin.as_bytes(), &list), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://good.example",
            "https://good.example:443",
            "https://good.example:8080",
            "https://good.example.evil.example",
            "https://evilgood.example",
            "https://good.example.",
            "https://GOOD.example",
            "https://good.example/",
            "https://good.exampl",
            "https://good.example,https://evil.example",
            "good.example",
        ] {
            assert!(!is_listed(origin.as_bytes(), &list), "{origin}");
        }
        assert!(!is_listed(b"", &[]));
    }

    #[test]
    fn the_same_host_is_the_same_port_too() {
        for (origin, authority, same) in [
            ("http://panel.local", "panel.local", true),
            ("http://panel.local", "PANEL.local", true),
            ("http://panel.local", "panel.local:80", true),
            ("http://panel.local:80", "panel.local", true),
            ("https://panel.local", "panel.local", true),
            ("https://panel.local", "panel.local:443", true),
            ("http://panel.local:8080", "panel.local:8080", true),
            ("http://[::1]:8080", "[::1]:8080", true),
            ("http://panel.local", "panel.local:443", false),
            ("https://panel.local", "panel.local:80", false),
            ("http://panel.local", "panel.local:8080", false),
            ("http://panel.local:8080", "panel.local", false),
            ("http://panel.local.", "panel.local", false),
            ("http://panel.local.evil.example", "panel.local", false),
            ("http://evilpanel.local", "panel.local", false),
            ("http://panel.local/", "panel.local", false),
            ("http://user@panel.local", "panel.local", false),
            ("http://panel.local:x", "panel.local", false),
            ("http:panel.local", "panel.local", false),
            ("HTTP://panel.local", "panel.local", false),
            ("ftp://panel.local", "panel.local", false),
            ("null", "null", false),
            ("", "", false),
            ("http://", "", false),
            ("http://", "panel.local", false),
        ] {
            let is_same = is_same_host(origin.as_bytes(), authority.as_bytes());
            assert_eq!(is_same, same, "{origin} at {authority}");
        }
    }
}
