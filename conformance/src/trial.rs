//! One case on one target: every row, every cut, and the three judges (the case's expectations,
//! the invariants, sameness).

use std::time::Duration;

use crate::case::{Case, Need, Row, StepKind};
use crate::conversation::{Answer, Conversation};
use crate::diagnostic::Span;
use crate::frames::CLOSE;
use crate::invariant;
use crate::known::KnownFailure;
use crate::replay::{Outcome, Patience, replay};
use crate::subject::{Delivery, OpenOptions, Subject, Time, Unreachable};
use crate::transcript::{Ending, Transcript};
use crate::verdict::Failure;

/// Waits that are longer run on a real clock only if that was asked for.
pub const WAIT_MAX: Duration = Duration::from_secs(1);

/// More offsets than this are cut only in part: all near both ends, and evenly in between.
pub const CUTS_MAX: usize = 4096;

/// Into how many different pieces a case's bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cuts {
    /// Each step in one piece.
    Whole,
    /// Whole, and byte by byte.
    Bytes,
    /// Whole, byte by byte, and in two pieces at every offset.
    Every,
    /// Whole, and in two pieces at this offset.
    At(usize),
}

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
    /// How long it took.
    pub took: Duration,
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
    /// The first byte that differs; the length, if only the ending does.
    pub at: usize,
    /// What was expected, and how it ended.
    pub expected: (Vec<u8>, Ending),
    /// What came, and how it ended.
    pub got: (Vec<u8>, Ending),
}

/// How cases are tried on one target.
pub struct Trial<'a> {
    /// The target.
    pub subject: Box<dyn Subject>,
    /// What its bytes must equal, if that can be asked.
    pub reference: Option<Box<dyn Subject>>,
    /// The cuts.
    pub cuts: Cuts,
    /// Run long waits on a real clock.
    pub slow: bool,
    /// Known failures, of any target.
    pub known: &'a [KnownFailure],
}

impl Trial<'_> {
    /// Replays these rows of a case.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if there is no server, or no longer.
    pub fn run(&mut self, case: &Case, rows: &[Row]) -> Result<CaseResult, Unreachable> {
        let begin = std::time::Instant::now();
        let mut result = CaseResult {
            case: case.id.clone(),
            target: self.subject.name().into(),
            status: Status::Passed,
            difference: None,
            replays: 0,
            took: Duration::ZERO,
        };
        if let Some(reason) = self.skip(case)? {
            result.status = Status::Skipped(reason);
            return Ok(result);
        }
        let (mut failed, mut passed) = (None, None);
        for row in rows {
            let fault = self.row(case, row, &mut result)?;
            let known = self.known.iter().find(|known| known.covers(&result.target, &row.id));
            match (fault, known) {
                (None, None) => {}
                (Some(fault), None) => {
                    result.status = Status::Failed(fault);
                    break;
                }
                (Some(_), Some(known)) => failed = Some(known),
                (None, Some(known)) => {
                    passed.get_or_insert(known);
                }
            }
        }
        // An entry for a whole case holds as long as one of its rows fails.
        let all = rows.len() == case.rows().len();
        let stale = passed.filter(|known| failed != Some(known) && (all || known.case != case.id));
        if result.status == Status::Passed {
            result.status = match (stale, failed) {
                (Some(known), _) => Status::UnexpectedPass(known.reason.clone()),
                (None, Some(known)) => Status::Known(known.reason.clone()),
                (None, None) => Status::Passed,
            };
        }
        result.took = begin.elapsed();
        Ok(result)
    }

    /// Why a case cannot be replayed here.
    fn skip(&mut self, case: &Case) -> Result<Option<String>, Unreachable> {
        for need in case.all_needs() {
            if let Some(reason) = self.subject.lacks(need)? {
                return Ok(Some(match need {
                    Need::Limits => reason,
                    _ => format!("needs {need}: {reason}"),
                }));
            }
        }
        let waits = case.steps.iter().map(|step| match step.kind {
            StepKind::Pass(time) => time,
            _ => Duration::ZERO,
        });
        let waits: Duration = waits.sum();
        let long = self.subject.time() == Time::Real && waits > WAIT_MAX && !self.slow;
        let reason = "waits longer than 1 s on a real clock; --slow runs it";
        Ok(long.then(|| reason.to_owned()))
    }

    /// Replays one row at every cut, until one fails.
    fn row(
        &mut self,
        case: &Case,
        row: &Row,
        result: &mut CaseResult,
    ) -> Result<Option<Fault>, Unreachable> {
        let fault = |delivery, failure| Fault { row: row.id.clone(), delivery, failure };
        let (whole, failure) = self.replay(case, row, Delivery::Whole)?;
        result.replays += 1;
        if result.difference.is_none()
            && let Some(reference) = &mut self.reference
        {
            let expected = open(reference.as_mut(), case, row, Delivery::Whole)?.transcript;
            result.difference = differ(row, Delivery::Whole, "core", &expected, &whole);
        }
        if let Some(failure) = failure {
            return Ok(Some(fault(Delivery::Whole, failure)));
        }
        for delivery in deliveries(self.cuts, whole.sent().len()) {
            let (transcript, failure) = self.replay(case, row, delivery)?;
            result.replays += 1;
            if result.difference.is_none() {
                result.difference = differ(row, delivery, "whole", &whole, &transcript);
            }
            if let Some(failure) = failure {
                return Ok(Some(fault(delivery, failure)));
            }
        }
        Ok(None)
    }

    /// One replay, judged by the case, the invariants and the count of reads.
    fn replay(
        &mut self,
        case: &Case,
        row: &Row,
        delivery: Delivery,
    ) -> Result<(Transcript, Option<Failure>), Unreachable> {
        let Outcome { transcript, failure, reads } =
            open(self.subject.as_mut(), case, row, delivery)?;
        let failure = failure
            .or_else(|| broken(case.span, &transcript))
            .or_else(|| too_few_reads(case.span, &transcript, delivery, reads));
        Ok((transcript, failure))
    }
}

/// Opens a connection and replays. A panic of a server that runs in this thread is its failure.
fn open(
    subject: &mut dyn Subject,
    case: &Case,
    row: &Row,
    delivery: Delivery,
) -> Result<Outcome, Unreachable> {
    let options = OpenOptions { limits: case.limits(samewire::Limits::SMALL), delivery };
    let patience = Patience::new(subject.time());
    let channel = subject.open(&options)?;
    let replay = std::panic::AssertUnwindSafe(|| replay(case, row, channel, patience));
    Ok(std::panic::catch_unwind(replay).unwrap_or_else(|_| Outcome {
        transcript: Transcript::default(),
        failure: Some(Failure::new(case.span, "the server panicked", b"")),
        reads: None,
    }))
}

fn broken(span: Span, transcript: &Transcript) -> Option<Failure> {
    let (name, broken) = invariant::check(transcript).err()?;
    let what = format!("{name}: {} ({})", broken.what, broken.rule);
    let mut failure = Failure::new(span, what, transcript.received());
    failure.rule = Some(broken.rule);
    Some(failure)
}

/// Byte by byte means that a server that took all bytes has read as often. One that said that it
/// would close need not have taken all.
fn too_few_reads(
    span: Span,
    transcript: &Transcript,
    delivery: Delivery,
    reads: Option<u64>,
) -> Option<Failure> {
    let reads = reads.filter(|_| delivery == Delivery::Bytes && transcript.ended_after_shut())?;
    let conversation = Conversation::read(transcript);
    let closes = |answer: &Answer| answer.response.lists("Connection", b"close");
    let failed = conversation.frames.iter().any(|frame| frame.opcode == CLOSE);
    if failed || conversation.answers.iter().any(closes) {
        return None;
    }
    let sent = transcript.sent().len();
    let few = u64::try_from(sent).is_ok_and(|sent| reads < sent);
    few.then(|| Failure::new(span, format!("{sent} bytes in {reads} reads"), b""))
}

/// The deliveries beside the whole one.
fn deliveries(cuts: Cuts, sent: usize) -> Vec<Delivery> {
    let offsets = 1..sent.max(1);
    match cuts {
        Cuts::Whole => Vec::new(),
        Cuts::Bytes => vec![Delivery::Bytes],
        Cuts::At(offset) => vec![Delivery::Cut(offset)],
        Cuts::Every => {
            let part = CUTS_MAX / 4;
            let stride = (sent / (CUTS_MAX / 2)).max(1);
            let near = |at: usize| at < part || sent - at < part;
            let few = sent <= CUTS_MAX;
            let cut = offsets.filter(|&at| few || near(at) || at.is_multiple_of(stride));
            std::iter::once(Delivery::Bytes).chain(cut.map(Delivery::Cut)).collect()
        }
    }
}

fn differ(
    row: &Row,
    delivery: Delivery,
    against: &'static str,
    expected: &Transcript,
    got: &Transcript,
) -> Option<Difference> {
    let (one, other) = (expected.received(), got.received());
    if one == other && expected.ending() == got.ending() {
        return None;
    }
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    Some(Difference {
        row: row.id.clone(),
        delivery,
        against,
        at,
        expected: (one.to_vec(), expected.ending()),
        got: (other.to_vec(), got.ending()),
    })
}

#[cfg(test)]
mod tests {
    use super::{CUTS_MAX, Cuts, deliveries, differ};
    use crate::case::Row;
    use crate::subject::Delivery;
    use crate::transcript::{Ending, Transcript};

    #[test]
    fn every_offset_is_cut_and_a_long_case_at_both_ends() {
        let every = deliveries(Cuts::Every, 4);
        assert_eq!(every, [Delivery::Bytes, Delivery::Cut(1), Delivery::Cut(2), Delivery::Cut(3)]);
        assert_eq!(deliveries(Cuts::Every, 0), [Delivery::Bytes]);
        let long = deliveries(Cuts::Every, 100_000);
        assert!(long.len() <= CUTS_MAX + 64, "{}", long.len());
        for at in [1, 1000, 99_000, 99_999] {
            assert!(long.contains(&Delivery::Cut(at)), "{at}");
        }
        assert_eq!(deliveries(Cuts::At(7), 4), [Delivery::Cut(7)]);
    }

    #[test]
    fn the_first_byte_that_differs_is_found() {
        let transcript = |bytes: &[u8], ending| {
            let mut transcript = Transcript::default();
            transcript.receive(bytes);
            transcript.end(ending);
            transcript
        };
        let row = Row { id: "a".into(), item: None };
        let expected = transcript(b"abc", Ending::Closed);
        for (bytes, ending, at) in [
            (&b"abc"[..], Ending::Closed, None),
            (b"abd", Ending::Closed, Some(2)),
            (b"ab", Ending::Closed, Some(2)),
            (b"abcd", Ending::Closed, Some(3)),
            (b"abc", Ending::Reset, Some(3)),
        ] {
            let got = transcript(bytes, ending);
            let difference = differ(&row, Delivery::Whole, "core", &expected, &got);
            assert_eq!(difference.map(|difference| difference.at), at, "{bytes:?}");
        }
    }
}
