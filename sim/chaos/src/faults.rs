//! The faults of one connection, gathered from the lines of a schedule.

use crate::pipe::Manner;
use crate::schedule::Fault;

/// Bytes that may be on their way to a client who reads what comes.
const WINDOW_BYTES: usize = 65_536;

/// What goes wrong with one connection. The default is nothing.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    pub(crate) up: Manner,
    pub(crate) down: Manner,
    /// The byte from which all is lost, and for how long the client waits.
    pub(crate) lose: Option<(usize, u64)>,
    pub(crate) half_close: Option<usize>,
    pub(crate) reset_up: Option<usize>,
    pub(crate) reset_down: Option<usize>,
    /// The bytes behind which nothing is taken, and for how long.
    pub(crate) zero_window: Option<(usize, u64)>,
    pub(crate) window: usize,
    pub(crate) write_bytes_max: usize,
    pub(crate) hangs: bool,
    pub(crate) is_mute: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            up: Manner::PLAIN,
            down: Manner::PLAIN,
            lose: None,
            half_close: None,
            reset_up: None,
            reset_down: None,
            zero_window: None,
            window: WINDOW_BYTES,
            write_bytes_max: usize::MAX,
            hangs: false,
            is_mute: false,
        }
    }
}

impl Faults {
    /// Adds one. Bounds of zero would let nothing through for ever, which is no fault but an end.
    pub(crate) fn add(&mut self, fault: Fault) {
        match fault {
            Fault::Segments(bytes, gap) => (self.up.segment, self.up.gap) = (bytes.max(1), gap),
            Fault::Coalesce(millis) => self.up.grid = millis.max(1),
            Fault::Delay(millis) => (self.up.delay, self.down.delay) = (millis, millis),
            Fault::Lose(byte, after) => self.lose = Some((byte, after)),
            Fault::HalfClose(byte) => self.half_close = Some(byte),
            Fault::ResetUp(byte) => self.reset_up = Some(byte.max(1)),
            Fault::ResetDown(byte) => self.reset_down = Some(byte.max(1)),
            Fault::SlowReader(bytes, gap) => {
                (self.down.segment, self.down.gap) = (bytes.max(1), gap);
            }
            Fault::Window(bytes) => self.window = bytes.max(1),
            Fault::ZeroWindow(byte, millis) => self.zero_window = Some((byte.max(1), millis)),
            Fault::ShortWrites(bytes) => self.write_bytes_max = bytes.max(1),
            Fault::Hang => self.hangs = true,
            Fault::Mute => self.is_mute = true,
        }
    }
}
