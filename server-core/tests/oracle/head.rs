//! The head of a request (RFC 9112 §2.1, §3, §5, §6), read by its grammar and by what the RFCs ask
//! of its fields beyond the grammar. One function a sentence; see [`super::abnf`].

use super::abnf::{digit, field_line, line, token};
use super::uri::{host_and_port, http_uri, origin_form};

/// What a request says, if it may be answered at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request<'b> {
    pub(crate) method: &'b [u8],
    pub(crate) target: &'b [u8],
    /// The version that the request is treated as is HTTP/1.0.
    pub(crate) is_old: bool,
    pub(crate) fields: Vec<(&'b [u8], &'b [u8])>,
    pub(crate) content: Content,
    /// Bytes of the head, empty lines before it included.
    pub(crate) bytes: usize,
}

/// How the content is framed (RFC 9112 §6.3).
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    None,
    Length(u64),
    Chunked,
}

/// Empty lines before a request line that are forgiven (RFC 9112 §2.2 asks for one at least).
const EMPTY_LINES_MAX: usize = 4;

/// `start-line CRLF *( field-line CRLF ) CRLF` at the start of `bytes`, which have at least all of
/// the head. `None` if it has to be refused.
pub(crate) fn request(bytes: &[u8]) -> Option<Request<'_>> {
    let mut rest = bytes;
    while rest.starts_with(b"\r\n") {
        rest = &rest[2..];
    }
    if bytes.len() - rest.len() > 2 * EMPTY_LINES_MAX {
        return None;
    }
    let (start, mut rest) = line(rest)?;
    let (method, target, is_old) = request_line(start)?;
    let mut fields = Vec::new();
    loop {
        let (next, after) = line(rest)?;
        rest = after;
        if next.is_empty() {
            break;
        }
        fields.push(field_line(next)?);
    }
    let content = content(&fields, is_old)?;
    if !host(&fields, is_old) || !expectation(&fields, is_old) {
        return None;
    }
    Some(Request { method, target, is_old, fields, content, bytes: bytes.len() - rest.len() })
}

/// `request-line = method SP request-target SP HTTP-version` (RFC 9112 §3).
fn request_line(line: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !token(method) || !request_target(target, method) {
        return None;
    }
    Some((method, target, is_old(version)?))
}

/// `request-target` (RFC 9112 §3.2) where its method allows for its form. There are no tunnels, so
/// nothing suits CONNECT.
fn request_target(target: &[u8], method: &[u8]) -> bool {
    if method == b"CONNECT" {
        return false;
    }
    origin_form(target) || http_uri(target) || target == b"*" && method == b"OPTIONS"
}

/// `HTTP-version = "HTTP" "/" DIGIT "." DIGIT` (RFC 9112 §2.3) of our major version; whether it is
/// HTTP/1.0. A higher minor version is treated as ours (RFC 9110 §6.2).
fn is_old(version: &[u8]) -> Option<bool> {
    let number = version.strip_prefix(b"HTTP/")?;
    match number {
        [b'1', b'.', minor] if digit(*minor) => Some(*minor == b'0'),
        _ => None,
    }
}

/// The values of all lines of one name (RFC 9110 §5.1: without regard to case).
fn values<'b>(fields: &[(&'b [u8], &'b [u8])], name: &str) -> Vec<&'b [u8]> {
    let named = fields.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()));
    named.map(|(_, value)| *value).collect()
}

/// One Host line, of HTTP/1.0 none or one (RFC 9112 §3.2), empty or a host.
fn host(fields: &[(&[u8], &[u8])], is_old: bool) -> bool {
    match values(fields, "Host")[..] {
        [] => is_old,
        [value] => value.is_empty() || host_and_port(value),
        _ => false,
    }
}

/// `Expectation` (RFC 9110 §10.1.1): no other one than `100-continue` can be met, and HTTP/1.0 has
/// none.
fn expectation(fields: &[(&[u8], &[u8])], is_old: bool) -> bool {
    let mut values = values(fields, "Expect").into_iter();
    is_old || values.all(|value| value.eq_ignore_ascii_case(b"100-continue"))
}

/// The framing (RFC 9112 §6.3). Of what a recipient may forgive nothing is forgiven: one line of
/// one of the two fields, `chunked` and nothing else, a length of at most 20 digits.
fn content(fields: &[(&[u8], &[u8])], is_old: bool) -> Option<Content> {
    match (&values(fields, "Content-Length")[..], &values(fields, "Transfer-Encoding")[..]) {
        ([], []) => Some(Content::None),
        ([length], []) => Some(Content::Length(content_length(length)?)),
        ([], [coding]) if !is_old && coding.eq_ignore_ascii_case(b"chunked") => {
            Some(Content::Chunked)
        }
        _ => None,
    }
}

/// `Content-Length = 1*DIGIT` (RFC 9110 §8.6).
fn content_length(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 || !digits.iter().all(|byte| digit(*byte)) {
        return None;
    }
    let number = digits.iter().fold(0u128, |number, byte| number * 10 + u128::from(byte - b'0'));
    u64::try_from(number).ok()
}
