//! JSON (RFC 8259) as a handler's parameter and as its answer, by serde, without a heap.

mod deserializer;
pub(in crate::app) mod members;
pub(in crate::app) mod reader;
pub(in crate::app) mod scan;
mod serializer;
mod value;

use core::fmt;
use core::task::Poll;

use serde::{Deserialize, Serialize};

use super::body::Bytes;
use super::exchange::Exchange;
use super::media_type::{self, MediaType};
use super::problem::Problem;
use super::respond::{Respond, rendered};
use crate::buffer::Writer;
use crate::http::response::ResponseHead;
use reader::Reader;

pub use value::Value;

/// A value that is JSON on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// A handler's `json` parameter: made of the content, from which it may borrow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of JSON",
    label = "makes no `{Self}`",
    note = "JSON makes `Json<T>` of a `T` that is `Deserialize`, a `Valid<T>`, or a `Value`"
)]
pub trait FromJson<'c>: Sized {
    /// What is answered if the content is no such value.
    type Error: Respond;

    /// The value. Strings are unescaped where they stand.
    ///
    /// # Errors
    ///
    /// What is answered.
    fn from_json(content: &'c mut [u8]) -> Result<Self, Self::Error>;
}

/// 400 if it is no JSON, or another shape than `T`'s.
impl<'c, T: Deserialize<'c>> FromJson<'c> for Json<T> {
    type Error = Problem;

    fn from_json(content: &'c mut [u8]) -> Result<Self, Problem> {
        parse(content).map(Self).map_err(|Malformed| {
            Problem::bad_request("malformed JSON, or a member is missing or wrong")
        })
    }
}

/// The content, if it says that it is JSON; else the answer is 415.
#[doc(hidden)]
pub async fn hold<'x>(exchange: &'x Exchange<'x>) -> Result<Bytes<'x>, Problem> {
    if !is_json(MediaType::of(&exchange.request())?.essence()) {
        return Err(media_type::unsupported("the content must be JSON"));
    }
    Bytes::extract(exchange).await
}

/// The text is no JSON, or another value than was asked for; or a value cannot be said in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("not JSON, or another value than was asked for")
    }
}

impl core::error::Error for Malformed {}

/// The value that `text` is. Its strings are unescaped where they stand.
pub(super) fn parse<'c, T: Deserialize<'c>>(text: &'c mut [u8]) -> Result<T, Malformed> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

// rfc9110-8.3.1-media-type-case
fn is_json(media_type: &[u8]) -> bool {
    media_type.eq_ignore_ascii_case(b"application/json")
        || media_type.last_chunk().is_some_and(|end: &[u8; 5]| end.eq_ignore_ascii_case(b"+json"))
}

impl<T: Serialize> Respond for Json<T> {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        rendered(exchange, head, b"application/json", &mut |to| render(&self.0, to))
    }
}

/// Writes `value`, or notes that it does not fit.
// rfc8259-8.1-no-bom
pub(super) fn render<T: Serialize>(value: &T, to: &mut Writer<'_>) {
    if value.serialize(serializer::Value::new(to)).is_err() {
        to.overflow();
    }
}

#[cfg(test)]
mod tests;
