//! The fixture language, its replay on every target, verdicts, reports, and the `samewire` command.

pub mod case;
pub mod decision;
pub mod diagnostic;
pub mod fixtures;
pub mod known;
pub mod ledger;
pub mod requirement;
pub mod suite;
