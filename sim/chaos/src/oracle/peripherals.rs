//! What the board says is what the client hears: each call of a handler, in order, whether the part
//! works or is broken.

use super::{Case, Oracle, Wrong};
use crate::pins::sixteenths;
use crate::schedule::Act;
use crate::story::{Answer, Story};
use crate::trace::What;

/// See above.
#[derive(Debug)]
pub(super) struct Peripherals;

impl Oracle for Peripherals {
    fn name(&self) -> &'static str {
        "peripherals"
    }

    fn holds(&self) -> &'static str {
        "a client hears what the board says to its request, and of the part that is broken"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        let mut calls = vec![(Vec::new(), Vec::new()); case.stories.len()];
        for event in &case.trace.events {
            let Some((lamp, bus)) = calls.get_mut(event.connection as usize) else { continue };
            match event.what {
                What::Lamp { works } => lamp.push(works),
                What::Bus { works, call } => bus.push((works, call)),
                _ => {}
            }
        }
        for (story, (lamp, bus)) in case.stories.iter().zip(&calls) {
            let answers = to(story, "GET /sensor ").filter(|answer| answer.ended.is_some());
            for (answer, (works, call)) in answers.zip(bus) {
                let millidegrees = i32::from(sixteenths(*call)) * 125 / 2;
                let due = works.then(|| format!("{{\"millidegrees\":{millidegrees}}}"));
                if !is_due(story, answer, due.as_deref()) {
                    let what = format!("call {call} of the bus is not what is answered");
                    return Err(Wrong::with(story, answer.began, what));
                }
            }
            let answers = to(story, "PUT /led ");
            let answers = answers.filter(|answer| matches!(answer.head.status, 200 | 503));
            for (answer, works) in answers.zip(lamp) {
                if (answer.head.status == 200) != *works {
                    let what = "what the lamp did is not what is answered";
                    return Err(Wrong::with(story, answer.began, what));
                }
            }
        }
        Ok(())
    }
}

/// The answers to requests that begin like this, on a connection that has a place.
fn to<'s>(story: &'s Story<'_>, begin: &'static str) -> impl Iterator<Item = &'s Answer> {
    let is_served = story.moments.enters.is_some();
    let both = story.requests.iter().zip(&story.answers).filter(move |_| is_served);
    let asked = both.filter(move |(request, _)| {
        matches!(request.source, Act::Ask(_)) && is_said(story, request.range.start, begin)
    });
    asked.map(|(_, answer)| answer)
}

fn is_said(story: &Story<'_>, from: usize, begin: &str) -> bool {
    story.up.get(from..).is_some_and(|rest| rest.starts_with(begin.as_bytes()))
}

fn is_due(story: &Story<'_>, answer: &Answer, due: Option<&str>) -> bool {
    match due {
        Some(text) => answer.head.status == 200 && story.content(answer).eq(text.bytes()),
        None => answer.head.status == 503,
    }
}
