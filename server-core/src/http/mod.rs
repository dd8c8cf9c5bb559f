//! HTTP/1.1 messages: bytes to judged heads and pieces of content, and back.

pub(crate) mod abnf;
pub mod authority;
pub mod chunked;
pub mod date;
pub mod fields;
pub mod framing;
pub mod head;
pub mod lines;
pub(crate) mod normal;
mod persistence;
pub mod request_line;
pub mod response;
pub mod status;
pub mod target;
