//! Each request that has arrived as a whole is answered as a whole, unless the connection was over
//! before, by a reason that there is.

use samewire::limits::WRITE_STEP_BYTES;

use super::{Case, Oracle, Wrong};
use crate::story::Story;

/// See above.
#[derive(Debug)]
pub(super) struct Answered;

impl Oracle for Answered {
    fn name(&self) -> &'static str {
        "answered"
    }

    fn holds(&self) -> &'static str {
        "each request that has arrived is answered, unless its connection had a reason to be over"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            let Some(end) = story.end() else { continue };
            if is_excused(case, story) {
                continue;
            }
            let last = story.answers.last();
            if let Some(answer) = last
                && answer.ended.is_none()
                && !(story.listens() && story.moments.finishes.is_some())
            {
                return Err(Wrong::with(story, end, "the last answer has no end"));
            }
            let Some(request) = story.requests.get(story.answers.len()) else { continue };
            // At the same moment either may have been first, but if the client's end is what ended it.
            let due = end + u64::from(!story.moments.is_unprompted);
            if request.arrived.is_some_and(|arrived| arrived < due) {
                let what = format!("line {} has arrived, and is not answered", request.act + 1);
                return Err(Wrong::with(story, end, what));
            }
        }
        Ok(())
    }
}

fn is_excused(case: &Case<'_>, story: &Story<'_>) -> bool {
    let moments = &story.moments;
    let says_so = story.answers.last().is_some_and(|answer| {
        answer.ended.is_some() && (answer.head.closes || answer.head.status == 101)
    });
    let parted = |refused: u64| refused + u64::from(case.limits.linger_ms_max);
    says_so
        || moments.refused.zip(moments.drops).is_some_and(|(from, end)| end >= parted(from))
        || moments.breaks.is_some()
        || moments.evicted.is_some()
        || case.drained.is_some_and(|drained| moments.drops.is_some_and(|end| end >= drained))
        || is_too_slow(case, story)
}

/// The client has not taken what the server had for it: not so much as a step in the time for one.
pub(super) fn is_too_slow(case: &Case<'_>, story: &Story<'_>) -> bool {
    let (Some(_), Some(end)) = (story.blocks.last(), story.moments.drops) else { return false };
    let Some(since) = end.checked_sub(case.limits.write_ms_max.into()) else { return false };
    let written = story.writes.last().map_or(0, |(until, _)| *until);
    written - story.written_by(since) <= WRITE_STEP_BYTES as usize
}
