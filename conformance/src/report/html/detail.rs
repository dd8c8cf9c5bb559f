//! What a cell opens: data that the page's script draws when it is asked, so that a page of
//! thousands of cells opens at once.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::Page;
use super::exchange::Exchanges;
use super::mark::Mark;
use crate::costs::Cost;
use crate::explain;
use crate::result::{CaseResult, Difference, Evidence, Status};
use crate::subject::Delivery;
use crate::transcript::{Ending, Escaped};

/// Bytes shown before and after the first one that differs.
const AROUND: usize = 48;

/// Everything.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    targets: Vec<TargetData<'a>>,
    rules: BTreeMap<&'a str, Rule<'a>>,
    cases: BTreeMap<&'a str, CaseData<'a>>,
    #[serde(flatten)]
    exchanges: Exchanges,
}

#[derive(Serialize)]
struct TargetData<'a> {
    name: &'a str,
    /// What replays a case there, but for the case.
    replay: String,
}

#[derive(Serialize)]
struct Rule<'a> {
    level: &'a str,
    source: String,
    text: &'a str,
    decided: &'a [String],
}

#[derive(Serialize)]
struct CaseData<'a> {
    /// The file and the line.
    place: String,
    prose: String,
    rules: Vec<&'a str>,
    /// The case as it is written.
    steps: Vec<&'a str>,
    /// How many rows were replayed.
    rows: usize,
    /// On microbit: instructions of all rows together, and bytes of stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<(u64, u64)>,
    /// A cell for each target.
    cells: Vec<Option<Cell<'a>>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    mark: &'static str,
    /// Why it is known or skipped, or what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    /// The line of the case that was not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<String>,
    /// The requirement that was broken, if it is none of the case's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<DifferenceData<'a>>,
    /// If it is not the target's own command.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<String>,
    ms: u128,
    replays: usize,
    /// Those that were done again.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<usize>,
    /// None if they are those of the first target.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<Row>>,
}

/// A label, the number of its exchange, and that of what it is not the same as.
#[derive(Clone, PartialEq, Eq, Serialize)]
struct Row(String, usize, Option<usize>);

#[derive(Serialize)]
struct DifferenceData<'a> {
    row: &'a str,
    delivery: String,
    at: usize,
    /// Whose the two are, and the bytes before the first that differs, it, and those behind it.
    sides: [(&'a str, [String; 3]); 2],
}

impl<'a> Data<'a> {
    /// Of these cases, each with a result for each target that came to it.
    pub(super) fn new(page: &Page<'a>, cases: &[(&'a str, Vec<Option<&'a CaseResult>>)]) -> Self {
        let suite = page.findings.suite;
        let costs = page.costs.map_or(&[][..], |costs| &costs.cases);
        let costs: HashMap<&str, &Cost> =
            costs.iter().map(|cost| (cost.name.as_str(), cost)).collect();
        let mut exchanges = Exchanges::default();
        let mut rules = BTreeMap::new();
        let mut all = BTreeMap::new();
        for (id, results) in cases {
            let Some((file, case)) = suite.case(id) else { continue };
            let own: Vec<&str> = case.rules.iter().map(|rule| rule.value.as_str()).collect();
            let mut first = None;
            let mut cell = |result: &'a CaseResult| {
                let mut cell = Cell::new(page, result, &mut exchanges);
                if cell.rows.is_some() && cell.rows == first {
                    cell.rows = None;
                } else if first.is_none() {
                    first.clone_from(&cell.rows);
                }
                cell
            };
            let cells: Vec<_> = results.iter().map(|result| result.map(&mut cell)).collect();
            let broken = cells.iter().flatten().filter_map(|cell| cell.rule);
            for id in own.iter().copied().chain(broken) {
                rules.extend(page.rule(id));
            }
            let data = CaseData {
                place: format!("{}:{}", file.shown, case.span.line),
                prose: case.prose.join(" "),
                rules: own,
                steps: explain::steps(file, case),
                rows: results.iter().flatten().map(|result| rows(result)).max().unwrap_or(0),
                cost: costs.get(id).map(|cost| (cost.instructions, cost.stack_bytes)),
                cells,
            };
            all.insert(*id, data);
        }
        let targets = page.report.summaries.iter().map(|summary| TargetData {
            name: &summary.name,
            replay: page.findings.replay_all(&summary.name),
        });
        Self { targets: targets.collect(), rules, cases: all, exchanges }
    }
}

impl<'a> Page<'a> {
    fn rule(&self, id: &str) -> Option<(&'a str, Rule<'a>)> {
        let requirement = self.findings.suite.requirement(id)?;
        let entry = self.ledger.and_then(|ledger| ledger.entry(id));
        let rule = Rule {
            level: requirement.level.name(),
            source: explain::place(requirement),
            text: &requirement.text,
            decided: entry.map_or(&[], |entry| &entry.decided_at),
        };
        Some((&requirement.id, rule))
    }
}

impl<'a> Cell<'a> {
    fn new(page: &Page<'a>, result: &'a CaseResult, exchanges: &mut Exchanges) -> Self {
        let (why, fault) = match &result.status {
            Status::Passed => (None, None),
            Status::Failed(fault) | Status::Advice(fault) => {
                (Some(fault.failure.what.as_str()), Some(fault))
            }
            Status::Known(reason) | Status::UnexpectedPass(reason) | Status::Skipped(reason) => {
                (Some(reason.as_str()), None)
            }
        };
        let wrong = fault.map(|fault| (&fault.row, fault.delivery));
        let differs = result.difference.as_ref().map(|one| (&one.row, one.delivery));
        let replay = wrong.or(differs);
        let rows: Vec<Row> = result
            .evidence
            .iter()
            .map(|evidence| {
                let number = exchanges.add(&evidence.transcript);
                let expected = evidence.expected.as_ref().map(|expected| exchanges.add(expected));
                Row(label(&result.case, evidence), number, expected)
            })
            .collect();
        Self {
            mark: Mark::of(Some(result)).word(),
            why,
            excerpt: fault.and_then(|fault| page.findings.excerpt(result, fault)),
            rule: fault.and_then(|fault| fault.failure.rule),
            difference: result.difference.as_ref().map(|one| difference(result, one)),
            replay: replay
                .map(|(row, delivery)| page.findings.replay(&result.target, row, delivery)),
            ms: result.took.as_millis(),
            replays: result.replays,
            repeats: (result.repeats > 0).then_some(result.repeats),
            rows: (!rows.is_empty()).then_some(rows),
        }
    }
}

/// Rows that were replayed.
fn rows(result: &CaseResult) -> usize {
    let is_whole = |evidence: &&Evidence| evidence.delivery == Delivery::Whole;
    result.evidence.iter().filter(is_whole).count()
}

/// A replay's row and its cut, as far as they are not what is usual.
fn label(case: &str, evidence: &Evidence) -> String {
    let row = evidence.row.strip_prefix(case).unwrap_or(&evidence.row);
    match evidence.delivery {
        Delivery::Whole => row.to_owned(),
        delivery if row.is_empty() => delivery.to_string(),
        delivery => format!("{row} {delivery}"),
    }
}

fn difference<'a>(result: &'a CaseResult, difference: &'a Difference) -> DifferenceData<'a> {
    let Difference { row, delivery, against, connection, at, expected, got } = difference;
    let to = if connection.is_empty() { "" } else { &format!(", to {connection}") };
    // A target that differs from itself is named by its two replays.
    let own = if *against == "whole" { "cut" } else { result.target.as_str() };
    let side =
        |name: &'a str, (bytes, ending): &(Vec<u8>, Ending)| (name, around(bytes, *at, *ending));
    DifferenceData {
        row: row.strip_prefix(result.case.as_str()).unwrap_or(row),
        delivery: format!("{delivery}{to}"),
        at: *at,
        sides: [side(against, expected), side(own, got)],
    }
}

/// The bytes before an offset, the one there, and those behind it; or how the connection ended.
fn around(bytes: &[u8], at: usize, ending: Ending) -> [String; 3] {
    let (before, after) = bytes.split_at(at.min(bytes.len()));
    let shown = before.split_at(before.len().saturating_sub(AROUND)).1;
    let dots = if shown.len() < before.len() { "…" } else { "" };
    let before = format!("{dots}{}", Escaped(shown));
    let Some((byte, after)) = after.split_first() else {
        return [before, format!("({ending})"), String::new()];
    };
    let (shown, rest) = after.split_at(after.len().min(AROUND));
    let end = if rest.is_empty() { format!(" ({ending})") } else { "…".to_owned() };
    [before, Escaped(&[*byte]).to_string(), format!("{}{end}", Escaped(shown))]
}

#[cfg(test)]
mod tests {
    use super::around;
    use crate::transcript::Ending;

    #[test]
    fn the_byte_that_differs_stands_between_its_neighbours() {
        let table: [(&[u8], usize, [&str; 3]); 4] = [
            (b"ab\r\nc", 2, ["ab", "\\r", "\\nc (close)"]),
            (b"abc", 3, ["abc", "(close)", ""]),
            (b"", 0, ["", "(close)", ""]),
            (b"abc", 9, ["abc", "(close)", ""]),
        ];
        for (bytes, at, expected) in table {
            assert_eq!(around(bytes, at, Ending::Closed), expected, "{bytes:?} {at}");
        }
        let long: Vec<u8> = (0..120).map(|number| b'0' + number % 10).collect();
        let [before, byte, after] = around(&long, 60, Ending::Open);
        assert!(before.starts_with("…2") && before.chars().count() == 49, "{before}");
        assert!(byte == "0" && after.ends_with("8…"), "{byte} {after}");
    }
}
