//! A finding in words: a failure points into its fixture, a difference at its first byte, and both
//! say how to see it again.

use std::fmt::Write;

use super::console::{Paint, Style};
use crate::case::text::show;
use crate::diagnostic::Diagnostic;
use crate::result::{CaseResult, Difference, Fault, Status};
use crate::subject::Delivery;
use crate::suite::Suite;
use crate::transcript::{Ending, Escaped};
use crate::verdict::Failure;

/// What came is shown up to this many bytes: the head of a problem and what it says in detail, of
/// which an answer to content that breaks its schema has most.
const CAME_MAX: usize = 1024;

/// Bytes shown before and after the first one that differs.
const AROUND: usize = 32;

/// How to see a result again.
#[derive(Clone, Copy, Debug)]
pub enum Replay<'a> {
    /// By `samewire check`; with the flags that it needs beside target, cut and case:
    /// ` --fixtures DIR`.
    Check(&'a str),
    /// By `cargo test`: the name of the test.
    Test(&'a str),
}

/// Turns results into text.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// Where the fixtures' lines stand.
    pub suite: &'a Suite,
    /// How to see it again.
    pub replay: Replay<'a>,
    /// Whether to colour.
    pub paint: Paint,
}

impl Findings<'_> {
    /// Everything that is wrong with a result, with a line end behind each line; nothing if all
    /// is well.
    pub fn text(&self, result: &CaseResult) -> String {
        let mut out = String::new();
        match &result.status {
            Status::Failed(fault) => self.fault(&mut out, "FAIL", Style::Bad, result, fault),
            Status::Advice(fault) => self.fault(&mut out, "ADVICE", Style::Odd, result, fault),
            Status::UnexpectedPass(reason) => self.pass(&mut out, result, reason),
            Status::Passed | Status::Known(_) | Status::Skipped(_) => {}
        }
        if let Some(difference) = &result.difference {
            self.difference(&mut out, result, difference);
        }
        out
    }

    fn fault(
        &self,
        out: &mut String,
        word: &str,
        style: Style,
        result: &CaseResult,
        fault: &Fault,
    ) {
        let Fault { row, delivery, failure } = fault;
        let _ = writeln!(
            out,
            "{} {}  {row}  ({delivery})",
            self.paint.style(style, word),
            result.target
        );
        if let Some(excerpt) = self.excerpt(result, fault) {
            let _ = writeln!(out, "{excerpt}");
        }
        for rule in self.rules(result, failure.rule) {
            let _ = writeln!(out, "  = {rule}");
        }
        if !failure.came.is_empty() {
            let (shown, rest) = split(&failure.came, CAME_MAX);
            let more = if rest.is_empty() { "" } else { "…" };
            let _ = writeln!(out, "what came: {}{more}", show(shown));
        }
        let _ = writeln!(out, "replay: {}\n", self.replay(&result.target, row, *delivery));
    }

    /// The line of the case that was not met, and what came instead.
    pub(crate) fn excerpt(&self, result: &CaseResult, fault: &Fault) -> Option<String> {
        let (file, _) = self.suite.case(&result.case)?;
        let Failure { span, what, .. } = &fault.failure;
        Some(excerpt(&file.diagnostic(*span, String::new(), what.clone())))
    }

    /// The requirements that a failure is about, each with its level and what it asks.
    fn rules(&self, result: &CaseResult, broken: Option<&str>) -> Vec<String> {
        let case = self.suite.case(&result.case).map(|(_, case)| case);
        let own = case.iter().flat_map(|case| &case.rules).map(|rule| rule.value.as_str());
        let ids: Vec<&str> = broken.map_or_else(|| own.collect(), |rule| vec![rule]);
        let known = ids.iter().filter_map(|id| self.suite.requirement(id));
        known.map(|rule| format!("{} {}: {}", rule.level, rule.id, rule.text)).collect()
    }

    fn pass(&self, out: &mut String, result: &CaseResult, reason: &str) {
        let CaseResult { case, target, .. } = result;
        let fail = self.paint.style(Style::Bad, "FAIL");
        let _ = writeln!(out, "{fail} {target}  {case}  passes, and is known to fail: {reason}");
        let file = self.suite.fixtures.shown("known-failures.toml");
        let _ = writeln!(out, "  = take it out of {file}\n");
    }

    fn difference(&self, out: &mut String, result: &CaseResult, difference: &Difference) {
        let Difference { row, delivery, against, connection, at, expected, got } = difference;
        let target = &result.target;
        let word = self.paint.style(Style::Bad, "DIFF");
        let to = if connection.is_empty() { "" } else { &format!(" to {connection}") };
        let _ = writeln!(
            out,
            "{word} {target}  {row}  ({delivery})  is not the same as {against}, from byte {at}{to}"
        );
        let own = if against == &"whole" { "here" } else { target.as_str() };
        let width = against.len().max(own.len());
        let mut caret = 0;
        for (name, (bytes, ending)) in [(*against, expected), (own, got)] {
            let (line, before) = around(bytes, *at, *ending);
            caret = before;
            let _ = writeln!(out, "  {name:width$} {line}");
        }
        let _ = writeln!(out, "  {:width$} {}^", "", " ".repeat(caret));
        let _ = writeln!(out, "replay: {}\n", self.replay(target, row, *delivery));
    }

    /// The command that replays all of it on this target.
    pub(crate) fn replay_all(&self, target: &str) -> String {
        match self.replay {
            Replay::Check(flags) => format!("samewire check --target {}{flags}", shell(target)),
            Replay::Test(_) => cargo_test(),
        }
    }

    /// The command that replays this cut of this row on this target.
    pub(crate) fn replay(&self, target: &str, row: &str, delivery: Delivery) -> String {
        match self.replay {
            Replay::Check(flags) => {
                let cut = match delivery {
                    Delivery::Whole => "--cuts whole".to_owned(),
                    Delivery::Bytes => "--cuts bytes".to_owned(),
                    Delivery::Cut(at) => format!("--cut {at}"),
                };
                let target = shell(target);
                format!("samewire check --target {target} {cut}{flags} {}", shell(row))
            }
            Replay::Test(name) => {
                let cut = match delivery {
                    Delivery::Whole | Delivery::Bytes => String::new(),
                    Delivery::Cut(at) => format!("SAMEWIRE_CUT={at} "),
                };
                format!("{cut}{} -- --exact {name}", cargo_test())
            }
        }
    }
}

/// The command that runs the test target that we are in, as cargo has told us.
fn cargo_test() -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let stem = program.file_stem().unwrap_or_default().to_string_lossy();
    // Cargo puts a hash behind the name.
    let target = stem.rsplit_once('-').map_or(&*stem, |(target, _)| target);
    match std::env::var("CARGO_PKG_NAME") {
        Ok(package) => format!("cargo test -p {package} --test {target}"),
        Err(_) => format!("cargo test --test {target}"),
    }
}

/// A diagnostic without its message: place, line and caret.
fn excerpt(diagnostic: &Diagnostic) -> String {
    let text = diagnostic.to_string();
    let mut lines = text.lines().skip(1);
    // The column is what the caret shows.
    let place = lines.next().unwrap_or_default();
    let place = place.rsplit_once(':').map_or(place, |(place, _)| place);
    lines.fold(place.to_owned(), |all, line| all + "\n" + line)
}

/// The bytes around an offset, and how wide the escaped ones before it are.
fn around(bytes: &[u8], at: usize, ending: Ending) -> (String, usize) {
    let at = at.min(bytes.len());
    let (before, after) = bytes.split_at(at);
    let before = before.split_at(at.saturating_sub(AROUND)).1;
    let dots = if at > AROUND { "…" } else { "" };
    let prefix = format!("{dots}{}", Escaped(before));
    let (shown, rest) = split(after, AROUND);
    let end = if rest.is_empty() { format!(" ({ending})") } else { "…".into() };
    (format!("{prefix}{}{end}", Escaped(shown)), prefix.chars().count())
}

fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at(at.min(bytes.len()))
}

/// A word as a shell takes it.
pub(crate) fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.:=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::{around, shell};
    use crate::transcript::Ending;

    #[test]
    fn rows_are_quoted_for_the_shell() {
        assert_eq!(shell("http/a/b"), "http/a/b");
        assert_eq!(shell("http/a/b[0b]"), "'http/a/b[0b]'");
        assert_eq!(shell("a['\"]"), "'a['\\''\"]'");
    }

    #[test]
    fn differences_are_shown_with_what_is_around_them() {
        let line = around(b"abc\r\ndef", 5, Ending::Closed);
        assert_eq!(line, ("abc\\r\\ndef (close)".into(), 7));
        let bytes: Vec<u8> = (b'0'..b'0' + 70).collect();
        let (line, before) = around(&bytes, 34, Ending::Open);
        assert!(line.starts_with("…234") && line.ends_with('…'), "{line}");
        assert_eq!(before, 33);
    }
}
