//! What carries the link: bytes to a board and from it, and how boards are come by.

use std::time::Duration;

use samewire_link::Settings;

use crate::subject::Unreachable;
use crate::subject::emulator::{Emulator, Trouble};

/// A board of the other end of the link may say nothing for so long although it was asked: far more
/// than it needs for anything, even where it is emulated on a machine that has much else to do.
pub(crate) const SILENT_MAX: Duration = Duration::from_secs(30);

/// Bytes to a board and from it.
pub(crate) trait Stream {
    /// Who we are for the board.
    fn settings(&self) -> Settings;

    /// Milliseconds on any clock. It stands still where no byte is ever lost, so that nothing is
    /// ever sent twice.
    fn now(&self) -> u64;

    /// Hands bytes over.
    ///
    /// # Errors
    ///
    /// There is no board any more.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble>;

    /// Waits for bytes, until this time at most, if any is given: none have come by then.
    ///
    /// # Errors
    ///
    /// There is no board any more, or it says nothing for too long.
    fn read(&mut self, until: Option<u64>) -> Result<Vec<u8>, Trouble>;

    /// Whatever comes from here on, for a thread of its own; `read` then tells no more than why it
    /// has ended.
    ///
    /// # Errors
    ///
    /// It cannot be heard there.
    fn ear(&mut self) -> Result<Ear, Trouble>;

    /// Ends it, and says why.
    fn lost(&mut self, why: &str) -> Trouble;
}

/// Waits for bytes; none are the end.
pub(crate) type Ear = Box<dyn FnMut() -> Option<Vec<u8>> + Send>;

/// Where streams come from.
pub(crate) trait Source {
    /// A stream to a board that has just begun, or that takes us for a new runner.
    ///
    /// # Errors
    ///
    /// There is no board, and what helps.
    fn start(&mut self) -> Result<Box<dyn Stream>, Unreachable>;

    /// Brings back a board that was lost, and says how.
    fn bring_back(&mut self) -> Option<String> {
        None
    }

    /// What else there is to tell of the board when all is done.
    fn closing(&mut self) -> Option<String> {
        None
    }
}

impl<F: FnMut() -> Result<Box<dyn Stream>, Unreachable>> Source for F {
    fn start(&mut self) -> Result<Box<dyn Stream>, Unreachable> {
        self()
    }
}

/// Any but the board's, which is 0 on one that is played by an emulator of ours.
const SESSION: u32 = 1;

/// Standard streams lose nothing.
impl Stream for Emulator {
    fn settings(&self) -> Settings {
        Settings::host(SESSION)
    }

    fn now(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        Self::write(self, bytes)
    }

    fn read(&mut self, _: Option<u64>) -> Result<Vec<u8>, Trouble> {
        Self::read(self)
    }

    fn ear(&mut self) -> Result<Ear, Trouble> {
        let output = Self::output(self);
        Ok(Box::new(move || output.recv().ok()))
    }

    fn lost(&mut self, why: &str) -> Trouble {
        Self::lost(self, why)
    }
}
