//! Every fixture file on `core` and on `host`, a test of its own each.

use std::path::PathBuf;
use std::sync::LazyLock;

use rstest::rstest;
use samewire_conformance::case::select::select;
use samewire_conformance::report::console::Paint;
use samewire_conformance::report::finding::{Findings, Replay};
use samewire_conformance::run::{Event, Plan};
use samewire_conformance::suite::Suite;
use samewire_conformance::targets::Target;

static SUITE: LazyLock<Suite> = LazyLock::new(|| {
    Suite::load(None).unwrap_or_else(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", errors.join("\n\n"))
    })
});

#[rstest]
fn core(#[files("../fixtures/**/*.case")] file: PathBuf) {
    check(Target::Core, file);
}

#[rstest]
fn host(#[files("../fixtures/**/*.case")] file: PathBuf) {
    check(Target::Host, file);
}

/// Replays the cases of a file as `samewire check` does; fails with what it would print.
#[track_caller]
fn check(target: Target, file: PathBuf) {
    let suite = &*SUITE;
    let argument = file.to_string_lossy().into_owned();
    let cases = select(suite, &[argument]).unwrap_or_else(|misses| panic!("{}", misses[0]));
    let targets = vec![target];
    let (known, requirements) = (&*suite.known, &*suite.requirements);
    let (cuts, slow, keeps) = (None, false, false);
    let plan = Plan { cases, targets, cuts, slow, known, requirements, keeps };
    let findings = Findings { suite, replay: Replay::Check(""), paint: Paint::PLAIN };
    let mut found = String::new();
    let report = plan.run(|event| {
        if let Event::Done(result) = event {
            found.push_str(&findings.text(result));
        }
    });
    let summary = report.summaries.first().expect("one target");
    assert_eq!(summary.unreachable, None);
    assert!(found.is_empty(), "\n{found}");
}
