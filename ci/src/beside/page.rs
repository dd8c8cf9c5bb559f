//! The result as tables, and their places in `docs/beside.md`, whose words are written by hand.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use super::aims::Aims;
use super::requests::{QUESTIONS, REQUESTS};
use super::{Measured, SERVERS};
use crate::failure::Failure;

/// The peer beside whom ratios are shown: the first after ours.
const PEER: usize = 1;

/// What a row shows of each server.
type Column = fn(&Measured) -> u64;

/// All tables: instructions, flash and RAM, instructions at another level, outcomes.
pub(super) fn tables(measured: &[Measured], aims: &Aims) -> String {
    let ratio_to = format!("ratio to {}", SERVERS[PEER].name);
    let mut text = head(&["instructions"], &[&ratio_to, "aim"]);
    for (at, request) in REQUESTS.iter().enumerate() {
        let counts = measured.iter().map(|one| one.instructions[at]);
        let (ours, theirs) = (measured[0].instructions[at], measured[PEER].instructions[at]);
        let aim = aims.find(at, PEER).map(|aim| {
            let word = if aim.is_reached(ours, theirs) { "" } else { ", not reached" };
            format!("1/{}{word}", aim.parts)
        });
        let (cells, ratio, aim) = (cells(counts.clone()), ratio(counts), aim.unwrap_or_default());
        let _ = writeln!(text, "| {} | {cells} | {ratio} | {aim} |", request.what);
    }
    text += &head(&["bytes"], &[&ratio_to]);
    let bytes: [(&str, Column); 4] = [
        ("flash, `GET /hello` alone", |one| one.flash_hello),
        ("flash, the four routes", |one| one.flash),
        ("RAM that is lent: buffers", |one| one.variables),
        ("RAM beside: the future, and the stack at most", |one| one.stack),
    ];
    for (what, of) in bytes {
        let counts = measured.iter().map(of);
        let _ = writeln!(text, "| {what} | {} | {} |", cells(counts.clone()), ratio(counts));
    }
    text += &head(&["instructions, `opt-level = 3`"], &[&ratio_to]);
    for (at, request) in REQUESTS.iter().enumerate() {
        let counts = measured.iter().map(|one| one.instructions_fast[at]);
        let (cells, ratio) = (cells(counts.clone()), ratio(counts));
        let _ = writeln!(text, "| {} | {cells} | {ratio} |", request.what);
    }
    text += &head(&["what comes", "what the RFC asks"], &[]);
    for (at, question) in QUESTIONS.iter().enumerate() {
        let outcomes = measured.iter().map(|one| &one.outcomes[at]);
        let _ = writeln!(text, "| {} | {} | {} |", question.what, question.asked, cells(outcomes));
    }
    text.trim_start().to_owned()
}

/// The two lines that begin a table, with an empty one before it: what stands left and right of the
/// servers' columns.
fn head(left: &[&str], right: &[&str]) -> String {
    let names = SERVERS.iter().map(|server| server.name);
    let names = left.iter().copied().chain(names).chain(right.iter().copied());
    let rules = left.iter().map(|_| "---");
    let rules = rules.chain(SERVERS.iter().map(|_| "---:")).chain(right.iter().map(|_| "---:"));
    format!("\n| {} |\n| {} |\n", cells(names), cells(rules))
}

fn cells(values: impl Iterator<Item = impl Display>) -> String {
    values.map(|value| value.to_string()).collect::<Vec<_>>().join(" | ")
}

/// Ours to the peer's, in hundredths rounded up, so that it never looks better than it is.
fn ratio(counts: impl Iterator<Item = u64>) -> String {
    let counts: Vec<u64> = counts.collect();
    match counts.get(PEER) {
        Some(&theirs) if theirs > 0 => {
            let hundredths = (counts[0] * 100).div_ceil(theirs);
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        }
        _ => String::new(),
    }
}

/// What was measured, and with what.
pub(super) fn with_words(compiler: &str, versions: &BTreeMap<&str, String>) -> String {
    let peers: Vec<_> =
        versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    format!("rustc {compiler};\n{}.\n", peers.join(", "))
}

/// The page with these parts put in between their marks.
pub(super) fn renew(page: &str, parts: &[(&str, &str)]) -> Result<String, Failure> {
    let mut page = page.to_owned();
    for (name, text) in parts {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
        let split = page.split_once(&begin);
        let split = split.and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
        let Some((before, after)) = split else {
            let what = format!("{} lacks {} or {}", super::PAGE, begin.trim(), end.trim());
            return Err(Failure::new(what));
        };
        page = format!("{before}{begin}{text}{end}{after}");
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::{Aims, Measured, QUESTIONS, REQUESTS, ratio, renew, tables};

    #[test]
    fn ratios_never_look_better_than_they_are() {
        for (counts, expected) in [
            (&[1, 8][..], "0.13"),
            (&[1, 4], "0.25"),
            (&[3, 2, 1], "1.50"),
            (&[5, 0], ""),
            (&[5], ""),
        ] {
            assert_eq!(ratio(counts.iter().copied()), expected, "{counts:?}");
        }
    }

    #[test]
    fn parts_are_renewed_between_their_marks() {
        let page = "# A\n\n<!-- b -->\nold\n<!-- /b -->\n\nc\n";
        let renewed = renew(page, &[("b", "new\nlines\n")]).unwrap();
        assert_eq!(renewed, "# A\n\n<!-- b -->\nnew\nlines\n<!-- /b -->\n\nc\n");
        assert_eq!(renew(&renewed, &[("b", "old\n")]).unwrap(), page);
        for broken in ["<!-- /b -->\n<!-- b -->\n", "<!-- b -->\n", ""] {
            assert!(renew(broken, &[("b", "")]).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn every_row_has_as_many_cells_as_its_head() {
        let measured = |factor: u64| Measured {
            flash_hello: factor,
            flash: 2 * factor,
            variables: 3 * factor,
            stack: 4 * factor,
            instructions: vec![5 * factor; REQUESTS.len()],
            instructions_fast: vec![6 * factor; REQUESTS.len()],
            outcomes: vec![factor.to_string(); QUESTIONS.len()],
        };
        let aims = Aims::parse(include_str!("../../budgets.toml")).unwrap();
        let of = |peers: [u64; 3]| {
            let measured: Vec<_> = [1].into_iter().chain(peers).map(measured).collect();
            tables(&measured, &aims)
        };
        let text = of([10, 100, 1000]);
        for table in text.split("\n\n") {
            let cells: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(cells.iter().all(|count| *count == cells[0]), "{table}");
        }
        assert!(text.contains("| flash, the four routes | 2 | 20 | 200 | 2000 | 0.10 |"), "{text}");
        assert!(text.contains("| 5 | 50 | 500 | 5000 | 0.10 | 1/8 |"), "{text}");
        let text = of([7, 7, 7]);
        assert!(text.contains("| 5 | 35 | 35 | 35 | 0.15 | 1/8, not reached |"), "{text}");
    }
}
