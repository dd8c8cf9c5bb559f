//! Boards at the end of a cable, for a program that was built without them.

use samewire_hil::boards::Row;

use super::Unreachable;
use super::link::stream::{Source, Stream};

/// Streams to this board, of which there are none.
pub(crate) fn source(_: &Row, _: String) -> Box<dyn Source> {
    Box::new(|| -> Result<Box<dyn Stream>, _> {
        Err(Unreachable(crate::boards::BUILD_WITH.to_owned()))
    })
}
