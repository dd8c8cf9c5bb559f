//! Lengths: a file has one noun, and a function fits a screen.
//!
//! Clippy counts the lines of functions; here it is only checked that it does so, everywhere.
//! Files are counted without the tests at their end.

use serde::Deserialize;

use super::Finding;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Above this a file fails, unless it is excepted.
const LINES_MAX: usize = 500;
/// Above this a second noun is likely: the file is named, and nothing fails.
const LINES_WARN: usize = 350;
/// Lines of a function, as `clippy.toml` spells it.
const FUNCTION_LIMIT: &str = "too-many-lines-threshold = 70";

const EXCEPTIONS: &str = "ci/exceptions.toml";

/// Files that may be longer, each with the reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    long_file: Vec<LongFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongFile {
    path: String,
    lines_max: usize,
    reason: String,
}

pub(super) fn check(
    workspace: &Workspace,
    sources: &[(String, String)],
) -> Result<Vec<Finding>, Failure> {
    let exceptions: Exceptions = toml::from_str(&workspace.text(EXCEPTIONS)?)
        .map_err(|error| Failure::new(format!("{EXCEPTIONS}: {}", error.message())))?;
    let counts: Vec<(&str, usize)> = sources
        .iter()
        .filter(|(path, _)| path.ends_with(".rs") && !is_test(path))
        .map(|(path, text)| (path.as_str(), code_lines(text)))
        .collect();
    for (path, lines) in &counts {
        if (LINES_WARN + 1..=LINES_MAX).contains(lines) {
            println!("note: {path} has {lines} lines without tests; is there a second noun?");
        }
    }
    let mut findings = files(&counts, &exceptions.long_file);
    findings.extend(functions(sources));
    Ok(findings)
}

/// Files that are too long, and exceptions that nothing needs.
fn files(counts: &[(&str, usize)], exceptions: &[LongFile]) -> Vec<Finding> {
    let exception = |path: &str| exceptions.iter().find(|exception| exception.path == path);
    let mut findings = Vec::new();
    for &(path, lines) in counts {
        let lines_max = exception(path).map_or(LINES_MAX, |exception| exception.lines_max);
        if lines > lines_max {
            let what = format!("{lines} lines without tests, at most {lines_max}: split it");
            findings.push(Finding::new(path, 0, what));
        }
    }
    for LongFile { path, reason, .. } in exceptions {
        let lines = counts.iter().find(|(counted, _)| counted == path).map(|&(_, lines)| lines);
        let stale = match lines {
            None => Some(format!("{path} is not there: remove its exception")),
            Some(lines) if lines <= LINES_MAX => {
                Some(format!("{path} has {lines} lines: it needs no exception"))
            }
            Some(_) if reason.trim().is_empty() => Some(format!("{path} gives no reason")),
            Some(_) => None,
        };
        findings.extend(stale.map(|what| Finding::new(EXCEPTIONS, 0, what)));
    }
    findings
}

/// Whether clippy measures functions in every package.
fn functions(sources: &[(String, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in sources {
        let lacks = |line: &str| !text.lines().any(|there| there.trim() == line);
        let what = if path == "clippy.toml" {
            lacks(FUNCTION_LIMIT).then_some("the limit for functions is 70 lines")
        } else if !path.ends_with("Cargo.toml") {
            None
        } else if text.contains("[workspace.lints.clippy]") {
            lacks("too_many_lines = \"warn\"").then_some("`too_many_lines` is not on")
        } else {
            let inherits = text.contains("[lints]\nworkspace = true");
            (!inherits).then_some("the workspace's lints are not on")
        };
        findings.extend(what.map(|what| Finding::new(path, 0, what)));
    }
    findings
}

/// Whether a file is nothing but tests.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.starts_with("tests/") || path.contains("/tests/")
}

/// Lines of a file, without a `mod tests` that ends it.
fn code_lines(text: &str) -> usize {
    let end = text.find("\n#[cfg(test)]\nmod tests {");
    let code = end.map_or(text, |end| text.get(..end).unwrap_or(text));
    code.trim_end().lines().count()
}

#[cfg(test)]
mod tests {
    use super::{LongFile, code_lines, files, functions, is_test};

    fn excepted(path: &str, lines_max: usize, reason: &str) -> LongFile {
        LongFile { path: path.to_owned(), lines_max, reason: reason.to_owned() }
    }

    #[test]
    fn long_files_fail_unless_excepted() {
        let table: [(usize, &[LongFile], &str); 5] = [
            (500, &[], ""),
            (501, &[], "501 lines"),
            (501, &[excepted("a.rs", 600, "a table")], ""),
            (601, &[excepted("a.rs", 600, "a table")], "601 lines without tests, at most 600"),
            (501, &[excepted("b.rs", 600, "a table")], "501 lines"),
        ];
        for (lines, exceptions, expected) in table {
            let found = files(&[("a.rs", lines)], exceptions);
            let first = found.first().map_or("", |finding| &finding.what);
            assert!(
                first.starts_with(expected) && first.is_empty() == expected.is_empty(),
                "{lines}: {found:?}"
            );
        }
    }

    #[test]
    fn stale_exceptions_fail() {
        let table = [
            (excepted("gone.rs", 600, "a table"), "is not there"),
            (excepted("a.rs", 600, "a table"), "needs no exception"),
            (excepted("long.rs", 600, " "), "gives no reason"),
        ];
        for (exception, expected) in table {
            let found = files(&[("a.rs", 20), ("long.rs", 510)], &[exception]);
            assert!(found.iter().any(|finding| finding.what.contains(expected)), "{found:?}");
        }
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let table = [
            ("", 0),
            ("fn a() {}\n", 1),
            ("fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n", 1),
            ("#[cfg(test)]\nextern crate std;\nfn a() {}\n", 3),
        ];
        for (text, expected) in table {
            assert_eq!(code_lines(text), expected, "{text:?}");
        }
    }

    #[test]
    fn test_files_are_known_by_their_place() {
        for (path, expected) in [
            ("sim/tests/faults.rs", true),
            ("server-core/src/http/tests.rs", true),
            ("ci/src/attests.rs", false),
        ] {
            assert_eq!(is_test(path), expected, "{path}");
        }
    }

    #[test]
    fn function_limit_cannot_be_switched_off() {
        let table = [
            ("clippy.toml", "too-many-lines-threshold = 70\n", 0),
            ("clippy.toml", "too-many-lines-threshold = 700\n", 1),
            ("Cargo.toml", "[workspace.lints.clippy]\ntoo_many_lines = \"warn\"\n", 0),
            ("Cargo.toml", "[workspace.lints.clippy]\ntoo_many_lines = \"allow\"\n", 1),
            ("sim/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n", 0),
            ("sim/Cargo.toml", "[package]\n", 1),
            ("sim/lib.rs", "", 0),
        ];
        for (path, text, expected) in table {
            let found = functions(&[(path.to_owned(), text.to_owned())]);
            assert_eq!(found.len(), expected, "{path} {text:?}: {found:?}");
        }
    }
}
