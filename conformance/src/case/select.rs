//! Which cases an argument means: a file, a folder, an id, a part of it, or one row.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

use super::{Case, Row};
use crate::diagnostic::nearest;
use crate::suite::{Suite, SuiteFile};

/// A case that was asked for, and those of its rows that were.
#[derive(Clone, Debug)]
pub struct Selected<'a> {
    /// The file it stands in.
    pub file: &'a SuiteFile,
    /// The case.
    pub case: &'a Case,
    /// In the order of the case; at least one.
    pub rows: Vec<Row>,
}

/// An argument that means no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoMatch {
    /// The argument.
    pub argument: String,
    /// What may have been meant.
    pub meant: Option<String>,
}

impl Display for NoMatch {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "no case matches `{}`", self.argument)?;
        match &self.meant {
            Some(meant) => write!(out, "; did you mean `{meant}`?"),
            None => write!(out, "; name a file, a folder, or (a part of) an id: `http/fields`"),
        }
    }
}

/// The cases that the arguments mean, in the order of the suite, each once; without arguments all.
///
/// An argument is a path of a file or folder (`fixtures/http/fields/whitespace.case`), an id
/// (`http/fields/whitespace/tab-before-colon`), its first segments (`http/fields`), or one row
/// (`http/fields/names/control-bytes[0b]`).
///
/// # Errors
///
/// The arguments that mean nothing.
pub fn select<'a>(
    suite: &'a Suite,
    arguments: &[String],
) -> Result<Vec<Selected<'a>>, Vec<NoMatch>> {
    let patterns: Vec<Pattern> =
        arguments.iter().map(|argument| Pattern::new(suite, argument)).collect();
    let mut matched = vec![false; patterns.len()];
    let mut selected = Vec::new();
    for (file, case) in suite.cases() {
        let mut rows = case.rows();
        if !arguments.is_empty() {
            rows.retain(|row| {
                let mut wanted = false;
                for (pattern, matched) in patterns.iter().zip(&mut matched) {
                    let fits = pattern.fits(file, case, row);
                    *matched |= fits;
                    wanted |= fits;
                }
                wanted
            });
        }
        if !rows.is_empty() {
            selected.push(Selected { file, case, rows });
        }
    }
    let misses = arguments.iter().zip(matched).filter(|(_, matched)| !matched);
    let misses: Vec<NoMatch> = misses.map(|(argument, _)| no_match(suite, argument)).collect();
    if misses.is_empty() { Ok(selected) } else { Err(misses) }
}

/// An argument, brought into the form of an id.
struct Pattern {
    /// The segments of an id, or the first few; empty for all cases.
    path: String,
    /// Whether it names a file, not its namesake folder.
    is_file: bool,
    /// The brackets at the end.
    row: Option<String>,
}

impl Pattern {
    fn new(suite: &Suite, argument: &str) -> Self {
        let (path, row) = match argument.find('[') {
            Some(at) if argument.ends_with(']') => {
                (&argument[..at], Some(argument[at..].to_owned()))
            }
            _ => (argument, None),
        };
        let path = below(suite, path);
        let is_file = path.ends_with(".case");
        Self { path: path.trim_end_matches(".case").to_owned(), is_file, row }
    }

    fn fits(&self, file: &SuiteFile, case: &Case, row: &Row) -> bool {
        let is_row = |label: &String| row.id[case.id.len()..] == **label;
        let below =
            |id: &str| id.strip_prefix(&*self.path).is_some_and(|rest| rest.starts_with('/'));
        let fits = match self.is_file {
            true => file.content.path == self.path,
            false => self.path.is_empty() || case.id == self.path || below(&case.id),
        };
        fits && self.row.as_ref().is_none_or(is_row)
    }
}

/// The part of a path that lies below the fixtures.
fn below(suite: &Suite, argument: &str) -> String {
    let argument = if cfg!(windows) { argument.replace('\\', "/") } else { argument.to_owned() };
    // As the shell completes it, from wherever we are.
    let real = suite.fixtures.folder.as_deref().and_then(|folder| fs::canonicalize(folder).ok());
    if let (Some(folder), Ok(path)) = (real, fs::canonicalize(Path::new(&argument)))
        && let Ok(below) = path.strip_prefix(folder)
    {
        return below.to_string_lossy().replace('\\', "/");
    }
    // As our messages name it, or as the checkout would.
    let plain = argument.trim_start_matches("./").trim_end_matches('/');
    for root in [&*suite.fixtures.root, "fixtures"] {
        match plain.strip_prefix(root) {
            Some("") => return String::new(),
            Some(rest) if rest.starts_with('/') => return rest[1..].to_owned(),
            _ => {}
        }
    }
    plain.to_owned()
}

fn no_match(suite: &Suite, argument: &str) -> NoMatch {
    let mut names: Vec<&str> = Vec::new();
    for (_, case) in suite.cases() {
        names.push(&case.id);
        names.extend(case.id.match_indices('/').map(|(at, _)| &case.id[..at]));
    }
    names.sort_unstable();
    names.dedup();
    let Pattern { path, .. } = Pattern::new(suite, argument);
    // Whoever remembers the slug alone means the case with that slug.
    let slug = names.iter().find(|name| name.rsplit('/').next() == Some(&path));
    let meant = slug.copied().or_else(|| nearest(&path, names.iter().copied()));
    NoMatch { argument: argument.to_owned(), meant: meant.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::fixtures::Fixtures;
    use crate::suite::Suite;

    fn suite() -> Suite {
        let case = |slug: &str| {
            format!(
                "### {slug}\nProse.\nrule rfc9112-3.2-host-missing-400\neach B = 00..01\n\n> \\{{B}}\n\
                 ! close\n"
            )
        };
        let (one, two) = (case("a"), case("b"));
        let texts =
            [("http/x.case", format!("{one}\n{two}")), ("http/x/y.case", one), ("ws/z.case", two)];
        let texts = texts.map(|(path, text)| (path.to_owned(), text)).to_vec();
        Suite::read(Fixtures { root: "../fixtures".to_owned(), folder: None, texts }).unwrap()
    }

    #[test]
    fn selects_by_path_and_by_segments_of_the_id() {
        let suite = suite();
        let table: &[(&[&str], &[&str])] = &[
            (&[], &["http/x/a", "http/x/b", "http/x/y/a", "ws/z/b"]),
            (&["http"], &["http/x/a", "http/x/b", "http/x/y/a"]),
            (&["fixtures/http/"], &["http/x/a", "http/x/b", "http/x/y/a"]),
            (&["../fixtures"], &["http/x/a", "http/x/b", "http/x/y/a", "ws/z/b"]),
            (&["../fixtures/http/x.case"], &["http/x/a", "http/x/b"]),
            (&["./http/x"], &["http/x/a", "http/x/b", "http/x/y/a"]),
            (&["http/x/a"], &["http/x/a"]),
            (&["ws/z/b", "http/x/a", "http/x/a"], &["http/x/a", "ws/z/b"]),
        ];
        for (arguments, expected) in table {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            let found = select(&suite, &arguments).unwrap();
            let ids: Vec<&str> = found.iter().map(|selected| &*selected.case.id).collect();
            assert_eq!(ids, *expected, "{arguments:?}");
            assert!(found.iter().all(|selected| selected.rows.len() == 2));
        }
    }

    #[test]
    fn selects_one_row() {
        let suite = suite();
        let found = select(&suite, &["http/x/a[01]".to_owned()]).unwrap();
        let rows: Vec<&str> = found[0].rows.iter().map(|row| &*row.id).collect();
        assert_eq!((found.len(), rows), (1, vec!["http/x/a[01]"]));
    }

    #[test]
    fn names_each_argument_that_means_nothing() {
        let suite = suite();
        let arguments = ["http", "htpt/x", "y/a", "b", "http/x/a[02]", "quux"].map(str::to_owned);
        let misses = select(&suite, &arguments).unwrap_err();
        let lines: Vec<String> = misses.iter().map(ToString::to_string).collect();
        let expected = [
            "no case matches `htpt/x`; did you mean `http/x`?",
            "no case matches `y/a`; name a file, a folder, or (a part of) an id: `http/fields`",
            "no case matches `b`; did you mean `http/x/b`?",
            "no case matches `http/x/a[02]`; did you mean `http/x/a`?",
            "no case matches `quux`; name a file, a folder, or (a part of) an id: `http/fields`",
        ];
        assert_eq!(lines, expected);
    }
}
