//! Conditional requests (RFC 9110 §13): whether what the client knows still holds.
//!
//! [`judge`], or [`Request::preconditions`](crate::Request::preconditions), is for any resource that
//! has a current state: what `GET` of it answers, or what `PUT` replaces. Files of a program do all of
//! it by themselves: [`crate::app::files`].

use core::cmp::Ordering;

use super::date::{Moment, ReadDate};
use super::entity_tag::{Comparison, EntityTag, names};
use super::fields::Fields;
use super::request_line::Method;

/// What tells one state of a resource from another (RFC 9110 §8.8).
#[derive(Clone, Copy, Debug)]
pub struct Validators<'v> {
    tag: Option<EntityTag<'v>>,
    dated: Option<Dated>,
}

/// When a resource was last changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    pub(crate) modified: Moment,
    pub(crate) now: Moment,
    /// By what a client's dates are read: an app in which nothing has a date does not link it.
    pub(crate) read: ReadDate,
}

impl<'v> Validators<'v> {
    /// A state that has an entity tag, and of which nobody knows since when.
    pub const fn tagged(tag: EntityTag<'v>) -> Self {
        Self { tag: Some(tag), dated: None }
    }

    /// A state that came to be at a moment, `now` or before. Without a clock any moment of the same
    /// century will do for `now`.
    pub fn dated(modified: Moment, now: Moment) -> Self {
        Self { tag: None, dated: Some(Dated { modified, now, read: Moment::parse }) }
    }

    /// With an entity tag, too.
    pub const fn with_tag(self, tag: EntityTag<'v>) -> Self {
        Self { tag: Some(tag), ..self }
    }

    pub(crate) const fn with_date(self, dated: Option<Dated>) -> Self {
        Self { dated, ..self }
    }
}

/// What the preconditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There are none, or all hold: the method is performed.
    Perform,
    /// The client has what it asks for: 304, and no content.
    NotModified,
    /// What the client relies on does not hold: 412, and nothing is done.
    Failed,
}

/// Judges the preconditions of a request for a resource with these validators, in the order of
/// RFC 9110 §13.2.2. `None` is for one that does not exist.
///
/// It is asked before the method is performed, and after whatever else could refuse the request:
/// preconditions do not count where the answer without them is no success (§13.2.1).
// rfc9110-13.2.2-precondition-order
// rfc9110-13.1.1-if-match-evaluated
// rfc9110-13.1.1-if-match-false-no-method
// rfc9110-13.1.2-if-none-match-evaluated
// rfc9110-13.1.2-if-none-match-false-no-method
// rfc9110-13.1.4-ius-false-no-method
#[inline(never)]
pub fn judge(method: Method, fields: Fields<'_>, current: Option<&Validators<'_>>) -> Outcome {
    let is_read = matches!(method, Method::Get | Method::Head);
    // rfc9110-13.2.1-preconditions-ignored-methods
    if matches!(method, Method::Connect | Method::Options | Method::Trace) {
        return Outcome::Perform;
    }
    let tag = current.and_then(|current| current.tag);
    let dated = current.and_then(|current| current.dated);
    // rfc9110-13.1.1-if-match-strong
    let holds = match names(fields, "if-match", tag, Comparison::Strong) {
        // rfc9110-13.1.1-if-match-star
        Some(is_named) => is_named && current.is_some(),
        // rfc9110-13.1.4-ius-ignored-with-if-match
        // rfc9110-13.1.4-ius-evaluated
        None => since(fields, "if-unmodified-since", dated) != Some(Ordering::Greater),
    };
    // rfc9110-13.1.2-if-none-match-weak
    let is_known = match names(fields, "if-none-match", tag, Comparison::Weak) {
        Some(is_named) => is_named && current.is_some(),
        // rfc9110-13.1.3-ims-ignored-with-inm
        // rfc9110-13.1.3-ims-304
        None => is_read && since(fields, "if-modified-since", dated).is_some_and(Ordering::is_le),
    };
    // rfc9110-13.1.2-if-none-match-status
    match (holds, is_known) {
        (true, false) => Outcome::Perform,
        (true, true) if is_read => Outcome::NotModified,
        _ => Outcome::Failed,
    }
}

/// How the time of the last change stands to the date of the one field line of this name; `None` if
/// one of them is not known.
// rfc9110-13.1.3-ims-invalid-ignored
// rfc9110-13.1.3-ims-no-mtime-ignored
// rfc9110-13.1.4-ius-invalid-ignored
#[inline(never)]
fn since(fields: Fields<'_>, name: &str, dated: Option<Dated>) -> Option<Ordering> {
    let Dated { modified, now, read } = dated?;
    Some(modified.cmp(&read(fields.only(name)?, now)?))
}

/// Whether `If-Range` lets a range be answered (RFC 9110 §13.1.5): without the field, or if the
/// client's part is of the very state that there is now.
// rfc9110-13.1.5-if-range-strong
// rfc9110-13.1.5-if-range-false-full
// rfc9110-13.1.5-if-range-without-range
#[inline(never)]
pub fn range_holds(fields: Fields<'_>, current: &Validators<'_>) -> bool {
    const NAME: &str = "if-range";
    match (fields.only(NAME), current.tag) {
        (None, _) => fields.first(NAME).is_none(),
        // Whoever gives a time of change knows that nothing changed twice within its second.
        (Some(value), own) => {
            let tag = EntityTag::parse(value);
            let is_own = |tag: EntityTag<'_>| tag.matches(own?, Comparison::Strong).then_some(());
            tag.and_then(is_own).is_some()
                || since(fields, NAME, current.dated) == Some(Ordering::Equal)
        }
    }
}

#[cfg(test)]
mod tests;
