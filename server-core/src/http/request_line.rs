//! `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3).
//!
//! `RequestLine::read` knows what a good line looks like and nothing of bad ones; it runs as the
//! bytes come. `RequestLine::judge` sees a whole line, up to its LF, and says what is wrong with
//! it, or accepts the forms that browsers do not send. So a verdict is a function of one whole
//! line, however its bytes arrived. Where flash is dear, the first knows GET and no other method.

use core::fmt;

use super::abnf::{self, Class};
use super::target;
use crate::Violation;

/// A request method (RFC 9110 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Method {
    /// RFC 9110 §9.3.1.
    Get,
    /// RFC 9110 §9.3.2.
    Head,
    /// RFC 9110 §9.3.3.
    Post,
    /// RFC 9110 §9.3.4.
    Put,
    /// RFC 9110 §9.3.5.
    Delete,
    /// RFC 5789.
    Patch,
    /// RFC 9110 §9.3.7.
    Options,
    /// RFC 9110 §9.3.6. A head with it is refused: there are no tunnels here.
    Connect,
    /// RFC 9110 §9.3.8.
    Trace,
    /// A well-formed method that is none of these. The bytes tell which.
    Other,
}

impl Method {
    /// The methods that have a name, in the order of the enum.
    pub(crate) const NAMED: [(Self, &'static str); 9] = [
        (Self::Get, "GET"),
        (Self::Head, "HEAD"),
        (Self::Post, "POST"),
        (Self::Put, "PUT"),
        (Self::Delete, "DELETE"),
        (Self::Patch, "PATCH"),
        (Self::Options, "OPTIONS"),
        (Self::Connect, "CONNECT"),
        (Self::Trace, "TRACE"),
    ];

    /// The method as it is written; `None` for [`Method::Other`].
    pub fn as_str(self) -> Option<&'static str> {
        Self::NAMED.get(self as usize).map(|(_, name)| *name)
    }

    /// The method of these bytes, whose case counts.
    // rfc9112-3.1-method-token-case
    #[inline(never)]
    fn of(token: &[u8]) -> Self {
        let mut named = Self::NAMED.iter();
        named.find(|(_, name)| name.as_bytes() == token).map_or(Self::Other, |(method, _)| *method)
    }
}

/// A set of methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Methods(u16);

impl Methods {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn add(&mut self, method: Method) {
        self.0 |= 1 << method as u16;
    }

    pub(crate) const fn has(self, method: Method) -> bool {
        self.0 >> method as u16 & 1 != 0
    }
}

/// The version that a request is treated as (RFC 9110 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1, or a higher minor version of it.
    Http11,
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
        })
    }
}

/// SP, `HTTP-version` and CRLF.
const VERSION_BYTES: usize = b" HTTP/1.1\r\n".len();

/// What a request line says. Lengths are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestLine {
    pub(super) method: Method,
    pub(super) method_bytes: usize,
    pub(super) target_bytes: usize,
    pub(super) version: Version,
    /// The target is known to have nothing percent-encoded.
    pub(super) is_plain: bool,
}

impl RequestLine {
    /// All of the line, its CRLF included.
    pub(super) const fn bytes(&self) -> usize {
        self.method_bytes + 1 + self.target_bytes + VERSION_BYTES
    }

    /// Reads a whole line at the start of `bytes` if it is of the common kind: origin-form, and a
    /// version of ours. `None` says nothing about the line.
    #[inline(always)]
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        // Nearly every request, at the price of one comparison.
        if let Some((first, rest)) = bytes.split_first_chunk()
            && first == b"GET "
        {
            return Self::read_behind_method(Method::Get, 3, rest);
        }
        // On boards the other methods are left to `judge`, for flash.
        if cfg!(not(target_pointer_width = "64")) {
            return None;
        }
        let (token, rest) = bytes.split_at_checked(Class::TCHAR.span(bytes))?;
        let method = Method::of(token);
        if token.is_empty() || method == Method::Connect {
            return None;
        }
        Self::read_behind_method(method, token.len(), rest.strip_prefix(b" ")?)
    }

    #[inline(always)]
    fn read_behind_method(method: Method, method_bytes: usize, rest: &[u8]) -> Option<Self> {
        let (target_bytes, is_plain) = target::origin_form(rest);
        // Eight bytes are one comparison.
        let (name, end) = rest.get(target_bytes..)?.split_first_chunk::<8>()?;
        let version = match end {
            [b'1', b'\r', b'\n', ..] => Version::Http11,
            [b'0', b'\r', b'\n', ..] => Version::Http10,
            _ => return None,
        };
        let is_common = name == b" HTTP/1." && target_bytes > 0;
        is_common.then_some(Self { method, method_bytes, target_bytes, version, is_plain })
    }

    /// Judges a whole `line`, its LF included: any form of target, any version.
    ///
    /// Where a line has several faults the first of this order counts: its first byte, its end, its
    /// method, the target's length, the version, the target.
    #[cold]
    #[inline(never)]
    pub(super) fn judge(line: &[u8], target_bytes_max: u16) -> Result<Self, Violation> {
        judge_first_byte(line)?;
        let Some(line) = line.strip_suffix(b"\r\n") else { return Err(Violation::BareLf) };
        // No part of a good line has a CR, so it is looked for where something is wrong.
        Self::judge_parts(line, target_bytes_max).map_err(|violation| {
            let has_cr = abnf::index_of(b'\r', line).is_some();
            if has_cr { Violation::BareCr } else { violation }
        })
    }

    #[inline(always)]
    fn judge_parts(line: &[u8], target_bytes_max: u16) -> Result<Self, Violation> {
        let Parts { method, target, rest } = split(line)?;
        if target.len() > target_bytes_max.into() {
            return Err(Violation::TargetTooLong);
        }
        // rfc9112-3-request-line-shape rfc9112-3-lenient-whitespace rfc9112-3.2-no-ws-in-target
        let Some(version) = rest.get(1..) else { return Err(Violation::RequestLine) };
        if target.is_empty() {
            return Err(Violation::RequestLine);
        }
        let version = judge_version(version).map_err(|violation| {
            let has_space = abnf::index_of(b' ', version).is_some();
            if has_space { Violation::RequestLine } else { violation }
        })?;
        let (method_bytes, target_bytes) = (method.len(), target.len());
        let method = Method::of(method);
        target::judge(target, method)?;
        Ok(Self { method, method_bytes, target_bytes, version, is_plain: false })
    }

    /// What an unfinished `line` is refused for when the head may not grow any more.
    // rfc9112-3-long-target-414 rfc9112-3-long-method-501
    pub(super) fn judge_endless(line: &[u8], target_bytes_max: u16) -> Violation {
        match split(line) {
            Ok(Parts { target, .. }) if target.len() > target_bytes_max.into() => {
                Violation::TargetTooLong
            }
            _ => Violation::HeadTooLarge,
        }
    }
}

/// Judges the first byte of a line without waiting for the rest: a TLS ClientHello, say, may have
/// no LF at all. CR and LF are line ends, and left to the whole line.
// rfc9112-2.2-grammar-mismatch-400-close
pub(super) fn judge_first_byte(line: &[u8]) -> Result<(), Violation> {
    match line.first() {
        Some(b' ') => Err(Violation::RequestLine),
        Some(byte) if !Class::TCHAR.has(*byte) && !matches!(byte, b'\r' | b'\n') => {
            Err(Violation::Method)
        }
        _ => Ok(()),
    }
}

/// A line cut at its first two spaces.
struct Parts<'x> {
    method: &'x [u8],
    target: &'x [u8],
    /// From the second space on, if there is one.
    rest: &'x [u8],
}

/// Cuts `line`, whose first byte is good, and judges its method.
fn split(line: &[u8]) -> Result<Parts<'_>, Violation> {
    let (method, rest) = abnf::cut(line, b' ');
    if Class::TCHAR.span(method) < method.len() {
        return Err(Violation::Method);
    }
    let Some(rest) = rest.get(1..) else { return Err(Violation::RequestLine) };
    let (target, rest) = abnf::cut(rest, b' ');
    Ok(Parts { method, target, rest })
}

/// `HTTP-version` (RFC 9112 §2.3).
// rfc9112-2.3-version-syntax rfc9110-6.2-higher-minor-as-ours rfc9110-6.2-505-major
fn judge_version(version: &[u8]) -> Result<Version, Violation> {
    match version.strip_prefix(b"HTTP/") {
        Some([major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9']) => match (major, minor) {
            (b'1', b'0') => Ok(Version::Http10),
            (b'1', _) => Ok(Version::Http11),
            _ => Err(Violation::VersionUnsupported),
        },
        _ => Err(Violation::Version),
    }
}

#[cfg(test)]
mod tests {
    use super::{Method, Methods, RequestLine, Version};
    use crate::http::head::Parsed;
    use crate::http::head::tests::{accepted, read_within, refused};
    use crate::{Limits, Violation};
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn with_request_line(line: impl AsRef<[u8]>) -> Vec<u8> {
        [line.as_ref(), b"\r\nHost: a\r\n\r\n"].concat()
    }

    #[test]
    fn both_readings_of_a_good_line_agree() {
        for (line, version) in [
            ("GET / HTTP/1.1\r\n", Version::Http11),
            ("GET /a%20b?c=d HTTP/1.0\r\n", Version::Http10),
            ("POST //a/../b?? HTTP/1.1\r\n", Version::Http11),
            ("OPTIONS / HTTP/1.1\r\n", Version::Http11),
            ("M-SEARCH /:@!$&'()*+,;=-._~ HTTP/1.1\r\n", Version::Http11),
        ] {
            let read = RequestLine::read(line.as_bytes());
            assert_eq!(read.map(|line| line.version), Some(version), "{line}");
            assert_eq!(read, RequestLine::judge(line.as_bytes(), 100).ok(), "{line}");
        }
    }

    #[test]
    fn knows_methods_by_all_their_bytes() {
        use Method::{Delete, Get, Head, Options, Other, Patch, Post, Put, Trace};
        for method in [Get, Head, Post, Put, Delete, Patch, Options, Trace] {
            let name = method.as_str().unwrap_or_default();
            let head = accepted(&with_request_line(format!("{name} / HTTP/1.1")));
            assert_eq!(head.method(), method, "{name}");
            for other in [name.to_lowercase(), format!("{name}S"), name[1..].into()] {
                let head = accepted(&with_request_line(format!("{other} / HTTP/1.1")));
                assert_eq!(head.method(), Other, "{other}");
                assert_eq!(head.method_range(), 0..other.len(), "{other}");
            }
        }
        accepted(&with_request_line(format!("{} / HTTP/1.1", "M".repeat(1400))));
    }

    #[test]
    fn judges_every_byte_of_a_method() {
        for byte in 0..=u8::MAX {
            let bytes = with_request_line([b"G", &[byte][..], b"T / HTTP/1.1"].concat());
            let is_tchar = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if is_tchar {
                accepted(&bytes);
                continue;
            }
            let expected = match byte {
                b'\n' => Violation::BareLf,
                b'\r' => Violation::BareCr,
                b' ' => Violation::RequestLine,
                _ => Violation::Method,
            };
            assert_eq!(refused(&bytes), expected, "{byte:02x}");
        }
    }

    #[test]
    fn refuses_other_shapes() {
        for (line, violation) in [
            ("GET", Violation::RequestLine),
            ("GET ", Violation::RequestLine),
            ("GET /", Violation::RequestLine),
            ("GET / ", Violation::Version),
            ("GET  / HTTP/1.1", Violation::RequestLine),
            ("GET /  HTTP/1.1", Violation::RequestLine),
            ("GET / HTTP/1.1 ", Violation::RequestLine),
            ("GET /a b HTTP/1.1", Violation::RequestLine),
            (" GET / HTTP/1.1", Violation::RequestLine),
            ("\tGET / HTTP/1.1", Violation::Method),
            ("GET\t/ HTTP/1.1", Violation::Method),
            ("GET\x0B/ HTTP/1.1", Violation::Method),
            ("GET /\tHTTP/1.1", Violation::RequestLine),
            ("GET /\x0CHTTP/1.1", Violation::RequestLine),
            ("GET HTTP/1.1", Violation::RequestLine),
            ("GET  HTTP/1.1", Violation::RequestLine),
            (" / HTTP/1.1", Violation::RequestLine),
            ("GET\0 / HTTP/1.1", Violation::Method),
            ("G=\":<> / HTTP/1.1", Violation::Method),
        ] {
            assert_eq!(refused(&with_request_line(line)), violation, "{line:?}");
        }
    }

    #[test]
    fn refuses_other_line_ends() {
        for (bytes, violation) in [
            ("GET / HTTP/1.1\nHost: t\n\n", Violation::BareLf),
            ("GET / HTTP/1.1\n\r\n", Violation::BareLf),
            ("GET /\nHTTP/1.1\r\n\r\n", Violation::BareLf),
            ("\nGET / HTTP/1.1\r\n", Violation::BareLf),
            ("\r\n\nGET / HTTP/1.1\r\n", Violation::BareLf),
            ("GET / HTTP/1.1\rHost: t\r\r\n", Violation::BareCr),
            ("GET / HTTP/1.1\r\r\n\r\n", Violation::BareCr),
            ("GET\r / HTTP/1.1\r\n\r\n", Violation::BareCr),
            ("GET / HTTP/\r1.1\r\n\r\n", Violation::BareCr),
            ("\r\rGET / HTTP/1.1\r\n\r\n", Violation::BareCr),
        ] {
            assert_eq!(refused(bytes.as_bytes()), violation, "{bytes:?}");
        }
    }

    #[test]
    fn treats_versions_as_their_major_says() {
        for (version, expected) in [
            ("HTTP/1.0", Ok(Version::Http10)),
            ("HTTP/1.1", Ok(Version::Http11)),
            ("HTTP/1.2", Ok(Version::Http11)),
            ("HTTP/1.9", Ok(Version::Http11)),
            ("HTTP/2.0", Err(Violation::VersionUnsupported)),
            ("HTTP/0.9", Err(Violation::VersionUnsupported)),
            ("HTTP/9.9", Err(Violation::VersionUnsupported)),
            ("http/1.1", Err(Violation::Version)),
            ("HTTP/1.10", Err(Violation::Version)),
            ("HTTP/01.1", Err(Violation::Version)),
            ("HTTP/1,1", Err(Violation::Version)),
            ("HTTP/1.1x", Err(Violation::Version)),
            ("HTTP/1.", Err(Violation::Version)),
            ("HTTP/.1", Err(Violation::Version)),
            ("HTTP/1", Err(Violation::Version)),
            ("HTTP/a.1", Err(Violation::Version)),
            ("HTTP/1.:", Err(Violation::Version)),
            ("HTTP/4294967297.1", Err(Violation::Version)),
            ("HTTP /1.1", Err(Violation::RequestLine)),
            ("HTTPS/1.1", Err(Violation::Version)),
            ("ICY", Err(Violation::Version)),
        ] {
            let bytes = with_request_line(format!("GET / {version}"));
            match expected {
                Ok(expected) => assert_eq!(accepted(&bytes).version(), expected, "{version}"),
                Err(expected) => assert_eq!(refused(&bytes), expected, "{version}"),
            }
        }
        assert_eq!(refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Violation::VersionUnsupported);
    }

    #[test]
    fn shows_versions_as_they_stand_on_the_wire() {
        for (version, shown) in [(Version::Http10, "HTTP/1.0"), (Version::Http11, "HTTP/1.1")] {
            assert_eq!(format!("{version}"), shown);
        }
    }

    #[test]
    fn a_set_has_the_methods_that_were_added() {
        let mut set = Methods::NONE;
        let all = Method::NAMED.iter().map(|(method, _)| *method).chain([Method::Other]);
        for (added, method) in all.clone().enumerate() {
            assert!(!set.has(method), "{method:?}");
            set.add(method);
            let has: Vec<Method> = all.clone().filter(|method| set.has(*method)).collect();
            assert_eq!(has, all.clone().take(added + 1).collect::<Vec<_>>());
        }
    }

    #[test]
    fn skips_a_bounded_number_of_empty_lines() {
        let limits = Limits { empty_lines_max: 2, ..Limits::SMALL };
        let request = "GET / HTTP/1.0\r\n\r\n";
        for (empty_lines, expected) in [
            (0, Parsed::Complete(18)),
            (1, Parsed::Complete(20)),
            (2, Parsed::Complete(22)),
            (3, Parsed::Violation(Violation::EmptyLines)),
            (100, Parsed::Violation(Violation::EmptyLines)),
        ] {
            let bytes = "\r\n".repeat(empty_lines) + request;
            assert_eq!(read_within(bytes.as_bytes(), &limits).0, expected, "{empty_lines}");
        }
    }

    #[test]
    fn refuses_a_target_over_its_limit_whether_it_ends_or_not() {
        let limits = Limits { target_bytes_max: 10, head_bytes_max: 60, ..Limits::SMALL };
        let too_long = Parsed::Violation(Violation::TargetTooLong);
        let too_large = Parsed::Violation(Violation::HeadTooLarge);
        let line = |target: &str, rest: &str| -> String { format!("GET {target}{rest}") };
        for (bytes, expected) in [
            (line("/234567890", " HTTP/1.0\r\n\r\n"), Parsed::Complete(27)),
            (line("/2345678901", " HTTP/1.0\r\n\r\n"), too_long),
            (line("/2345678901", " HTTP/9.0\r\n\r\n"), too_long),
            (line("/2345678901", "\r\n"), too_long),
            (line("http://a/01", " HTTP/1.0\r\n\r\n"), too_long),
            (line("http://a/0", " HTTP/1.0\r\n\r\n"), Parsed::Complete(27)),
            (line(&"/".repeat(55), ""), Parsed::Incomplete),
            (line(&"/".repeat(56), ""), too_long),
            (line(&"/".repeat(99), ""), too_long),
            (line(&"/".repeat(99), " HTTP/1.1\r\n"), too_long),
            (line(&"/".repeat(10), &" HTTP/1.1".repeat(9)), too_large),
            ("G".repeat(59), Parsed::Incomplete),
            ("G".repeat(60), too_large),
            ("G".repeat(60) + " / HTTP/1.1\r\n", too_large),
        ] {
            assert_eq!(read_within(bytes.as_bytes(), &limits).0, expected, "{bytes}");
        }
    }
}
