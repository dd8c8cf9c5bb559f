//! Why a step failed, in the one line that is printed last.

use std::fmt;

/// One line for the person who reads the end of a log.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// The same failure, with the name of the step in front.
    pub(crate) fn within(self, step: &str) -> Self {
        Self(format!("{step} failed: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
