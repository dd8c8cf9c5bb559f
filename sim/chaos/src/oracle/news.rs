//! A stream of events counts the news that are posted: none is left out but those that it says were
//! missed.

use super::{Case, Oracle, Wrong};
use crate::story::Story;

/// See above.
#[derive(Debug)]
pub(super) struct News;

impl Oracle for News {
    fn name(&self) -> &'static str {
        "news"
    }

    fn holds(&self) -> &'static str {
        "a stream of events leaves nothing out but what it says was missed"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        let listening = case
            .stories
            .iter()
            .filter(|story| story.answers.iter().any(|answer| answer.head.is_events));
        for story in listening {
            check(story)?;
        }
        Ok(())
    }
}

fn check(story: &Story<'_>) -> Result<(), Wrong> {
    let Some(answer) = story.answers.iter().find(|answer| answer.head.is_events) else {
        return Ok(());
    };
    let content: Vec<u8> = story.content(answer).collect();
    let text = String::from_utf8_lossy(&content);
    let at = story.writes.last().map_or(story.opened, |(_, at)| *at);
    let (mut last, mut has_missed, mut ids) = (None, false, 0);
    // What is behind the last empty line has not come as a whole.
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    for event in whole.split("\n\n") {
        if event == ":" || event.is_empty() {
            continue;
        }
        if let Some(id) = event.strip_prefix("id: ") {
            ids += 1;
            if !id.starts_with(&format!("{ids}\n")) {
                return Err(Wrong::with(story, at, format!("event {ids} has another id: {id:?}")));
            }
        } else if event == "data: some were missed" {
            has_missed = true;
        } else if let Some(count) = event.strip_prefix("event: news\ndata: ") {
            let count: u32 = count.parse().unwrap_or_default();
            if last.is_some_and(|last| count <= last || (count > last + 1 && !has_missed)) {
                let what = format!("news {count} come behind {last:?}, and nothing was missed");
                return Err(Wrong::with(story, at, what));
            }
            (last, has_missed) = (Some(count), false);
        } else {
            return Err(Wrong::with(story, at, format!("an event is none of the demo: {event:?}")));
        }
    }
    Ok(())
}
