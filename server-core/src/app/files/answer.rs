//! Which answer a request for a file gets, and the field lines that say so.

use core::task::Poll;

use super::file::File;
use super::{Exchange, Files, Found, Respond};
use crate::app::problem::Problem;
use crate::buffer::Writer;
use crate::http::coding::{Preferred, preferred};
use crate::http::date::Moment;
use crate::http::entity_tag::EntityTag;
use crate::http::lines::{FieldLines, Lines};
use crate::http::precondition::{Outcome, Validators, judge, range_holds};
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
        None => refuse(exchange, Status::NOT_FOUND, &List::new(outer)),
        Some(Found::Directory(location)) => {
            let mut lines = List::new(outer);
            lines.add("Location", location);
            respond(exchange, &lines.head(Status::PERMANENT_REDIRECT), b"")
        }
        Some(Found::File(file)) => send(exchange, files, file, outer),
    }
}

/// Answers with a file, or with why it is not sent. The client's preconditions come after all that
/// could refuse its request without them.
// rfc9110-13.2.1-preconditions-after-checks
fn send(
    exchange: &Exchange<'_>,
    files: &Files,
    file: &'static File,
    outer: Option<&dyn Lines>,
) -> Poll<()> {
    let mut lines = List::new(outer);
    let (method, fields) = (exchange.request().method(), exchange.request().fields());
    // rfc9110-12.5.5-send-vary
    if file.gzip.is_some() {
        lines.add("Vary", b"Accept-Encoding");
    }
    let preferred = preferred(fields, file.gzip.is_some());
    let variant = match (&file.gzip, preferred) {
        (_, Preferred::Neither) => return refuse(exchange, Status::NOT_ACCEPTABLE, &lines),
        (Some(gzip), Preferred::Gzip) => gzip,
        _ => &file.plain,
    };
    let date = exchange.with(None, |wire| wire.date().copied());
    let now = date.as_ref().map(Moment::of);
    let modified =
        file.modified.and_then(|date| Moment::parse(date.as_bytes(), now.unwrap_or_default()));
    let validators = Validators {
        tag: EntityTag::parse(variant.tag.as_bytes()),
        // rfc9110-13.1.3-ims-no-mtime-ignored
        modified,
        // Without a clock, no earlier than the change.
        now: now.or(modified).unwrap_or_default(),
    };
    let outcome = judge(method, fields, Some(&validators));
    if outcome == Outcome::Failed {
        return refuse(exchange, Status::PRECONDITION_FAILED, &lines);
    }
    // rfc9110-8.8.3.1-send-etag
    // rfc9110-15.3.7-206-fields
    // rfc9110-15.4.5-304-fields
    lines.add("ETag", variant.tag.as_bytes());
    if let Some(directives) = files.cache_control {
        lines.add("Cache-Control", directives.as_bytes());
    }
    if outcome == Outcome::NotModified {
        // rfc9110-15.4.5-304-no-other-metadata
        // rfc9110-15.4.5-304-no-body
        // rfc9110-8.6-304-cl-wrong
        return respond(exchange, &lines.head(Status::NOT_MODIFIED), b"");
    }
    let content = variant.content;
    let selected = match method {
        // rfc9110-14.2-range-only-get
        Method::Get if range_holds(fields, &validators) => select(fields, content.len() as u64),
        _ => Selected::Whole,
    };
    let mut range = [0; 48];
    let range = content_range(&mut range, selected, content.len() as u64);
    let (status, content) = match selected {
        Selected::Whole => (Status::OK, content),
        Selected::Part(first, last) => (Status::PARTIAL_CONTENT, part(content, first, last)),
        Selected::Unsatisfiable => (Status::RANGE_NOT_SATISFIABLE, [].as_slice()),
    };
    // rfc9110-15.3.7.1-206-single-content-range
    // rfc9110-15.3.7.2-no-multipart-for-one
    if !range.is_empty() {
        lines.add("Content-Range", range);
    }
    if selected == Selected::Unsatisfiable {
        return refuse(exchange, status, &lines);
    }
    // rfc9110-8.4-content-encoding-listed
    // rfc9110-8.4-no-identity-token
    if preferred == Preferred::Gzip {
        lines.add("Content-Encoding", b"gzip");
    }
    // rfc9110-8.8.2.1-send-last-modified
    // rfc9110-8.8.2.1-no-lm-without-clock
    // rfc9110-15.3.1-200-validators
    if let (Some(text), Some(modified)) = (file.modified, modified) {
        // What changes in our future changes now, as far as we can tell.
        // rfc9110-8.8.2.1-no-future-lm
        // rfc9110-8.8.2.1-clamp-future-lm
        let is_future = now.is_some_and(|now| now < modified);
        let date = date.as_ref().filter(|_| is_future).map(|date| date.as_bytes().as_slice());
        lines.add("Last-Modified", date.unwrap_or(text.as_bytes()));
    }
    lines.add("Accept-Ranges", b"bytes");
    lines.add("X-Content-Type-Options", b"nosniff");
    let head =
        ResponseHead { content_type: Some(file.content_type.as_bytes()), ..lines.head(status) };
    respond(exchange, &head, content)
}

/// An answer that says in its content what is wrong, too.
fn refuse(exchange: &Exchange<'_>, status: Status, lines: &List<'_>) -> Poll<()> {
    Problem::new(status, "").poll_respond(&lines.head(status), exchange)
}

fn respond(exchange: &Exchange<'_>, head: &ResponseHead<'_>, content: &'static [u8]) -> Poll<()> {
    exchange.with(Poll::Pending, |wire| wire.respond(head, content))
}

/// `bytes 0-499/1234`, or `bytes */1234` for what is not there; empty for the whole.
// rfc9110-14.4-content-range-total
// rfc9110-14.4-416-content-range
// rfc9110-15.5.17-416-length
fn content_range(room: &mut [u8], selected: Selected, length: u64) -> &[u8] {
    let mut to = Writer::new(room);
    match selected {
        Selected::Whole => return &[],
        Selected::Unsatisfiable => to.put(b"bytes *"),
        Selected::Part(first, last) => {
            to.put(b"bytes ");
            to.put_decimal(first);
            to.push(b'-');
            to.put_decimal(last);
        }
    }
    to.push(b'/');
    to.put_decimal(length);
    let n = to.written().unwrap_or_default();
    room.get(..n).unwrap_or_default()
}

/// The bytes from one position to another, both included.
fn part(content: &'static [u8], first: u64, last: u64) -> &'static [u8] {
    let (Ok(first), Ok(last)) = (usize::try_from(first), usize::try_from(last)) else { return &[] };
    content.get(first..=last).unwrap_or_default()
}

/// The field lines of one answer.
struct List<'a> {
    lines: [(&'static str, &'a [u8]); 8],
    used: usize,
    /// Those that stand around the answer.
    outer: Option<&'a dyn Lines>,
}

impl<'a> List<'a> {
    const fn new(outer: Option<&'a dyn Lines>) -> Self {
        Self { lines: [("", b""); 8], used: 0, outer }
    }

    fn add(&mut self, name: &'static str, value: &'a [u8]) {
        if let Some(place) = self.lines.get_mut(self.used) {
            *place = (name, value);
            self.used += 1;
        }
    }

    const fn head(&self, status: Status) -> ResponseHead<'_> {
        ResponseHead::new(status).lines(self)
    }
}

impl Lines for List<'_> {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        for (name, value) in self.lines.iter().take(self.used) {
            to.add(name, value);
        }
        if let Some(outer) = self.outer {
            outer.put(status, to);
        }
    }
}
