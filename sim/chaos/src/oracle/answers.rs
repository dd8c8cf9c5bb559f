//! Each answer is what its request deserved, or what was earned by something that went wrong: 408 by
//! whoever was too slow, 400 by whoever ended in the middle, 503 by whoever found no place or no
//! handler in time.

use super::{Case, Oracle, Wrong};
use crate::schedule::Due;
use crate::story::{Answer, Request, Story};

/// See above.
#[derive(Debug)]
pub(super) struct Answers;

impl Oracle for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn holds(&self) -> &'static str {
        "each answer has a status that its request deserved, or earned by what went wrong"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            for (request, answer) in story.requests.iter().zip(&story.answers) {
                let status = answer.head.status;
                let deserved = &request.deserves.statuses;
                if !deserved.contains(&status) && !is_earned(case, story, request, answer) {
                    let what =
                        format!("line {} deserves {deserved:?}, and got {status}", request.act + 1);
                    return Err(Wrong::with(story, answer.began, what));
                }
                if let Due::Text(text) = &request.deserves.content
                    && deserved.first() == Some(&status)
                    && answer.ended.is_some()
                    && !story.content(answer).eq(text.bytes())
                {
                    let content: Vec<u8> = story.content(answer).collect();
                    let content = content.escape_ascii();
                    let what = format!(
                        "line {} deserves {text:?}, and got \"{content}\"",
                        request.act + 1
                    );
                    return Err(Wrong::with(story, answer.began, what));
                }
            }
        }
        Ok(())
    }
}

fn is_earned(case: &Case<'_>, story: &Story<'_>, request: &Request<'_>, answer: &Answer) -> bool {
    let limits = &case.limits;
    // At the same moment either may have been first; and while the client takes nothing, an answer
    // may have been made long before it is written.
    let is_blocked = story.blocks.iter().any(|(at, _)| *at <= answer.began);
    let is_whole = request.arrived.is_some_and(|arrived| arrived < answer.began && !is_blocked);
    let waited = |since: Option<u64>| since.map_or(0, |since| answer.began - since);
    match answer.head.status {
        408 => {
            let least = limits.head_ms_max.min(limits.body_ms_max);
            !is_whole && waited(request.began) >= u64::from(least)
        }
        400 => !is_whole && story.moments.finishes.is_some(),
        503 => {
            story.moments.refused.is_some()
                || waited(request.began) >= u64::from(limits.handler_ms_max)
        }
        _ => false,
    }
}
