//! The head of an answer (RFC 9112 §4, RFC 9110 §6.6 and §8): status line, our fields, its framing.

use core::fmt;

use super::abnf::Class;
use super::date::HttpDate;
use super::lines::{self, Lines};
use super::request_line::{Method, Methods};
use super::status::Status;
use crate::buffer::Writer;
use crate::error::Misuse;

/// What a handler decides about an answer's head.
#[derive(Clone, Copy)]
pub struct ResponseHead<'h> {
    pub(crate) status: Status,
    pub(crate) content_type: Option<&'h [u8]>,
    pub(crate) allow: Methods,
    pub(crate) more: Option<&'h dyn Lines>,
}

impl<'h> ResponseHead<'h> {
    /// 200, and nothing else to say.
    pub const OK: Self = Self::new(Status::OK);

    /// A head with a status and nothing else to say.
    pub const fn new(status: Status) -> Self {
        Self { status, content_type: None, allow: Methods::NONE, more: None }
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

    /// With another status.
    pub const fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// With further field lines, instead of those that it has.
    pub const fn lines(self, lines: &'h dyn Lines) -> Self {
        Self { more: Some(lines), ..self }
    }
}

impl fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, content_type, allow, more: _ } = self;
        to.debug_struct("ResponseHead")
            .field("status", status)
            .field("content_type", content_type)
            .field("allow", allow)
            .finish_non_exhaustive()
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
    around: Option<&dyn Lines>,
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
    lines::write(to, head.status, head.more, around);
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

#[cfg(test)]
mod tests {
    use super::{ContentFraming, Persistence, ResponseHead, write};
    use crate::buffer::Writer;
    use crate::http::{date::HttpDate, status::Status};
    use std::string::String;

    fn text(head: &ResponseHead<'_>, framing: ContentFraming, last: Persistence) -> String {
        let mut room = [0; 300];
        let mut writer = Writer::new(&mut room);
        let date = HttpDate::from_unix(784_111_777);
        write(&mut writer, head, framing, last, Some(&date), Some(&[("X-Around", "yes")]));
        let n = writer.written().unwrap();
        String::from_utf8(room[..n].into()).unwrap()
    }

    #[test]
    fn writes_fields_in_one_order() {
        let fields = [("Allow", "GET, HEAD")];
        let head = ResponseHead::new(Status::METHOD_NOT_ALLOWED).content_type("text/plain");
        let head = head.lines(&fields);
        assert_eq!(
            text(&head, ContentFraming::Length(12), Persistence::Close),
            "HTTP/1.1 405 Method Not Allowed\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Content-Type: text/plain\r\nAllow: GET, HEAD\r\nX-Around: yes\r\n\
             Content-Length: 12\r\nConnection: close\r\n\r\n"
        );
    }

    #[test]
    fn the_space_after_a_status_without_a_phrase_stays() {
        let head = ResponseHead::new(Status::new(299).unwrap());
        let text = text(&head, ContentFraming::Bodyless, Persistence::Implied);
        assert!(text.starts_with("HTTP/1.1 299 \r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    }
}
