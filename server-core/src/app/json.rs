//! JSON (RFC 8259) as a handler's parameter and as its answer, by serde, without a heap.

mod deserializer;
mod reader;
mod serializer;

use core::fmt;
use core::task::Poll;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::body::Bytes;
use super::exchange::Exchange;
use super::problem::Problem;
use super::respond::{Respond, rendered};
use crate::buffer::Writer;
use crate::http::status::Status;
use reader::Reader;
use serializer::Value;

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
        let mut bytes = Bytes::extract(exchange).await?;
        parse(&mut bytes).map(Self).map_err(|Malformed| {
            Problem::bad_request("malformed JSON, or a member is missing or wrong")
        })
    }
}

/// The text is no JSON, or another value than was asked for; or a value cannot be said in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("not JSON, or another value than was asked for")
    }
}

impl core::error::Error for Malformed {}

/// The value that `text` is. Its strings are unescaped where they stand.
fn parse<T: DeserializeOwned>(text: &mut [u8]) -> Result<T, Malformed> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
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
    if value.serialize(Value::new(to)).is_err() {
        to.overflow();
    }
}

#[cfg(test)]
mod tests;
