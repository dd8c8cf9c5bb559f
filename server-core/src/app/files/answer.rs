//! Which answer a request for a file gets, and the field lines that say so.

use core::task::Poll;

use super::file::{File, Variant};
use super::{Exchange, Files, Found, Respond};
use crate::app::problem::Problem;
use crate::buffer::{Writer, copy};
use crate::http::coding::{Preferred, preferred};
use crate::http::date::Moment;
use crate::http::entity_tag::EntityTag;
use crate::http::lines::{FieldLines, Lines};
use crate::http::precondition::{Dated, Outcome, Validators, judge, range_holds};
use crate::http::range::{Selected, select};
use crate::http::request_line::Method;
use crate::http::response::ResponseHead;
use crate::http::status::Status;

/// Answers, or does nothing while there is no room: then it is asked again, and decides the same.
#[inline(never)]
pub(super) fn poll(
    files: &Files,
    path: &[u8],
    outer: Option<&dyn Lines>,
    exchange: &Exchange<'_>,
) -> Poll<()> {
    match files.find(path) {
        // rfc9110-13.2.1-preconditions-ignored-if-not-2xx
        None => {
            let head = ResponseHead { more: outer, ..ResponseHead::new(Status::NOT_FOUND) };
            refuse(exchange, &head)
        }
        Some(Found::Directory(location)) => {
            let lines = Elsewhere { location, outer };
            let head = ResponseHead::new(Status::PERMANENT_REDIRECT).lines(&lines);
            exchange.with(Poll::Pending, |wire| wire.respond(&head, b""))
        }
        Some(Found::File(file)) => send(files, file, outer, exchange),
    }
}

/// Answers with a file, or with why it is not sent.
fn send(
    files: &Files,
    file: &'static File,
    outer: Option<&dyn Lines>,
    exchange: &Exchange<'_>,
) -> Poll<()> {
    let mut date = [0; 29];
    let has_date = exchange
        .with(false, |wire| wire.date().inspect(|now| copy(&mut date, now.as_bytes())).is_some());
    let answer = Answer::decide(files, file, has_date.then_some(&date), exchange);
    let lines = FileLines { answer: &answer, outer };
    let head = ResponseHead::new(answer.status).lines(&lines);
    if !answer.is_good() && answer.status != Status::NOT_MODIFIED {
        return refuse(exchange, &head);
    }
    let head = match answer.is_good() {
        true => ResponseHead { content_type: Some(file.content_type.as_bytes()), ..head },
        false => head,
    };
    let content = answer.content();
    exchange.with(Poll::Pending, |wire| wire.respond(&head, content))
}

/// An answer that says in its content what is wrong, too.
fn refuse(exchange: &Exchange<'_>, head: &ResponseHead<'_>) -> Poll<()> {
    Problem::new(head.status, "").poll_respond(head, exchange)
}

/// What is decided of an answer.
struct Answer<'a> {
    status: Status,
    files: &'a Files,
    file: &'static File,
    variant: &'static Variant,
    is_gzip: bool,
    selected: Selected,
    /// What `Last-Modified` says.
    modified: Option<&'a [u8]>,
}

impl<'a> Answer<'a> {
    /// The client's preconditions come after all that could refuse its request without them, and
    /// its range behind them.
    // rfc9110-13.2.1-preconditions-after-checks
    fn decide(
        files: &'a Files,
        file: &'static File,
        date: Option<&'a [u8; 29]>,
        exchange: &Exchange<'_>,
    ) -> Self {
        let request = exchange.request();
        let (method, fields) = (request.method(), request.fields());
        let preferred = preferred(fields, file.gzip.is_some());
        let gzip = file.gzip.as_ref().filter(|_| preferred == Preferred::Gzip);
        let mut answer = Self {
            status: Status::OK,
            files,
            file,
            variant: gzip.unwrap_or(&file.plain),
            is_gzip: gzip.is_some(),
            selected: Selected::Whole,
            modified: None,
        };
        if preferred == Preferred::Neither {
            answer.status = Status::NOT_ACCEPTABLE;
            return answer;
        }
        let dated = answer.dated(date);
        let tag = EntityTag::strong(answer.variant.tag.as_bytes());
        let validators = Validators::tagged(tag).with_date(dated);
        match judge(method, fields, Some(&validators)) {
            Outcome::Failed => answer.status = Status::PRECONDITION_FAILED,
            Outcome::NotModified => answer.status = Status::NOT_MODIFIED,
            // rfc9110-14.2-range-only-get
            Outcome::Perform if method == Method::Get && range_holds(fields, &validators) => {
                answer.selected = select(fields, answer.variant.content.len());
                answer.status = match answer.selected {
                    Selected::Whole => Status::OK,
                    Selected::Part(..) => Status::PARTIAL_CONTENT,
                    Selected::Unsatisfiable => Status::RANGE_NOT_SATISFIABLE,
                };
            }
            Outcome::Perform => {}
        }
        answer
    }

    /// When the file was changed, and what is to be said of it. What changes in our future changes
    /// now, as far as we can tell.
    // rfc9110-8.8.2.1-no-future-lm
    // rfc9110-8.8.2.1-clamp-future-lm
    fn dated(&mut self, date: Option<&'a [u8; 29]>) -> Option<Dated> {
        let super::file::Modified { date: changed, read } = self.file.modified?;
        let now = date.and_then(|date| read(date, Moment::default()));
        let modified = read(changed.as_bytes(), Moment::default())?;
        self.modified = match (date, now) {
            (Some(date), Some(now)) if now < modified => Some(date),
            _ => Some(changed.as_bytes()),
        };
        // Without a clock it is no earlier than the change.
        Some(Dated { modified, now: now.unwrap_or(modified), read })
    }

    /// Whether content of the file is sent.
    fn is_good(&self) -> bool {
        self.status < Status::NOT_MODIFIED
    }

    fn content(&self) -> &'static [u8] {
        let content = self.variant.content;
        match self.selected {
            Selected::Part(first, last) => content.get(first..=last).unwrap_or_default(),
            _ => content,
        }
    }
}

/// The field lines of an answer, and those that stand around it.
struct FileLines<'a> {
    answer: &'a Answer<'a>,
    outer: Option<&'a dyn Lines>,
}

impl Lines for FileLines<'_> {
    // rfc9110-15.3.7-206-fields
    // rfc9110-15.4.5-304-fields
    // rfc9110-15.4.5-304-no-other-metadata
    // rfc9110-15.4.5-304-no-body
    // rfc9110-8.6-304-cl-wrong
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        let answer = self.answer;
        let is_good = answer.is_good();
        // rfc9110-12.5.5-send-vary
        if answer.file.gzip.is_some() {
            to.add("Vary", b"Accept-Encoding");
        }
        // rfc9110-8.8.3.1-send-etag
        // rfc9110-15.3.1-200-validators
        if is_good || answer.status == Status::NOT_MODIFIED {
            to.add("ETag", answer.variant.tag.as_bytes());
            if let Some(directives) = answer.files.cache_control {
                to.add("Cache-Control", directives.as_bytes());
            }
        }
        // rfc9110-15.3.7.1-206-single-content-range
        // rfc9110-15.3.7.2-no-multipart-for-one
        if answer.selected != Selected::Whole {
            let mut room = [0; 48];
            let length = answer.variant.content.len();
            to.add("Content-Range", content_range(&mut room, answer.selected, length));
        }
        if is_good {
            // rfc9110-8.4-content-encoding-listed
            // rfc9110-8.4-no-identity-token
            if answer.is_gzip {
                to.add("Content-Encoding", b"gzip");
            }
            // rfc9110-8.8.2.1-send-last-modified
            // rfc9110-8.8.2.1-no-lm-without-clock
            if let Some(date) = answer.modified {
                to.add("Last-Modified", date);
            }
            to.add("Accept-Ranges", b"bytes");
            to.add("X-Content-Type-Options", b"nosniff");
        }
        if let Some(outer) = self.outer {
            outer.put(status, to);
        }
    }
}

/// `bytes 0-499/1234`, or `bytes */1234` for what is not there.
// rfc9110-14.4-content-range-total
// rfc9110-14.4-416-content-range
// rfc9110-15.5.17-416-length
fn content_range(room: &mut [u8], selected: Selected, length: usize) -> &[u8] {
    let mut to = Writer::new(room);
    to.put(b"bytes ");
    match selected {
        Selected::Part(first, last) => {
            to.put_decimal(first as u64);
            to.push(b'-');
            to.put_decimal(last as u64);
        }
        _ => to.push(b'*'),
    }
    to.push(b'/');
    to.put_decimal(length as u64);
    let n = to.written().unwrap_or_default();
    room.get(..n).unwrap_or_default()
}

/// Where to go for a directory, and what stands around the answer.
struct Elsewhere<'a> {
    location: &'static [u8],
    outer: Option<&'a dyn Lines>,
}

impl Lines for Elsewhere<'_> {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        to.add("Location", self.location);
        if let Some(outer) = self.outer {
            outer.put(status, to);
        }
    }
}
