//! Arrows point one way: the table in `docs/architecture.md` beside what cargo says.

use super::Finding;
use crate::failure::Failure;
use crate::workspace::{Package, Workspace};

const PAGE: &str = "docs/architecture.md";
/// The head of the table, cell by cell.
const HEAD: [&str; 3] = ["package", "may import of ours", "and in its tests"];
/// What stands in a cell when there is nothing.
const NOTHING: &str = "nothing";

/// One row: a package and the packages of ours that it may import.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    /// Counted from 1.
    line: usize,
    package: String,
    normal: Vec<String>,
    dev: Vec<String>,
}

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let rows = table(&workspace.text(PAGE)?);
    Ok(compare(&rows, &workspace.packages()?))
}

/// The rows of the table with [`HEAD`]; none if the page has no such table.
fn table(page: &str) -> Vec<Row> {
    let mut lines = (1..).zip(page.lines());
    if !lines.by_ref().any(|(_, line)| cells(line).is_some_and(|cells| cells == HEAD)) {
        return Vec::new();
    }
    let rows = lines.skip(1).map_while(|(at, line)| {
        let cells = cells(line)?;
        let [package, normal, dev] = cells.as_slice() else { return None };
        Some(Row {
            line: at,
            package: (*package).to_owned(),
            normal: names(normal),
            dev: names(dev),
        })
    });
    rows.collect()
}

/// The cells of one row of a Markdown table, without the code quotes.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().trim_matches('`')).collect())
}

fn names(cell: &str) -> Vec<String> {
    let names = cell.split(',').map(|name| name.trim().trim_matches('`'));
    names.filter(|name| !name.is_empty() && *name != NOTHING).map(str::to_owned).collect()
}

/// Both ways: no arrow that the table lacks, no row without its package, no package without a row.
fn compare(rows: &[Row], packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if rows.is_empty() {
        let what = format!("the table `| {} |` is missing", HEAD.join(" | "));
        findings.push(Finding::new(PAGE, 0, what));
    }
    let exists = |name: &str| packages.iter().any(|package| package.name == name);
    for row in rows {
        let named = std::iter::once(&row.package).chain(&row.normal).chain(&row.dev);
        for name in named.filter(|name| !exists(name)) {
            findings.push(Finding::new(PAGE, row.line, format!("there is no package {name}")));
        }
    }
    for Package { name, dependencies, .. } in packages {
        let Some(row) = rows.iter().find(|row| row.package == *name) else {
            findings.push(Finding::new(PAGE, 0, format!("{name} has no row in the table")));
            continue;
        };
        for to in dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            let dev = to.kind.as_deref() == Some("dev");
            let allowed = row.normal.contains(&to.name) || (dev && row.dev.contains(&to.name));
            // A package may name itself in its tests, to switch on a feature of its own.
            if !allowed && to.name != *name {
                let place = if dev { " in its tests" } else { "" };
                let what = format!("{name} must not import {}{place}", to.name);
                findings.push(Finding::new(PAGE, row.line, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{compare, table};
    use crate::workspace::{Dependency, Package};

    const PAGE: &str = "# Page\n\n| a | b |\n| - | - |\n| c | d |\n\n\
        | package | may import of ours | and in its tests |\n| --- | --- | --- |\n\
        | `core` | nothing | nothing |\n| `demo` | `core` | nothing |\n| `host` | `core` | `demo` |\n\ntext\n";

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let ours = |&(name, kind): &(&str, Option<&str>)| Dependency {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            path: Some("/somewhere".into()),
        };
        let mut dependencies: Vec<Dependency> = dependencies.iter().map(ours).collect();
        // From the registry, so none of our arrows.
        dependencies.push(Dependency { name: "serde".to_owned(), kind: None, path: None });
        Package { name: name.to_owned(), dependencies }
    }

    fn good() -> [Package; 3] {
        [
            package("core", &[]),
            package("demo", &[("core", None)]),
            package("host", &[("core", None), ("demo", Some("dev"))]),
        ]
    }

    #[test]
    fn reads_the_table_among_others() {
        let rows = table(PAGE);
        let names: Vec<&str> = rows.iter().map(|row| row.package.as_str()).collect();
        assert_eq!(names, ["core", "demo", "host"]);
        assert_eq!((rows[2].line, &rows[2].dev), (11, &vec!["demo".to_owned()]));
        assert!(rows[0].normal.is_empty());
    }

    #[test]
    fn what_the_table_allows_passes() {
        assert_eq!(compare(&table(PAGE), &good()), []);
    }

    #[test]
    fn an_arrow_that_the_table_lacks_fails() {
        let table_of_bad: [(usize, Package, &str); 5] = [
            (0, package("core", &[("demo", None)]), "core must not import demo"),
            (
                0,
                package("core", &[("demo", Some("dev"))]),
                "core must not import demo in its tests",
            ),
            (2, package("host", &[("demo", None)]), "host must not import demo"),
            (2, package("host", &[("demo", Some("build"))]), "host must not import demo"),
            (2, package("host", &[("core", None), ("host2", None)]), "host must not import host2"),
        ];
        for (at, bad, expected) in table_of_bad {
            let mut packages = good();
            packages[at] = bad;
            let findings = compare(&table(PAGE), &packages);
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(findings[0].what, expected);
        }
    }

    #[test]
    fn rows_and_packages_come_in_pairs() {
        let [core, demo, host] = good();
        let findings = compare(&table(PAGE), &[core, demo]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].what, "there is no package host");

        let [core, demo, _] = good();
        let findings = compare(&table(PAGE), &[core, demo, host, package("hil", &[])]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].what, "hil has no row in the table");
    }

    #[test]
    fn a_page_without_the_table_fails() {
        assert!(!compare(&table("# Page\n"), &good()).is_empty());
    }
}
