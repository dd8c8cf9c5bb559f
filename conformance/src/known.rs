//! Failures that are known, from `fixtures/known-failures.toml`.
//!
//! A known failure does not fail a run; a case that passes although it stands here does, so that
//! the list never outlives its reasons.

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Lines, Span};
use crate::requirement::toml_error;

/// One case that fails on one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFailure {
    /// The target, as `--target` names it.
    pub target: String,
    /// The case's id, or one row of it: `…/slug[item]`.
    pub case: String,
    /// Why it fails.
    pub reason: String,
    /// Since when it is known: `2031-05-17`.
    pub date: String,
    /// Its case in the file.
    pub span: Span,
}

impl KnownFailure {
    /// Whether it is about this row of a case, on this target.
    pub fn covers(&self, target: &str, row: &str) -> bool {
        let whole = row.split_once('[').map_or(row, |(case, _)| case);
        self.target == target && (self.case == row || self.case == whole)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    target: String,
    case: Spanned<String>,
    reason: Spanned<String>,
    date: Spanned<String>,
}

/// Reads `known-failures.toml`; `shown` is the file as the reader would name it, `is_case` knows
/// the ids of all cases and rows.
///
/// # Errors
///
/// All that is wrong with it; an error of the TOML itself stands alone.
pub fn parse(
    shown: &str,
    source: &str,
    is_case: impl Fn(&str) -> bool,
) -> Result<Vec<KnownFailure>, Vec<Diagnostic>> {
    let file: File =
        toml::from_str(source).map_err(|error| vec![toml_error(shown, source, &error)])?;
    let lines = Lines::new(source);
    let (mut known, mut errors): (Vec<KnownFailure>, Vec<Diagnostic>) = Default::default();
    for entry in file.known {
        let span = lines.span(entry.case.span());
        let mut error = |at: &Spanned<String>, message: String, hint: &str| {
            let span = lines.span(at.span());
            errors.push(Diagnostic::new(shown, source, span, message, hint.to_owned()));
        };
        let case = entry.case.get_ref();
        if !is_case(case) {
            let message = format!("unknown case `{case}`");
            error(&entry.case, message, "name one of the suite, or remove the entry");
        }
        if known.iter().any(|one| one.target == entry.target && one.case == *case) {
            let message = format!("`{case}` stands here twice for `{}`", entry.target);
            error(&entry.case, message, "remove one entry");
        }
        if entry.reason.get_ref().trim().is_empty() {
            let message = "a known failure without a reason".to_owned();
            error(&entry.reason, message, "say why it fails, or mend it");
        }
        if !is_date(entry.date.get_ref()) {
            let message = format!("`{}` is no date", entry.date.get_ref());
            error(&entry.date, message, "write year, month and day: `2031-05-17`");
        }
        known.push(KnownFailure {
            target: entry.target,
            case: entry.case.into_inner(),
            reason: entry.reason.into_inner(),
            date: entry.date.into_inner(),
            span,
        });
    }
    if errors.is_empty() { Ok(known) } else { Err(errors) }
}

/// Whether the text has the shape of a date: four, two and two digits.
fn is_date(text: &str) -> bool {
    let shape = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    text.bytes().map(shape).eq(*b"0000-00-00")
}

#[cfg(test)]
mod tests {
    use super::parse;

    const ENTRY: &str = "[[known]]\ntarget = \"host\"\ncase = \"a/b\"\nreason = \"slow\"\n\
                         date = \"2031-05-17\"\n";

    fn is_case(id: &str) -> bool {
        ["a/b", "a/b[00]"].contains(&id)
    }

    #[test]
    fn covers_a_case_and_its_rows_on_one_target() {
        let whole = &parse("k.toml", ENTRY, is_case).unwrap()[0];
        let row = &parse("k.toml", &ENTRY.replace("a/b", "a/b[00]"), is_case).unwrap()[0];
        assert!(whole.covers("host", "a/b") && whole.covers("host", "a/b[7f]"));
        assert!(!whole.covers("core", "a/b") && !whole.covers("host", "a/bc"));
        assert!(row.covers("host", "a/b[00]"));
        assert!(!row.covers("host", "a/b[01]") && !row.covers("host", "a/b"));
    }

    #[test]
    fn says_what_is_wrong_with_an_entry() {
        let twice = format!("{ENTRY}{ENTRY}");
        let table = [
            (ENTRY.replace("a/b", "a/c"), "3:8 unknown case `a/c`"),
            (twice, "8:8 `a/b` stands here twice for `host`"),
            (ENTRY.replace("slow", " "), "4:10 a known failure without a reason"),
            (ENTRY.replace("2031-05-17", "May 2031"), "5:8 `May 2031` is no date"),
            (ENTRY.replace("reason", "raeson"), "4:1 unknown field `raeson`, expected one of"),
        ];
        for (source, expected) in table {
            let errors = parse("k.toml", &source, is_case).unwrap_err();
            let [error] = &errors[..] else { panic!("{errors:?}") };
            let span = error.excerpt.as_ref().unwrap().0;
            let found = format!("{}:{} {}", span.line, span.column, error.message);
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn an_empty_list_is_the_best_list() {
        assert!(parse("k.toml", "# Nothing.\n", is_case).unwrap().is_empty());
    }
}
