//! One case, one row, one cut: walks the steps on the connections that they name, and keeps what
//! went over the wire.
//!
//! The same walk serves a world without time and a server on the far side of an ocean. What
//! differs is patience: in a virtual world quiet is exact, so no waiting is involved; a real
//! server is given a while for each answer, and each case has a deadline, so that a server that
//! hangs is a failed case and never a hanging runner.

mod content;
mod talk;

use std::time::Instant;

use self::talk::{Talk, Terms};
use crate::case::{Case, Row, Step, StepKind};
use crate::diagnostic::Span;
use crate::patience::Patience;
use crate::subject::Channel;
use crate::transcript::Transcript;
use crate::verdict::Failure;

/// What one replay brought.
#[derive(Debug)]
pub struct Outcome {
    /// All that went over the wire.
    pub transcript: Transcript,
    /// The first expectation that was not met.
    pub failure: Option<Failure>,
    /// How often the server has read, where that can be counted.
    pub reads: Option<u64>,
}

/// Replays one row of a case on a fresh connection, whatever the server does. If the case speaks of
/// several, this one is the first, and opens the others.
pub fn replay(
    case: &Case,
    row: &Row,
    channel: Box<dyn Channel + '_>,
    patience: Patience,
) -> Outcome {
    let item = row.item.as_deref();
    let terms = Terms { item, patience, deadline: Instant::now() + patience.case };
    let mut replay = Replay { terms, talks: vec![Talk::new(channel)], current: 0 };
    let steps = case.steps.iter().try_for_each(|step| replay.step(step));
    let last = case.steps.last().map_or(case.span, |step| step.span);
    let finish = replay.finish(last);
    replay.outcome(steps.and(finish).err())
}

struct Replay<'a> {
    terms: Terms<'a>,
    /// In the order in which they were opened; at least one.
    talks: Vec<Talk<'a>>,
    /// Who acts.
    current: usize,
}

impl Replay<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        match &step.kind {
            StepKind::As(name) => self.turn_to(step.span, name),
            StepKind::Pass(time) => {
                // It is one time for all.
                if let Some(talk) = self.talks.get_mut(self.current) {
                    talk.channel.pass(*time);
                }
                self.talks.iter_mut().for_each(|talk| talk.transcript.pass(*time));
                self.terms.deadline += *time;
                Ok(())
            }
            _ => match self.talks.get_mut(self.current) {
                Some(talk) => talk.step(step, self.terms),
                None => Ok(()),
            },
        }
    }

    /// From here on, this one acts. Who is named first has the connection that is open already.
    fn turn_to(&mut self, span: Span, name: &str) -> Result<(), Failure> {
        if let Some(known) = self.talks.iter().position(|talk| talk.transcript.name() == name) {
            self.current = known;
            return Ok(());
        }
        let Some(first) = self.talks.first_mut() else { return Ok(()) };
        if first.transcript.name().is_empty() {
            first.transcript.set_name(name);
            return Ok(());
        }
        let channel = first
            .channel
            .another()
            .map_err(|why| Failure::new(span, format!("no connection for {name}: {why}"), b""))?;
        let mut talk = Talk::new(channel);
        talk.transcript.set_name(name);
        self.current = self.talks.len();
        self.talks.push(talk);
        Ok(())
    }

    /// Ends our halves, one after the other, and listens to the end of each.
    fn finish(&mut self, last: Span) -> Result<(), Failure> {
        let terms = self.terms;
        let ends: Vec<_> = self.talks.iter_mut().map(|talk| talk.finish(last, terms)).collect();
        ends.into_iter().collect()
    }

    fn outcome(self, failure: Option<Failure>) -> Outcome {
        let reads = self.talks.iter().map(|talk| talk.channel.reads()).sum();
        let mut transcripts = self.talks.into_iter().map(|talk| talk.transcript);
        let mut transcript = transcripts.next().unwrap_or_default();
        transcript.set_others(transcripts.collect());
        Outcome { transcript, failure, reads }
    }
}

#[cfg(test)]
pub(crate) mod tests;
