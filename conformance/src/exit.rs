//! How `samewire` ends: the exit codes, and which of them wins where several hold.
//!
//! Scripts rely on these numbers, so they are constants with a meaning each. A false assertion is
//! a result ([`Exit::CaseFailed`]); a server that cannot be reached is an error
//! ([`Exit::Unreachable`]). The two are never confused.

use std::process::ExitCode;

/// The end of a command, from the least to the most important.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All as expected.
    #[default]
    AsExpected,
    /// A case failed, a known failure passed, or targets put different bytes on the wire.
    CaseFailed,
    /// A required target could not be reached.
    Unreachable,
    /// Nothing was selected: a run that checked nothing must not look like one that passed.
    NothingSelected,
    /// The command line, a fixture or a requirement id is wrong; nothing was run.
    Usage,
}

impl Exit {
    /// The number that the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::AsExpected => 0,
            Self::CaseFailed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::NothingSelected => 4,
        }
    }

    /// The more important of two ends.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{AsExpected, CaseFailed, NothingSelected, Unreachable, Usage};

    #[test]
    fn usage_wins_then_nothing_then_unreachable_then_failed() {
        let table = [
            (Usage, NothingSelected, 2),
            (NothingSelected, Unreachable, 4),
            (Unreachable, CaseFailed, 3),
            (CaseFailed, AsExpected, 1),
            (AsExpected, AsExpected, 0),
        ];
        for (one, other, code) in table {
            assert_eq!(one.and(other).code(), code, "{one:?} and {other:?}");
            assert_eq!(other.and(one).code(), code, "{other:?} and {one:?}");
        }
    }
}
