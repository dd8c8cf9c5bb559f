//! HTTP/1.1 messages: bytes to judged heads and pieces of content, and back.
