//! An answer with further field lines.

use core::task::Poll;

use super::exchange::Exchange;
use super::respond::Respond;
use crate::error::Misuse;
use crate::http::lines::{FieldLines, Lines, name_is_valid, value_is_valid};
use crate::http::response::ResponseHead;
use crate::http::status::Status;

/// A field line, which fits into any head.
#[derive(Clone, Copy, Debug)]
pub struct Field<V> {
    name: &'static str,
    value: V,
}

impl<V: AsRef<[u8]>> Field<V> {
    /// A field line of this name and value.
    ///
    /// # Errors
    ///
    /// As [`FieldLines::line`].
    pub fn new(name: &'static str, value: V) -> Result<Self, Misuse> {
        if name_is_valid(name) && value_is_valid(value.as_ref()) {
            Ok(Self { name, value })
        } else {
            Err(Misuse::FieldInvalid)
        }
    }
}

impl<V: AsRef<[u8]>> Lines for Field<V> {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        to.add(self.name, self.value.as_ref());
    }
}

/// An answer and further field lines: what [`Respond::with_lines`] and [`Respond::with_field`] make.
#[derive(Clone, Copy, Debug)]
pub struct With<R, L> {
    answer: R,
    lines: L,
}

impl<R, L> With<R, L> {
    pub(super) const fn new(answer: R, lines: L) -> Self {
        Self { answer, lines }
    }
}

impl<R: Respond, L: Lines> Respond for With<R, L> {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        let lines = Both { first: &self.lines, then: head.more };
        self.answer.poll_respond(&head.lines(&lines), exchange)
    }
}

/// The lines of an answer within an answer, then those of the outer one.
struct Both<'l> {
    first: &'l dyn Lines,
    then: Option<&'l dyn Lines>,
}

impl Lines for Both<'_> {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        self.first.put(status, to);
        if let Some(then) = self.then {
            then.put(status, to);
        }
    }
}
