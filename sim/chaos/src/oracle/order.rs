//! Each request gets one answer at most, in the order in which they were asked, and what a server
//! writes is HTTP.

use super::{Case, Oracle, Wrong};

/// See above.
#[derive(Debug)]
pub(super) struct Order;

impl Oracle for Order {
    fn name(&self) -> &'static str {
        "order"
    }

    fn holds(&self) -> &'static str {
        "what is written is HTTP, and nothing is answered twice or before it was asked"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            let at = story.writes.last().map_or(story.opened, |(_, at)| *at);
            if let Some(why) = story.broken {
                return Err(Wrong::with(story, at, why));
            }
            for (index, answer) in story.answers.iter().enumerate() {
                let Some(request) = story.requests.get(index) else { continue };
                if request.began.is_none_or(|began| began > answer.began) {
                    let what = format!("answer {} came before its request", index + 1);
                    return Err(Wrong::with(story, answer.began, what));
                }
            }
        }
        Ok(())
    }
}
