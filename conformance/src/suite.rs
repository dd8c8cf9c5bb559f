//! The suite: every case, the requirements they prove, and the failures that are known.
//!
//! Either all of it is read, or nothing runs: a suite with an error would prove less than it says.
//! Only who explains takes what can be read.

use std::collections::HashSet;
use std::path::Path;

use crate::case::parse::parse;
use crate::case::{Case, CaseFile};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::fixtures::Fixtures;
use crate::known::{self, KnownFailure};
use crate::requirement::{self, Requirement};

const REQUIREMENTS: &str = "requirements.toml";
const KNOWN: &str = "known-failures.toml";

/// A whole suite, free of errors.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The texts it was read from.
    pub fixtures: Fixtures,
    /// In the order of their paths; at least one.
    pub files: Vec<SuiteFile>,
    /// In the order of `requirements.toml`.
    pub requirements: Vec<Requirement>,
    /// In the order of `known-failures.toml`.
    pub known: Vec<KnownFailure>,
}

/// A case file, and the text it was read from.
#[derive(Clone, Debug)]
pub struct SuiteFile {
    /// The file as the reader would name it: `fixtures/http/fields/whitespace.case`.
    pub shown: String,
    /// Its text.
    pub source: String,
    /// What the text means.
    pub content: CaseFile,
}

impl SuiteFile {
    /// Points at a piece of this file, as an error in it would.
    pub fn diagnostic(&self, span: Span, message: String, hint: String) -> Diagnostic {
        Diagnostic::new(&self.shown, &self.source, span, message, hint)
    }
}

impl Suite {
    /// Reads the fixtures in `folder`, or those that [`Fixtures::find`] finds without.
    ///
    /// A folder without `requirements.toml` is judged by the requirements in this binary: whoever
    /// writes cases for a server of their own needs no copy.
    ///
    /// # Errors
    ///
    /// All that is wrong with any file of it.
    pub fn load(folder: Option<&Path>) -> Result<Self, Vec<Diagnostic>> {
        Self::read(Fixtures::find(folder)?)
    }

    /// Reads these fixtures.
    ///
    /// # Errors
    ///
    /// All that is wrong with any file of it.
    pub fn read(fixtures: Fixtures) -> Result<Self, Vec<Diagnostic>> {
        let (suite, errors) = Self::read_what_can_be(fixtures);
        if errors.is_empty() { Ok(suite) } else { Err(errors) }
    }

    /// Reads the files of these fixtures that are in order, and says what is wrong with the others.
    pub fn read_what_can_be(fixtures: Fixtures) -> (Self, Vec<Diagnostic>) {
        let mut errors = Vec::new();
        let mut files = Vec::new();
        for (path, source) in fixtures.cases() {
            let shown = fixtures.shown(&format!("{path}.case"));
            errors.extend(misnamed(path, &shown));
            match parse(path, &shown, source) {
                Ok(content) => files.push(SuiteFile { shown, source: source.to_owned(), content }),
                Err(found) => errors.extend(found),
            }
        }
        if fixtures.cases().next().is_none() {
            let message = "there is no `.case` file below this folder".to_owned();
            let hint = "name the folder that holds the cases".to_owned();
            errors.push(Diagnostic::of_file(&fixtures.root, message, hint));
        }

        let own = fixtures.text(REQUIREMENTS);
        let ours = Fixtures::embedded();
        let source = own.or(ours.text(REQUIREMENTS)).unwrap_or_default();
        let requirements = requirement::parse(&fixtures.shown(REQUIREMENTS), source);
        let requirements = requirements.unwrap_or_else(|found| {
            errors.extend(found);
            Vec::new()
        });
        if !requirements.is_empty() {
            errors.extend(unknown_rules(&files, &requirements));
        }
        // Who has requirements of their own wants to know what proves them.
        if own.is_some() {
            errors.extend(without_rule(&files));
        }

        let names: HashSet<String> = cases_of(&files).flat_map(|(_, case)| names(case)).collect();
        let source = fixtures.text(KNOWN).unwrap_or_default();
        let known = known::parse(&fixtures.shown(KNOWN), source, |id| names.contains(id));
        let known = known.unwrap_or_else(|found| {
            // Ids cannot be judged while a file with cases is unread.
            let all_read = files.len() == fixtures.cases().count();
            errors.extend(found.into_iter().filter(|_| all_read));
            Vec::new()
        });
        (Self { fixtures, files, requirements, known }, errors)
    }

    /// Every case, with the file it stands in.
    pub fn cases(&self) -> impl Iterator<Item = (&SuiteFile, &Case)> {
        cases_of(&self.files)
    }

    /// The case with this id.
    pub fn case(&self, id: &str) -> Option<(&SuiteFile, &Case)> {
        self.cases().find(|(_, case)| case.id == id)
    }

    /// The requirement with this id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }

    /// The known failure of this row of a case on this target, if there is one.
    pub fn known_failure(&self, target: &str, row: &str) -> Option<&KnownFailure> {
        self.known.iter().find(|known| known.covers(target, row))
    }
}

fn cases_of(files: &[SuiteFile]) -> impl Iterator<Item = (&SuiteFile, &Case)> {
    files.iter().flat_map(|file| file.content.cases.iter().map(move |case| (file, case)))
}

/// What a known failure may name: the case, and each of its rows.
fn names(case: &Case) -> Vec<String> {
    let mut names = vec![case.id.clone()];
    names.extend(case.rows().into_iter().map(|row| row.id));
    names
}

/// An id is typed into a shell, and stands in brackets: its letters are few.
fn misnamed(path: &str, shown: &str) -> Option<Diagnostic> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fine = |segment: &str| !segment.is_empty() && segment.chars().all(plain);
    if path.split('/').all(fine) {
        return None;
    }
    let message = "the name of this file cannot be part of an id".to_owned();
    let hint = "name files and folders with small letters, digits and `-`".to_owned();
    Some(Diagnostic::of_file(shown, message, hint))
}

/// Cases that prove nothing.
fn without_rule(files: &[SuiteFile]) -> impl Iterator<Item = Diagnostic> {
    cases_of(files).filter(|(_, case)| case.rules.is_empty()).map(|(file, case)| {
        let message = format!("the case `{}` has no `rule` line", case.slug());
        file.diagnostic(case.span, message, "add one below its prose: `rule ID`".to_owned())
    })
}

/// Cases that prove what nobody asks.
fn unknown_rules<'a>(
    files: &'a [SuiteFile],
    requirements: &'a [Requirement],
) -> impl Iterator<Item = Diagnostic> + 'a {
    let ids: HashSet<&str> = requirements.iter().map(|requirement| &*requirement.id).collect();
    let rules =
        cases_of(files).flat_map(|(file, case)| case.rules.iter().map(move |rule| (file, rule)));
    rules.filter(move |(_, rule)| !ids.contains(&*rule.value)).map(move |(file, rule)| {
        let message = format!("unknown requirement `{}`", rule.value);
        let hint = match nearest(&rule.value, requirements.iter().map(|known| &*known.id)) {
            Some(id) => format!("did you mean `{id}`?"),
            None => "name one of requirements.toml, or add it there".to_owned(),
        };
        file.diagnostic(rule.span, message, hint)
    })
}

#[cfg(test)]
mod tests {
    use super::Suite;
    use crate::case::Need;
    use crate::fixtures::Fixtures;

    const CASE: &str = "### a\nProse.\nrule rfc9112-3.2-host-missing-400\neach B = 00..01\n\n\
                        > \\{B}\n! close\n";

    fn read(texts: &[(&str, &str)]) -> Result<Suite, Vec<String>> {
        let text = |&(path, text): &(&str, &str)| (path.to_owned(), text.to_owned());
        let texts = texts.iter().map(text).collect();
        let fixtures = Fixtures { root: "here".to_owned(), folder: None, texts };
        let line = |error: &crate::diagnostic::Diagnostic| {
            let span = error.excerpt.as_ref().map_or_else(Default::default, |(span, _)| *span);
            format!("{}:{}:{} {}", error.path, span.line, span.column, error.message)
        };
        Suite::read(fixtures).map_err(|errors| errors.iter().map(line).collect())
    }

    #[test]
    fn the_suite_of_this_project_is_free_of_errors() {
        let suite = Suite::load(None).unwrap_or_else(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n\n"))
        });
        let (_, case) = suite.cases().next().unwrap();
        assert_eq!(suite.case(&case.id).unwrap().1, case);
        assert!(suite.requirement(&case.rules[0].value).is_some());
    }

    #[test]
    fn every_file_of_this_project_is_canonical() {
        for file in Fixtures::find(None).unwrap().formatted().unwrap() {
            assert!(file.unchanged, "{}: run `samewire fmt`", file.shown);
        }
    }

    #[test]
    fn the_grammar_names_every_need_and_its_examples_are_cases() {
        let grammar = include_str!("../../fixtures/README.md");
        for need in Need::ALL {
            assert!(grammar.contains(&format!("| `{need}` |")), "{need} is not described");
        }
        let examples: Vec<&str> = grammar
            .split("```case\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .collect();
        assert_eq!(examples.len(), 6);
        for example in examples {
            let suite = read(&[("example.case", example)]).unwrap();
            assert_eq!(suite.files[0].content.to_string(), example);
        }
    }

    #[test]
    fn finds_the_known_failure_of_a_row() {
        let entry = "[[known]]\ntarget = \"core\"\ncase = \"x/y/a[01]\"\nreason = \"r\"\n\
                     date = \"2031-05-17\"\n";
        let suite = read(&[("known-failures.toml", entry), ("x/y.case", CASE)]).unwrap();
        assert!(suite.known_failure("core", "x/y/a[01]").is_some());
        assert!(suite.known_failure("core", "x/y/a[00]").is_none());
    }

    #[test]
    fn collects_the_errors_of_all_files() {
        let entry = "[[known]]\ntarget = \"core\"\ncase = \"x/z/a\"\nreason = \"r\"\n\
                     date = \"today\"\n";
        let mistyped = CASE.replace("missing", "misisng");
        let errors = read(&[
            ("known-failures.toml", entry),
            ("x/b.case", &mistyped),
            ("x/c.case", "### A\n"),
            ("x/D.case", CASE),
        ]);
        let expected = [
            "here/x/c.case:1:5 `A` is no slug",
            "here/x/D.case:0:0 the name of this file cannot be part of an id",
            "here/x/b.case:3:6 unknown requirement `rfc9112-3.2-host-misisng-400`",
        ];
        assert_eq!(errors.unwrap_err(), expected);
        let errors = read(&[("known-failures.toml", entry), ("x/b.case", CASE)]);
        let expected = [
            "here/known-failures.toml:3:8 unknown case `x/z/a`",
            "here/known-failures.toml:5:8 `today` is no date",
        ];
        assert_eq!(errors.unwrap_err(), expected);
    }

    #[test]
    fn a_case_needs_a_rule_where_there_are_requirements() {
        let case = "### a\nProse.\n\nws /ws\n! close\n";
        assert_eq!(read(&[("x/b.case", case)]).map(|_| ()), Ok(()));
        let requirements = Fixtures::embedded().text("requirements.toml").unwrap().to_owned();
        let errors = read(&[("requirements.toml", &requirements), ("x/b.case", case)]);
        assert_eq!(errors.unwrap_err(), ["here/x/b.case:1:5 the case `a` has no `rule` line"]);
    }

    #[test]
    fn a_folder_without_cases_is_an_error() {
        let errors = read(&[]).unwrap_err();
        assert_eq!(errors, ["here:0:0 there is no `.case` file below this folder"]);
    }
}
