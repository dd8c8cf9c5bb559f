//! Where the code decides a requirement, found by reading the sources of `server-core`.
//!
//! A place decides if a comment there names the requirement's id, or if it raises a
//! [`Violation`] that stands for it. Tests decide nothing, and neither does a pattern that asks
//! which violation there was.

use samewire::Violation;

use crate::diagnostic::{Diagnostic, Span};

/// One place that decides one requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The id, which may be unknown.
    pub id: String,
    /// The file, from the top of the workspace.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// How the place names it: the id, or the violation.
    span: Span,
    /// The line.
    text: String,
}

impl Decision {
    /// The place, as a report names it: `server-core/src/http/fields.rs:120`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    /// Points at it, as an error.
    pub(crate) fn diagnostic(&self, message: String, hint: String) -> Diagnostic {
        let excerpt = Some((self.span, self.text.clone()));
        Diagnostic { message, path: self.path.clone(), excerpt, hint }
    }
}

/// All decisions in these sources, given as paths and texts.
pub fn decisions(sources: &[(&str, &str)]) -> Vec<Decision> {
    let violations: Vec<(String, &str)> =
        Violation::ALL.iter().map(|one| (format!("{one:?}"), one.requirement())).collect();
    let mut decisions = Vec::new();
    for (path, source) in sources.iter().filter(|(path, _)| !is_test(path)) {
        for (text, line) in without_tests(source).zip(1..) {
            let code = text.find("//").unwrap_or(text.len());
            let commented = ids(text, code).map(|at| (at, text[at.0..at.1].to_owned()));
            let raised = raised(&text[..code]).filter_map(|at| {
                violations
                    .iter()
                    .find(|one| one.0 == text[at.0..at.1])
                    .map(|one| (at, one.1.to_owned()))
            });
            decisions.extend(commented.chain(raised).map(|((start, end), id)| Decision {
                id,
                path: (*path).to_owned(),
                line,
                span: Span {
                    line,
                    column: text[..start].chars().count() as u32 + 1,
                    width: text[start..end].chars().count() as u32,
                },
                text: text.to_owned(),
            }));
        }
    }
    decisions
}

/// Whether the file is a module of tests.
fn is_test(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "tests" | "tests.rs"))
}

/// The lines above the module of tests, which stands last in a file.
fn without_tests(source: &str) -> impl Iterator<Item = &str> {
    let end = source.find("#[cfg(test)]\nmod ").unwrap_or(source.len());
    source[..end].lines()
}

/// The pieces of a comment, which starts at `from`, that have the shape of an id.
fn ids(text: &str, from: usize) -> impl Iterator<Item = (usize, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let word = move |word: &str| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (start, start + word.trim_end_matches(['.', '-']).len())
    };
    text[from..]
        .split(move |c| !is_part(c))
        .map(word)
        .filter(|&(start, end)| is_id(&text[start..end]))
}

/// Whether a word can only be meant as an id: a document, a section, and more.
fn is_id(word: &str) -> bool {
    let mut parts = word.splitn(3, '-');
    let document = parts.next().unwrap_or("");
    let number = document.strip_prefix("rfc");
    let is_document = document == "sse"
        || number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    let is_section =
        parts.next().is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    is_document && is_section && parts.next().is_some_and(|rest| !rest.is_empty())
}

/// The names after `Violation::` that are values, not patterns.
fn raised(code: &str) -> impl Iterator<Item = (usize, usize)> {
    const PREFIX: &str = "Violation::";
    code.match_indices(PREFIX).filter_map(|(at, _)| {
        let start = at + PREFIX.len();
        let rest = &code[start..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let after = &rest[length..];
        // `A | B => …` asks; `1 => A, _ => B` answers.
        let is_pattern = after.find("=>").is_some_and(|arrow| !after[..arrow].contains([',', ';']));
        (!is_pattern).then_some((start, start + length))
    })
}

#[cfg(test)]
mod tests {
    use super::decisions;

    #[test]
    fn finds_comments_and_violations_that_are_raised() {
        let source = "//! RFC 9112 §5.1, rfc9112-5.1.\n\
                      // rfc9112-5.1-ws-before-colon-400 rfc1-2-x.\n\
                      fn f() { Err(Violation::SpaceBeforeColon) } // sse-9.2-utf8\n\
                      match v { Violation::BareLf | Violation::BareCr => 1 }\n\
                      match n { 1 => Violation::BareLf, _ => Violation::BareCr }\n\
                      /// As [`Violation::Method`], see https://a-1-b.example.\n\
                      #[cfg(test)]\nmod tests {\n// rfc9112-9-x\nViolation::Method\n}\n";
        let found: Vec<String> =
            decisions(&[("server-core/src/http/a.rs", source), ("b/tests.rs", "// rfc1-1-a")])
                .iter()
                .map(|one| format!("{}:{} {}", one.line, one.span.column, one.id))
                .collect();
        let expected = [
            "2:4 rfc9112-5.1-ws-before-colon-400",
            "2:36 rfc1-2-x",
            "3:48 sse-9.2-utf8",
            "3:25 rfc9112-5.1-ws-before-colon-400",
            "5:27 rfc9112-2.2-lone-lf-line-end",
            "5:51 rfc9112-2.2-bare-cr-received",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_the_place() {
        let found = decisions(&[("server-core/src/http/a.rs", "\n// rfc1-2-x\n")]);
        assert_eq!(found[0].place(), "server-core/src/http/a.rs:2");
        let shown = found[0].diagnostic("m".into(), "h".into()).to_string();
        assert!(shown.contains("server-core/src/http/a.rs:2:4\n 2 | // rfc1-2-x"), "{shown}");
    }
}
