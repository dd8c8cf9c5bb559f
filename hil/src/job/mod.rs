//! What is done by a debug probe, in a process of its own: probes hang, and the calls that wait for
//! them know no deadline. The process is this very program, started anew with [`WORKER`] as its only
//! argument; it hears one job on its standard input, tells what it does line by line on its
//! standard output, and can be killed at any time.

mod child;
#[cfg(feature = "esp")]
mod esp;
mod probe;
mod worker;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Trouble;
use crate::image::Stack;

pub use child::Worker;
pub use worker::run_if_asked;

/// The argument that makes a worker of this program. Nobody types it, and no help shows it.
pub const WORKER: &str = "--samewire-hil-worker";

/// One thing to do, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// As probe-rs selects it.
    pub(crate) probe: String,
    /// As probe-rs calls it.
    pub(crate) chip: String,
    pub(crate) job: Job,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Job {
    /// Writes pieces into the flash, reads them back, and starts the chip.
    Flash { pieces: Vec<Piece>, rtt: Option<u64>, stack: Option<Stack> },
    /// Has the boot ROM at this serial port write the image of an ELF file, which comes behind.
    FlashSerial { port: String, length: usize, flash_bytes: usize },
    /// Starts the chip anew.
    Reset { rtt: Option<u64> },
    /// Tells what the firmware logs by RTT, until it is stopped.
    Log { rtt: Option<u64> },
    /// Tells how much of the stack was ever used, since it was flashed.
    StackPeak { stack: Stack },
    /// Reads memory.
    Read { address: u64, length: usize },
}

/// Bytes of the image. They come behind the order, one piece after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    pub(crate) address: u64,
    pub(crate) length: usize,
}

/// What a worker tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Told {
    /// It is at this.
    Step(Step),
    /// Of what it is at, so much is done.
    Progress { done: u64, all: u64 },
    /// The firmware has logged this. It may be the begin, the middle or the end of a line.
    Log(String),
    /// It still runs.
    Alive,
    /// All is done.
    Done(Done),
    /// It is not.
    Failed(Trouble),
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Done {
    Flashed,
    Reset,
    Peak(u64),
    Bytes(Vec<u8>),
}

/// The steps of a job, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The probe is opened, and gets at the chip.
    Attach,
    /// Sectors of flash are erased.
    Erase,
    /// Pages are written.
    Program,
    /// What was written is read back.
    Verify,
    /// The chip is started.
    Reset,
}

impl Step {
    /// As in messages: `it hung while it attached`.
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Attach => "attached",
            Self::Erase => "erased",
            Self::Program => "programmed",
            Self::Verify => "verified",
            Self::Reset => "reset",
        }
    }
}

impl Job {
    /// How long it may take in all: far more than it needs, and little enough that a board which
    /// hangs is told within a minute, retries and all. `None` is until somebody has heard enough.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Flash { pieces, .. } => {
                let bytes: usize = pieces.iter().map(|piece| piece.length).sum();
                // The slowest probe writes about 20 KB a second.
                let seconds = 25 + bytes as u64 / 16_384;
                Some(Duration::from_secs(seconds))
            }
            // Three ways of connecting, at 115,200 baud at first.
            Self::FlashSerial { flash_bytes, .. } => {
                Some(Duration::from_secs(40 + *flash_bytes as u64 / 8192))
            }
            Self::Reset { .. } | Self::Read { .. } => Some(Duration::from_secs(15)),
            Self::StackPeak { .. } => Some(Duration::from_secs(25)),
            Self::Log { .. } => None,
        }
    }

    /// How long it may tell nothing. To attach is hundreds of round trips: a second or two, and far
    /// more where a chip is played by a program on a machine that has much else to do.
    pub(crate) const fn silence(&self) -> Duration {
        Duration::from_secs(15)
    }
}
