//! The table of features names what shows each; here is whether that exists, and whether each row of
//! the list has something.

use std::collections::BTreeSet;
use std::path::Path;

use samewire_conformance::invariant;
use samewire_conformance::suite::Suite;

const PAGE: &str = include_str!("../../docs/features.md");

/// The features of the core, of those that the project set out with.
const CORE: &[(u32, u32)] = &[
    (1, 30),
    (32, 35),
    (37, 71),
    (73, 74),
    (76, 95),
    (99, 99),
    (109, 119),
    (123, 123),
    (125, 135),
    (137, 141),
    (144, 145),
    (151, 151),
    (154, 154),
    (190, 190),
    (192, 192),
];

/// The rows above what comes later: the numbers, and the cell of what shows them.
fn rows() -> impl Iterator<Item = (BTreeSet<u32>, &'static str)> {
    let now = PAGE.split("\n## What comes later\n").next().unwrap_or_default();
    now.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let numbers: BTreeSet<u32> =
            cells.first()?.split(", ").map(|number| number.parse().ok()).collect::<Option<_>>()?;
        assert_eq!(cells.len(), 3, "{line}");
        Some((numbers, *cells.last()?))
    })
}

/// What stands between backquotes in the cells.
fn names() -> impl Iterator<Item = &'static str> {
    rows().flat_map(|(_, cell)| cell.split('`').skip(1).step_by(2))
}

#[test]
fn each_feature_of_the_core_has_a_row() {
    let listed: Vec<u32> = rows().flat_map(|(numbers, _)| numbers).collect();
    let expected: Vec<u32> = CORE.iter().flat_map(|&(first, last)| first..=last).collect();
    assert_eq!(listed, expected);
}

#[test]
fn each_name_stands_for_something() {
    let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let is_test = |name: &str| {
        let (file, test) = name.split_once("::")?;
        let source = std::fs::read_to_string(root.join(file)).ok()?;
        source.contains(&format!("fn {test}(")).then_some(())
    };
    let is_invariant = |name: &str| {
        let name = name.strip_prefix("invariant:")?;
        invariant::ALL.iter().find(|one| one.name() == name).map(|_| ())
    };
    let is_case = |name: &str| {
        let is_below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        let mut ids = suite.cases().map(|(_, case)| &*case.id);
        ids.any(|id| id.strip_prefix(name).is_some_and(is_below)).then_some(())
    };
    let is_known = |name: &&str| {
        is_test(name).or_else(|| is_invariant(name)).or_else(|| is_case(name)).is_some()
    };
    let lost: Vec<&str> = names().filter(|name| !is_known(name)).collect();
    assert!(lost.is_empty(), "no such cases, invariants or tests: {lost:#?}");
}

#[test]
fn each_row_shows_something() {
    let empty: Vec<_> = rows().filter(|(_, cell)| !cell.contains('`')).collect();
    assert!(empty.is_empty(), "{empty:#?}");
    assert!(!PAGE.contains("to be shown"), "a row says no more than that");
}
