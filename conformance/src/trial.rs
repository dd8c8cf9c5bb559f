//! One case on one target: every row, every cut, and the three judges (the case's expectations,
//! the invariants, sameness).

use std::any::Any;
use std::time::Duration;

use crate::asked::asked;
use crate::case::{Case, Need, Row, StepKind};
use crate::conversation::{Answer, Conversation};
use crate::cuts::Cuts;
use crate::diagnostic::Span;
use crate::frames::CLOSE;
use crate::invariant;
use crate::known::KnownFailure;
use crate::patience::Patience;
use crate::replay::{Outcome, replay};
use crate::result::{CaseResult, Difference, Evidence, Fault, Status};
use crate::subject::{Delivery, OpenOptions, Subject, Time, Unreachable};
use crate::transcript::Transcript;
use crate::verdict::{Failure, FailureKind};

/// Waits that are longer run on a real clock only if that was asked for.
pub const WAIT_MAX: Duration = Duration::from_secs(1);

/// A server that stood still for so long within a replay may have met a deadline by it, of which the
/// shortest is that of an idle connection: five seconds.
const STILL_MAX: Duration = Duration::from_secs(2);

/// So often in a row at most, a replay is repeated because the server stood still.
const REPEATS_MAX: usize = 5;

/// Of what a server says in one replay, so many bytes are kept as evidence: far more than ours say
/// in any case, and little enough to have it of each case when a server never stops.
const KEPT_MAX: usize = 16 << 10;

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
    /// The server is not ours: it may lack what no case says that it needs.
    pub foreign: bool,
    /// Keep what went over the wire.
    pub keeps: bool,
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
            repeats: 0,
            recoveries: Vec::new(),
            took: Duration::ZERO,
            evidence: Vec::new(),
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
                (None, None) if matches!(result.status, Status::Skipped(_)) => break,
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
        let own = self.subject.limits();
        let limits = case.limits(own);
        let connections = case.connections();
        if (limits != own || connections > 1)
            && let Some(reason) = self.subject.fits(&limits, connections)?
        {
            return Ok(Some(reason));
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
        let evidence = |delivery, transcript: &Transcript, expected: Option<&Transcript>| {
            let transcript = transcript.first(KEPT_MAX);
            let expected = expected.map(|expected| expected.first(KEPT_MAX));
            Evidence { row: row.id.clone(), delivery, transcript, expected }
        };
        let mut expected = match &mut self.reference {
            Some(core) if result.difference.is_none() => {
                Some(open(core.as_mut(), case, row, Delivery::Whole)?.transcript)
            }
            _ => None,
        };
        let (whole, failure) =
            self.replay(case, row, Delivery::Whole, expected.as_ref(), result)?;
        if let Some(reference) = &expected {
            result.difference = differ(row, Delivery::Whole, "core", reference, &whole);
        }
        expected = expected.filter(|_| result.difference.is_some());
        if self.keeps {
            result.evidence.push(evidence(Delivery::Whole, &whole, expected.as_ref()));
        }
        if let Some(failure) = failure {
            if self.foreign
                && let Some(excuse) = self.excuse(&whole, &failure)?
            {
                result.status = Status::Skipped(excuse);
                return Ok(None);
            }
            return Ok(Some(fault(Delivery::Whole, failure)));
        }
        for delivery in self.cuts.deliveries(longest(&whole)) {
            let (transcript, failure) = self.replay(case, row, delivery, Some(&whole), result)?;
            let is_first = result.difference.is_none();
            if is_first {
                result.difference = differ(row, delivery, "whole", &whole, &transcript);
            }
            let differs = is_first && result.difference.is_some();
            if self.keeps && (differs || failure.is_some()) {
                result.evidence.push(evidence(delivery, &transcript, differs.then_some(&whole)));
            }
            if let Some(failure) = failure {
                return Ok(Some(fault(delivery, failure)));
            }
        }
        Ok(None)
    }

    /// Why a foreign server may have failed without a fault: it has no such method, or no page at `/`, or it closes
    /// after each answer, which it may, and the case asks for more on one connection.
    fn excuse(
        &mut self,
        transcript: &Transcript,
        failure: &Failure,
    ) -> Result<Option<String>, Unreachable> {
        match failure.kind {
            FailureKind::Status(501) => {
                let Some(asked) = asked(transcript.sent()).into_iter().next() else {
                    return Ok(None);
                };
                let method = String::from_utf8_lossy(&asked.method).into_owned();
                let plain = method.bytes().all(|byte| byte.is_ascii_uppercase());
                let lacks = plain && !self.subject.implements(&method)?;
                Ok(lacks.then(|| format!("it has no method {method}")))
            }
            // Most cases ask for `/`, and a server without such a page may be a good one.
            FailureKind::Status(404) => {
                let lacks = self.subject.lacks(Need::Root)?;
                Ok(lacks.map(|reason| format!("needs {}: {reason}", Need::Root)))
            }
            FailureKind::Ended => {
                let conversation = Conversation::read(transcript);
                let closes = conversation.answers.last().is_some_and(announces_close);
                Ok(closes.then(|| "it closes after an answer, as it said".to_owned()))
            }
            FailureKind::Status(_) | FailureKind::Other => Ok(None),
        }
    }

    /// One replay, judged by the case, the invariants and the count of reads. If it failed or is not
    /// as expected, and the server stood still meanwhile, it says nothing of the server, and is done
    /// again. So is one in which the server was lost and could be brought back, but once only: what
    /// loses it twice would do so for ever.
    fn replay(
        &mut self,
        case: &Case,
        row: &Row,
        delivery: Delivery,
        expected: Option<&Transcript>,
        result: &mut CaseResult,
    ) -> Result<(Transcript, Option<Failure>), Unreachable> {
        let mut is_again = false;
        for _ in 0..=REPEATS_MAX {
            let opened = open(self.subject.as_mut(), case, row, delivery);
            result.replays += 1;
            let Outcome { transcript, failure, reads } = match opened {
                Ok(outcome) => outcome,
                Err(why) if is_again => {
                    return Err(Unreachable(format!("lost again in {}: {why}", row.id)));
                }
                Err(why) => {
                    result.recoveries.push(self.brought_back(&why)?);
                    is_again = true;
                    continue;
                }
            };
            let failure = failure
                .or_else(|| broken(case.span, &transcript))
                .or_else(|| too_few_reads(case.span, &transcript, delivery, reads));
            let is_good =
                failure.is_none() && expected.is_none_or(|other| same(other, &transcript));
            if is_good || self.subject.stood_still() < STILL_MAX {
                return Ok((transcript, failure));
            }
            result.repeats += 1;
        }
        Err(Unreachable(format!(
            "{} stood still for seconds in each of {} replays of {}: this machine has too much else to do",
            self.subject.name(),
            REPEATS_MAX + 1,
            row.id
        )))
    }

    /// Brings back a server that was lost, and says what was in the way and what helped.
    fn brought_back(&mut self, why: &Unreachable) -> Result<String, Unreachable> {
        match self.subject.bring_back() {
            Some(how) => Ok(format!("{why}\n{how}")),
            None => Err(why.clone()),
        }
    }
}

/// Opens a connection and replays. A panic of a server that runs in this thread is its failure.
fn open(
    subject: &mut dyn Subject,
    case: &Case,
    row: &Row,
    delivery: Delivery,
) -> Result<Outcome, Unreachable> {
    let options = OpenOptions::of(case, subject.limits(), delivery);
    let patience = Patience::new(subject.time());
    let channel = subject.open(&options)?;
    let replay = std::panic::AssertUnwindSafe(|| replay(case, row, channel, patience));
    let outcome = std::panic::catch_unwind(replay).unwrap_or_else(|cause| Outcome {
        transcript: Transcript::default(),
        failure: Some(Failure::new(case.span, panicked(cause.as_ref()), b"")),
        reads: None,
    });
    subject.lost().map_or(Ok(outcome), Err)
}

/// What a server said that panicked.
fn panicked(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    match text.or_else(|| cause.downcast_ref::<&str>().copied()) {
        Some(text) => format!("the server panicked: {text}"),
        None => "the server panicked".into(),
    }
}

/// Whether a server says with this answer that the connection ends (RFC 9112 §9.3).
fn announces_close(answer: &Answer) -> bool {
    let response = &answer.response;
    let keeps = response.version >= (1, 1) || response.lists("Connection", b"keep-alive");
    !keeps || response.lists("Connection", b"close")
}

fn broken(span: Span, transcript: &Transcript) -> Option<Failure> {
    let judge = |one| invariant::check(one).err().map(|(name, broken)| (name, broken, one));
    let (name, broken, one) = transcript.all().find_map(judge)?;
    let what = format!("{name}: {} ({})", broken.what, broken.rule);
    let mut failure = Failure::new(span, what, one.received());
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
    let ended = transcript.all().all(Transcript::ended_after_shut);
    let reads = reads.filter(|_| delivery == Delivery::Bytes && ended)?;
    let may_stop = |one| {
        let conversation = Conversation::read(one);
        let failed = conversation.frames.iter().any(|frame| frame.opcode == CLOSE);
        failed || conversation.answers.iter().any(announces_close)
    };
    if transcript.all().any(may_stop) {
        return None;
    }
    let sent: usize = transcript.all().map(|one| one.sent().len()).sum();
    let few = u64::try_from(sent).is_ok_and(|sent| reads < sent);
    few.then(|| Failure::new(span, format!("{sent} bytes in {reads} reads"), b""))
}

/// Bytes that were sent on the connection on which most were.
fn longest(transcript: &Transcript) -> usize {
    transcript.all().map(|one| one.sent().len()).max().unwrap_or(0)
}

fn same(one: &Transcript, other: &Transcript) -> bool {
    one.all().count() == other.all().count()
        && one.all().zip(other.all()).all(|(one, other)| is_alike(one, other))
}

/// Whether one connection is like another.
fn is_alike(one: &Transcript, other: &Transcript) -> bool {
    one.received() == other.received() && one.ending() == other.ending()
}

fn differ(
    row: &Row,
    delivery: Delivery,
    against: &'static str,
    expected: &Transcript,
    got: &Transcript,
) -> Option<Difference> {
    if same(expected, got) {
        return None;
    }
    // If one has more connections than the other, that is a failure of its own.
    let pairs = expected.all().zip(got.all());
    let differs = |(one, other): &(&Transcript, &Transcript)| !is_alike(one, other);
    let (expected, got) = { pairs }.find(differs).unwrap_or((expected, got));
    let (one, other) = (expected.received(), got.received());
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    Some(Difference {
        row: row.id.clone(),
        delivery,
        against,
        connection: got.name().to_owned(),
        at,
        expected: (one.to_vec(), expected.ending()),
        got: (other.to_vec(), got.ending()),
    })
}

#[cfg(test)]
mod tests;
