//! One connection's bytes, in memory: what the client has sent, and what the server has.

use core::cell::RefCell;

use samewire_gauge::laps::beside;

use crate::die;

/// More than the longest of what is sent, and of what is answered.
const BYTES: usize = 768;

/// Both directions. A call is not the server's: instructions in it are not counted.
pub struct Wire(RefCell<Bytes>);

struct Bytes {
    /// From the client, unread between `start` and `end`.
    input: [u8; BYTES],
    start: usize,
    end: usize,
    /// From the server.
    output: [u8; BYTES],
    filled: usize,
    is_ended: bool,
}

impl Wire {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Bytes {
            input: [0; BYTES],
            start: 0,
            end: 0,
            output: [0; BYTES],
            filled: 0,
            is_ended: false,
        }))
    }

    /// Reads what has come, if anything has.
    pub fn read(&self, into: &mut [u8]) -> Option<usize> {
        beside(|| {
            let Bytes { input, start, end, .. } = &mut *self.0.borrow_mut();
            let count = (*end - *start).min(into.len());
            into[..count].copy_from_slice(&input[*start..*start + count]);
            *start += count;
            (count > 0).then_some(count)
        })
    }

    /// Whether there is something to read.
    pub fn is_readable(&self) -> bool {
        beside(|| {
            let bytes = self.0.borrow();
            bytes.start < bytes.end
        })
    }

    /// Takes all of these bytes.
    pub fn write(&self, from: &[u8]) {
        beside(|| {
            let Bytes { output, filled, .. } = &mut *self.0.borrow_mut();
            let Some(room) = output.get_mut(*filled..*filled + from.len()) else {
                die(102, format_args!("the answer is too long"));
            };
            room.copy_from_slice(from);
            *filled += from.len();
        });
    }

    /// Lends the room for what is sent; `fill` is the server's, and says how much of it is filled.
    pub fn write_with<R>(&self, fill: impl FnOnce(&mut [u8]) -> (usize, R)) -> R {
        let mut bytes = self.0.borrow_mut();
        let Bytes { output, filled, .. } = &mut *bytes;
        let (count, done) = fill(&mut output[*filled..]);
        *filled += count;
        done
    }

    /// The server has ended its half.
    pub fn end(&self) {
        beside(|| self.0.borrow_mut().is_ended = true);
    }

    /// A connection begins.
    pub(crate) fn reset(&self) {
        let mut bytes = self.0.borrow_mut();
        (bytes.start, bytes.end, bytes.filled, bytes.is_ended) = (0, 0, 0, false);
    }

    /// Bytes come from the client: `fill` is given room for so many.
    pub(crate) fn receive(&self, count: usize, fill: impl FnOnce(&mut [u8])) {
        let Bytes { input, start, end, .. } = &mut *self.0.borrow_mut();
        // What nobody has read is of a connection that is over.
        (*start, *end) = (0, count);
        let Some(room) = input.get_mut(..count) else {
            die(102, format_args!("the record is too long"));
        };
        fill(room);
    }

    /// Hands over what the server has sent since, and whether it has ended its half.
    pub(crate) fn take<R>(&self, show: impl FnOnce(&[u8], bool) -> R) -> R {
        let mut bytes = self.0.borrow_mut();
        let shown = show(&bytes.output[..bytes.filled], bytes.is_ended);
        bytes.filled = 0;
        shown
    }
}
