//! How the bytes of one connection travel, as the simulator of `core` has it: a piece of input
//! arrives when the server has done all that it can with those before, and a client that has
//! stopped reading takes no byte more than it said.

/// How input is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery {
    /// As it comes.
    Whole,
    /// One byte a read.
    Bytes,
    /// In two pieces, the first of so many bytes.
    Cut(u64),
}

/// What may be read and written now.
#[derive(Debug)]
pub(crate) struct Pace {
    delivery: Delivery,
    /// Bytes that may be read before the server has nothing left to do.
    granted: usize,
    /// The server has asked for more.
    wanted: bool,
    bytes_read: u64,
    reads: u64,
    /// Bytes that a client takes which reads no more.
    left: Option<u64>,
}

impl Pace {
    /// Of a connection that begins.
    pub(crate) const fn new(delivery: Delivery) -> Self {
        Self { delivery, granted: 0, wanted: false, bytes_read: 0, reads: 0, left: None }
    }

    /// How often the server has got bytes.
    pub(crate) const fn reads(&self) -> u64 {
        self.reads
    }

    /// How many of these bytes may be read now.
    pub(crate) fn readable(&mut self, bytes: usize) -> usize {
        self.wanted = self.granted == 0;
        bytes.min(self.granted)
    }

    /// So many bytes were read.
    pub(crate) fn has_read(&mut self, bytes: usize) {
        self.reads += 1;
        self.bytes_read += bytes as u64;
        self.granted -= bytes.min(self.granted);
    }

    /// The server has nothing left to do: whether it may read on.
    pub(crate) fn grant(&mut self) -> bool {
        if !self.wanted {
            return false;
        }
        self.wanted = false;
        self.granted = match self.delivery {
            Delivery::Bytes => 1,
            Delivery::Cut(at) if self.bytes_read < at => (at - self.bytes_read) as usize,
            Delivery::Whole | Delivery::Cut(_) => usize::MAX,
        };
        true
    }

    /// How many of these bytes may be written now.
    pub(crate) fn writable(&self, bytes: usize) -> usize {
        self.left.map_or(bytes, |left| bytes.min(usize::try_from(left).unwrap_or(usize::MAX)))
    }

    /// So many bytes were written.
    pub(crate) fn has_written(&mut self, bytes: usize) {
        if let Some(left) = &mut self.left {
            *left -= (bytes as u64).min(*left);
        }
    }

    /// The client takes only so many bytes more, or reads again.
    pub(crate) fn take_only(&mut self, bytes: Option<u64>) {
        self.left = bytes;
    }
}
