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
//! things that not every app has. It looks for them where the [demo](samewire_demo) has them, or where
//! [`at`](Harness::at) says; a case whose needs are not met is ignored, and the last lines of a run tell
//! for which reasons how many were:
//!
//! | it looks for | and finds |
//! | --- | --- |
//! | `GET /` | a success, whatever it says: nearly all cases of HTTP ask for it |
//! | `POST /` | the content that was sent, with its type: every sixth case |
//! | `/ws` | a WebSocket that sends each message back: all cases of WebSocket |
//! | `GET /slow` | no answer |
//! | `GET /hello` | JSON with a `message` |
//! | `GET /stream` | an answer in chunks |
//! | `GET /echo` | the field lines that were sent, as text |
//! | `GET /users/7` | 200 for a number, 404 for anything else |
//!
//! The `POST` is worth a route. Who does not want it in the product gives the suite an app that has
//! the product's whole one, layers and all, as a plugin, and what is missing beside it:
//!
//! ```
//! # #[derive(Default)] struct Panel;
//! # samewire::app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//! use samewire::{Bytes, Rendered, Request, Respond, app};
//!
//! #[derive(Default)]
//! struct Tested {
//!     panel: Panel,
//! }
//!
//! app! { for tested: Tested;
//!     post "/" => echo(request, bytes);
//!     plugin   => Panel(tested.panel);
//! }
//!
//! async fn echo<'x>(_: &Tested, request: Request<'x>, content: Bytes<'x>) -> impl Respond + use<'x> {
//!     let content_type = request.field("content-type").unwrap_or(b"application/octet-stream");
//!     Rendered::new(content_type, move |to| to.put(&content))
//! }
//! # let harness = samewire_conformance::harness(Tested::default);
//! ```
//!
//! Cases that wait for more than a second of real time run over TCP only with `SAMEWIRE_SLOW=1`;
//! `SAMEWIRE_CUT=17` cuts at one offset only.

mod ignored;
mod mistakes;
mod one;
mod paths;
mod probed;

use std::num::NonZero;
use std::panic::Location;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, FormatSetting, Trial as Test};
use samewire::Limits;
use samewire::app::App;

use crate::diagnostic::Diagnostic;
use crate::fixtures::Fixtures;
use crate::subject::core::Core;
use crate::subject::host::Host;
use crate::suite::Suite;
use ignored::Ignored;
use one::{One, Place};
use paths::Paths;
use probed::Known;

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
    Harness {
        make,
        limits: Limits::SMALL,
        paths: Paths::default(),
        cases: None,
        except: Vec::new(),
        may_differ: false,
        ignored: Ignored::default(),
    }
}

/// What is to be replayed, and how the app differs from what the suite expects.
#[derive(Clone, Debug)]
#[must_use = "nothing is replayed before it runs"]
pub struct Harness<F> {
    make: F,
    limits: Limits,
    paths: Paths,
    cases: Option<PathBuf>,
    except: Vec<Except>,
    may_differ: bool,
    ignored: Ignored,
}

/// Cases that are left out.
#[derive(Clone, Debug)]
struct Except {
    /// What their ids begin with.
    id: String,
    reason: String,
    /// Where it was said.
    place: &'static Location<'static>,
}

impl<A, F> Harness<F>
where
    A: App + 'static,
    F: Fn() -> A + Clone + Send + Sync + 'static,
{
    /// What the suite asks of this path of the demo, the app offers at another one: `at("/ws",
    /// "/live")` for a WebSocket that echoes, `at("/", "/index.html")` for a page. One that ends with
    /// a slash stands for all paths below it.
    ///
    /// A path at which the app has nothing of what the suite looks for there ends the run before
    /// the first test, with what it answers.
    #[track_caller]
    pub fn at(mut self, demo: &str, own: &str) -> Self {
        self.paths.push(demo, own, Location::caller());
        self
    }

    /// Serves the app within these bounds: [`Limits::LARGE`], as a host does if it is told nothing
    /// else, or those of a board, if they are not [`Limits::SMALL`]. What a case says in its `limits`
    /// line holds beside them.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Replays the `.case` files of this folder, too, seen from the package's own one.
    pub fn cases(self, folder: impl Into<PathBuf>) -> Self {
        Self { cases: Some(folder.into()), ..self }
    }

    /// Leaves out the cases whose ids begin like this (`http/methods`, `own/led/too-bright`), for a
    /// reason that is shown.
    #[track_caller]
    pub fn except(mut self, id: &str, reason: &str) -> Self {
        let (id, reason, place) = (id.to_owned(), reason.to_owned(), Location::caller());
        self.except.push(Except { id, reason, place });
        self
    }

    /// Does not ask that memory and TCP bring out the same bytes, for an app that answers by chance
    /// or by the clock.
    pub fn may_differ(self) -> Self {
        Self { may_differ: true, ..self }
    }

    /// Runs what the command line asks for, as `cargo test` hands it over, and says at the end for
    /// which reasons how many tests were ignored.
    pub fn run(self) -> ExitCode {
        let ignored = self.ignored.clone();
        match self.tests() {
            Ok(tests) => {
                let mut arguments = Arguments::from_args();
                // Over sockets a test waits more than it works.
                let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
                arguments.test_threads.get_or_insert(cores * 4);
                let code = libtest_mimic::run(&arguments, tests).exit_code();
                match arguments.format {
                    // What reads lines of JSON reads nothing else.
                    Some(FormatSetting::Json) => eprint!("{ignored}"),
                    _ => print!("{ignored}"),
                }
                code
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
                Ok(Some(reason)) => {
                    one.harness.ignored.count(&reason);
                    Ok(Completion::ignored_with(reason))
                }
                Err(why) => Err(Failed::from(why)),
            })
        };
        Ok(self.all()?.into_iter().map(test).collect())
    }

    /// The tests, in the order of the suite, one's own first.
    fn all(self) -> Result<Vec<One<F>>, Vec<Diagnostic>> {
        let suite = Suite::read(Fixtures::embedded())?;
        let own = self.cases.as_deref().map(mistakes::own_suite).transpose()?;
        let mut wrong = mistakes::of_paths(&self.paths, &mut self.core());
        wrong.extend(mistakes::of_exceptions(&self.except, &suite, own.as_ref()));
        if !wrong.is_empty() {
            return Err(wrong);
        }
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

impl<F: Clone> Harness<F> {
    fn core(&self) -> Core<F> {
        Core::new(Place::Memory.name(), self.make.clone()).with_limits(self.limits)
    }

    fn host(&self) -> Host<F> {
        Host::new(Place::Tcp.name(), self.make.clone()).with_limits(self.limits)
    }
}

#[cfg(test)]
mod tests;
