//! The index of attacks names cases and tests; here is whether they exist.

use std::path::Path;

use samewire_conformance::suite::Suite;

const INDEX: &str = include_str!("../../fixtures/attacks.md");

/// What stands between backquotes in the rows of the index.
fn names() -> impl Iterator<Item = &'static str> {
    INDEX
        .lines()
        .filter(|line| line.starts_with("| "))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let exists = |name: &str| {
        let (file, test) = name.split_once("::")?;
        let source = std::fs::read_to_string(root.join(file)).ok()?;
        source.contains(&format!("fn {test}(")).then_some(())
    };
    let lost: Vec<&str> =
        names().filter(|name| name.contains("::") && exists(name).is_none()).collect();
    assert!(lost.is_empty(), "no such tests: {lost:#?}");
}

#[test]
fn each_row_shows_something_or_says_what_it_waits_for() {
    let empty: Vec<&str> = INDEX
        .lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| attack") && !line.starts_with("| ---")
        })
        .filter(|line| !line.contains('`') && !line.contains("waits for"))
        .collect();
    assert!(empty.is_empty(), "rows without a proof: {empty:#?}");
}
