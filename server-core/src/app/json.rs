//! JSON (RFC 8259) as a handler's parameter and as its answer, by serde, without a heap.

use core::task::Poll;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::body::Bytes;
use super::exchange::Exchange;
use super::problem::Problem;
use super::respond::{Respond, rendered};
use crate::buffer::Writer;
use crate::http::status::Status;

/// A value that is JSON on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> Json<T> {
    /// The content, deserialized: 415 if it says that it is something else, 400 if it is no JSON
    /// or another shape than `T`'s.
    #[doc(hidden)]
    pub async fn extract<'x>(exchange: &'x Exchange<'x>) -> Result<Self, Problem> {
        if !is_json(exchange.request().field("content-type")) {
            return Err(Problem::new(Status::UNSUPPORTED_MEDIA_TYPE, "the content must be JSON"));
        }
        let bytes = Bytes::extract(exchange).await?;
        match serde_json_core::from_slice(&bytes) {
            Ok((value, n)) if bytes.get(n..).unwrap_or_default().trim_ascii().is_empty() => {
                Ok(Self(value))
            }
            _ => Err(Problem::bad_request("malformed JSON, or a member is missing or wrong")),
        }
    }
}

/// A client that does not say what it sends is taken at its content.
// rfc9110-8.3.1-media-type-case
fn is_json(content_type: Option<&[u8]>) -> bool {
    let Some(content_type) = content_type else { return true };
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    let media_type = media_type.trim_ascii();
    media_type.eq_ignore_ascii_case(b"application/json")
        || media_type.last_chunk().is_some_and(|end: &[u8; 5]| end.eq_ignore_ascii_case(b"+json"))
}

impl<T: Serialize> Respond for Json<T> {
    fn poll_respond(&mut self, status: Status, exchange: &Exchange<'_>) -> Poll<()> {
        rendered(exchange, status, b"application/json", &mut |to| render(&self.0, to))
    }
}

/// Writes `value`, or notes that it does not fit.
pub(super) fn render<T: Serialize>(value: &T, to: &mut Writer<'_>) {
    match serde_json_core::to_slice(value, to.free()) {
        Ok(n) => to.advance(n),
        Err(_) => to.overflow(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn media_types_of_json() {
        for (content_type, json) in [
            (None, true),
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/problem+json"), true),
            (Some("text/plain"), false),
            (Some("application/jsonp"), false),
            (Some(""), false),
        ] {
            assert_eq!(is_json(content_type.map(str::as_bytes)), json, "{content_type:?}");
        }
    }
}
