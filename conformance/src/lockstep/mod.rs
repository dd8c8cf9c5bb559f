//! Two targets that do the same thing at the same time, until one of them does something else.
//!
//! Both hear the same bytes at the same moments of a virtual clock, which stops at each moment that
//! either waits for. Whatever happens is a [`Turn`]; behind each of them both are looked at: what they
//! sent, how their streams stand, and when they will do something by themselves. The first turn after
//! which these differ is where a fault first shows, long before a transcript would end differently.

mod conversation;
mod report;

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

pub use conversation::{Act, Conversation};
pub use report::Shown;

use crate::subject::{Channel, Due, OpenOptions, Received, Subject, Unreachable};

/// How many turns are told that came before the one that differs.
const BEFORE_MAX: usize = 6;

/// Behind the last act, as long as there are deadlines: longer than all of ours together.
const FOREVER: Duration = Duration::from_secs(3600);

/// What both did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The connection was accepted.
    Opened,
    /// The client did this.
    Acted(Act),
    /// It became so late.
    Passed(Duration),
}

/// How a target stands behind a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// What it has sent in this turn.
    pub sent: Vec<u8>,
    /// What it has sent before.
    pub sent_before: usize,
    /// How its stream stands; [`Received::Quiet`] while it is open.
    pub stream: Received,
    /// When it will do something by itself.
    pub due: Due,
    /// With these words it has panicked.
    pub panicked: Option<String>,
}

impl State {
    /// Whether both have done the same. What one of them cannot tell does not count.
    pub fn is_same(&self, other: &Self) -> bool {
        let are_told = self.due != Due::Untold && other.due != Due::Untold;
        self.sent == other.sent
            && self.stream == other.stream
            && self.panicked.is_some() == other.panicked.is_some()
            && (!are_told || self.due == other.due)
    }
}

/// A turn, when it was, and how a target that took it stood behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// From the begin of the connection.
    pub at: Duration,
    /// What happened.
    pub turn: Turn,
    /// Of the first target.
    pub state: State,
}

/// The first turn after which two targets are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The turns before it, of which these are the last; both stood so.
    pub before: Vec<Moment>,
    /// The number of the turn, from 0.
    pub index: usize,
    /// The turn, and the first target behind it.
    pub moment: Moment,
    /// The other one.
    pub other: State,
}

/// Plays the conversation to both; how many turns they took alike, or where they did not.
///
/// # Errors
///
/// [`Unreachable`] if one of them cannot be talked to, or is lost meanwhile.
pub fn compare(
    targets: [&mut dyn Subject; 2],
    conversation: &Conversation,
) -> Result<Result<usize, Box<Divergence>>, Unreachable> {
    let [one, other] = targets;
    let outcome = {
        let mut ends = [End::open(one)?, End::open(other)?];
        Lockstep::default().play(&mut ends, conversation)
    };
    // What came of a target that is not there any more is no difference.
    match [one, other].iter_mut().find_map(|subject| subject.lost()) {
        Some(why) => Err(why),
        None => Ok(outcome),
    }
}

/// Both, at one moment.
#[derive(Default)]
struct Lockstep {
    now: Duration,
    turns: usize,
    before: VecDeque<Moment>,
}

impl Lockstep {
    fn play(
        mut self,
        ends: &mut [End; 2],
        conversation: &Conversation,
    ) -> Result<usize, Box<Divergence>> {
        self.take(ends, Turn::Opened)?;
        for (at, act) in &conversation.acts {
            self.pass_until(ends, *at)?;
            self.take(ends, Turn::Acted(act.clone()))?;
        }
        let end = self.now + FOREVER;
        while !ends.iter().all(End::is_over) && self.now < end {
            let Some(next) = self.next(ends).filter(|next| *next <= end) else { break };
            self.pass_until(ends, next)?;
        }
        Ok(self.turns)
    }

    /// When the first of them will do something by itself.
    fn next(&self, ends: &[End; 2]) -> Option<Duration> {
        ends.iter().filter_map(|end| end.due.time()).map(|left| self.now + left).min()
    }

    /// Lets time pass, and stops at whatever either waits for on the way.
    fn pass_until(&mut self, ends: &mut [End; 2], at: Duration) -> Result<(), Box<Divergence>> {
        while self.now < at {
            let due = self.next(ends).filter(|due| *due > self.now);
            let next = due.map_or(at, |due| due.min(at));
            let turn = Turn::Passed(next - self.now);
            self.now = next;
            self.take(ends, turn)?;
        }
        Ok(())
    }

    fn take(&mut self, ends: &mut [End; 2], turn: Turn) -> Result<(), Box<Divergence>> {
        let [state, other] = ends.each_mut().map(|end| end.take(&turn));
        let moment = Moment { at: self.now, turn, state };
        if !moment.state.is_same(&other) {
            let before = self.before.drain(..).collect();
            return Err(Box::new(Divergence { before, index: self.turns, moment, other }));
        }
        self.turns += 1;
        if self.before.len() == BEFORE_MAX {
            self.before.pop_front();
        }
        self.before.push_back(moment);
        Ok(())
    }
}

/// One target's end of the conversation.
struct End {
    channel: Box<dyn Channel>,
    due: Due,
    stream: Received,
    sent: usize,
    panicked: Option<String>,
}

impl End {
    fn open(subject: &mut dyn Subject) -> Result<Self, Unreachable> {
        // Whatever was said to its app before is forgotten.
        let options =
            OpenOptions { limits: subject.limits(), fresh: true, ..OpenOptions::default() };
        let channel = subject.open(&options)?;
        let (due, stream) = (Due::Untold, Received::Quiet);
        Ok(Self { channel, due, stream, sent: 0, panicked: None })
    }

    fn is_over(&self) -> bool {
        self.stream != Received::Quiet || self.panicked.is_some()
    }

    fn take(&mut self, turn: &Turn) -> State {
        let (mut sent, sent_before) = (Vec::new(), self.sent);
        if self.panicked.is_none() {
            let taken = catch_unwind(AssertUnwindSafe(|| self.act(turn, &mut sent)));
            self.panicked = taken.err().map(|panic| words(&*panic));
        }
        self.sent += sent.len();
        let (stream, due) = (self.stream, self.due);
        State { sent, sent_before, stream, due, panicked: self.panicked.clone() }
    }

    fn act(&mut self, turn: &Turn, sent: &mut Vec<u8>) {
        let channel = &mut self.channel;
        match turn {
            Turn::Opened => {}
            Turn::Passed(time) => channel.pass(*time),
            Turn::Acted(Act::Send(bytes)) => channel.send(bytes),
            Turn::Acted(Act::Shut) => channel.shut(),
            Turn::Acted(Act::Reset) => channel.reset(),
            Turn::Acted(Act::Stall(bytes)) => channel.stall(*bytes),
            Turn::Acted(Act::Resume) => channel.resume(),
        }
        self.stream = loop {
            match channel.receive(sent, Duration::ZERO) {
                Received::Bytes => {}
                stream => break stream,
            }
        };
        self.due = channel.due();
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words").to_owned()
}

#[cfg(test)]
mod tests;
