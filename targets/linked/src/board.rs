//! What a board gives, and what becomes of it.

use core::fmt;

use samewire_link::Cause;

/// What an emulator is to exit with when its firmware has panicked. The runner takes that for a
/// failed case, and any other end for no verdict on anything.
pub const PANICKED: i32 = 101;

/// A board that has nothing else to do: a stream of bytes that loses none, and what can be measured.
/// One that has is a [`Line`](crate::Line).
pub trait Board {
    /// Waits for bytes, and says how many have come. None is the end of the stream.
    fn read(&mut self, into: &mut [u8]) -> usize;

    /// Writes all of it.
    fn write(&mut self, from: &[u8]);

    /// How much memory is used, where that can be told.
    fn memory(&mut self) -> Option<Memory> {
        None
    }

    /// Marks what runs, for who counts from outside.
    #[inline]
    fn mark(mark: Mark) {
        let _ = mark;
    }
}

/// Bytes of RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// That hold variables.
    pub static_bytes: usize,
    /// Of stack that were used at most since this was asked for last.
    pub stack_bytes: usize,
}

/// A place between the server and all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The server runs from here.
    Begin,
    /// It does not run from here.
    End,
    /// It has done all that it was asked for.
    Lap,
}

/// Why a server came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The stream has ended, as it does when the runner is through.
    Stream,
    /// The link is broken.
    Link(Cause),
    /// There is no such order.
    Order([u8; crate::order::ORDER_BYTES]),
    /// A recording says more than the server reads.
    Recording,
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream => out.write_str("the stream has ended"),
            Self::Link(cause) => write!(out, "the link is broken: {cause:?}"),
            Self::Order(bytes) => write!(out, "there is no such order: {bytes:?}"),
            Self::Recording => out.write_str("the recording says more than the server reads"),
        }
    }
}
