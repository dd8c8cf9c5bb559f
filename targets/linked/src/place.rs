//! One connection, as the wire knows it: its channel, what may be read and written now, and whether
//! the server is through with it.

use samewire::Instant;

use crate::pace::{Delivery, Pace};

/// The connection that is served in one place, or was served there last.
pub(crate) struct Place {
    pub(crate) channel: u8,
    pub(crate) pace: Pace,
    /// When the server wants to be polled again.
    pub(crate) deadline: Option<Instant>,
    /// Nobody serves it yet.
    pub(crate) is_new: bool,
    /// The server waits to get rid of bytes.
    pub(crate) is_blocked: bool,
    /// The runner has dropped the connection.
    pub(crate) is_gone: bool,
    /// The server is through with it.
    pub(crate) is_over: bool,
}

impl Place {
    /// Nobody has been there.
    pub(crate) const FREE: Self =
        Self { is_new: false, is_over: true, ..Self::new(0, Delivery::Whole) };

    /// For a connection on this channel.
    pub(crate) const fn new(channel: u8, delivery: Delivery) -> Self {
        Self {
            channel,
            pace: Pace::new(delivery),
            deadline: None,
            is_new: true,
            is_blocked: false,
            is_gone: false,
            is_over: false,
        }
    }

    /// Whether this connection is served here.
    pub(crate) const fn serves(&self, channel: u8) -> bool {
        !self.is_over && self.channel == channel
    }
}

/// Which of the futures of a server: that of the connection in this place, or the work beside them.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Place(usize),
    Work,
}
