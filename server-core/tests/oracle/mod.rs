//! An oracle: HTTP/1.1 as its ABNF spells it, in the plainest code there is. It knows nothing of
//! the server, and the server nothing of it; both were written from RFC 9110, 9112 and 3986.

pub(crate) mod abnf;
pub(crate) mod chunked;
pub(crate) mod head;
pub(crate) mod uri;
