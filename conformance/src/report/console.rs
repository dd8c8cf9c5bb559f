//! The report that people read: failures as they come, what was skipped and why, and one line for
//! each target at the end.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::finding::Findings;
use crate::cuts::SOME_MAX;
use crate::result::{CaseResult, Status};
use crate::run::{Event, Report, Summary};

/// A place to put colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// What should not be.
    Bad,
    /// What might be better.
    Odd,
    /// As expected.
    Good,
}

/// Whether to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    coloured: bool,
}

impl Paint {
    /// No colours.
    pub const PLAIN: Self = Self { coloured: false };

    /// Colours on a terminal, unless `NO_COLOR` is set to anything (no-color.org).
    pub fn for_stdout() -> Self {
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: !forbidden && std::io::stdout().is_terminal() }
    }

    /// The text in this style.
    pub fn style(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bad => 31,
            Style::Odd => 33,
            Style::Good => 32,
        };
        if self.coloured { format!("\x1b[1;{code}m{text}\x1b[0m") } else { text.into() }
    }
}

/// Writes the report while the run goes on.
pub struct Console<'a, W> {
    findings: Findings<'a>,
    out: W,
    bar: ProgressBar,
    /// For the target at hand: reasons for skipping, and how often.
    skipped: BTreeMap<String, usize>,
    /// Said above the summaries.
    notes: Vec<String>,
}

impl<'a, W: Write> Console<'a, W> {
    /// Results go to `out`; progress to stderr, if that is a terminal.
    pub fn new(findings: Findings<'a>, out: W) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg:8} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { findings, out, bar, skipped: BTreeMap::new(), notes: Vec::new() }
    }

    /// Takes one event.
    ///
    /// # Errors
    ///
    /// That of writing.
    pub fn tell(&mut self, event: &Event<'_>) -> std::io::Result<()> {
        match event {
            Event::Begin(target, cases) => {
                self.bar.reset();
                self.bar.set_length(u64::try_from(*cases).unwrap_or(u64::MAX));
                self.bar.set_message((*target).to_owned());
                Ok(())
            }
            Event::Done(result) => {
                self.bar.inc(1);
                self.done(result)
            }
            Event::End(summary) => {
                self.bar.finish_and_clear();
                self.end(summary);
                Ok(())
            }
        }
    }

    /// The end of the report: notes, and one line for each target.
    ///
    /// # Errors
    ///
    /// That of writing.
    pub fn finish(mut self, report: &Report) -> std::io::Result<()> {
        for note in &self.notes {
            writeln!(self.out, "{note}")?;
        }
        for summary in &report.summaries {
            writeln!(self.out, "{}", line(summary, self.findings.paint))?;
        }
        self.out.flush()
    }

    fn done(&mut self, result: &CaseResult) -> std::io::Result<()> {
        if let Status::Skipped(reason) = &result.status {
            *self.skipped.entry(reason.clone()).or_default() += 1;
        }
        let text = self.findings.text(result);
        let out = &mut self.out;
        self.bar.suspend(|| out.write_all(text.as_bytes()))
    }

    fn end(&mut self, summary: &Summary) {
        let name = &summary.name;
        for (reason, count) in std::mem::take(&mut self.skipped) {
            self.notes.push(format!("{name} skips {count}: {reason}"));
        }
        let notes = notes(summary);
        self.notes.extend(notes.into_iter().map(|note| format!("{name}: {note}")));
    }
}

/// What else there is to know of a target, beside why it skips.
pub(super) fn notes(summary: &Summary) -> Vec<String> {
    let mut notes = summary.notes.clone();
    if summary.repeats > 0 {
        notes.push(format!(
            "{} replays were done again, since it stood still for seconds in them",
            summary.repeats
        ));
    }
    if summary.some_cuts {
        notes.push(format!(
            "each case whole, byte by byte, and cut at {SOME_MAX} offsets at most; \
             --cuts every cuts at all"
        ));
    }
    if summary.differ.is_none() && summary.absent.is_none() {
        notes.push("its bytes are not compared with core's, and cuts are best effort".to_owned());
    }
    notes
}

/// `host 812 passed, 0 failed, 3 known, 0 skipped, same bytes`
pub fn line(summary: &Summary, paint: Paint) -> String {
    let Summary { name, cases, passed, failed, known, skipped, advice, differ, .. } = summary;
    if let Some(why) = &summary.absent {
        return format!("{name} {}: {why}", paint.style(Style::Odd, "skipped"));
    }
    if let Some(why) = &summary.unreachable {
        let done = passed + failed + known + skipped + advice;
        let word = paint.style(Style::Bad, "unreachable");
        return format!("{name} {word} after {done} of {cases} cases: {why}");
    }
    let shown = format!("{failed} failed");
    let style = if *failed == 0 { Style::Good } else { Style::Bad };
    let failed = paint.style(style, &shown);
    let advice = if *advice == 0 { String::new() } else { format!(", {advice} advice") };
    let same = match differ {
        None => String::new(),
        Some(0) => format!(", {}", paint.style(Style::Good, "same bytes")),
        Some(differ) => format!(", {}", paint.style(Style::Bad, &format!("{differ} differ"))),
    };
    format!("{name} {passed} passed, {failed}, {known} known, {skipped} skipped{advice}{same}")
}

#[cfg(test)]
mod tests {
    use super::{Paint, Style, line};
    use crate::run::Summary;

    #[test]
    fn summaries_are_one_line() {
        let name = "host".to_owned();
        let base = Summary { name, passed: 812, known: 3, differ: Some(0), ..Summary::default() };
        let table = [
            (base.clone(), "host 812 passed, 0 failed, 3 known, 0 skipped, same bytes"),
            (
                Summary { differ: Some(3), ..base.clone() },
                "host 812 passed, 0 failed, 3 known, 0 skipped, 3 differ",
            ),
            (
                Summary { differ: None, advice: 2, ..base.clone() },
                "host 812 passed, 0 failed, 3 known, 0 skipped, 2 advice",
            ),
            (
                Summary { absent: Some("no image: build it".into()), ..base.clone() },
                "host skipped: no image: build it",
            ),
            (
                Summary { unreachable: Some("gone".into()), cases: 900, ..base },
                "host unreachable after 815 of 900 cases: gone",
            ),
        ];
        for (summary, expected) in table {
            assert_eq!(line(&summary, Paint::PLAIN), expected);
        }
    }

    #[test]
    fn colour_is_put_around_words() {
        let paint = Paint { coloured: true };
        assert_eq!(paint.style(Style::Bad, "FAIL"), "\x1b[1;31mFAIL\x1b[0m");
        assert_eq!(Paint::PLAIN.style(Style::Bad, "FAIL"), "FAIL");
    }
}
