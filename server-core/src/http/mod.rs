//! HTTP/1.1 messages: bytes to judged heads and pieces of content, and back.

pub(crate) mod abnf;
pub mod authority;
pub mod chunked;
pub mod coding;
pub mod date;
pub mod entity_tag;
pub mod fields;
pub mod framing;
pub mod head;
pub mod lines;
pub(crate) mod normal;
pub mod parameters;
mod persistence;
pub mod precondition;
pub mod range;
pub mod request_line;
pub mod response;
pub mod status;
pub mod target;
