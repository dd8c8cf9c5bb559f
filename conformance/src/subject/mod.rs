//! A server under test, seen through six verbs: open, send, receive, pass time, shut, reset.
//!
//! Replay knows nothing else of a target. A virtual subject owns its clock: it runs until nothing
//! moves, so [`Received::Quiet`] is exact and time passes at once. On a real one quiet means that
//! nothing came for as long as the caller was ready to wait.

pub mod core;
pub(crate) mod emulator;
pub mod host;
pub(crate) mod image;
pub mod link;
pub mod microbit;
pub(crate) mod orders;
pub mod probe;
pub mod qemu;
pub mod remote;
#[cfg_attr(not(feature = "boards"), path = "no_rig.rs")]
pub(crate) mod rig;
pub mod sim;
pub mod socket;
pub mod url;

use std::fmt;
use std::time::Duration;

use samewire::Limits;

use crate::case::{Case, Need};

/// A target that connections can be opened to.
pub trait Subject {
    /// The name on the command line and in reports.
    fn name(&self) -> &str;

    /// Whose clock runs.
    fn time(&self) -> Time;

    /// Why this server cannot do what a case needs; `None` if it can. May open connections, but
    /// asks each question once only.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if the server cannot be asked.
    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable>;

    /// Whether a plain request of this method is answered with anything but 501. Asked once only.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if the server cannot be asked.
    fn implements(&mut self, method: &str) -> Result<bool, Unreachable> {
        let _ = method;
        Ok(true)
    }

    /// The bounds that the server runs with where a case says nothing of them.
    fn limits(&self) -> Limits {
        Limits::SMALL
    }

    /// Why the server cannot run with these limits for so many connections at a time; `None` if it
    /// can. Of the limits that it has anyway it is only asked for several connections.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if the server cannot be asked.
    fn fits(&mut self, limits: &Limits, connections: usize) -> Result<Option<String>, Unreachable> {
        let _ = (limits, connections);
        Ok(None)
    }

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if there is no server; never because of what a server says.
    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable>;

    /// Why the server could not be talked to until the end of the last connection: what came of
    /// that is no verdict.
    fn lost(&mut self) -> Option<Unreachable> {
        None
    }

    /// For how long the server stood still within the last connection, through no fault of its own:
    /// its emulator or the runner got no processor. What came of that may say nothing of the server.
    fn stood_still(&mut self) -> Duration {
        Duration::ZERO
    }

    /// Brings back a server that could not be reached, and says how; what it was at is to be done
    /// again then. `None` if there is nothing that would help.
    fn bring_back(&mut self) -> Option<String> {
        None
    }

    /// What else there is to tell of this server when all is done.
    fn closing(&mut self) -> Option<String> {
        None
    }
}

/// One connection, from the client's side.
pub trait Channel {
    /// Sends bytes, in the pieces that the [`Delivery`] asks for. If the server has closed, what
    /// it does not take is dropped, as a network would.
    fn send(&mut self, bytes: &[u8]);

    /// Appends what has come; waits at most `patience` for the first byte.
    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received;

    /// Lets time pass: at once where time is virtual.
    fn pass(&mut self, time: Duration);

    /// Ends the client's half of the stream; receiving goes on.
    fn shut(&mut self);

    /// Resets the connection: both halves are gone.
    fn reset(&mut self);

    /// Reads no more: the server gets rid of `bytes` more bytes, and of none after those. Of a
    /// subject that lacks [`Need::Window`] it is never asked.
    fn stall(&mut self, bytes: usize) {
        let _ = bytes;
    }

    /// Reads again.
    fn resume(&mut self) {}

    /// Opens one more connection to the same server, cut in the same way. Of a subject that lacks
    /// [`Need::Several`] it is never asked.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if the server takes none.
    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        Err(Unreachable("it takes one connection at a time".into()))
    }

    /// When the server will do something by itself, where it can tell.
    fn due(&self) -> Due {
        Due::Untold
    }

    /// How often the server has read from this connection, where that can be counted.
    fn reads(&self) -> Option<u64> {
        None
    }
}

/// What a call of [`Channel::receive`] brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// At least one byte was appended.
    Bytes,
    /// Nothing came, and the connection is open.
    Quiet,
    /// The server has ended its stream, and all its bytes were taken.
    End,
    /// The connection was reset.
    Reset,
}

/// When a server will do something by itself: its next deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    /// It cannot tell.
    #[default]
    Untold,
    /// Not before something else happens.
    Never,
    /// So long from now.
    In(Duration),
}

impl Due {
    /// The time that is left until then, if there is such a time.
    pub const fn time(self) -> Option<Duration> {
        match self {
            Self::In(left) => Some(left),
            Self::Untold | Self::Never => None,
        }
    }
}

/// How a connection is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// The limits that the server runs with, where they can be set.
    pub limits: Limits,
    /// How the bytes to the server are cut.
    pub delivery: Delivery,
    /// The app begins anew for this connection, whatever others have left behind. Of a subject that
    /// lacks [`Need::Shared`] it is never asked.
    pub fresh: bool,
}

impl OpenOptions {
    /// For a replay of this case, on a server that runs with `limits` where the case says nothing.
    pub fn of(case: &Case, limits: Limits, delivery: Delivery) -> Self {
        let fresh = case.needs.iter().any(|need| need.value == Need::Shared);
        Self { limits: case.limits(limits), delivery, fresh }
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { limits: Limits::SMALL, delivery: Delivery::Whole, fresh: false }
    }
}

/// How the bytes to the server are cut into reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Each step in one piece.
    #[default]
    Whole,
    /// One byte a read.
    Bytes,
    /// In two pieces, cut behind this many bytes of all that the connection sends.
    Cut(usize),
}

impl Delivery {
    /// Cuts the bytes of one step, `sent` bytes having been sent before. No piece is empty.
    pub fn pieces(self, sent: usize, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let (front, back) = match self {
            Self::Cut(offset) => {
                bytes.split_at_checked(offset.saturating_sub(sent)).unwrap_or((bytes, &[]))
            }
            Self::Whole | Self::Bytes => (bytes, &[][..]),
        };
        let width = if self == Self::Bytes { 1 } else { usize::MAX };
        front.chunks(width).chain(back.chunks(width))
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => out.write_str("whole"),
            Self::Bytes => out.write_str("byte by byte"),
            Self::Cut(offset) => write!(out, "cut at {offset}"),
        }
    }
}

/// Whose clock a subject runs by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The subject's own: waiting takes no time, and quiet is exact.
    Virtual,
    /// Everybody's.
    Real,
}

/// There is no server to talk to, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

#[cfg(test)]
mod tests {
    use super::Delivery;

    #[test]
    fn pieces_are_cut_at_offsets_of_the_whole_connection() {
        let table: &[(Delivery, usize, &[&str])] = &[
            (Delivery::Whole, 0, &["hello"]),
            (Delivery::Bytes, 9, &["h", "e", "l", "l", "o"]),
            (Delivery::Cut(2), 0, &["he", "llo"]),
            (Delivery::Cut(12), 10, &["he", "llo"]),
            (Delivery::Cut(10), 10, &["hello"]),
            (Delivery::Cut(15), 10, &["hello"]),
            (Delivery::Cut(99), 10, &["hello"]),
        ];
        for &(delivery, sent, expected) in table {
            let pieces: Vec<_> = delivery
                .pieces(sent, b"hello")
                .map(|piece| str::from_utf8(piece).unwrap())
                .collect();
            assert_eq!(pieces, expected, "{delivery} after {sent}");
        }
    }
}
