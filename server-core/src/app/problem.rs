//! An answer that says what went wrong: problem details (RFC 9457).

use core::task::Poll;

use super::body::Interrupted;
use super::exchange::Exchange;
use super::respond::{Respond, rendered};
use crate::buffer::Writer;
use crate::connection::PROBLEM_JSON;
use crate::error::Misuse;
use crate::http::abnf::Class;
use crate::http::lines::{FieldLines, Lines};
use crate::http::response::ResponseHead;
use crate::http::status::Status;

/// A handler's result: an answer, or a [`Problem`].
pub type Result<T = (), E = Problem> = core::result::Result<T, E>;

/// Something went wrong: a status, and a detail for the client.
///
/// Twelve bytes on a board, since every handler that can fail has room for one; the text is part of
/// the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Zero: there is nobody left to tell, or it has been told.
    status: u16,
    /// Seconds; zero is none.
    retry_after: u16,
    said: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Detail(&'static str),
    Kind(&'static ProblemKind),
}

/// A kind of problem that a client can tell from others.
///
/// ```
/// use samewire::{Problem, ProblemKind, Result, Status};
///
/// const LOCKED: ProblemKind = ProblemKind::new(Status::CONFLICT)
///     .uri("https://example.com/problems/locked")
///     .title("The panel is locked")
///     .detail("turn the key first");
///
/// fn turn(locked: bool) -> Result { if locked { Err(Problem::of(&LOCKED)) } else { Ok(()) } }
/// ```
#[derive(Debug)]
pub struct ProblemKind {
    status: Status,
    uri: &'static str,
    title: &'static str,
    detail: &'static str,
    fields: &'static [(&'static str, &'static str)],
    /// Writes the fields: what no kind has is not linked.
    put_fields: Option<PutFields>,
}

type PutFields = fn(&ProblemKind, &mut FieldLines<'_, '_>);

impl PartialEq for ProblemKind {
    fn eq(&self, other: &Self) -> bool {
        let Self { status, uri, title, detail, fields, put_fields: _ } = self;
        (*status, *uri, *title, *detail, *fields)
            == (other.status, other.uri, other.title, other.detail, other.fields)
    }
}

impl Eq for ProblemKind {}

impl ProblemKind {
    /// Nothing more than the status says (RFC 9457 §4.2.1).
    pub const fn new(status: Status) -> Self {
        Self { status, uri: "", title: "", detail: "", fields: &[], put_fields: None }
    }

    /// The same with a URI reference that names it, and where one can read about it (RFC 9457
    /// §3.1.1).
    // rfc9457-3.1.1-absolute-type
    pub const fn uri(self, uri: &'static str) -> Self {
        Self { uri, ..self }
    }

    /// The same with a few words for what it is (RFC 9457 §3.1.3); otherwise those are the status'.
    pub const fn title(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// The same with a sentence for what it is (RFC 9457 §3.1.4).
    pub const fn detail(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    /// The same with further field lines, as `WWW-Authenticate`. One that would break the head is
    /// left out.
    pub const fn fields(self, fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { fields, put_fields: Some(put_fields), ..self }
    }
}

fn put_fields(kind: &ProblemKind, to: &mut FieldLines<'_, '_>) {
    kind.fields.iter().for_each(|(name, value)| to.add(name, value.as_bytes()));
}

impl Problem {
    /// Any problem. `detail` explains it to the client (RFC 9457 §3.1.4); none is sent if it is
    /// empty.
    pub const fn new(status: Status, detail: &'static str) -> Self {
        Self { status: status.code(), retry_after: 0, said: Said::Detail(detail) }
    }

    /// A problem of a kind that has a name.
    pub const fn of(kind: &'static ProblemKind) -> Self {
        Self { status: kind.status.code(), retry_after: 0, said: Said::Kind(kind) }
    }

    /// 400: the request makes no sense.
    pub const fn bad_request(detail: &'static str) -> Self {
        Self::new(Status::BAD_REQUEST, detail)
    }

    /// 403: the client may not do this.
    pub const fn forbidden(detail: &'static str) -> Self {
        Self::new(Status::FORBIDDEN, detail)
    }

    /// 404: there is no such thing.
    pub const fn not_found(detail: &'static str) -> Self {
        Self::new(Status::NOT_FOUND, detail)
    }

    /// 409: the request does not fit the state of things.
    pub const fn conflict(detail: &'static str) -> Self {
        Self::new(Status::CONFLICT, detail)
    }

    /// 422: the content is understood, and cannot be done.
    pub const fn unprocessable(detail: &'static str) -> Self {
        Self::new(Status::UNPROCESSABLE_CONTENT, detail)
    }

    /// The same with a `Retry-After` of so many seconds (RFC 9110 §10.2.3); of zero, with none.
    pub const fn retry_after(self, seconds: u16) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// The status; `None` if there is nobody left to tell.
    pub const fn status(&self) -> Option<Status> {
        Status::sent(self.status)
    }

    /// What is said of this occurrence.
    pub const fn detail(&self) -> &'static str {
        match self.said {
            Said::Detail(detail) => detail,
            Said::Kind(kind) => kind.detail,
        }
    }
}

/// An interruption has been answered already, as far as there is anybody to answer.
impl From<Interrupted> for Problem {
    fn from(_: Interrupted) -> Self {
        Self { status: 0, ..Self::new(Status::OK, "") }
    }
}

/// What an app asks for wrongly is the app's own fault: 500.
// rfc9457-5-no-internals
impl From<Misuse> for Problem {
    fn from(_: Misuse) -> Self {
        Self::new(Status::INTERNAL_SERVER_ERROR, "")
    }
}

impl Respond for Problem {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        self.poll_with(head, exchange, &|_| {})
    }
}

impl Problem {
    /// The answer, with what `more` appends to the members of the problem (RFC 9457 §3.2).
    pub(super) fn poll_with(
        self,
        head: &ResponseHead<'_>,
        exchange: &Exchange<'_>,
        more: &dyn Fn(&mut Writer<'_>),
    ) -> Poll<()> {
        let mut problem = self;
        if let Some(around) = exchange.around() {
            around.on_error(&mut problem);
        }
        let Some(status) = problem.status() else { return Poll::Ready(()) };
        let mut head = head.status(status);
        if problem.has_lines() {
            head = head.lines(&problem);
        }
        rendered(exchange, &head, PROBLEM_JSON, &mut |to| problem.render(status, more, to))
    }

    const fn has_lines(&self) -> bool {
        self.retry_after > 0 || matches!(self.said, Said::Kind(_))
    }

    // rfc9457-3-media-type
    // rfc9457-3.1-member-types
    // rfc9457-3.1.1-type-default
    // rfc9457-3.1.2-status-equal
    // rfc9457-3.1.3-title-stable
    // rfc9457-4.2.1-blank-title
    pub(super) fn render(
        &self,
        status: Status,
        more: &dyn Fn(&mut Writer<'_>),
        to: &mut Writer<'_>,
    ) {
        let (uri, title) = match self.said {
            Said::Detail(_) => ("", ""),
            Said::Kind(kind) => (kind.uri, kind.title),
        };
        to.put(b"{");
        if !uri.is_empty() {
            put_member(to, b"\"type\":\"", uri.as_bytes());
            to.push(b',');
        }
        let title = if title.is_empty() { status.reason() } else { title.as_bytes() };
        put_member(to, b"\"title\":\"", title);
        to.put(b",\"status\":");
        to.put_decimal(status.code().into());
        if !self.detail().is_empty() {
            put_member(to, b",\"detail\":\"", self.detail().as_bytes());
        }
        more(to);
        to.put(b"}");
    }
}

impl Lines for Problem {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        if let Said::Kind(kind) = self.said
            && let Some(put) = kind.put_fields
        {
            put(kind, to);
        }
        if self.retry_after > 0 {
            to.put_retry_after(self.retry_after);
        }
    }
}

fn put_member(to: &mut Writer<'_>, name: &[u8], text: &[u8]) {
    to.put(name);
    put_escaped(to, text);
    to.push(b'"');
}

/// A JSON string's inside (RFC 8259 §7).
// rfc8259-7-escape-required
pub(super) fn put_escaped(to: &mut Writer<'_>, text: &[u8]) {
    let mut rest = text;
    loop {
        let (plain, odd) = rest.split_at_checked(Class::UNESCAPED.span(rest)).unwrap_or_default();
        to.put(plain);
        let [byte, after @ ..] = odd else { return };
        if *byte < 0x20 {
            to.put(b"\\u00");
            to.put(if *byte < 16 { b"0" } else { b"1" });
            to.put_hex(usize::from(byte & 15));
        } else {
            to.put(&[b'\\', *byte]);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::put_escaped;
    use crate::buffer::Writer;

    #[test]
    fn details_are_escaped() {
        let mut room = [0; 64];
        let mut writer = Writer::new(&mut room);
        put_escaped(&mut writer, "a\"b\\c\nd\u{1f}é".as_bytes());
        let n = writer.written().unwrap();
        assert_eq!(&room[..n], "a\\\"b\\\\c\\u000ad\\u001fé".as_bytes());
    }
}
