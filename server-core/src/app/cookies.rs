//! Cookies (RFC 6265, and its revision draft-ietf-httpbis-rfc6265bis): those of a request, and one
//! that an answer sets.

use crate::Misuse;
use crate::buffer::Writer;
use crate::http::abnf::{self, Class};
use crate::http::date::HttpDate;
use crate::http::fields::Named;
use crate::http::lines::{FieldLines, Lines};
use crate::http::status::Status;

/// The cookies of a request, as name and value of each pair, in the order in which they were sent.
///
/// A name may come twice, set for two paths or two domains; then the first is the more specific one
/// for most browsers, but nothing of the protocol says so, and whoever controls a sister domain can
/// put his in front. What is no pair is passed over: a browser sends whatever some page has set.
/// Quotation marks around a value are taken off.
///
/// Field lines are read one after the other if there are several, as HTTP/2 gateways send them.
#[derive(Clone)]
pub struct Cookies<'x> {
    lines: Named<'x, 'static>,
    rest: &'x [u8],
}

impl<'x> Cookies<'x> {
    pub(super) fn new(lines: Named<'x, 'static>) -> Self {
        Self { lines, rest: &[] }
    }
}

impl<'x> Iterator for Cookies<'x> {
    type Item = (&'x [u8], &'x [u8]);

    // rfc6265-4.2-cookie-parse
    // rfc6265-5.4-one-cookie-line
    // rfc6265-4.2.2-no-order-reliance
    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                self.rest = self.lines.next()?;
            }
            let (pair, rest) = abnf::cut(self.rest, b';');
            self.rest = rest.get(1..).unwrap_or_default();
            let (name, value) = abnf::cut(abnf::trim(pair), b'=');
            if let ([_, ..], [b'=', value @ ..]) = (name, value) {
                let value = match value {
                    [b'"', inside @ .., b'"'] => inside,
                    value => value,
                };
                return Some((name, value));
            }
        }
    }
}

/// Whether a cookie comes along with requests that another site causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// With none of them.
    Strict,
    /// With links that a user follows; browsers take this for granted.
    Lax,
    /// With all of them: the cookie must be [`secure`](Cookie::secure) then, and is made so.
    None,
}

/// A cookie that an answer sets.
///
/// Nothing that would end the cookie, or the field line, gets into it: name, value and attributes
/// are judged where they are given. What the value says is the application's: bytes that a cookie
/// does not admit are to be encoded first, and what a client must not invent is to be signed.
///
/// ```
/// use samewire::app::{Cookie, SameSite};
///
/// let session = Cookie::new("__Host-session", b"c2Vzc2lvbg")?
///     .http_only()
///     .same_site(SameSite::Lax)
///     .max_age(3600);
/// assert!(Cookie::new("session", b"a; Domain=evil.example").is_err());
/// # Ok::<(), samewire::Misuse>(())
/// ```
///
/// A name that begins with `__Host-` or `__Secure-` promises something of the cookie, and it is
/// made so: both are [`secure`](Self::secure), and one of `__Host-` has the path `/` and no domain.
/// Paths of one host do not keep secrets from each other.
// rfc6265-4.1.1-no-dup-attribute
// rfc6265-8.6-no-trust-path
#[derive(Clone, Copy)]
pub struct Cookie<'v> {
    name: &'v str,
    value: &'v [u8],
    path: &'v str,
    domain: &'v str,
    max_age: Option<u32>,
    expires: Option<HttpDate>,
    same_site: Option<SameSite>,
    is_secure: bool,
    is_http_only: bool,
}

/// Browsers drop a cookie whose name and value are longer (rfc6265bis §5.6).
// rfc6265-6.1-few-small
const PAIR_BYTES_MAX: usize = 4096;

impl<'v> Cookie<'v> {
    /// A cookie for the time that the browser is open, sent to the host that sets it alone.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] for a name that is no token; a value with a byte that is neither a
    /// letter, a digit nor one of ``!#$%&'()*+-./:<=>?@[]^_`{|}~`` (§4.1.1: encode it, by
    /// Base64 or percent-encoding); more than 4096 bytes of both.
    // rfc6265-4.1.1-set-cookie-grammar
    // rfc6265-4.1.1-encode-arbitrary
    // rfc6265-7.3-reasonable-expiry
    pub fn new(name: &'v str, value: &'v [u8]) -> Result<Self, Misuse> {
        let is_token = !name.is_empty() && Class::TCHAR.span(name.as_bytes()) == name.len();
        if !is_token || !is_cookie_value(value) || name.len() + value.len() > PAIR_BYTES_MAX {
            return Err(Misuse::FieldInvalid);
        }
        let is_host = has_prefix(name, "__host-");
        Ok(Self {
            name,
            value,
            path: if is_host { "/" } else { "" },
            domain: "",
            max_age: None,
            expires: None,
            same_site: None,
            is_secure: is_host || has_prefix(name, "__secure-"),
            is_http_only: false,
        })
    }

    /// A cookie that ends the one of this name, if path and domain are those that it was set with.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn removed(name: &'v str) -> Result<Self, Misuse> {
        let expires = Some(HttpDate::from_unix(0));
        Ok(Self { max_age: Some(0), expires, ..Self::new(name, b"")? })
    }

    /// Scripts do not see the cookie.
    pub const fn http_only(mut self) -> Self {
        self.is_http_only = true;
        self
    }

    /// The cookie is sent over TLS alone.
    // rfc6265-8.3-secure-attr
    pub const fn secure(mut self) -> Self {
        self.is_secure = true;
        self
    }

    /// Whether the cookie comes along with requests that another site causes.
    pub const fn same_site(mut self, same_site: SameSite) -> Self {
        self.is_secure |= matches!(same_site, SameSite::None);
        self.same_site = Some(same_site);
        self
    }

    /// The seconds that the cookie lives.
    pub const fn max_age(mut self, seconds: u32) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// When the cookie ends, in seconds since 1970; where both are given, browsers go by
    /// [`max_age`](Self::max_age).
    // rfc6265-4.1.1-four-digit-year
    pub fn expires(mut self, unix_seconds: u64) -> Self {
        self.expires = Some(HttpDate::from_unix(unix_seconds));
        self
    }

    /// The path below which the cookie is sent, instead of that of the request's folder.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] for a path that does not begin with `/`, or has a semicolon or a
    /// character that is not of ASCII and printable; another one than `/` for a name in `__Host-`.
    pub fn path(mut self, path: &'v str) -> Result<Self, Misuse> {
        let is_bound = has_prefix(self.name, "__host-") && path != "/";
        if is_bound || !path.starts_with('/') || !is_attribute_value(path) {
            return Err(Misuse::FieldInvalid);
        }
        self.path = path;
        Ok(self)
    }

    /// The domain that the cookie is sent to with all its subdomains, instead of this host alone.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] for what cannot be a host's name, or any for a name in `__Host-`.
    pub fn domain(mut self, domain: &'v str) -> Result<Self, Misuse> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let is_bound = has_prefix(self.name, "__host-");
        if is_bound || domain.is_empty() || !domain.bytes().all(is_name) {
            return Err(Misuse::FieldInvalid);
        }
        self.domain = domain;
        Ok(self)
    }

    /// The value of the `Set-Cookie` field line, in pieces. The seconds to live are written into
    /// `room`.
    #[inline(never)]
    fn parts<'p>(&'p self, room: &'p mut [u8; 10]) -> [&'p [u8]; 14] {
        let mut digits = Writer::new(room);
        digits.put_decimal(self.max_age.unwrap_or_default().into());
        let n = digits.written().unwrap_or_default();
        let seconds = room.get(..n).filter(|_| self.max_age.is_some()).unwrap_or_default();
        let expires = self.expires.as_ref().map_or(&[][..], |date| date.as_bytes().as_slice());
        let label = |label: &'static [u8], value: &[u8]| -> &'static [u8] {
            if value.is_empty() { &[] } else { label }
        };
        let flag = |label: &'static [u8], is_set| if is_set { label } else { &[] };
        [
            self.name.as_bytes(),
            b"=",
            self.value,
            label(b"; Path=", self.path.as_bytes()),
            self.path.as_bytes(),
            label(b"; Domain=", self.domain.as_bytes()),
            self.domain.as_bytes(),
            label(b"; Max-Age=", seconds),
            seconds,
            label(b"; Expires=", expires),
            expires,
            flag(b"; Secure", self.is_secure),
            flag(b"; HttpOnly", self.is_http_only),
            match self.same_site {
                Some(SameSite::Strict) => b"; SameSite=Strict",
                Some(SameSite::Lax) => b"; SameSite=Lax",
                Some(SameSite::None) => b"; SameSite=None",
                None => b"",
            },
        ]
    }
}

/// A line for each cookie, never two in one.
// rfc6265-3-no-fold-set-cookie
// rfc6265-3-set-cookie-any
impl Lines for Cookie<'_> {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        // It has been judged.
        let _ = to.parts("Set-Cookie", &self.parts(&mut [0; 10]));
    }
}

/// Whether a name begins so, whatever the case of its letters, since browsers compare it so.
fn has_prefix(name: &str, prefix: &str) -> bool {
    let begin = name.as_bytes().get(..prefix.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// `*cookie-octet` (RFC 6265 §4.1.1): no control character, white space, quotation mark, comma,
/// semicolon, or backslash.
fn is_cookie_value(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e))
}

/// `*av-octet` (rfc6265bis §4.1.1): no control character and no semicolon.
fn is_attribute_value(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
}

#[cfg(test)]
mod tests {
    use super::{Cookie, Cookies, SameSite};
    use crate::Misuse;
    use crate::buffer::Writer;
    use crate::http::fields::Fields;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    fn cookies(lines: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let lines = std::format!("{lines}\r\n");
        let found = Cookies::new(Fields::new(lines.as_bytes()).named("cookie"));
        found.map(|(name, value)| (text(name), text(value))).collect()
    }

    fn said(cookie: Cookie<'_>) -> String {
        let mut room = [0; 256];
        let mut to = Writer::new(&mut room);
        cookie.parts(&mut [0; 10]).iter().for_each(|part| to.put(part));
        let n = to.written().unwrap();
        String::from_utf8(room[..n].to_vec()).unwrap()
    }

    #[test]
    fn pairs_of_all_lines_in_their_order() {
        for (lines, expected) in [
            ("", &[][..]),
            ("Cookie: a=1\r\n", &[("a", "1")]),
            ("Cookie: a=1; b=2;c=3\r\n", &[("a", "1"), ("b", "2"), ("c", "3")]),
            ("Cookie: a=1; a=2\r\n", &[("a", "1"), ("a", "2")]),
            ("Cookie: a=1\r\nX: y\r\ncookie: b=2\r\n", &[("a", "1"), ("b", "2")]),
            ("Cookie: a=b=c==\r\n", &[("a", "b=c==")]),
            (
                "Cookie: a=\"b c\"; d=\"; e=\"f; g=\"\"\r\n",
                &[("a", "b c"), ("d", "\""), ("e", "\"f"), ("g", "")],
            ),
            ("Cookie: a=\r\n", &[("a", "")]),
            ("Cookie: ; =; junk; =x; a=1 ;;\r\n", &[("a", "1")]),
            ("Cookie:\r\nCookie: a=1\r\n", &[("a", "1")]),
        ] {
            let found = cookies(lines);
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(found, expected, "{lines}");
        }
    }

    #[test]
    fn attributes_stand_behind_the_pair() {
        let plain = Cookie::new("a", b"1").unwrap();
        assert_eq!(said(plain), "a=1");
        assert_eq!(
            said(
                plain
                    .path("/x y")
                    .unwrap()
                    .domain("example.org")
                    .unwrap()
                    .max_age(60)
                    .expires(784_111_777)
                    .secure()
                    .http_only()
                    .same_site(SameSite::Strict)
            ),
            "a=1; Path=/x y; Domain=example.org; Max-Age=60; \
             Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure; HttpOnly; SameSite=Strict"
        );
        assert_eq!(said(plain.max_age(1).max_age(2).secure().secure()), "a=1; Max-Age=2; Secure");
        assert_eq!(said(plain.same_site(SameSite::None)), "a=1; Secure; SameSite=None");
        assert_eq!(
            said(Cookie::removed("a").unwrap()),
            "a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        );
    }

    #[test]
    fn prefixes_keep_their_promise() {
        for (name, expected) in [
            ("__Host-a", "__Host-a=1; Path=/; Secure"),
            ("__host-a", "__host-a=1; Path=/; Secure"),
            ("__Secure-a", "__Secure-a=1; Secure"),
            ("__Hosta", "__Hosta=1"),
        ] {
            assert_eq!(said(Cookie::new(name, b"1").unwrap()), expected);
        }
        let host = Cookie::new("__HOST-a", b"1").unwrap();
        assert_eq!(host.path("/a").err(), Some(Misuse::FieldInvalid));
        assert_eq!(host.domain("example.org").err(), Some(Misuse::FieldInvalid));
        assert!(host.path("/").is_ok());
    }

    #[test]
    fn what_would_end_the_cookie_is_refused() {
        for byte in 0..=u8::MAX {
            let (one, text) = ([byte], [b'/', byte]);
            let is_value = byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
            assert_eq!(Cookie::new("a", &one).is_ok(), is_value, "{byte:#x}");
            let Ok(text) = str::from_utf8(&text) else { continue };
            let is_path = matches!(byte, b' '..=b'~') && byte != b';';
            let plain = Cookie::new("a", b"").unwrap();
            assert_eq!(plain.path(text).is_ok(), is_path, "{byte:#x}");
            let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(Cookie::new(&text[1..], b"").is_ok(), is_token, "{byte:#x}");
            let is_domain = byte.is_ascii_alphanumeric() || b".-".contains(&byte);
            assert_eq!(plain.domain(&text[1..]).is_ok(), is_domain, "{byte:#x}");
        }
        assert!(Cookie::new("", b"").is_err());
        assert!(Cookie::new("a", &[b'1'; 4095]).is_ok());
        assert!(Cookie::new("a", &[b'1'; 4096]).is_err());
        assert!(Cookie::new("a", b"").unwrap().path("a").is_err());
        assert!(Cookie::new("a", b"").unwrap().domain("").is_err());
    }

    proptest! {
        /// What we set, we read.
        #[test]
        fn what_is_set_comes_back(name in "[!-~]{1,9}", value in "[ -~]{0,20}") {
            if let Ok(cookie) = Cookie::new(&name, value.as_bytes()) {
                let line = std::format!("Cookie: {}\r\n", said(cookie.http_only()));
                prop_assert_eq!(&cookies(&line)[0], &(name, value));
            }
        }

        #[test]
        fn nothing_is_too_odd(value in "[;=\" a\t\\PC]{0,40}") {
            let _ = cookies(&std::format!("Cookie: {value}\r\n"));
        }
    }
}
