//! A peer of the server: it speaks bytes, and sees what a peer would see.

use std::fmt;
use std::rc::Rc;

use crate::network::Network;
use crate::stream::{Counts, End, Wire};

/// The client's end of a connection. Nothing that it does has an effect before the world runs, but
/// a reset. Dropping it resets the connection, as when a program dies.
pub struct Client {
    wire: Rc<Wire>,
    network: Network,
}

impl Client {
    pub(crate) fn new(wire: Rc<Wire>, network: Network) -> Self {
        Self { wire, network }
    }

    /// Sends bytes. After the server's end nobody reads them.
    ///
    /// # Panics
    ///
    /// If this half of the stream was shut.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        self.wire.send(bytes.as_ref());
        self.network.submit(&self.wire);
    }

    /// Ends this half of the stream, behind all that was sent. The other half goes on.
    pub fn shut(&self) {
        self.wire.shut();
        self.network.submit(&self.wire);
    }

    /// Resets the connection, at once; what the server had not read is lost.
    pub fn reset(&self) {
        self.wire.reset();
    }

    /// Stops reading: the server gets rid of so many bytes from now on, and then of none until
    /// [`resume`](Self::resume). What it has written before can be taken as always.
    pub fn stall(&self, bytes: usize) {
        self.wire.take_only(Some(bytes));
    }

    /// Reads again.
    pub fn resume(&self) {
        self.wire.take_only(None);
    }

    /// Takes all that has come.
    pub fn take(&self) -> Vec<u8> {
        let mut into = Vec::new();
        self.read(usize::MAX, &mut into);
        into
    }

    /// Takes at most `bytes_max` bytes of what has come, puts them at the end of `into`, and says
    /// how many. What is taken makes room in the window (`Delivery::window_bytes`).
    pub fn read(&self, bytes_max: usize, into: &mut Vec<u8>) -> usize {
        self.wire.read(bytes_max, into)
    }

    /// Bytes that have come and were not taken.
    pub fn waiting(&self) -> usize {
        self.wire.state().down.len()
    }

    /// How the server's half stands, whether or not all that came before was taken.
    pub fn end(&self) -> End {
        self.wire.state().end
    }

    /// Reads and writes of the server on this connection.
    pub fn counts(&self) -> Counts {
        self.wire.state().counts
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.reset();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.wire.state();
        out.debug_struct("Client")
            .field("waiting", &state.down.len())
            .field("end", &state.end)
            .field("counts", &state.counts)
            .finish()
    }
}
