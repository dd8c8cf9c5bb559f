//! What came of one case on one target: the verdict, and where its bytes are not the same.

use std::time::Duration;

use crate::subject::Delivery;
use crate::transcript::{Ending, Transcript};
use crate::verdict::Failure;

/// What came of one case on one target.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case's id.
    pub case: String,
    /// The target's name.
    pub target: String,
    /// The verdict.
    pub status: Status,
    /// Where its bytes are not the same, if they are not.
    pub difference: Option<Difference>,
    /// Connections that were opened for it.
    pub replays: usize,
    /// Those of them that were done again, because the server stood still through no fault of its
    /// own.
    pub repeats: usize,
    /// How often the target was lost and brought back meanwhile: what was in the way, and what helped.
    pub recoveries: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// What went over the wire, if it was to be kept: each row whole, and the cuts at which
    /// something was wrong.
    pub evidence: Vec<Evidence>,
}

/// What went over the wire in one replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The row's id.
    pub row: String,
    /// How the bytes to the server were cut.
    pub delivery: Delivery,
    /// What went over the wire, but for the rest of a flood.
    pub transcript: Transcript,
    /// What it is not the same as, if this is the replay of the [`Difference`].
    pub expected: Option<Transcript>,
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// All as expected.
    Passed,
    /// Not as expected.
    Failed(Fault),
    /// Not as expected, on a foreign server, of which only a SHOULD or a MAY asks it.
    Advice(Fault),
    /// Not as expected, which is known, for this reason.
    Known(String),
    /// All as expected, although it is known to fail, for this reason.
    UnexpectedPass(String),
    /// Not replayed, for this reason.
    Skipped(String),
}

/// The first replay that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row's id.
    pub row: String,
    /// How the bytes were cut.
    pub delivery: Delivery,
    /// What was not met.
    pub failure: Failure,
}

/// The first replay whose bytes are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The row's id.
    pub row: String,
    /// How the bytes to the server were cut.
    pub delivery: Delivery,
    /// What it is compared with: `core`, or the same target's whole replay.
    pub against: &'static str,
    /// Which connection, if the case has several.
    pub connection: String,
    /// The first byte that differs; the length, if only the ending does.
    pub at: usize,
    /// What was expected, and how it ended.
    pub expected: (Vec<u8>, Ending),
    /// What came, and how it ended.
    pub got: (Vec<u8>, Ending),
}
