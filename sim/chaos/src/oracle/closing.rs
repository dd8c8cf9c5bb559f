//! A server ends a connection for a reason, and no earlier than it may: it has said so, the client has
//! ended, somebody was too slow, the server stops, or nothing was asked for as long as it waits.

use super::answered::is_too_slow;
use super::{Case, Oracle, Wrong};
use crate::schedule::{Act, Content};
use crate::story::{Request, Story};

/// See above.
#[derive(Debug)]
pub(super) struct Closing;

impl Oracle for Closing {
    fn name(&self) -> &'static str {
        "closing"
    }

    fn holds(&self) -> &'static str {
        "a connection ends for a reason, and for idleness only when its time is over"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            let Some(end) = story.end().filter(|_| story.moments.enters.is_some()) else {
                continue;
            };
            if !has_reason(case, story, end) {
                let since = end - quiet_since(story);
                let what =
                    format!("the server ends it after {since} ms of quiet, without a reason");
                return Err(Wrong::with(story, end, what));
            }
            let unasked =
                story.answers.iter().zip(&story.requests).take(99).find(|(answer, request)| {
                    answer.head.closes
                        && is_plain(answer.head.status)
                        && !request.closes
                        && !(answer.head.status == 405 && leaves_much(case, request))
                });
            if let Some((answer, request)) = unasked
                && case.drained.is_none_or(|drained| answer.began < drained)
            {
                let what = format!(
                    "line {} is answered with a close that nobody asked for",
                    request.act + 1
                );
                return Err(Wrong::with(story, answer.began, what));
            }
        }
        Ok(())
    }
}

/// Nothing of the request was refused, so that nothing of it stays unread.
const fn is_plain(status: u16) -> bool {
    matches!(status, 200..300 | 404 | 405)
}

/// Its content, which no handler wants, is more than is read for nobody; of chunks nobody knows how
/// many come.
fn leaves_much(case: &Case<'_>, request: &Request<'_>) -> bool {
    let Act::Ask(ask) = request.source else { return false };
    match &ask.content {
        Some(Content::Made(_, Some(_))) => true,
        Some(Content::Made(made, None)) => {
            made.bytes as u64 > u64::from(case.limits.drain_bytes_max)
        }
        _ => false,
    }
}

fn has_reason(case: &Case<'_>, story: &Story<'_>, end: u64) -> bool {
    let moments = &story.moments;
    let came = |moment: Option<u64>| moment.is_some_and(|moment| moment <= end);
    if !moments.is_unprompted || came(moments.evicted) {
        return true;
    }
    if came(case.drained) || is_too_slow(case, story) {
        return true;
    }
    if story.is_open() {
        return story.frames.iter().any(|(frame, _)| frame.opcode == 8);
    }
    if story.answers.last().is_some_and(|answer| answer.head.closes) {
        return true;
    }
    let quiet = case.due(quiet_since(story) + u64::from(case.limits.idle_ms_max));
    end == quiet || is_unread(case, story, end)
}

/// The end of the last answer and of its request's content, or the begin.
fn quiet_since(story: &Story<'_>) -> u64 {
    let last = story.requests.iter().zip(&story.answers).next_back();
    let answered = last.and_then(|(request, answer)| answer.ended.max(request.arrived));
    answered.or(story.moments.enters).unwrap_or(story.opened)
}

/// What was left of a content did not come in the time that there is for one.
fn is_unread(case: &Case<'_>, story: &Story<'_>, end: u64) -> bool {
    let last = story.requests.iter().zip(&story.answers).next_back();
    last.is_some_and(|(request, answer)| {
        let is_late = request.arrived.is_none_or(|arrived| arrived > answer.began);
        is_late && end >= answer.began + u64::from(case.limits.body_ms_max)
    })
}
