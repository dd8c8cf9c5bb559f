//! What a request says that its content is (RFC 9110 §8.3, §8.4).

use super::problem::Problem;
use super::request::Request;
use crate::http::abnf::{self, is_word};
use crate::http::parameters::{Parameters, split};
use crate::http::status::Status;

/// What a Content-Type says.
#[derive(Clone, Copy)]
pub(super) struct MediaType<'x> {
    value: &'x [u8],
}

impl<'x> MediaType<'x> {
    /// What `request` says of its content. Content that is coded, that says nothing of itself or
    /// two things, or that is text in another character encoding than UTF-8, is refused with 415:
    /// nobody here can read it, and what one reader guesses another one does not.
    // rfc9110-8.3-assume-octet-stream
    // rfc9110-8.4-request-coding-415
    // rfc9110-12.5.3-accept-encoding-on-415
    #[inline(never)]
    pub(super) fn of(request: &Request<'x>) -> Result<Self, Problem> {
        let (mut types, mut value) = (0, &[][..]);
        for (name, said) in request.fields() {
            if is_word(name, b"content-type") {
                (types, value) = (types + 1, said);
            } else if is_word(name, b"content-encoding") && !is_word(said, b"identity") {
                return Err(unsupported("the content must not be coded"));
            }
        }
        if types != 1 {
            return Err(unsupported("the content must have one type"));
        }
        if !may_be_utf8(value) {
            return Err(unsupported("the content must be UTF-8"));
        }
        Ok(Self { value })
    }

    /// Type and subtype.
    pub(super) fn essence(self) -> &'x [u8] {
        abnf::trim(abnf::cut(self.value, b';').0)
    }

    /// What follows them.
    pub(super) fn parameters(self) -> Parameters<'x> {
        split(self.value).1
    }
}

/// Whether each `charset` that is named is UTF-8. It is looked for without regard to the grammar,
/// which costs little, and finds what any reader may take for one.
// rfc9110-5.6.6-parameter-names-case
fn may_be_utf8(mut value: &[u8]) -> bool {
    while let Some(at) = value.windows(8).position(|name| is_word(name, b"charset=")) {
        value = value.get(at + 8..).unwrap_or_default();
        let charset = abnf::trim(abnf::cut(value, b';').0);
        if !is_word(charset, b"utf-8") && !is_word(charset, b"\"utf-8\"") {
            return false;
        }
    }
    true
}

/// 415.
pub(super) const fn unsupported(detail: &'static str) -> Problem {
    Problem::new(Status::UNSUPPORTED_MEDIA_TYPE, detail)
}

#[cfg(test)]
mod tests {
    use super::may_be_utf8;

    #[test]
    fn other_charsets_are_found() {
        for (value, is_utf8) in [
            ("", true),
            ("a/b", true),
            ("a/b;charset=utf-8", true),
            ("a/b; Charset=\"UTF-8\"; x=y", true),
            ("a/b; charset=utf-8 ;x", true),
            ("a/b; charset=utf-16", false),
            ("a/b; charset=utf-8x", false),
            ("a/b; charset=latin1; charset=utf-8", false),
            ("a/b; charset=utf-8; charset=latin1", false),
            ("a/b; charset=utf-8; charset=UTF-8", true),
            ("a/b; charset=", false),
            ("a/b; charset=utf", false),
            ("a/b; charset", true),
        ] {
            assert_eq!(may_be_utf8(value.as_bytes()), is_utf8, "{value}");
        }
    }
}
