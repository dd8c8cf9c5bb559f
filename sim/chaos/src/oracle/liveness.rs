//! When faults stop, everything that was begun comes to an end, and the server too.

use super::{Case, Oracle, Wrong};
use crate::trace::What;

/// See above.
#[derive(Debug)]
pub(super) struct Liveness;

impl Oracle for Liveness {
    fn name(&self) -> &'static str {
        "liveness"
    }

    fn holds(&self) -> &'static str {
        "when faults stop, all that was begun ends, and so does the server when it is told to"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for event in &case.trace.events {
            let what = match event.what {
                What::Starves => "faults have stopped, and something never ends",
                What::Spins => "the server wakes itself without end",
                What::Panics => "the server panics",
                _ => continue,
            };
            return Err(Wrong { connection: event.connection, at: event.at, what: what.into() });
        }
        Ok(())
    }
}
