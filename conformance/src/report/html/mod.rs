//! The report as one page for a browser: cases by targets, grouped by the sections of the RFCs. A
//! cell opens what went over the wire, what is wrong with it, what asks for it, and the command
//! that shows it again.
//!
//! The page is whole in itself and asks no network for anything, which its own policy forbids.
//! What stands in the table is readable without a script; what a cell opens is data that the
//! script draws, as text and never as markup.

mod detail;
mod exchange;
mod mark;
mod section;
mod summary;
mod table;
mod titles;

use std::collections::HashMap;
use std::io::{self, Write};

use self::detail::Data;
use self::table::Table;
use super::escape;
use super::finding::Findings;
use crate::costs::Costs;
use crate::ledger::Ledger;
use crate::result::CaseResult;
use crate::run::Report;

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What came of the run; its results hold their evidence.
    pub report: &'a Report,
    /// What is wrong, in words.
    pub findings: Findings<'a>,
    /// Where the code decides what cases prove, if that is known.
    pub ledger: Option<&'a Ledger<'a>>,
    /// What cases cost on microbit, if that was counted.
    pub costs: Option<&'a Costs>,
    /// When the run ended, in seconds since 1970.
    pub seconds: u64,
}

/// Colours and letters, for light and for dark.
pub(super) const PALETTE: &str = include_str!("page/palette.css");
/// What the scripts of all pages share.
pub(super) const MAKE: &str = include_str!("page/make.js");

/// The frame around all: what stands in doubled braces is put in.
const FRAME: &str = include_str!("page/frame.html");
const STYLES: [&str; 2] = [PALETTE, include_str!("page/style.css")];
/// In the order in which they need each other.
const SCRIPTS: [&str; 4] = [
    MAKE,
    include_str!("page/matrix.js"),
    include_str!("page/cell.js"),
    include_str!("page/dialog.js"),
];

/// Writes a page.
///
/// # Errors
///
/// That of writing.
pub fn write(page: &Page<'_>, mut out: impl Write) -> io::Result<()> {
    let cases = by_case(page);
    let places: HashMap<&str, usize> = cases.iter().map(|(id, _)| *id).zip(0..).collect();
    let results = |id: &str| {
        places.get(id).and_then(|place| cases.get(*place)).map_or(&[][..], |(_, results)| results)
    };
    let shown = page.findings.suite.cases().map(|(_, case)| case);
    let shown = shown.filter(|case| places.contains_key(&*case.id));
    let documents = section::group(page.findings.suite, shown);
    let targets = page.report.summaries.iter().map(|summary| summary.name.as_str()).collect();
    let table = Table { targets, documents: &documents, results: &results };
    let data = serde_json::to_string(&Data::new(page, &cases))?;
    for piece in FRAME.split("{{") {
        let Some((name, rest)) = piece.split_once("}}") else {
            out.write_all(piece.as_bytes())?;
            continue;
        };
        match name {
            "style" => STYLES.iter().try_for_each(|style| out.write_all(style.as_bytes()))?,
            "script" => SCRIPTS.iter().try_for_each(|script| out.write_all(script.as_bytes()))?,
            "title" => write!(out, "{}", summary::title(page))?,
            "lead" => write!(out, "{}", summary::lead(page))?,
            "targets" => write!(out, "{}", summary::targets(page))?,
            "findings" => write!(out, "{}", summary::findings(page))?,
            "filters" => write!(out, "{}", summary::filters(&cases))?,
            "matrix" => write!(out, "{table}")?,
            "foot" => write!(out, "{}", summary::foot(page))?,
            "data" => out.write_all(escape::json(&data).as_bytes())?,
            _ => unreachable!("the frame knows no {name}"),
        }
        out.write_all(rest.as_bytes())?;
    }
    out.flush()
}

/// A case's id, and its results: one for each target, if the target came to it.
type Case<'a> = (&'a str, Vec<Option<&'a CaseResult>>);

/// The cases that any target came to, in the order of the suite.
fn by_case<'a>(page: &Page<'a>) -> Vec<Case<'a>> {
    let mut results: HashMap<(&str, &str), &CaseResult> = HashMap::new();
    for result in &page.report.results {
        results.insert((&result.case, &result.target), result);
    }
    let of = |id: &'a str| {
        let summaries = page.report.summaries.iter();
        let cells: Vec<_> =
            summaries.map(|summary| results.get(&(id, &*summary.name)).copied()).collect();
        cells.iter().any(Option::is_some).then_some((id, cells))
    };
    page.findings.suite.cases().filter_map(|(_, case)| of(&case.id)).collect()
}
