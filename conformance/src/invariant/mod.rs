//! What a server must never emit, whatever it was asked: checks over every transcript of every
//! target.
//!
//! A case proves that a server answers one thing rightly. An invariant proves a MUST NOT: it looks
//! at all that any case brought out. Each names the requirements that it holds; the ledger counts
//! them as proofs.

mod caching;
mod challenges;
mod connection;
mod date;
mod frames;
mod framing;
mod head;
mod json;
mod lists;
mod offers;
mod problem;

use crate::conversation::Conversation;
use crate::transcript::Transcript;

/// One property that holds over every transcript.
pub trait Invariant: Sync {
    /// A short name, for reports.
    fn name(&self) -> &'static str;

    /// The requirements it holds, by their ids in `fixtures/requirements.toml`.
    fn rules(&self) -> &'static [&'static str];

    /// Looks at a conversation.
    ///
    /// # Errors
    ///
    /// [`Broken`], with the first thing that is wrong.
    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken>;
}

/// A transcript that no server should have brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The requirement.
    pub rule: &'static str,
    /// What is wrong.
    pub what: String,
}

impl Broken {
    fn new(rule: &'static str, what: impl Into<String>) -> Self {
        Self { rule, what: what.into() }
    }
}

/// Every invariant that holds for every server.
pub const ALL: &[&dyn Invariant] = &[
    &head::Head,
    &lists::Lists,
    &framing::FramingFields,
    &connection::Closing,
    &date::Date,
    &offers::Offers,
    &json::Json,
    &problem::ProblemDetails,
    &challenges::Challenges,
    &caching::Caching,
    &frames::Frames,
];

/// What holds for a server without a clock: `tests/clocks.rs` replays the suite on one.
pub const CLOCKLESS: &dyn Invariant = &date::Clockless;

/// What holds for a server whose wall clock stands at [`CLOCK_START`] when a connection opens, and
/// goes with the time that passes there: `tests/clocks.rs` replays the suite on one.
pub const DATED: &dyn Invariant = &date::OfTheMoment;

pub use date::CLOCK_START;

/// Those that hold for the servers of `tests/clocks.rs` only.
pub const OF_SPECIAL_CLOCKS: &[&dyn Invariant] = &[CLOCKLESS, DATED];

/// Checks a transcript against every invariant; the first that is broken, by its name.
///
/// # Errors
///
/// The invariant's name and what is wrong.
pub fn check(transcript: &Transcript) -> Result<(), (&'static str, Broken)> {
    let conversation = Conversation::read(transcript);
    ALL.iter().try_for_each(|invariant| {
        invariant.check(&conversation).map_err(|broken| (invariant.name(), broken))
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{ALL, Invariant};
    use crate::conversation::Conversation;
    use crate::transcript::{Ending, Transcript};

    /// What an invariant says about one exchange: the rule that is broken, or nothing. `!` at the
    /// end of the answer stands for the server's end of stream.
    pub(crate) fn judge(
        invariant: &dyn Invariant,
        request: &[u8],
        answer: &[u8],
    ) -> Option<&'static str> {
        let mut transcript = Transcript::default();
        transcript.send(request);
        let (answer, closed) = answer.strip_suffix(b"!").map_or((answer, false), |a| (a, true));
        transcript.receive(answer);
        if closed {
            transcript.end(Ending::Closed);
        }
        invariant.check(&Conversation::read(&transcript)).err().map(|broken| {
            assert!(invariant.rules().contains(&broken.rule), "{} is not declared", broken.rule);
            broken.rule
        })
    }

    /// Runs a table of (request, answer, rule that is broken or nothing).
    pub(crate) fn judge_all(
        invariant: &dyn Invariant,
        table: &[(&[u8], &[u8], Option<&'static str>)],
    ) {
        for &(request, answer, broken) in table {
            let shown = String::from_utf8_lossy(answer).into_owned();
            assert_eq!(judge(invariant, request, answer), broken, "{shown:?}");
        }
    }

    #[test]
    fn every_rule_is_held_by_one_invariant() {
        let all = ALL.iter().chain(super::OF_SPECIAL_CLOCKS);
        let mut rules: Vec<_> = all.flat_map(|invariant| invariant.rules()).collect();
        let count = rules.len();
        rules.sort_unstable();
        rules.dedup();
        assert_eq!(rules.len(), count);
    }
}
