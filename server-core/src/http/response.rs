//! The head of an answer (RFC 9112 §4, RFC 9110 §6.6 and §8): status line, our fields, its framing.

use super::abnf::Class;
use super::date::HttpDate;
use super::request_line::{Method, Methods};
use super::status::Status;
use crate::buffer::Writer;
use crate::error::Misuse;

/// What a handler decides about an answer's head.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'h> {
    pub(crate) status: Status,
    pub(crate) content_type: Option<&'h [u8]>,
    pub(crate) allow: Methods,
    pub(crate) fields: &'h [(&'h str, &'h [u8])],
}

impl<'h> ResponseHead<'h> {
    /// A head with a status and nothing else to say.
    pub const fn new(status: Status) -> Self {
        Self { status, content_type: None, allow: Methods::NONE, fields: &[] }
    }

    /// With a media type for the content (RFC 9110 §8.3) that is part of the program.
    pub const fn content_type(self, content_type: &'static str) -> Self {
        Self { content_type: Some(content_type.as_bytes()), ..self }
    }

    /// With a media type that comes from somewhere else.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] if it would break the head.
    pub fn content_type_from(self, content_type: &'h [u8]) -> Result<Self, Misuse> {
        if !content_type.iter().all(|byte| Class::VALUE.has(*byte)) {
            return Err(Misuse::FieldInvalid);
        }
        Ok(Self { content_type: Some(content_type), ..self })
    }

    /// With further field lines, in this order.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] if one would break the head, or is one that the connection itself
    /// decides (Connection, Content-Length, Content-Type, Date, Transfer-Encoding).
    pub fn fields(self, fields: &'h [(&'h str, &'h [u8])]) -> Result<Self, Misuse> {
        if !fields.iter().all(|(name, value)| field_is_valid(name, value)) {
            return Err(Misuse::FieldInvalid);
        }
        Ok(Self { fields, ..self })
    }
}

/// How the content's end is told (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentFraming {
    /// None at all: the status forbids content.
    Bodyless,
    /// Content-Length.
    Length(u64),
    /// Transfer-Encoding: chunked.
    Chunked,
    /// By the end of the stream: to an HTTP/1.0 client, which knows no chunks.
    UntilClose,
}

/// What the connection adds (RFC 9112 §9.3).
// rfc9110-7.6.1-connection-lists-fields
// rfc9110-7.6.1-no-endtoend-option
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// HTTP/1.1 and going on, which needs no word.
    Implied,
    /// HTTP/1.0 and going on.
    KeepAlive,
    /// This is the last answer.
    Close,
    /// The last answer, and one that names another protocol (RFC 9110 §7.8).
    CloseUpgrade,
    /// The connection changes its protocol.
    Upgrade,
}

/// Writes a whole head. The writer notes if it does not fit.
// rfc9112-4-status-line-trailing-sp
// rfc9112-2.3-no-blanket-downgrade
// rfc9112-6.2-no-cl-with-te
// rfc9112-6.1-no-te-on-1xx-204
// rfc9110-8.6-no-cl-1xx-204
// rfc9112-6.1-emit-chunked-twice
// rfc9112-6.1-response-coding-ends-chunked-or-close
// rfc9112-2.2-emit-ws-before-first-field
// rfc9112-5.2-emit-obs-fold
// rfc9110-2.2-no-other-role-elements
// rfc9110-4.2.4-no-userinfo-generated
// rfc9110-6.2-no-nonconformant-version
// rfc9110-6.2-highest-version
// rfc9110-2.3-own-lengths-parseable
// rfc9110-5.6.3-no-bws-emitted
// rfc9110-5.6.3-single-sp
// rfc9110-5.6.4-needless-quoted-pair
// rfc9110-10.2.4-server-terse
// rfc9112-6.3-self-delimited-answers
// rfc9110-8.3-content-type-sent
pub fn write(
    to: &mut Writer<'_>,
    head: &ResponseHead<'_>,
    framing: ContentFraming,
    persistence: Persistence,
    date: Option<&HttpDate>,
) {
    if head.status == Status::OK {
        // Nearly every answer, at the price of one comparison.
        to.put(b"HTTP/1.1 200 OK");
    } else {
        to.put(b"HTTP/1.1 ");
        to.put_decimal(head.status.code().into());
        to.push(b' ');
        to.put(head.status.reason());
    }
    // rfc9110-6.6.1-date-with-clock
    // rfc9110-6.6.1-no-date-without-clock
    if let Some(date) = date {
        to.put(b"\r\nDate: ");
        to.put(date.as_bytes());
    }
    if let Some(content_type) = head.content_type {
        to.put(b"\r\nContent-Type: ");
        to.put(content_type);
    }
    // rfc9110-10.2.1-allow-on-405
    // rfc9110-15.5.6-405-allow
    // rfc9110-5.6.1.1-no-empty-list-elements
    if head.allow != Methods::NONE {
        let mut before: &[u8] = b"\r\nAllow: ";
        for (_, name) in Method::NAMED.iter().filter(|(method, _)| head.allow.has(*method)) {
            to.put(before);
            to.put(name.as_bytes());
            before = b", ";
        }
    }
    for (name, value) in head.fields {
        to.put(b"\r\n");
        to.put(name.as_bytes());
        to.put(b": ");
        to.put(value);
    }
    match framing {
        ContentFraming::Length(bytes) => {
            to.put(b"\r\nContent-Length: ");
            to.put_decimal(bytes);
        }
        ContentFraming::Chunked => to.put(b"\r\nTransfer-Encoding: chunked"),
        ContentFraming::Bodyless | ContentFraming::UntilClose => {}
    }
    to.put(match persistence {
        Persistence::Implied => b"\r\n\r\n",
        Persistence::KeepAlive => b"\r\nConnection: keep-alive\r\n\r\n",
        // rfc9112-9.6-announce-close
        Persistence::Close => b"\r\nConnection: close\r\n\r\n",
        // rfc9110-7.8-upgrade-needs-connection-option
        Persistence::CloseUpgrade => b"\r\nConnection: close, upgrade\r\n\r\n",
        Persistence::Upgrade => b"\r\nConnection: Upgrade\r\n\r\n" as &[u8],
    });
}

/// The name a token, the value without CR, LF, NUL or another control character (RFC 9110 §5.5),
/// and no field that frames the message or belongs to the connection.
// rfc9112-11.1-only-core-writes-crlf
// rfc9112-2.2-emit-bare-cr
// rfc9110-2.2-emit-only-grammar
// rfc9110-5.3-no-dup-nonlist-emitted
fn field_is_valid(name: &str, value: &[u8]) -> bool {
    const OURS: [&str; 5] =
        ["connection", "content-length", "date", "transfer-encoding", "content-type"];
    !name.is_empty()
        && name.bytes().all(|byte| Class::TCHAR.has(byte))
        && value.iter().all(|byte| Class::VALUE.has(*byte))
        && !OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours))
}

#[cfg(test)]
mod tests {
    use super::{ContentFraming, Persistence, ResponseHead, field_is_valid, write};
    use crate::buffer::Writer;
    use crate::http::{date::HttpDate, status::Status};
    use std::string::String;

    fn text(head: &ResponseHead<'_>, framing: ContentFraming, last: Persistence) -> String {
        let mut room = [0; 300];
        let mut writer = Writer::new(&mut room);
        write(&mut writer, head, framing, last, Some(&HttpDate::from_unix(784_111_777)));
        let n = writer.written().unwrap();
        String::from_utf8(room[..n].into()).unwrap()
    }

    #[test]
    fn writes_fields_in_one_order() {
        let fields: [(&str, &[u8]); 1] = [("Allow", b"GET, HEAD")];
        let head = ResponseHead::new(Status::METHOD_NOT_ALLOWED).content_type("text/plain");
        let head = head.fields(&fields).unwrap();
        assert_eq!(
            text(&head, ContentFraming::Length(12), Persistence::Close),
            "HTTP/1.1 405 Method Not Allowed\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Content-Type: text/plain\r\nAllow: GET, HEAD\r\nContent-Length: 12\r\n\
             Connection: close\r\n\r\n"
        );
    }

    #[test]
    fn the_space_after_a_status_without_a_phrase_stays() {
        let head = ResponseHead::new(Status::new(299).unwrap());
        let text = text(&head, ContentFraming::Bodyless, Persistence::Implied);
        assert_eq!(text, "HTTP/1.1 299 \r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
    }

    #[test]
    fn fields_that_would_break_the_head_are_refused() {
        for (name, value) in [
            ("", &b"x"[..]),
            ("X y", b"x"),
            ("X:", b"x"),
            ("X\r\n", b"x"),
            ("X", b"a\r\nY: b"),
            ("X", b"a\nb"),
            ("X", b"\0"),
            ("content-LENGTH", b"5"),
            ("Transfer-Encoding", b"chunked"),
        ] {
            assert!(!field_is_valid(name, value), "{name:?} {value:?}");
        }
        assert!(field_is_valid("X-Custom", b"a\tb \xff"));
    }
}
