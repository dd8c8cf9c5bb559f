//! An app of one's own as a target: what it offers is asked of it, once for all tests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use samewire::Limits;

use super::paths::Paths;
use crate::case::Need;
use crate::subject::{Channel, OpenOptions, Subject, Time, Unreachable, probe};

/// What tests have asked before. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Arc<Mutex<Answers>>);

#[derive(Debug, Default)]
struct Answers {
    lacks: HashMap<Need, Option<String>>,
    implements: HashMap<String, bool>,
}

/// A subject that is probed for what only the demo is known to have.
pub(super) struct Probed<S> {
    subject: S,
    paths: Paths,
    known: Known,
    /// The cases are the app's own, and so are the words that they need.
    is_own: bool,
}

impl<S: Subject> Probed<S> {
    pub(super) fn new(subject: S, paths: Paths, known: Known, is_own: bool) -> Self {
        Self { subject, paths, known, is_own }
    }
}

impl Known {
    /// Asks once; meanwhile others wait for the same answer.
    fn with<T>(&self, ask: impl FnOnce(&mut Answers) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subject> Subject for Probed<S> {
    fn name(&self) -> &str {
        self.subject.name()
    }

    fn time(&self) -> Time {
        self.subject.time()
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        let is_of_target = matches!(
            need,
            Need::Shared | Need::Several | Need::Limits | Need::Window | Need::Clock
        );
        if is_of_target || self.is_own && need == Need::Ws {
            return self.subject.lacks(need);
        }
        let Self { subject, paths, known, .. } = self;
        known.with(|answers| {
            if let Some(known) = answers.lacks.get(&need) {
                return Ok(known.clone());
            }
            let lacks = probe::ask(subject, need, |bytes| paths.of_bytes(bytes))?;
            answers.lacks.insert(need, lacks.clone());
            Ok(lacks)
        })
    }

    fn implements(&mut self, method: &str) -> Result<bool, Unreachable> {
        let Self { subject, paths, known, .. } = self;
        known.with(|answers| {
            if let Some(known) = answers.implements.get(method) {
                return Ok(*known);
            }
            let implements = probe::implements(subject, method, |bytes| paths.of_bytes(bytes))?;
            answers.implements.insert(method.to_owned(), implements);
            Ok(implements)
        })
    }

    fn limits(&self) -> Limits {
        self.subject.limits()
    }

    fn fits(&mut self, limits: &Limits, connections: usize) -> Result<Option<String>, Unreachable> {
        self.subject.fits(limits, connections)
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        self.subject.open(options)
    }

    fn lost(&mut self) -> Option<Unreachable> {
        self.subject.lost()
    }

    fn stood_still(&mut self) -> Duration {
        self.subject.stood_still()
    }

    fn bring_back(&mut self) -> Option<String> {
        self.subject.bring_back()
    }

    fn closing(&mut self) -> Option<String> {
        self.subject.closing()
    }
}
