//! The bytes of `core`, pinned: what each case brings out, one snapshot for each fixture file.
//!
//! Verdicts say that an answer is permitted; a snapshot says that it is the answer of before. A
//! change of one byte shows here as a diff, for whoever made it to accept or to mend.

use std::fmt::Write;
use std::path::PathBuf;

use insta::Settings;
use rstest::rstest;
use samewire::Limits;
use samewire_conformance::case::Case;
use samewire_conformance::patience::Patience;
use samewire_conformance::replay::replay;
use samewire_conformance::subject::{Delivery, OpenOptions, Subject, Time};
use samewire_conformance::suite::Suite;
use samewire_conformance::targets::Target;

#[rstest]
fn transcripts(#[files("../fixtures/**/*.case")] file: PathBuf) {
    let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let file = suite
        .files
        .iter()
        .find(|one| file.ends_with(format!("{}.case", one.content.path)))
        .expect("the suite has each file below its folder");
    let mut core = Target::Core.subject();
    let mut text = String::new();
    for case in &file.content.cases {
        write!(text, "{}", transcript(core.as_mut(), case)).expect("a string takes all");
    }
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(file.shown.trim_start_matches("../"));
    settings.bind(|| insta::assert_snapshot!(file.content.path.replace('/', "__"), text));
}

/// What a case brings out, without what went in: that stands in the fixture. Rows that bring out
/// the same are one.
fn transcript(core: &mut dyn Subject, case: &Case) -> String {
    let mut answers: Vec<(Vec<String>, String)> = Vec::new();
    for row in case.rows() {
        let options = OpenOptions::of(case, Limits::SMALL, Delivery::Whole);
        let channel = core.open(&options).expect("core is always there");
        let outcome = replay(case, &row, channel, Patience::new(Time::Virtual));
        let shown = outcome.transcript.to_string();
        let sent = |line: &str| line.starts_with(['>', 's']) || line == "resume";
        let lines = shown.lines().filter(|line| !sent(line));
        let answer: String = lines.map(|line| format!("{line}\n")).collect();
        let label = row.id.trim_start_matches(&case.id).to_owned();
        match answers.iter_mut().find(|(_, known)| *known == answer) {
            Some((labels, _)) => labels.push(label),
            None => answers.push((vec![label], answer)),
        }
    }
    let mut text = String::new();
    for (labels, answer) in answers {
        let labels = match labels.as_slice() {
            [one] => one.clone(),
            [first, .., last] => format!("{first} to {last}, {} rows", labels.len()),
            [] => String::new(),
        };
        text.push_str(&format!("### {}{labels}\n{answer}\n", case.slug()));
    }
    text
}
