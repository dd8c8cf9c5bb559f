//! Bytes are conserved: what was sent to be sent back comes back, all of it and nothing else; and
//! nobody reads, or takes, what was not sent.

use super::{Case, Oracle, Wrong};
use crate::schedule::Due;
use crate::trace::What;

/// See above.
#[derive(Debug)]
pub(super) struct Echoes;

impl Oracle for Echoes {
    fn name(&self) -> &'static str {
        "bytes"
    }

    fn holds(&self) -> &'static str {
        "contents come back as they were sent, and nothing is read that was not sent"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            for (request, answer) in story.requests.iter().zip(&story.answers) {
                let is_echo = request.deserves.content == Due::Echo && answer.head.status == 200;
                let Some(made) = request.content.filter(|_| is_echo) else { continue };
                let is_same = match answer.ended {
                    Some(_) => story.content(answer).eq(made.content()),
                    None => story.content(answer).zip(made.content()).all(|(a, b)| a == b),
                };
                if !is_same {
                    let count = story.content(answer).count();
                    let what = format!(
                        "of line {}, {} bytes were sent, and {count} came back that are not the same",
                        request.act + 1,
                        made.bytes
                    );
                    return Err(Wrong::with(story, answer.began, what));
                }
            }
        }
        flows(case)
    }
}

/// Each direction in turn: nothing gets ahead of what it comes from.
fn flows(case: &Case<'_>) -> Result<(), Wrong> {
    let mut flows = vec![[0; 5]; case.stories.len()];
    for event in &case.trace.events {
        let Some([sent, arrived, read, written, taken]) = flows.get_mut(event.connection as usize)
        else {
            continue;
        };
        let (own, until, from) = match event.what {
            What::Sends(until) => (sent, until, usize::MAX),
            What::Arrives(until) => (arrived, until, *sent),
            What::Reads(until) => (read, until, *arrived),
            What::Writes(until) => (written, until, usize::MAX),
            What::Takes(until) => (taken, until, *written),
            _ => continue,
        };
        if until < *own || until > from {
            let what = format!("{:?} behind {own}, of {from}", event.what);
            return Err(Wrong { connection: event.connection, at: event.at, what });
        }
        *own = until;
    }
    Ok(())
}
