//! An app of one's own under the suite, as named tests of `cargo test`.
//!
//! A test target without a harness (`harness = false`) whose `main` is this replays the protocol's
//! cases and one's own `.case` files on one's own app:
//!
//! ```no_run
//! # struct Panel;
//! # impl Panel { fn new() -> Self { Self } }
//! # samewire::app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//! fn main() -> std::process::ExitCode {
//!     samewire_conformance::harness(Panel::new).at("/ws", "/live").cases("tests/cases").run()
//! }
//! ```
//!
//! | name of a test | what it does |
//! | --- | --- |
//! | `memory::http/chunked/pieces/one` | a case on the app in memory: whole, byte by byte, cut at every offset |
//! | `tcp::http/chunked/pieces/one` | the same over a socket, whole and byte by byte, compared with memory |
//! | `memory::own/led/too-bright` | a case of one's own, here of `tests/cases/led.case` |
//!
//! They run in parallel and can be filtered, listed and skipped like any other test. The suite asks for
//! things that not every app has: a page at `/`, a path that echoes, a WebSocket. It looks for them
//! where the [demo](samewire_demo) has them, or where [`at`](Harness::at) says; a case whose needs are
//! not met is ignored, with the reason. An echo is a handler that renders what it got:
//!
//! ```
//! # struct Panel;
//! use samewire::{Bytes, Rendered, Respond, app};
//!
//! app! { for Panel; post "/" => echo(bytes); }
//!
//! async fn echo<'x>(_: &Panel, content: Bytes<'x>) -> impl Respond + use<'x> {
//!     Rendered::new(b"application/octet-stream", move |to| to.put(&content))
//! }
//! ```
//!
//! Cases that wait for more than a second of real time run over
//! TCP only with `SAMEWIRE_SLOW=1`; `SAMEWIRE_CUT=17` cuts at one offset only.

mod paths;
mod probed;

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial as Test};
use samewire::app::App;

use crate::case::{Case, StepKind};
use crate::cuts::Cuts;
use crate::diagnostic::Diagnostic;
use crate::fixtures::Fixtures;
use crate::report::console::Paint;
use crate::report::finding::{Findings, Replay};
use crate::result::Status;
use crate::subject::core::Core;
use crate::subject::host::Host;
use crate::subject::{Subject, Unreachable};
use crate::suite::Suite;
use crate::trial::Trial;
use paths::Paths;
use probed::{Known, Probed};

/// Folders of the suite that ask nothing but what the protocols do.
const PROTOCOLS: [&str; 3] = ["http/", "ws/", "regress/"];

/// What the ids of one's own cases begin with in the names of tests.
const OWN: &str = "own/";

/// The app that `make` makes, under the suite. It is made anew for each replay: no case finds what
/// another one has left.
pub fn harness<A, F>(make: F) -> Harness<F>
where
    A: App + 'static,
    F: Fn() -> A + Clone + Send + Sync + 'static,
{
    Harness { make, paths: Paths::default(), cases: None, except: Vec::new(), may_differ: false }
}

/// What is to be replayed, and how the app differs from what the suite expects.
#[derive(Clone, Debug)]
#[must_use = "nothing is replayed before it runs"]
pub struct Harness<F> {
    make: F,
    paths: Paths,
    cases: Option<PathBuf>,
    except: Vec<(String, String)>,
    may_differ: bool,
}

/// A target that the app runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Memory,
    Tcp,
}

/// One test.
#[derive(Clone)]
struct One<F> {
    harness: Arc<Harness<F>>,
    suite: Arc<Suite>,
    /// What the app lacks over this place, as far as it was asked.
    known: Known,
    place: Place,
    /// In the suite.
    id: String,
    /// As it is filtered for.
    name: String,
    is_own: bool,
}

impl<A, F> Harness<F>
where
    A: App + 'static,
    F: Fn() -> A + Clone + Send + Sync + 'static,
{
    /// What the suite asks of this path of the demo, the app offers at another one: `at("/ws",
    /// "/live")` for a WebSocket that echoes, `at("/", "/index.html")` for a page. One that ends with
    /// a slash stands for all paths below it.
    pub fn at(mut self, demo: &str, own: &str) -> Self {
        self.paths.push(demo, own);
        self
    }

    /// Replays the `.case` files of this folder, too, seen from the package's own one.
    pub fn cases(self, folder: impl Into<PathBuf>) -> Self {
        Self { cases: Some(folder.into()), ..self }
    }

    /// Leaves out the cases whose ids begin like this (`http/methods`, `own/led/too-bright`), for a
    /// reason that is shown.
    pub fn except(mut self, id: &str, reason: &str) -> Self {
        self.except.push((id.to_owned(), reason.to_owned()));
        self
    }

    /// Does not ask that memory and TCP bring out the same bytes, for an app that answers by chance
    /// or by the clock.
    pub fn may_differ(self) -> Self {
        Self { may_differ: true, ..self }
    }

    /// Runs what the command line asks for, as `cargo test` hands it over.
    pub fn run(self) -> ExitCode {
        match self.tests() {
            Ok(tests) => {
                let mut arguments = Arguments::from_args();
                // Over sockets a test waits more than it works.
                let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
                arguments.test_threads.get_or_insert(cores * 4);
                libtest_mimic::run(&arguments, tests).exit_code()
            }
            Err(errors) => {
                let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
                eprintln!("{}", errors.join("\n\n"));
                ExitCode::FAILURE
            }
        }
    }

    /// The tests, for a runner.
    fn tests(self) -> Result<Vec<Test>, Vec<Diagnostic>> {
        let test = |one: One<F>| {
            Test::ignorable_test(one.name.clone(), move || match one.run() {
                Ok(None) => Ok(Completion::Completed),
                Ok(Some(reason)) => Ok(Completion::ignored_with(reason)),
                Err(why) => Err(Failed::from(why)),
            })
        };
        Ok(self.all()?.into_iter().map(test).collect())
    }

    /// The tests, in the order of the suite, one's own first.
    fn all(self) -> Result<Vec<One<F>>, Vec<Diagnostic>> {
        let suite = Suite::read(Fixtures::embedded())?;
        let own = self.cases.as_deref().map(|folder| Suite::load(Some(folder))).transpose()?;
        let harness = Arc::new(self);
        let mut tests = Vec::new();
        for place in [Place::Memory, Place::Tcp] {
            let known = Known::default();
            let all = own.iter().map(|own| (own, true)).chain([(&suite, false)]);
            for (suite, is_own) in all {
                let suite = Arc::new(suite.clone());
                let is_asked = |id: &str| is_own || PROTOCOLS.iter().any(|one| id.starts_with(one));
                for (_, case) in suite.cases().filter(|(_, case)| is_asked(&case.id)) {
                    let id = case.id.clone();
                    let below = if is_own { OWN } else { "" };
                    let name = format!("{}::{below}{id}", place.name());
                    let (harness, known) = (Arc::clone(&harness), known.clone());
                    let suite = Arc::clone(&suite);
                    tests.push(One { harness, suite, known, place, id, name, is_own });
                }
            }
        }
        Ok(tests)
    }
}

impl Place {
    const fn name(self) -> &'static str {
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
    fn run(&self) -> Result<Option<String>, String> {
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
        let except = self.harness.except.iter().find(|(left_out, _)| id.starts_with(left_out));
        if let Some((_, reason)) = except {
            return Some(reason.clone());
        }
        let counts = case.limits.iter().any(|limit| limit.name().contains("_bytes_max"));
        let sends = |kind: &StepKind| matches!(kind, StepKind::Send(_));
        let is_counted = is_moved && counts && case.steps.iter().any(|step| sends(&step.kind));
        is_counted.then(|| "its bytes are counted for another path".to_owned())
    }

    fn subject(&self) -> Box<dyn Subject> {
        match self.place {
            Place::Memory => self.probed(self.core()),
            Place::Tcp => self.probed(Host::new(self.place.name(), self.harness.make.clone())),
        }
    }

    fn probed(&self, subject: impl Subject + 'static) -> Box<dyn Subject> {
        Box::new(Probed::new(subject, self.harness.paths.clone(), self.known.clone(), self.is_own))
    }

    fn core(&self) -> Core<F> {
        Core::new(Place::Memory.name(), self.harness.make.clone())
    }

    fn reference(&self) -> Option<Box<dyn Subject>> {
        let is_compared = self.place == Place::Tcp && !self.harness.may_differ;
        is_compared.then(|| Box::new(self.core()) as Box<dyn Subject>)
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

#[cfg(test)]
mod tests;
