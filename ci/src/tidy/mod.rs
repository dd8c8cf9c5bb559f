//! What no compiler checks: arrows between packages, lengths of files, clean text, links between
//! pages, and the form of decision pages.

mod decisions;
mod layers;
mod lengths;
mod links;
mod text;

use std::fmt;

use crate::failure::Failure;
use crate::planted;
use crate::readme;
use crate::workspace::Workspace;

const README: &str = "README.md";

/// Where something is not as it should be, and what.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; 0 for the whole file.
    line: usize,
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.what),
            line => write!(out, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Runs every rule, prints all that it finds, and fails with the count.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    let mut sources = Vec::new();
    for path in workspace.files()?.into_iter().filter(|path| text::applies(path)) {
        let text = workspace.text(&path)?;
        sources.push((path, text));
    }

    let mut findings = layers::check(workspace)?;
    findings.extend(lengths::check(workspace, &sources)?);
    for (path, text) in &sources {
        findings.extend(text::check(path, text));
        findings.extend(decisions::check(path, text));
        findings.extend(links::check(path, text, |link| workspace.root.join(link).exists()));
    }
    for command in readme::missing(&workspace.text(README)?) {
        findings.push(Finding::new(README, 0, format!("`{command}` is not in it")));
    }
    for stale in planted::stale(workspace)? {
        findings.push(Finding::new(planted::PAGE, 0, stale));
    }
    findings.extend(decisions::numbers(sources.iter().map(|(path, _)| path.as_str())));

    for finding in &findings {
        println!("{finding}");
    }
    match findings.as_slice() {
        [] => {
            println!("{} files are tidy", sources.len());
            Ok(())
        }
        [only] => Err(Failure::new(only.to_string())),
        [first, rest @ ..] => Err(Failure::new(format!("{first} (and {} more)", rest.len()))),
    }
}
