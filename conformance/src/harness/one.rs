//! One test: a case, on one target.

use std::sync::Arc;

use samewire::app::App;

use super::probed::{Known, Probed};
use super::{Except, Harness, OWN};
use crate::case::{Case, StepKind};
use crate::cuts::Cuts;
use crate::report::console::Paint;
use crate::report::finding::{Findings, Replay};
use crate::result::Status;
use crate::subject::{Subject, Unreachable};
use crate::suite::Suite;
use crate::trial::Trial;

/// A target that the app runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Memory,
    Tcp,
}

/// One test.
#[derive(Clone)]
pub(super) struct One<F> {
    pub(super) harness: Arc<Harness<F>>,
    pub(super) suite: Arc<Suite>,
    /// What the app lacks over this place, as far as it was asked.
    pub(super) known: Known,
    pub(super) place: Place,
    /// In the suite.
    pub(super) id: String,
    /// As it is filtered for.
    pub(super) name: String,
    pub(super) is_own: bool,
}

impl Place {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Tcp => "tcp",
        }
    }
}

impl<A, F> One<F>
where
    A: App + 'static,
    F: Fn() -> A + Clone + Send + Sync + 'static,
{
    /// Replays the case; the reason, if that is not to be.
    ///
    /// # Errors
    ///
    /// What is wrong with what came.
    pub(super) fn run(&self) -> Result<Option<String>, String> {
        let Some((_, case)) = self.suite.case(&self.id) else { return Err("no such case".into()) };
        let (case, is_moved) = match self.is_own {
            true => (case.clone(), false),
            false => self.harness.paths.of_case(case),
        };
        if let Some(reason) = self.excuse(&case, is_moved) {
            return Ok(Some(reason));
        }
        let mut trial = Trial {
            subject: self.subject(),
            reference: self.reference(),
            cuts: cuts(self.place),
            slow: std::env::var_os("SAMEWIRE_SLOW").is_some(),
            known: &[],
            // One's own cases mean this very app, and nothing excuses it.
            foreign: !self.is_own,
            keeps: false,
        };
        let result = trial.run(&case, &case.rows()).map_err(|Unreachable(why)| why)?;
        if let Status::Skipped(reason) = result.status {
            return Ok(Some(reason.replace("--slow runs", "SAMEWIRE_SLOW=1 runs")));
        }
        let replay = Replay::Test(&self.name);
        let findings = Findings { suite: &self.suite, replay, paint: Paint::PLAIN };
        let text = findings.text(&result);
        if text.is_empty() { Ok(None) } else { Err(format!("\n{text}")) }
    }

    /// Why a case is not replayed.
    fn excuse(&self, case: &Case, is_moved: bool) -> Option<String> {
        let id = if self.is_own { format!("{OWN}{}", self.id) } else { self.id.clone() };
        let except = self.harness.except.iter().find(|except| id.starts_with(&except.id));
        if let Some(Except { reason, .. }) = except {
            return Some(reason.clone());
        }
        let counts = case.limits.iter().any(|limit| limit.name().contains("_bytes_max"));
        let sends = |kind: &StepKind| matches!(kind, StepKind::Send(_));
        let is_counted = is_moved && counts && case.steps.iter().any(|step| sends(&step.kind));
        is_counted.then(|| "its bytes are counted for another path".to_owned())
    }

    fn subject(&self) -> Box<dyn Subject> {
        match self.place {
            Place::Memory => self.probed(self.harness.core()),
            Place::Tcp => self.probed(self.harness.host()),
        }
    }

    fn probed(&self, subject: impl Subject + 'static) -> Box<dyn Subject> {
        Box::new(Probed::new(subject, self.harness.paths.clone(), self.known.clone(), self.is_own))
    }

    fn reference(&self) -> Option<Box<dyn Subject>> {
        let is_compared = self.place == Place::Tcp && !self.harness.may_differ;
        is_compared.then(|| Box::new(self.harness.core()) as Box<dyn Subject>)
    }
}

/// How input is cut: as much as is worth it, or at one offset if the environment says so.
fn cuts(place: Place) -> Cuts {
    let named = std::env::var("SAMEWIRE_CUT").ok().and_then(|at| at.parse().ok());
    match (named, place) {
        (Some(at), _) => Cuts::At(at),
        (None, Place::Memory) => Cuts::Every,
        (None, Place::Tcp) => Cuts::Bytes,
    }
}
