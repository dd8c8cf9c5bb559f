//! The slots of a request's head.

use samewire::Limits;
use samewire::http::fields::Fields;
use samewire::http::framing::Framing;
use samewire::http::head::{Head, Parsed};
use samewire::http::request_line::Version;

use crate::oracle::head::{Content, Request, request};
use crate::slot::slots;

slots! { judge, CLASSES;
    before_the_request: "", "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    method: "", " / HTTP/1.1\r\nHost: a\r\n\r\n";
    target: "GET ", " HTTP/1.1\r\nHost: a\r\n\r\n";
    target_of_options: "OPTIONS ", " HTTP/1.1\r\nHost: a\r\n\r\n";
    path: "GET /", " HTTP/1.1\r\nHost: a\r\n\r\n";
    query: "GET /?", " HTTP/1.1\r\nHost: a\r\n\r\n";
    authority: "GET http://", "/ HTTP/1.1\r\nHost: a\r\n\r\n";
    behind_authority: "GET http://a", " HTTP/1.1\r\nHost: a\r\n\r\n";
    version: "GET / HTTP/", "\r\nHost: a\r\n\r\n";
    end_of_request_line: "GET / HTTP/1.0", "A: b\r\n\r\n";
    field_name: "GET / HTTP/1.1\r\nHost: a\r\n", ": b\r\n\r\n";
    field_value: "GET / HTTP/1.1\r\nHost: a\r\nX:", "\r\n\r\n";
    end_of_field_line: "GET / HTTP/1.1\r\nHost: a", "X: b\r\n\r\n";
    host: "GET / HTTP/1.1\r\nHost:", "\r\n\r\n";
    port: "GET / HTTP/1.1\r\nHost: a:6", "\r\n\r\n";
    ipv6: "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:7", "]\r\n\r\n";
    ipv6_with_gap: "GET / HTTP/1.1\r\nHost: [::", "]\r\n\r\n";
    ipv4_in_ipv6: "GET / HTTP/1.1\r\nHost: [::1.2.", "]\r\n\r\n";
    content_length: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:", "\r\n\r\n";
    transfer_encoding: "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", "\r\n\r\n";
}

/// A control character, blanks, line ends, what has a meaning in a target or a host, a digit in
/// either base, other characters of a token, of a URI and of a value.
const CLASSES: &[u8] = b"\0\t\n\r %/:?@[],05Ag!=\"\x80";

/// Whether both accept the head; what they say of it must be the same.
fn judge(bytes: &[u8]) -> Result<bool, String> {
    let mut head = Head::NEW;
    let parsed = head.parse(bytes, &Limits::SMALL);
    match (parsed, request(bytes)) {
        (Parsed::Violation(_), None) => Ok(false),
        (Parsed::Complete(n), Some(expected)) if said(bytes, &head, n) == expected => Ok(true),
        (Parsed::Complete(n), expected) => {
            Err(format!("{:?}, not {expected:?}", said(bytes, &head, n)))
        }
        (parsed, expected) => Err(format!("{parsed:?}, not {expected:?}")),
    }
}

/// What the server made of a head of `n` bytes, in the oracle's words.
fn said<'b>(bytes: &'b [u8], head: &Head, n: usize) -> Request<'b> {
    Request {
        method: &bytes[head.method_range()],
        target: &bytes[head.target()],
        is_old: head.version() == Version::Http10,
        fields: Fields::new(&bytes[head.fields()..n]).collect(),
        content: match head.framing() {
            Framing::None => Content::None,
            Framing::Length(n) => Content::Length(n),
            Framing::Chunked => Content::Chunked,
        },
        bytes: n,
    }
}
