//! A failure of the simulator as a fixture, so that it is tried for ever.
//!
//! What one connection can say becomes a case, which every target replays at every cut. It must
//! fail on the app in memory as the run has, or it would prove nothing. What it takes several clients,
//! a clock that jumps or a part that breaks for stays a schedule, which a test plays.

mod frames;
mod steps;

use samewire::app::App;
use samewire_chaos::oracle::Failure;
use samewire_chaos::{Schedule, Trace};

use crate::case::Case;
use crate::case::parse::parse;
use crate::case::print::format;
use crate::cuts::Cuts;
use crate::result::Status;
use crate::subject::core::Core;
use crate::trial::Trial;

/// What is behind a fixture.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What the fixture is called: an oracle and a seed, `order-42`.
    pub name: &'a str,
    /// What found it: `samewire sim --seed 42`.
    pub command: &'a str,
    /// The schedule, as small as it fails.
    pub schedule: &'a Schedule,
    /// What happened.
    pub trace: &'a Trace,
    /// What is wrong with that.
    pub failure: &'a Failure,
}

/// A file to commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// Its name: `order-42.case`.
    pub file: String,
    /// What stands in it.
    pub text: String,
    /// Why it is a schedule and no case, if so.
    pub why_no_case: Option<String>,
}

/// Writes down a failure of the app that `make` makes.
pub fn fixture<A: App + 'static>(
    found: &Found<'_>,
    make: impl Fn() -> A + Clone + 'static,
) -> Fixture {
    // Without the time that passed, if it does not matter: that is the simpler one.
    let tried = |is_timed| {
        case(found, is_timed).and_then(|(text, case)| match fails(&case, make.clone()) {
            true => Ok(text),
            false => Err("as a case, on one connection and without its faults, it passes".into()),
        })
    };
    let case = tried(false).or_else(|_: String| tried(true));
    let name = found.name;
    match case {
        Ok(text) => Fixture { file: format!("{name}.case"), text, why_no_case: None },
        Err(why) => Fixture {
            file: format!("{name}.schedule"),
            text: format!("# {}\n{}", said(found), found.schedule),
            why_no_case: Some(why),
        },
    }
}

/// The case, as text and as what it means.
fn case(found: &Found<'_>, is_timed: bool) -> Result<(String, Case), String> {
    let steps = steps::steps(found.schedule, found.trace, is_timed)?;
    let rule = rule(found.failure.oracle);
    let text = format!("### found\n{}\nrule {rule}\n\n{steps}", said(found));
    let path = format!("regress/{}", found.name);
    let unsaid = |errors: Vec<crate::diagnostic::Diagnostic>| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        format!("the language of cases does not say it: {first}")
    };
    let text = format(&path, "found", &text).map_err(unsaid)?;
    let mut file = parse(&path, "found", &text).map_err(unsaid)?;
    Ok((text, file.cases.remove(0)))
}

/// What was found, in a line that no fixture takes for anything else.
fn said(found: &Found<'_>) -> String {
    let failure = found.failure.to_string();
    let plain = failure.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' });
    format!("Found by `{}`: {}.", found.command, plain.collect::<String>().trim_end())
}

/// What is proven by a case that such an oracle would have found; to be made more exact by hand.
fn rule(oracle: &str) -> &'static str {
    match oracle {
        "order" | "answers" => "rfc9112-9.3.2-pipeline-order",
        "frames" | "news" | "rooms" => "rfc6455-6.1-transmit",
        "deadlines" | "liveness" | "closing" | "slots" => "rfc9112-9.5-graceful-timeout",
        "lost" => "rfc9112-8-answer-incomplete",
        _ => "rfc9112-6.3-self-delimited-answers",
    }
}

/// Whether a case fails on an app in memory, at any cut.
fn fails<A: App + 'static>(case: &Case, make: impl Fn() -> A + 'static) -> bool {
    let subject = Box::new(Core::new("core", make));
    let (reference, slow, foreign, keeps) = (None, false, false, false);
    let mut trial =
        Trial { subject, reference, cuts: Cuts::Every, slow, known: &[], foreign, keeps };
    let result = trial.run(case, &case.rows());
    result.is_ok_and(|result| {
        matches!(result.status, Status::Failed(_)) || result.difference.is_some()
    })
}
