//! Conditional requests (RFC 9110 §13): whether what the client knows still holds.
//!
//! [`judge`], or [`Request::preconditions`](crate::Request::preconditions), is for any resource that has a current state: what `GET` of it answers, or what `PUT`
//! replaces. Files of a program do all of it by themselves: [`crate::app::files`].

use super::date::Moment;
use super::entity_tag::{Comparison, EntityTag, names};
use super::fields::Fields;
use super::request_line::Method;

/// What tells one state of a resource from another (RFC 9110 §8.8).
#[derive(Clone, Copy, Debug)]
pub struct Validators<'v> {
    /// The entity tag.
    pub tag: Option<EntityTag<'v>>,
    /// When the resource was last changed, if that is known.
    pub modified: Option<Moment>,
    /// What time it is; without a clock, any time in the same century.
    pub now: Moment,
}

impl<'v> Validators<'v> {
    /// A state that has an entity tag, and of which nobody knows since when.
    pub fn tagged(tag: EntityTag<'v>) -> Self {
        Self { tag: Some(tag), modified: None, now: Moment::default() }
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
    let date = |name| {
        let current = current?;
        Some((current.modified?, date(fields, name, current.now)?))
    };
    let named = |name, comparison| {
        let is_named = names(fields, name, tag, comparison)?;
        // rfc9110-13.1.1-if-match-star
        Some(is_named && current.is_some())
    };
    // rfc9110-13.1.1-if-match-strong
    match named("if-match", Comparison::Strong) {
        Some(false) => return Outcome::Failed,
        Some(true) => {}
        // rfc9110-13.1.4-ius-ignored-with-if-match
        // rfc9110-13.1.4-ius-evaluated
        None => {
            if date("if-unmodified-since").is_some_and(|(modified, since)| modified > since) {
                return Outcome::Failed;
            }
        }
    }
    // rfc9110-13.1.2-if-none-match-weak
    let is_known = match named("if-none-match", Comparison::Weak) {
        Some(is_named) => is_named,
        // rfc9110-13.1.3-ims-ignored-with-inm
        // rfc9110-13.1.3-ims-304
        None => {
            is_read && date("if-modified-since").is_some_and(|(modified, since)| modified <= since)
        }
    };
    // rfc9110-13.1.2-if-none-match-status
    match (is_known, is_read) {
        (false, _) => Outcome::Perform,
        (true, true) => Outcome::NotModified,
        (true, false) => Outcome::Failed,
    }
}

/// Whether `If-Range` lets a range be answered (RFC 9110 §13.1.5): without the field, or if the
/// client's part is of the very state that there is now.
// rfc9110-13.1.5-if-range-strong
// rfc9110-13.1.5-if-range-false-full
// rfc9110-13.1.5-if-range-without-range
#[inline(never)]
pub fn range_holds(fields: Fields<'_>, current: &Validators<'_>) -> bool {
    let mut lines = fields.named("if-range");
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => match (EntityTag::parse(line), current.tag) {
            (Some(tag), Some(own)) => tag.matches(own, Comparison::Strong),
            (Some(_), None) => false,
            // Whoever gives a time of change knows that nothing changed twice within its second.
            (None, _) => {
                current.modified.is_some() && current.modified == Moment::parse(line, current.now)
            }
        },
        (Some(_), Some(_)) => false,
    }
}

/// The date of the one field line of this name.
// rfc9110-13.1.3-ims-invalid-ignored
// rfc9110-13.1.4-ius-invalid-ignored
fn date(fields: Fields<'_>, name: &str, now: Moment) -> Option<Moment> {
    let mut lines = fields.named(name);
    let line = lines.next()?;
    if lines.next().is_some() {
        return None;
    }
    Moment::parse(line, now)
}

#[cfg(test)]
mod tests;
