//! What a cell of the matrix shows: one word, which the page draws as a sign and a colour.

use crate::result::{CaseResult, Status};

/// From the least to the most important, which is what a group of cases shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// The target was gone before it came to the case.
    Missing,
    Skipped,
    Passed,
    Known,
    Advice,
    /// Permitted, but not the bytes of core.
    Differs,
    Failed,
}

impl Mark {
    /// What is of interest stands first.
    pub(super) const ALL: [Self; 7] = [
        Self::Failed,
        Self::Differs,
        Self::Advice,
        Self::Known,
        Self::Skipped,
        Self::Missing,
        Self::Passed,
    ];

    /// Of a result; without one the case was not replayed.
    pub(super) fn of(result: Option<&CaseResult>) -> Self {
        let Some(result) = result else { return Self::Missing };
        match (&result.status, &result.difference) {
            (Status::Failed(_) | Status::UnexpectedPass(_), _) => Self::Failed,
            (_, Some(_)) => Self::Differs,
            (Status::Passed, None) => Self::Passed,
            (Status::Advice(_), None) => Self::Advice,
            (Status::Known(_), None) => Self::Known,
            (Status::Skipped(_), None) => Self::Skipped,
        }
    }

    /// Its class in the page, and its word in the data.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Skipped => "skipped",
            Self::Passed => "passed",
            Self::Known => "known",
            Self::Advice => "advice",
            Self::Differs => "differs",
            Self::Failed => "failed",
        }
    }

    /// What people call it.
    pub(super) fn label(self) -> &'static str {
        if self == Self::Missing { "not run" } else { self.word() }
    }

    /// Whether somebody should look.
    pub(super) fn is_finding(self) -> bool {
        matches!(self, Self::Failed | Self::Differs | Self::Advice)
    }
}
