//! One requirement, with what proves it and what decides it.

use crate::requirement::{Level, Requirement};

/// How well a requirement is kept, as far as can be told without a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// A case or an invariant proves it, and the code says where it decides.
    Proven,
    /// Only one of the two.
    Claimed,
    /// Neither.
    Open,
    /// Neither, and the feature that it is about is still to be built.
    Waits,
    /// It is not met on purpose or binds nothing here, as `requirements.toml` explains.
    Exception,
}

impl Status {
    /// All there are, in the order of the columns.
    pub const ALL: [Self; 5] =
        [Self::Proven, Self::Claimed, Self::Open, Self::Waits, Self::Exception];

    /// Its word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Claimed => "claimed",
            Self::Open => "open",
            Self::Waits => "waits",
            Self::Exception => "exception",
        }
    }
}

/// One requirement of the ledger.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What is asked.
    pub requirement: &'a Requirement,
    /// Ids of cases, names of invariants as `invariant:name`, and tests beside other implementations
    /// as `test:path/file.rs::name`.
    pub proofs: Vec<String>,
    /// Places in the code: `server-core/src/http/fields.rs:120`.
    pub decided_at: Vec<String>,
}

impl Entry<'_> {
    /// How well it is kept.
    pub fn status(&self) -> Status {
        match (&self.requirement.exception, self.proofs.is_empty(), self.decided_at.is_empty()) {
            (Some(_), ..) => Status::Exception,
            // Our memory may err; somebody else's program does not share the error.
            (None, false, false) if self.requirement.is_only_recalled() => Status::Claimed,
            (None, false, false) => Status::Proven,
            (None, true, true) if self.requirement.waits.is_some() => Status::Waits,
            (None, true, true) => Status::Open,
            (None, ..) => Status::Claimed,
        }
    }

    /// Whether a server must do this, if it does what the profile is about; what is refused on purpose
    /// apart.
    pub(super) fn binds(&self) -> bool {
        matches!(self.requirement.level, Level::Must | Level::MustNot)
            && self.status() != Status::Exception
    }
}
