//! What a link tells: news of the peer, of channels and of time, and why a link broke.

use crate::hello::Build;

/// What happened. Bytes of channels are not in it: they wait until they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The peer is there, and hears us.
    Up(Peer),
    /// The host has opened a connection on this channel. Boards alone hear this.
    Opened(u8),
    /// There is something to read on this channel: bytes, or the end of them.
    Readable(u8),
    /// The peer has dropped the connection on this channel, and what was not read of it.
    Reset(u8),
    /// It is now this many milliseconds of virtual time.
    Tick(u64),
    /// Nothing moves any more on the board, until that time at the latest.
    TickDone(Option<u64>),
    /// A line of the peer's log, as it was given: perhaps no UTF-8.
    Log(&'a [u8]),
    /// A measurement: what it is of, which the two sides have agreed on, and its value.
    Metric(u16, u64),
    /// The link carries nothing more until it is restarted.
    Broken(Cause),
}

/// What the peer told of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// What it runs.
    pub build: Build,
    /// How many channels there are: the fewer of both sides'.
    pub channels: u8,
}

/// Why a link broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The peer acknowledges nothing, however often it is sent.
    Silent,
    /// The peer has begun anew and knows nothing of what was; neither should we.
    Restarted,
    /// The peer speaks this version of the protocol.
    Version(u8),
    /// The peer is on the same side as we are. A line that echoes looks like this.
    Role,
    /// The peer runs this, and something else was expected.
    Build(Build),
    /// The peer takes no frame that could carry anything.
    TooSmall,
    /// A recording has a gap, and nobody who could fill it.
    Lost,
    /// The peer does what the protocol does not allow.
    Violation,
}
