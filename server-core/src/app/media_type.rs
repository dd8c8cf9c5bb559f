//! What a request says that its content is (RFC 9110 §8.3, §8.4).

use super::problem::Problem;
use super::request::Request;
use crate::http::parameters::{self, Parameters};
use crate::http::status::Status;

/// The media type and its parameters. Content that is coded, that says nothing of itself or two
/// things, or that is text in another character encoding than UTF-8, is refused with 415: nobody
/// here can read it, and what one reader guesses another one does not.
// rfc9110-8.3-assume-octet-stream
// rfc9110-8.4-request-coding-415
// rfc9110-12.5.3-accept-encoding-on-415
#[inline(never)]
pub(super) fn of<'x>(request: &Request<'x>) -> Result<(&'x [u8], Parameters<'x>), Problem> {
    let coding = request.field("content-encoding").unwrap_or(b"identity");
    if !coding.eq_ignore_ascii_case(b"identity") {
        return Err(unsupported("the content must not be coded"));
    }
    let mut lines = request.fields().named("content-type");
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Err(unsupported("the content must have one type"));
    };
    let (media_type, parameters) = parameters::split(line);
    match parameters.first("charset") {
        Some(charset) if !charset.is_word("utf-8") => Err(unsupported("the content must be UTF-8")),
        _ => Ok((media_type, parameters)),
    }
}

/// 415.
pub(super) const fn unsupported(detail: &'static str) -> Problem {
    Problem::new(Status::UNSUPPORTED_MEDIA_TYPE, detail)
}
