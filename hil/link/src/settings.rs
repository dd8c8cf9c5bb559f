//! What a side is told before it begins.

use crate::hello::{Build, Role};

/// Who this side is, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Which end of the link this is.
    pub role: Role,
    /// A number that differs from start to start: random, counted in flash, or a time. 0 on a board
    /// that plays recordings.
    pub session: u32,
    /// What this side runs, for the other to know.
    pub build: Build,
    /// What the other side must run, if that matters.
    pub expects: Option<Build>,
    /// How long a frame may go unacknowledged before it is sent again; eight times that after the
    /// third time. Longer than the carrier takes for a window and its acknowledgement: at 115,200
    /// baud four frames of 128 bytes take 45 ms, and drivers of USB adapters hold bytes for 16.
    pub retransmit_ms: u32,
    /// How often in a row a frame is sent again before the link is broken. Ten are 16 seconds.
    pub retries_max: u8,
}

impl Settings {
    /// The end that opens connections and passes time.
    pub const fn host(session: u32) -> Self {
        Self {
            role: Role::Host,
            session,
            build: [0; 8],
            expects: None,
            retransmit_ms: 250,
            retries_max: 10,
        }
    }

    /// The end that takes them.
    pub const fn board(session: u32) -> Self {
        Self { role: Role::Board, ..Self::host(session) }
    }

    /// The same, running this.
    pub const fn build(self, build: Build) -> Self {
        Self { build, ..self }
    }

    /// The same, and the peer must run this.
    pub const fn expects(self, build: Build) -> Self {
        Self { expects: Some(build), ..self }
    }
}
