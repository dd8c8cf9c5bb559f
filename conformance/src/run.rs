//! The schedule: every selected case on every target, and what is told meanwhile.
//!
//! A run emits events, in an order that does not depend on how many threads it had; reports
//! consume them. Targets come one after the other, so that none disturbs another's clock.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, mpsc};

use crate::boards;
use crate::case::Case;
use crate::case::select::Selected;
use crate::cuts::Cuts;
use crate::exit::Exit;
use crate::known::KnownFailure;
use crate::requirement::{Level, Requirement};
use crate::result::{CaseResult, Fault, Status};
use crate::subject::{Time, Unreachable};
use crate::targets::Target;
use crate::trial::Trial;

/// What is to be run.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The cases and their rows, in the order of the report.
    pub cases: Vec<Selected<'a>>,
    /// The targets, in the order of the report.
    pub targets: Vec<Target>,
    /// The cuts, if not each target's own.
    pub cuts: Option<Cuts>,
    /// Wait long waits on a real clock.
    pub slow: bool,
    /// Failures that are known.
    pub known: &'a [KnownFailure],
    /// Says how strongly each rule is asked.
    pub requirements: &'a [Requirement],
    /// Keep what went over the wire, for a report that shows it.
    pub keeps: bool,
}

/// Something happened in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A target begins with this many cases.
    Begin(&'a str, usize),
    /// A case is done.
    Done(&'a CaseResult),
    /// A target is done.
    End(&'a Summary),
}

/// What came of all cases on one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The target's name.
    pub name: String,
    /// How many cases were selected.
    pub cases: usize,
    /// All as expected.
    pub passed: usize,
    /// Not as expected; also cases that pass although they are known to fail.
    pub failed: usize,
    /// Not as expected, as is known.
    pub known: usize,
    /// Not replayed.
    pub skipped: usize,
    /// Not as a SHOULD or a MAY would have it, on a foreign server.
    pub advice: usize,
    /// Cases whose bytes are not the same; `None` if they are not to be compared.
    pub differ: Option<usize>,
    /// Connections that were opened.
    pub replays: usize,
    /// Those of them that were done again, because the target stood still.
    pub repeats: usize,
    /// What else is to be told: how it was brought back, and what is known of it at the end.
    pub notes: Vec<String>,
    /// Whether cuts were thinned out: [`Cuts::Some`].
    pub some_cuts: bool,
    /// Why the target could not be reached, or not to the end.
    pub unreachable: Option<String>,
    /// Why it was not there, and nobody had asked for it by its name.
    pub absent: Option<String>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// How many cases were selected.
    pub cases: usize,
    /// One for each target.
    pub summaries: Vec<Summary>,
    /// Target by target, in the order of the cases.
    pub results: Vec<CaseResult>,
}

impl Report {
    /// How the process is to end.
    pub fn exit(&self) -> Exit {
        let none = if self.cases == 0 { Exit::NothingSelected } else { Exit::AsExpected };
        self.summaries.iter().fold(none, |exit, summary| {
            let reached = match summary.unreachable {
                Some(_) => Exit::Unreachable,
                None => Exit::AsExpected,
            };
            let wrong = summary.failed > 0 || summary.differ.is_some_and(|differ| differ > 0);
            exit.and(reached).and(if wrong { Exit::CaseFailed } else { Exit::AsExpected })
        })
    }
}

impl Plan<'_> {
    /// Runs, and tells what happens.
    pub fn run(&self, mut tell: impl FnMut(&Event<'_>)) -> Report {
        let mut report = Report { cases: self.cases.len(), ..Report::default() };
        for target in &self.targets {
            tell(&Event::Begin(target.name(), self.cases.len()));
            let mut summary = Summary {
                name: target.name().into(),
                cases: self.cases.len(),
                differ: target.is_ours().then_some(0),
                some_cuts: self.cuts_on(target) == Cuts::Some,
                ..Summary::default()
            };
            let closings = Mutex::new(Vec::new());
            let unreachable = self.run_target(target, &closings, |result| {
                tell(&Event::Done(&result));
                summary.add(&result);
                report.results.push(result);
            });
            summary.notes.extend(closings.into_inner().unwrap_or_else(PoisonError::into_inner));
            summary.unreachable = unreachable.map(|why| why.to_string());
            tell(&Event::End(&summary));
            report.summaries.push(summary);
        }
        report
    }

    /// Runs all cases on one target, on as many threads as it bears, and hands the results over in
    /// the order of the cases.
    fn run_target(
        &self,
        target: &Target,
        closings: &Mutex<Vec<String>>,
        mut done: impl FnMut(CaseResult),
    ) -> Option<Unreachable> {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let levels: HashMap<&str, Level> =
            self.requirements.iter().map(|one| (one.id.as_str(), one.level)).collect();
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..threads(target) {
                let (send, next, stop, levels) = (send.clone(), &next, &stop, &levels);
                scope.spawn(move || {
                    let mut trial = self.trial(target);
                    while let Some(selected) = self.cases.get(next.fetch_add(1, Relaxed)) {
                        if stop.load(Relaxed) {
                            break;
                        }
                        let case = selected.case;
                        let mut result = trial.run(case, &selected.rows);
                        if let Ok(result) = &mut result {
                            if !target.is_ours() {
                                soften(result, case, levels);
                            }
                        } else {
                            stop.store(true, Relaxed);
                        }
                        if send.send((case.id.as_str(), result)).is_err() {
                            break;
                        }
                    }
                    if let Some(closing) = trial.subject.closing() {
                        let mut closings = closings.lock().unwrap_or_else(PoisonError::into_inner);
                        // Two stand-ins of one board have the same to tell.
                        if !closings.contains(&closing) {
                            closings.push(closing);
                        }
                    }
                });
            }
            drop(send);
            let ids = self.cases.iter().map(|selected| selected.case.id.as_str());
            let order: HashMap<&str, usize> = ids.zip(0..).collect();
            in_order(receive, &order, &mut done)
        })
    }

    fn cuts_on(&self, target: &Target) -> Cuts {
        self.cuts.unwrap_or(match target {
            Target::Core => Cuts::Every,
            Target::Sim | Target::Host | Target::Qemu(_) => Cuts::Bytes,
            Target::Microbit => Cuts::Some,
            Target::Board(board) if boards::time(board) == Time::Virtual => Cuts::Some,
            Target::Board(_) | Target::Url(_) => Cuts::Whole,
        })
    }

    fn trial(&self, target: &Target) -> Trial<'_> {
        let compared = target.is_ours() && *target != Target::Core;
        Trial {
            subject: target.subject(),
            reference: compared.then(|| Target::Core.subject()),
            cuts: self.cuts_on(target),
            slow: self.slow,
            known: self.known,
            foreign: !target.is_ours(),
            keeps: self.keeps,
        }
    }
}

/// Threads for one target. A foreign server may have few connections to give, so it gets one.
fn threads(target: &Target) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    match target {
        Target::Core | Target::Sim => cores,
        // Each has an emulator of its own.
        Target::Microbit | Target::Qemu(_) => cores.min(4),
        Target::Board(board) if boards::is_many(board) => cores.min(4),
        Target::Host => (cores * 2).min(8),
        Target::Board(_) | Target::Url(_) => 1,
    }
}

/// Hands results over in their order, whoever was first.
fn in_order<'a>(
    results: mpsc::Receiver<(&'a str, Result<CaseResult, Unreachable>)>,
    order: &HashMap<&'a str, usize>,
    done: &mut impl FnMut(CaseResult),
) -> Option<Unreachable> {
    let (mut early, mut next, mut unreachable) = (BTreeMap::new(), 0, None);
    for (case, result) in results {
        match result {
            Err(why) => unreachable = Some(why),
            Ok(result) => {
                early.insert(order.get(case).copied().unwrap_or(usize::MAX), result);
            }
        }
        while let Some(result) = early.remove(&next) {
            done(result);
            next += 1;
        }
    }
    // Behind a gap that an unreachable server left.
    early.into_values().for_each(done);
    unreachable
}

/// On a foreign server, what only a SHOULD or a MAY asks is advice.
fn soften(result: &mut CaseResult, case: &Case, levels: &HashMap<&str, Level>) {
    let binds = |rule: &str| {
        let advice = [Level::Should, Level::ShouldNot, Level::Ought, Level::May];
        levels.get(rule).is_none_or(|level| !advice.contains(level))
    };
    let soft = |fault: &Fault| match fault.failure.rule {
        Some(rule) => !binds(rule),
        None => !case.rules.is_empty() && !case.rules.iter().any(|rule| binds(&rule.value)),
    };
    if let Status::Failed(fault) = &result.status
        && soft(fault)
    {
        result.status = Status::Advice(fault.clone());
    }
}

impl Summary {
    /// Counts a result.
    pub fn add(&mut self, result: &CaseResult) {
        *match result.status {
            Status::Passed => &mut self.passed,
            Status::Failed(_) | Status::UnexpectedPass(_) => &mut self.failed,
            Status::Advice(_) => &mut self.advice,
            Status::Known(_) => &mut self.known,
            Status::Skipped(_) => &mut self.skipped,
        } += 1;
        if let Some(differ) = &mut self.differ {
            *differ += usize::from(result.difference.is_some());
        }
        self.replays += result.replays;
        self.repeats += result.repeats;
        let told = |how: &String| format!("{}: lost and brought back: {how}", result.case);
        self.notes.extend(result.recoveries.iter().map(told));
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Summary};
    use crate::exit::Exit;

    #[test]
    fn a_report_ends_as_its_worst_target() {
        let one = |change: fn(&mut Summary)| {
            let mut summary = Summary { passed: 1, differ: Some(0), ..Summary::default() };
            change(&mut summary);
            let summaries = vec![Summary::default(), summary];
            Report { cases: 1, summaries, results: Vec::new() }.exit()
        };
        assert_eq!(one(|_| {}), Exit::AsExpected);
        assert_eq!(one(|summary| summary.known = 1), Exit::AsExpected);
        assert_eq!(one(|summary| summary.advice = 1), Exit::AsExpected);
        assert_eq!(one(|summary| summary.failed = 1), Exit::CaseFailed);
        assert_eq!(one(|summary| summary.differ = Some(1)), Exit::CaseFailed);
        assert_eq!(one(|summary| summary.differ = None), Exit::AsExpected);
        let gone = |summary: &mut Summary| {
            summary.failed = 1;
            summary.unreachable = Some("gone".into());
        };
        assert_eq!(one(gone), Exit::Unreachable);
        assert_eq!(Report::default().exit(), Exit::NothingSelected);
    }
}
