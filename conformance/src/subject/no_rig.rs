//! Boards at the end of a cable, for a program that was built without them.

use samewire_hil::boards::Row;

use super::{Channel, OpenOptions, Subject, Time, Unreachable};
use crate::case::Need;

/// A subject for one thread.
pub(crate) fn subject(row: &Row) -> Box<dyn Subject> {
    Box::new(Absent(row.name.clone()))
}

/// A board that is out of reach.
struct Absent(String);

impl Subject for Absent {
    fn name(&self) -> &str {
        &self.0
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Err(self.why())
    }

    fn open(&mut self, _: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        Err(self.why())
    }
}

impl Absent {
    fn why(&self) -> Unreachable {
        Unreachable(crate::boards::BUILD_WITH.to_owned())
    }
}
