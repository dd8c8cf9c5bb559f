//! `credentials = auth-scheme [ 1*SP token68 ]` (RFC 9110 §11.4), of which a request has one.

use super::base64::Base64;
use crate::http::abnf::{self, Class};
use crate::http::fields::Fields;

/// What a request says in Authorization for one scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials<'x> {
    /// Nothing, or something of another scheme.
    Absent,
    /// A `token68`, not yet judged.
    Given(&'x [u8]),
    /// More than one line, or no `token68`.
    Malformed,
}

impl<'x> Credentials<'x> {
    /// Those of `scheme`, a word in small letters.
    // rfc9110-11.1-scheme-case
    pub(super) fn of(fields: Fields<'x>, scheme: &[u8]) -> Self {
        let mut lines = fields.named("authorization");
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return if fields.first("authorization").is_some() {
                Self::Malformed
            } else {
                Self::Absent
            };
        };
        let (name, rest) = line.split_at_checked(Class::TCHAR.span(line)).unwrap_or_default();
        if !abnf::is_word(name, scheme) {
            return Self::Absent;
        }
        let token = abnf::trim(rest);
        // A tab is no space here.
        let is_apart = rest.first() == Some(&b' ') && !rest.contains(&b'\t');
        if is_apart && is_token68(token) { Self::Given(token) } else { Self::Malformed }
    }
}

/// `token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="` (RFC 9110 §11.2), which
/// is `b64token` of RFC 6750 §2.1, too.
fn is_token68(bytes: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    let letters = bytes.iter().take_while(|byte| is_letter(byte)).count();
    let padding = bytes.get(letters..).unwrap_or_default();
    letters > 0 && padding.iter().all(|byte| *byte == b'=')
}

/// User-id and password (RFC 7617 §2), decoded from `token68` to the front of `into`. `None` if
/// they are no UTF-8, have control characters, or no colon is between them.
// rfc7617-2-first-colon
// rfc7617-2-no-ctl-credentials
pub(super) fn user_and_password<'d>(
    token68: &[u8],
    into: &'d mut [u8],
) -> Option<(&'d str, &'d str)> {
    let n = Base64::Padded.decode(token68, into)?;
    let text = core::str::from_utf8(into.get(..n)?).ok()?;
    let has_control = text.bytes().any(|byte| byte.is_ascii_control());
    text.split_once(':').filter(|_| !has_control)
}

#[cfg(test)]
mod tests {
    use super::{Credentials, user_and_password};
    use crate::http::fields::Fields;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use std::{format, string::String};

    #[test]
    fn a_request_has_one_token() {
        use Credentials::{Absent, Given, Malformed};
        for (lines, expected) in [
            ("", Absent),
            ("Authorization: Basic YTpi\r\n", Given(b"YTpi")),
            ("authorization: BASIC YTpi\r\n", Given(b"YTpi")),
            ("Authorization: basic   YTpi==\r\n", Given(b"YTpi==")),
            ("Authorization: Basic a-._~+/9=\r\n", Given(b"a-._~+/9=")),
            ("Authorization: Bearer YTpi\r\n", Absent),
            ("Authorization: Basics YTpi\r\n", Absent),
            ("Authorization: Basi YTpi\r\n", Absent),
            ("Authorization:\r\n", Absent),
            ("Authorization: Basic\r\n", Malformed),
            ("Authorization: Basic \r\n", Malformed),
            ("Authorization: Basic\tYTpi\r\n", Malformed),
            ("Authorization: Basic =\r\n", Malformed),
            ("Authorization: Basic YT=pi\r\n", Malformed),
            ("Authorization: Basic YTpi YTpi\r\n", Malformed),
            ("Authorization: Basic YTpi,\r\n", Malformed),
            ("Authorization: Basic realm=\"a\"\r\n", Malformed),
            ("Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n", Malformed),
            ("Authorization: Bearer a\r\nAuthorization: Basic YTpi\r\n", Malformed),
        ] {
            let text = format!("Host: a\r\n{lines}\r\n");
            let found = Credentials::of(Fields::new(text.as_bytes()), b"basic");
            assert!(found == expected, "{lines:?}");
        }
    }

    #[test]
    fn the_first_colon_ends_the_user() {
        for (token, expected) in [
            // RFC 7617 §2 and §2.1.
            ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", Some(("Aladdin", "open sesame"))),
            ("dGVzdDoxMjPCow==", Some(("test", "123£"))),
            ("dXNlcjpwYTpzcw==", Some(("user", "pa:ss"))),
            ("Og==", Some(("", ""))),
            ("OmE=", Some(("", "a"))),
            ("YTo=", Some(("a", ""))),
            // No colon, no UTF-8 (the pound sign of ISO 8859-1), no base64.
            ("QWxhZGRpbg==", None),
            ("dGVzdDoxMjOj", None),
            ("QWxhZGRpbjpvcGVuIHNlc2FtZQ", None),
            ("QWxhZGRpbjpvcGVuIHNlc2FtZR==", None),
        ] {
            let mut room = [0; 32];
            assert_eq!(user_and_password(token.as_bytes(), &mut room), expected, "{token}");
        }
    }

    #[test]
    fn controls_are_refused_and_lengths_bounded() {
        for control in (0..0x20).chain([0x7f]) {
            for text in
                [format!("a{}:b", char::from(control)), format!("a:{}", char::from(control))]
            {
                let token = STANDARD.encode(text);
                assert_eq!(user_and_password(token.as_bytes(), &mut [0; 32]), None, "{control}");
            }
        }
        let token: String = STANDARD.encode("user:0123456789");
        assert!(user_and_password(token.as_bytes(), &mut [0; 15]).is_some());
        assert!(user_and_password(token.as_bytes(), &mut [0; 14]).is_none());
    }
}
