//! HTTP/1.1 messages: bytes to judged heads and pieces of content, and back.

pub(crate) mod abnf;
pub mod authority;
pub mod fields;
pub mod framing;
pub mod head;
pub mod persistence;
pub mod request_line;
pub mod target;
