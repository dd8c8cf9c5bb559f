//! The index of attacks and the table of deadlines name cases and tests; here is whether they
//! exist, and whether each attack and each deadline has some.

use std::path::Path;

use samewire_conformance::case::Limit;
use samewire_conformance::suite::Suite;

const ATTACKS: &str = include_str!("../../fixtures/attacks.md");
const QUALITY: &str = include_str!("../../docs/quality.md");

/// The rows of the table of deadlines.
fn deadlines() -> impl Iterator<Item = &'static str> {
    let section = QUALITY.split("\n## ").find(|section| section.starts_with("Deadlines\n"));
    section.unwrap_or_default().lines().filter(|line| line.starts_with("| `"))
}

/// What stands between backquotes in the rows of the indexes, limits apart.
fn names() -> impl Iterator<Item = &'static str> {
    let attacks = ATTACKS.lines().filter(|line| line.starts_with("| "));
    let names = attacks.chain(deadlines()).flat_map(|line| line.split('`').skip(1).step_by(2));
    names.filter(|name| !Limit::NAMES.contains(name))
}

/// Whether a test of this name is in this file: `path/file.rs::name`.
fn is_test(name: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let Some((file, test)) = name.split_once("::") else { return false };
    let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
    source.contains(&format!("fn {test}("))
}

#[test]
fn each_case_exists() {
    let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let ids: Vec<&str> = suite.cases().map(|(_, case)| &*case.id).collect();
    let lost: Vec<&str> =
        names().filter(|name| !name.contains("::") && !ids.contains(name)).collect();
    assert!(lost.is_empty(), "no such cases: {lost:#?}");
}

#[test]
fn each_test_exists() {
    let lost: Vec<&str> = names().filter(|name| name.contains("::") && !is_test(name)).collect();
    assert!(lost.is_empty(), "no such tests: {lost:#?}");
}

#[test]
fn each_test_beside_others_exists() {
    let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let tests = suite.requirements.iter().filter_map(|requirement| requirement.beside.as_deref());
    let lost: Vec<&str> = tests.filter(|test| !is_test(test)).collect();
    assert!(lost.is_empty(), "no such tests: {lost:#?}");
}

#[test]
fn each_deadline_has_a_case_before_at_and_after_it() {
    for limit in Limit::NAMES.iter().filter(|name| name.contains("_ms")) {
        let rows: Vec<&str> =
            deadlines().filter(|row| row.starts_with(&format!("| `{limit}`"))).collect();
        assert!(!rows.is_empty(), "{limit} is not in the table of deadlines");
        for row in rows {
            let cells: Vec<&str> = row.split(" | ").collect();
            assert_eq!(cells.len(), 6, "{row}");
            let is_shown = |cell: &&str| cell.contains('`') || *cell == "the same";
            assert!(cells.iter().skip(2).all(is_shown), "{row}");
        }
    }
}

#[test]
fn each_row_shows_something_or_says_what_it_waits_for() {
    let empty: Vec<&str> = ATTACKS
        .lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| attack") && !line.starts_with("| ---")
        })
        .filter(|line| !line.contains('`') && !line.contains("waits for"))
        .collect();
    assert!(empty.is_empty(), "rows without a proof: {empty:#?}");
}
