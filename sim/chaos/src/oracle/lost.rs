//! No answer is lost to a reset of the server's own: it lets the client read the last one.

use super::answered::is_too_slow;
use super::{Case, Oracle, Wrong};

/// See above.
#[derive(Debug)]
pub(super) struct Lost;

impl Oracle for Lost {
    fn name(&self) -> &'static str {
        "lost"
    }

    fn holds(&self) -> &'static str {
        "no answer is lost because the server resets before it was read"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            let moments = &story.moments;
            let Some(drops) = moments.drops.filter(|_| moments.resets) else { continue };
            let lingered = |from: Option<u64>| {
                from.is_some_and(|at| drops >= at + u64::from(case.limits.linger_ms_max))
            };
            if moments.evicted.is_some()
                || lingered(moments.ends)
                || lingered(moments.refused)
                || is_too_slow(case, story)
            {
                continue;
            }
            let taken = story.takes.last().map_or(0, |(until, _)| *until);
            let written = story.writes.last().map_or(0, |(until, _)| *until);
            if taken < written {
                let what = format!("the server resets, and {} bytes are lost", written - taken);
                return Err(Wrong::with(story, drops, what));
            }
        }
        Ok(())
    }
}
