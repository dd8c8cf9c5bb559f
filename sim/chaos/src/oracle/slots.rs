//! At the end all is free: places, tasks, timers; and no place has ever two connections.

use super::{Case, Oracle, Wrong};
use crate::trace::{NONE, What};

/// See above.
#[derive(Debug)]
pub(super) struct Slots;

impl Oracle for Slots {
    fn name(&self) -> &'static str {
        "slots"
    }

    fn holds(&self) -> &'static str {
        "no place has two connections, and at the end all places, tasks and timers are free"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        let mut taken = std::collections::BTreeMap::new();
        for event in &case.trace.events {
            let wrong =
                |what: String| Err(Wrong { connection: event.connection, at: event.at, what });
            match event.what {
                What::Enters(place) => {
                    if let Some(other) = taken.insert(place, event.connection) {
                        return wrong(format!(
                            "it gets place {place}, which connection {other} has"
                        ));
                    }
                }
                What::Leaves(place) if taken.remove(&place) != Some(event.connection) => {
                    return wrong(format!("it leaves place {place}, which it has not"));
                }
                What::Stops { tasks: 0, timers: false, places: 0 } => {}
                What::Stops { tasks, timers, places } => {
                    let timers = if timers { "timers" } else { "no timers" };
                    let what = format!("{tasks} tasks, {places} places and {timers} are left");
                    return Err(Wrong { connection: NONE, at: event.at, what });
                }
                _ => {}
            }
        }
        Ok(())
    }
}
