//! Nothing waits longer than its limit: heads, contents, handlers, readers, idle connections, quiet
//! WebSockets, and clients that have ended.

use super::{Case, Oracle, Wrong};
use crate::story::Story;

/// See above.
#[derive(Debug)]
pub(super) struct Deadlines;

impl Oracle for Deadlines {
    fn name(&self) -> &'static str {
        "deadlines"
    }

    fn holds(&self) -> &'static str {
        "nothing waits longer than its limit allows"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in &case.stories {
            let is_served = story.moments.enters.is_some();
            lingers(case, story)?;
            if !is_served {
                continue;
            }
            blocks(case, story)?;
            // Who takes nothing holds everything up; the step before has judged that.
            if !story.blocks.is_empty() {
                continue;
            }
            answers(case, story)?;
            if story.is_open() {
                is_quiet(case, story)?;
            } else {
                rests(case, story)?;
            }
        }
        Ok(())
    }
}

/// Until when a connection was there.
fn over(case: &Case<'_>, story: &Story<'_>) -> u64 {
    let moments = &story.moments;
    let gone = [moments.breaks, moments.evicted, moments.drops].into_iter().flatten().min();
    gone.unwrap_or(case.trace.end())
}

fn late<T>(story: &Story<'_>, at: u64, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::with(story, at, what))
}

/// From our end to the client's.
fn lingers(case: &Case<'_>, story: &Story<'_>) -> Result<(), Wrong> {
    let Some(ends) = story.moments.ends else { return Ok(()) };
    let due = case.due(ends + u64::from(case.limits.linger_ms_max));
    if over(case, story) > due {
        return late(story, due, "the server waits longer than it lingers for the client's end");
    }
    Ok(())
}

/// From the moment at which the client takes nothing more.
fn blocks(case: &Case<'_>, story: &Story<'_>) -> Result<(), Wrong> {
    let over = over(case, story);
    for (blocked, moved) in &story.blocks {
        let due = case.due(blocked + u64::from(case.limits.write_ms_max));
        if moved.unwrap_or(over).min(over) > due {
            return late(story, due, "the client takes nothing, and the server waits on");
        }
    }
    Ok(())
}

/// From the first byte of a request to the begin of its answer.
fn answers(case: &Case<'_>, story: &Story<'_>) -> Result<(), Wrong> {
    let limits = &case.limits;
    let over = over(case, story).min(story.end().unwrap_or(u64::MAX));
    let mut free = story.moments.enters.unwrap_or(story.opened);
    for (index, request) in story.requests.iter().enumerate() {
        let Some(began) = request.began.filter(|began| *began <= over) else { break };
        let answered = story.answers.get(index).map_or(over, |answer| answer.began.min(over));
        let from = began.max(free);
        let head = case.due(from + u64::from(limits.head_ms_max));
        let Some(headed) = story.head(request).filter(|headed| *headed <= head) else {
            if answered > head {
                return late(
                    story,
                    head,
                    format!("line {} takes too long to come", request.act + 1),
                );
            }
            break;
        };
        let headed = headed.max(from);
        let body = case.due(headed + u64::from(limits.body_ms_max));
        if let Some(arrived) = request.arrived.filter(|arrived| *arrived <= body) {
            let handled = case.due(arrived.max(headed) + u64::from(limits.handler_ms_max));
            if answered > handled {
                return late(story, handled, format!("line {} has no answer yet", request.act + 1));
            }
        } else if answered > body {
            let what = format!("the content of line {} takes too long", request.act + 1);
            return late(story, body, what);
        }
        match story.answers.get(index).and_then(|answer| answer.ended) {
            Some(ended) => free = ended,
            None => break,
        }
    }
    Ok(())
}

/// A connection on which nothing is asked, and one whose client has ended.
fn rests(case: &Case<'_>, story: &Story<'_>) -> Result<(), Wrong> {
    let idle = |since: u64| case.due(since + u64::from(case.limits.idle_ms_max));
    let end = story.end().unwrap_or(u64::MAX).min(over(case, story));
    let enters = story.moments.enters.unwrap_or(story.opened);
    let mut free = Some(enters);
    for (index, request) in story.requests.iter().enumerate() {
        let (Some(since), Some(began)) = (free, request.began) else { return Ok(()) };
        if began.min(end) > idle(since) {
            return late(story, idle(since), "it is idle for longer than it may be");
        }
        // What is left of a content has a time of its own.
        let ended = story.answers.get(index).and_then(|answer| answer.ended);
        free = ended.zip(request.arrived).map(|(ended, arrived)| ended.max(arrived));
    }
    let Some(since) = free else { return Ok(()) };
    if story.answers.last().is_some_and(|answer| answer.head.closes) {
        return Ok(());
    }
    if end > idle(since) {
        return late(story, idle(since), "it is idle for longer than it may be");
    }
    match story.moments.finishes {
        Some(finished) if end > finished.max(since) => {
            late(story, finished.max(since), "the client has ended, and the server does not")
        }
        _ => Ok(()),
    }
}

/// A WebSocket on which nothing comes is asked for a sign of life, and closed without one.
fn is_quiet(case: &Case<'_>, story: &Story<'_>) -> Result<(), Wrong> {
    let limits = &case.limits;
    let opened = story.answers.last().map_or(story.opened, |answer| answer.began);
    for (_, at) in story.frames.iter().filter(|(frame, _)| frame.opcode == 9) {
        let heard = story.arrivals.iter().map(|(_, at)| *at).take_while(|own| own < at).last();
        if *at < heard.unwrap_or(opened).max(opened) + u64::from(limits.ping_ms) {
            return late(story, *at, "a ping comes before there was silence for long enough");
        }
    }
    let over = over(case, story);
    let mut since = opened;
    let later = story.arrivals.iter().map(|(_, at)| *at).filter(|at| *at > opened);
    for at in later.chain([over]) {
        let pinged = case.due(since + u64::from(limits.ping_ms));
        let closed = case.due(pinged + u64::from(limits.pong_ms_max));
        let dropped = case.due(closed + u64::from(limits.close_ms_max));
        if at.min(over) > case.due(dropped + u64::from(limits.linger_ms_max)) {
            return late(story, closed, "nothing comes, and the WebSocket stays open");
        }
        let is_closed = story.frames.iter().any(|(frame, at)| frame.opcode == 8 && *at <= closed);
        let is_pinged = is_closed
            || story
                .frames
                .iter()
                .any(|(frame, at)| frame.opcode == 9 && (since..=pinged).contains(at));
        if at.min(over) > pinged && !is_pinged {
            return late(story, pinged, "nothing comes, and the WebSocket is not pinged");
        }
        if at.min(over) > closed && !is_closed {
            return late(story, closed, "a ping is not answered, and the WebSocket is not closed");
        }
        since = at;
    }
    Ok(())
}
