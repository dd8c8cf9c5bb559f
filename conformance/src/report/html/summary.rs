//! What stands above and below the matrix: how each target did, what is wrong, and when that was.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use samewire::http::date::HttpDate;

use super::mark::Mark;
use super::{Case, Page};
use crate::report::console::{Paint, line, notes};
use crate::report::escape::Escaped;
use crate::result::{CaseResult, Status};
use crate::run::Summary;

/// Findings up to this number are shown at once, more only when asked for.
const FINDINGS_OPEN_MAX: usize = 3;

/// The page's title, which a tab shows the first words of.
pub(super) fn title(page: &Page<'_>) -> String {
    let findings = count_findings(page);
    let state = match findings {
        0 => "all as expected".to_owned(),
        1 => "1 finding".to_owned(),
        _ => format!("{findings} findings"),
    };
    format!("Samewire: {state}")
}

/// One sentence that says it all.
pub(super) fn lead(page: &Page<'_>) -> String {
    let report = page.report;
    let is_same = |summary: &Summary| summary.differ == Some(0) && summary.unreachable.is_none();
    let ours = report.summaries.iter().filter(|summary| summary.differ.is_some()).count();
    let same = report.summaries.iter().filter(|summary| is_same(summary)).count();
    let cases = plural(report.cases, "case");
    let there = report.summaries.iter().filter(|summary| summary.absent.is_none()).count();
    let targets = plural(there, "target");
    let state = match count_findings(page) {
        0 if report.exit() != crate::exit::Exit::AsExpected => "A target was not reached.".into(),
        0 if ours > 1 && same == ours => "All as expected, and the same bytes everywhere.".into(),
        0 => "All as expected.".to_owned(),
        1 => "One thing to look at.".to_owned(),
        count => format!("{count} things to look at."),
    };
    format!("{cases} on {targets}. <strong>{state}</strong>")
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn count_findings(page: &Page<'_>) -> usize {
    page.report.results.iter().filter(|result| Mark::of(Some(result)).is_finding()).count()
}

/// A card for each target: the line that ends the console's report, drawn.
pub(super) struct Targets<'a>(&'a Page<'a>);

pub(super) fn targets<'a>(page: &'a Page<'a>) -> Targets<'a> {
    Targets(page)
}

impl Display for Targets<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.report.summaries.iter().try_for_each(|summary| self.card(out, summary))
    }
}

impl Targets<'_> {
    fn card(&self, out: &mut Formatter<'_>, summary: &Summary) -> fmt::Result {
        let Summary { name, passed, failed, known, skipped, advice, differ, .. } = summary;
        let differ = differ.unwrap_or(0);
        let done = passed + failed + known + skipped + advice;
        let missing = summary.cases.saturating_sub(done);
        let text = line(summary, Paint::PLAIN);
        let text = text.strip_prefix(name.as_str()).unwrap_or(&text).trim_start();
        let worst = if summary.absent.is_some() {
            Mark::Skipped
        } else if summary.unreachable.is_some() || *failed > 0 {
            Mark::Failed
        } else if differ > 0 {
            Mark::Differs
        } else {
            Mark::Passed
        };
        write!(
            out,
            "<li><h2 class=\"{}\">{}</h2><p>{}</p><div class=\"bar\" aria-hidden=\"true\">",
            worst.word(),
            Escaped(name),
            Escaped(text)
        )?;
        let parts = [
            (Mark::Passed, passed),
            (Mark::Failed, failed),
            (Mark::Advice, advice),
            (Mark::Known, known),
            (Mark::Skipped, skipped),
            (Mark::Missing, &missing),
        ];
        for (mark, count) in parts.into_iter().filter(|(_, count)| **count > 0) {
            write!(out, "<span class=\"{}\" style=\"flex-grow:{count}\"></span>", mark.word())?;
        }
        out.write_str("</div>")?;
        self.notes(out, summary)?;
        out.write_str("</li>\n")
    }

    /// Why cases were skipped, how many, and what else there is to know.
    fn notes(&self, out: &mut Formatter<'_>, summary: &Summary) -> fmt::Result {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for result in self.0.report.results.iter().filter(|one| one.target == summary.name) {
            if let Status::Skipped(reason) = &result.status {
                *reasons.entry(reason).or_default() += 1;
            }
        }
        let mut lines: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("skips {count}: {reason}")).collect();
        lines.extend(notes(summary));
        if lines.is_empty() {
            return Ok(());
        }
        out.write_str("<details><summary>Notes</summary><ul>")?;
        lines.iter().try_for_each(|line| write!(out, "<li>{}</li>", Escaped(line)))?;
        out.write_str("</ul></details>")
    }
}

/// All that is wrong, as the console tells it: who has no script reads it here.
pub(super) struct Findings<'a>(&'a Page<'a>);

pub(super) fn findings<'a>(page: &'a Page<'a>) -> Findings<'a> {
    Findings(page)
}

impl Display for Findings<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self(page) = self;
        let count = count_findings(page);
        if count == 0 {
            return Ok(());
        }
        let open = if count <= FINDINGS_OPEN_MAX { " open" } else { "" };
        writeln!(
            out,
            "<details id=\"findings\"{open}><summary><h2>To look at <small>{count}</small></h2>\
             </summary>"
        )?;
        for result in &page.report.results {
            let mark = Mark::of(Some(result));
            if !mark.is_finding() {
                continue;
            }
            let (case, target) = (Escaped(&result.case), Escaped(&result.target));
            writeln!(
                out,
                "<article id=\"{case}@{target}\"><h3 class=\"{}\"><a href=\"#{case}@{target}\">\
                 {case}</a> <small>on {target}</small></h3><pre tabindex=\"0\">{}</pre></article>",
                mark.word(),
                Escaped(page.findings.text(result).trim_end()),
            )?;
        }
        out.write_str("</details>\n")
    }
}

/// The marks that rows can be filtered by: those that there are.
pub(super) fn filters(cases: &[Case<'_>]) -> String {
    let mut out = String::new();
    let mut choice = |value: &str, word: &str, count: usize, checked: &str| {
        out.push_str(&format!(
            "<label><input type=\"radio\" name=\"mark\" value=\"{value}\"{checked}>\
             <span class=\"{value}\">{word} <small>{count}</small></span></label>\n"
        ));
    };
    let number = |has: &dyn Fn(Option<&CaseResult>) -> bool| {
        cases.iter().filter(|(_, results)| results.iter().any(|result| has(*result))).count()
    };
    choice("all", "all", cases.len(), " checked");
    let look = number(&|result| Mark::of(result).is_finding());
    if look > 0 {
        choice("look", "to look at", look, "");
    }
    for mark in Mark::ALL {
        let differs = |result: &CaseResult| mark == Mark::Differs && result.difference.is_some();
        let count = number(&|result| Mark::of(result) == mark || result.is_some_and(differs));
        if count > 0 {
            choice(mark.word(), mark.label(), count, "");
        }
    }
    out
}

/// Which program wrote the page, and when.
pub(super) fn foot(page: &Page<'_>) -> String {
    let date = format!("{:?}", HttpDate::from_unix(page.seconds));
    let version = env!("CARGO_PKG_VERSION");
    format!("Written by samewire {version} on <time>{}</time>.", Escaped(&date))
}
