//! Who judges: each oracle is one thing that must hold of every run, whatever goes wrong in it.
//!
//! Oracles read the schedule and the trace, and nothing of the server. Each can be left out by its
//! name, which is how it is shown what only it finds.

mod answered;
mod answers;
mod closing;
mod deadlines;
mod echoes;
mod frames;
mod hooks;
mod liveness;
mod lost;
mod news;
mod order;
mod peripherals;
mod rooms;
mod slots;

use std::fmt;

use samewire::Limits;

use crate::schedule::Schedule;
use crate::script::Script;
use crate::story::Story;
use crate::trace::{NONE, Trace, What};

/// One thing that must hold.
pub trait Oracle: Sync {
    /// Its name, by which it can be left out.
    fn name(&self) -> &'static str;

    /// What it holds, in a sentence.
    fn holds(&self) -> &'static str;

    /// Judges a run.
    ///
    /// # Errors
    ///
    /// [`Wrong`], with the first thing that is.
    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong>;
}

/// What a run is judged by.
#[derive(Debug)]
pub struct Case<'a> {
    /// What was to happen.
    pub schedule: &'a Schedule,
    /// The limits of the server.
    pub limits: Limits,
    /// What happened.
    pub trace: &'a Trace,
    /// The same, by connection.
    pub stories: Vec<Story<'a>>,
    /// When the server was told to stop, if that was before the end.
    pub drained: Option<u64>,
    /// The jumps of the clock: from when to when.
    pub jumps: Vec<(u64, u64)>,
}

/// What is wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The connection, or [`NONE`].
    pub connection: u32,
    /// When it was seen.
    pub at: u64,
    /// What it is.
    pub what: String,
}

/// What a run has failed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name of the oracle.
    pub oracle: &'static str,
    /// What it says.
    pub wrong: Wrong,
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wrong { connection, at, what } = &self.wrong;
        write!(to, "{}: ", self.oracle)?;
        if *connection != NONE {
            write!(to, "connection {connection}, ")?;
        }
        write!(to, "at {at} ms: {what}")
    }
}

impl std::error::Error for Failure {}

/// Every oracle. The first ones say most about what went wrong.
pub const ALL: &[&dyn Oracle] = &[
    &liveness::Liveness,
    &order::Order,
    &answers::Answers,
    &echoes::Echoes,
    &frames::Frames,
    &answered::Answered,
    &closing::Closing,
    &deadlines::Deadlines,
    &lost::Lost,
    &hooks::Hooks,
    &slots::Slots,
    &peripherals::Peripherals,
    &rooms::Rooms,
    &news::News,
];

/// Judges a run by all oracles but those of these names.
///
/// # Errors
///
/// The first [`Failure`].
pub fn judge(
    schedule: &Schedule,
    limits: Limits,
    trace: &Trace,
    without: &[&str],
) -> Result<(), Failure> {
    let scripts = Script::all(schedule);
    let case = Case::new(schedule, &scripts, limits, trace);
    let oracles = ALL.iter().filter(|oracle| !without.contains(&oracle.name()));
    for oracle in oracles {
        oracle.judge(&case).map_err(|wrong| Failure { oracle: oracle.name(), wrong })?;
    }
    Ok(())
}

impl<'a> Case<'a> {
    /// A run, told connection by connection.
    pub fn new(
        schedule: &'a Schedule,
        scripts: &'a [Script],
        limits: Limits,
        trace: &'a Trace,
    ) -> Self {
        let (mut drained, mut jumps) = (None, Vec::new());
        // Behind the last connection the server is told to stop in any case.
        let last = trace.events.iter().rposition(|event| event.connection != NONE);
        let events = trace.events.get(..last.unwrap_or_default()).unwrap_or_default();
        for event in events.iter().filter(|event| event.connection == NONE) {
            match event.what {
                What::Drains => drained = drained.or(Some(event.at)),
                What::Jumps(millis) => jumps.push((event.at, event.at + millis)),
                _ => {}
            }
        }
        let stories = Story::all(scripts, trace);
        Self { schedule, limits, trace, stories, drained, jumps }
    }

    /// When what is due then can be done: a clock that jumps over that moment is late.
    pub fn due(&self, at: u64) -> u64 {
        let jump = self.jumps.iter().find(|(from, to)| (*from..*to).contains(&at) && at > *from);
        jump.map_or(at, |(_, to)| *to)
    }

    /// Whether the run came to its end, so that what has not happened will not.
    pub fn is_whole(&self) -> bool {
        let what = self.trace.events.last().map(|event| event.what);
        matches!(what, Some(What::Stops { tasks: 0, .. }))
    }
}

impl Wrong {
    /// What is wrong with a connection.
    pub fn with(story: &Story<'_>, at: u64, what: impl Into<String>) -> Self {
        Self { connection: story.connection, at, what: what.into() }
    }
}
