//! The request target (RFC 9112 §3.2): its four forms, what each may be used for, and its parts.

use super::abnf::{self, Class};
use super::authority::Authority;
use super::request_line::Method;
use crate::Violation;

/// The form of a request target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `absolute-path [ "?" query ]` (§3.2.1).
    Origin,
    /// `scheme "://" authority …` (§3.2.2).
    Absolute,
    /// `host ":" port`, of CONNECT (§3.2.3).
    Authority,
    /// `*`, of OPTIONS (§3.2.4).
    Asterisk,
}

/// A view of a judged request target. Nothing is decoded, and nothing is stored but the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'x>(&'x [u8]);

impl<'x> Target<'x> {
    /// The target that stands in `bytes`: those of [`Head::target`](super::head::Head::target).
    pub const fn new(bytes: &'x [u8]) -> Self {
        Self(bytes)
    }

    /// The target as it was sent.
    pub const fn as_bytes(self) -> &'x [u8] {
        self.0
    }

    /// Which of the four forms this is.
    pub fn form(self) -> Form {
        match self.0 {
            [b'/', ..] => Form::Origin,
            b"*" => Form::Asterisk,
            _ if split_scheme(self.0).is_some() => Form::Absolute,
            _ => Form::Authority,
        }
    }

    /// The path, percent-encoded as it was sent: `/` where an absolute-form target has none, and
    /// empty in the other two forms.
    // rfc3986-6.2.3-empty-path-slash
    pub fn path(self) -> &'x [u8] {
        let (authority, path, _) = self.parts();
        if path.is_empty() && authority.is_some() { b"/" } else { path }
    }

    /// The query without its `?`, percent-encoded as it was sent.
    pub fn query(self) -> Option<&'x [u8]> {
        self.parts().2
    }

    /// The authority of an absolute-form target, which then counts instead of Host, or all of an
    /// authority-form target.
    // rfc9112-3.2.2-absolute-form-beats-host
    pub fn authority(self) -> Option<&'x [u8]> {
        if self.form() == Form::Authority { Some(self.0) } else { self.parts().0 }
    }

    /// Authority of the absolute form, path, query.
    fn parts(self) -> (Option<&'x [u8]>, &'x [u8], Option<&'x [u8]>) {
        let (authority, rest) = match self.0 {
            [b'/', ..] => (None, self.0),
            target => match split_scheme(target) {
                Some((_, after)) => {
                    let (authority, rest) = split_authority(after);
                    (Some(authority), rest)
                }
                None => (None, [].as_slice()),
            },
        };
        let (path, query) = abnf::cut(rest, b'?');
        (authority, path, query.get(1..))
    }
}

/// How many bytes at the start of `bytes` are `absolute-path [ "?" query ]` (RFC 9112 §3.2.1), and
/// whether it is known that nothing of it is percent-encoded. A board leaves other targets to `judge`.
// rfc9112-3.2.1-origin-form-abs-path
#[inline(always)]
pub(super) fn origin_form(bytes: &[u8]) -> (usize, bool) {
    if bytes.first() != Some(&b'/') {
        return (0, false);
    }
    if cfg!(not(target_pointer_width = "64")) {
        return (Class::TARGET.span(bytes), true);
    }
    (abnf::percent_encoded(bytes, Class::TARGET), false)
}

/// Judges all of `target` in the form that its `method` asks for.
// rfc9112-6.1-no-te-on-connect-2xx
// rfc9110-8.6-no-cl-connect-2xx
// rfc9110-9.3.6-connect-2xx-no-framing
pub(super) fn judge(target: &[u8], method: Method) -> Result<(), Violation> {
    // rfc9112-3.2.3-authority-form-connect-only
    if method == Method::Connect {
        return Err(match Authority::parse(target) {
            Some(Authority { port: Some(_), .. }) => Violation::Connect,
            _ => Violation::TargetAuthority,
        });
    }
    match target {
        [b'/', ..] => judge_bytes(target),
        b"*" if method == Method::Options => Ok(()),
        // rfc9112-3.2.4-asterisk-options-only rfc9110-7.1-special-forms-limited
        b"*" => Err(Violation::TargetAsterisk),
        _ => match split_scheme(target) {
            Some((scheme, after)) => judge_absolute(scheme, after),
            None => Err(judge_bytes(target).err().unwrap_or(Violation::TargetForm)),
        },
    }
}

/// Judges an absolute-form target. What is no URI at all is malformed, whoever it is meant for;
/// then the scheme decides whether it is meant for us.
// rfc9112-3.2.2-absolute-form-accepted
fn judge_absolute(scheme: &[u8], after: &[u8]) -> Result<(), Violation> {
    let (authority, rest) = split_authority(after);
    // rfc9110-4.2.4-userinfo-error
    if abnf::index_of(b'@', authority).is_some() {
        return Err(Violation::TargetUserinfo);
    }
    // rfc9110-4.2.1-empty-host-uri-invalid rfc9110-4.2.2-empty-host-https-invalid
    if Authority::parse(authority).is_none() {
        return Err(Violation::TargetHost);
    }
    judge_bytes(rest)?;
    // rfc9110-7.4-misdirected
    if abnf::is_word(scheme, b"http") { Ok(()) } else { Err(Violation::TargetScheme) }
}

/// Judges each byte of a path and query.
fn judge_bytes(bytes: &[u8]) -> Result<(), Violation> {
    match bytes.get(abnf::percent_encoded(bytes, Class::TARGET)) {
        None => Ok(()),
        Some(b'%') => Err(Violation::TargetPercent),
        Some(_) => Err(Violation::TargetByte),
    }
}

/// The scheme of `target`, and what stands behind its `://`.
fn split_scheme(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let (scheme, rest) = target.split_at_checked(Class::SCHEME.span(target))?;
    let after = rest.strip_prefix(b"://")?;
    scheme.first()?.is_ascii_alphabetic().then_some((scheme, after))
}

/// The authority at the start of `rest`, and the path and query behind it.
fn split_authority(rest: &[u8]) -> (&[u8], &[u8]) {
    let (authority, _) = abnf::cut(abnf::cut(rest, b'?').0, b'/');
    (authority, rest.get(authority.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Form, Target};
    use crate::Violation;
    use crate::http::head::tests::{accepted, refused};
    use std::format;
    use std::vec::Vec;

    fn request(method: &str, target: &str) -> Vec<u8> {
        format!("{method} {target} HTTP/1.1\r\nHost: b\r\n\r\n").into_bytes()
    }

    #[test]
    fn splits_targets() {
        for (method, target, form, authority, path, query) in [
            ("GET", "/", Form::Origin, None, "/", None),
            ("GET", "//a/b", Form::Origin, None, "//a/b", None),
            ("GET", "/a?", Form::Origin, None, "/a", Some("")),
            ("GET", "/a?b?c/d", Form::Origin, None, "/a", Some("b?c/d")),
            ("GET", "/a%2Fb;c=1,d:e@f", Form::Origin, None, "/a%2Fb;c=1,d:e@f", None),
            ("GET", "/http://a", Form::Origin, None, "/http://a", None),
            ("GET", "/?u=http://a", Form::Origin, None, "/", Some("u=http://a")),
            ("OPTIONS", "*", Form::Asterisk, None, "", None),
            ("OPTIONS", "/", Form::Origin, None, "/", None),
            ("OPTIONS", "http://a", Form::Absolute, Some("a"), "/", None),
            ("GET", "http://a", Form::Absolute, Some("a"), "/", None),
            ("GET", "HTTP://A/", Form::Absolute, Some("A"), "/", None),
            ("GET", "http://a:80/b?c", Form::Absolute, Some("a:80"), "/b", Some("c")),
            ("GET", "http://a?b", Form::Absolute, Some("a"), "/", Some("b")),
            ("GET", "http://a:/?b/c?d", Form::Absolute, Some("a:"), "/", Some("b/c?d")),
            ("GET", "http://[::1]:8/", Form::Absolute, Some("[::1]:8"), "/", None),
            ("GET", "http://a/@b", Form::Absolute, Some("a"), "/@b", None),
        ] {
            let bytes = request(method, target);
            let view = Target::new(&bytes[accepted(&bytes).target()]);
            assert_eq!(view.as_bytes(), target.as_bytes());
            assert_eq!(view.form(), form, "{target}");
            assert_eq!(view.authority(), authority.map(str::as_bytes), "{target}");
            assert_eq!(view.path(), path.as_bytes(), "{target}");
            assert_eq!(view.query(), query.map(str::as_bytes), "{target}");
        }
        let authority = Target::new(b"a:443");
        assert_eq!(
            (authority.form(), authority.authority()),
            (Form::Authority, Some(&b"a:443"[..]))
        );
        assert_eq!((authority.path(), authority.query()), (&b""[..], None));
    }

    #[test]
    fn refuses_by_form_and_method() {
        use Violation::{
            Connect, TargetAsterisk, TargetAuthority, TargetByte, TargetForm, TargetHost,
            TargetPercent, TargetScheme, TargetUserinfo,
        };
        for (method, target, violation) in [
            ("GET", "*", TargetAsterisk),
            ("Options", "*", TargetAsterisk),
            ("OPTIONS", "**", TargetForm),
            ("GET", "a", TargetForm),
            ("GET", "a:80", TargetForm),
            ("GET", "example.com:80", TargetForm),
            ("GET", "?a", TargetForm),
            ("GET", "http:/a", TargetForm),
            ("GET", "http:a", TargetForm),
            ("GET", "1http://a/", TargetForm),
            ("GET", "://a/", TargetForm),
            ("GET", "a%4", TargetPercent),
            ("GET", "[::1]:80", TargetByte),
            ("GET", "/a#b", TargetByte),
            ("GET", "#", TargetByte),
            ("GET", "http:///", TargetHost),
            ("GET", "http://", TargetHost),
            ("GET", "http://:80/", TargetHost),
            ("GET", "http://a:b/", TargetHost),
            ("GET", "http://a:65536/", TargetHost),
            ("GET", "http://a,b/", TargetHost),
            ("GET", "http://[::1/", TargetHost),
            ("GET", "http://a\\b/", TargetHost),
            ("GET", "http://a#b", TargetHost),
            ("GET", "https:///p", TargetHost),
            ("GET", "http://u@a/", TargetUserinfo),
            ("GET", "http://u:p@a/", TargetUserinfo),
            ("GET", "http://@a/", TargetUserinfo),
            ("GET", "http://a/%zz", TargetPercent),
            ("GET", "http://a/[", TargetByte),
            ("GET", "http://a/#b", TargetByte),
            ("GET", "https://a/", TargetScheme),
            ("GET", "ftp://a/", TargetScheme),
            ("GET", "httpx://a/", TargetScheme),
            ("CONNECT", "a:443", Connect),
            ("CONNECT", "[::1]:443", Connect),
            ("CONNECT", "a", TargetAuthority),
            ("CONNECT", "a:", TargetAuthority),
            ("CONNECT", ":443", TargetAuthority),
            ("CONNECT", "a:65536", TargetAuthority),
            ("CONNECT", "u@a:443", TargetAuthority),
            ("CONNECT", "/", TargetAuthority),
            ("CONNECT", "*", TargetAuthority),
            ("CONNECT", "http://a:80/", TargetAuthority),
        ] {
            assert_eq!(refused(&request(method, target)), violation, "{method} {target}");
        }
    }

    #[test]
    fn judges_every_byte_of_path_and_query() {
        let plain = b"-._~!$&'()*+,;=:@/?";
        for byte in 0..=u8::MAX {
            for (before, after) in
                [("/", "x"), ("/?", ""), ("/aaaaaaaaaaaaaaaa", "xxxxxxxxxxxxxxxxx")]
            {
                let line = [b"GET ", before.as_bytes(), &[byte], after.as_bytes(), b" HTTP/1.1"];
                let bytes = [&line.concat(), &b"\r\nHost:\r\n\r\n"[..]].concat();
                if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
                    accepted(&bytes);
                    continue;
                }
                let expected = match byte {
                    b'\n' => Violation::BareLf,
                    b'\r' => Violation::BareCr,
                    b' ' => Violation::RequestLine,
                    b'%' => Violation::TargetPercent,
                    _ => Violation::TargetByte,
                };
                assert_eq!(refused(&bytes), expected, "{byte:02x}");
            }
        }
    }

    #[test]
    fn asks_two_hexadecimal_digits_of_every_percent() {
        for target in ["/%41", "/%fF", "/a%00b", "/%20%7E%25", "/?%3f"] {
            accepted(&request("GET", target));
        }
        for target in ["/%", "/%4", "/%zz", "/%4g", "/%g4", "/%%41", "/%41%", "/a?%", "/%4/"] {
            assert_eq!(refused(&request("GET", target)), Violation::TargetPercent, "{target}");
        }
    }
}
