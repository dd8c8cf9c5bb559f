//! JSON text read where it was received: what a [`Scan`] finds, as values that may borrow from it.

use core::{mem, str};

use super::Malformed;
use super::scan::{Scan, first};
use crate::app::schema::Integer;
use crate::http::abnf::index_of;

/// What is left of a text to read. What has been read is left behind with each string, so that the
/// string can outlive the reader.
pub(in crate::app) struct Reader<'x> {
    text: &'x mut [u8],
    scan: Scan,
}

impl<'x> Reader<'x> {
    pub(in crate::app) const fn new(text: &'x mut [u8]) -> Self {
        Self { text, scan: Scan::new() }
    }

    /// See [`Scan::peek`].
    pub(in crate::app) fn peek(&mut self) -> u8 {
        self.scan.peek(self.text)
    }

    /// See [`Scan::expect`].
    pub(in crate::app) fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        self.scan.expect(self.text, byte)
    }

    /// See [`Scan::literal`].
    pub(in crate::app) fn literal(&mut self, name: &[u8]) -> Result<(), Malformed> {
        self.scan.literal(self.text, name)
    }

    /// See [`Scan::end`].
    pub(in crate::app) fn end(&mut self) -> Result<(), Malformed> {
        self.scan.end(self.text)
    }

    /// See [`Scan::open`].
    pub(in crate::app) fn open(&mut self, byte: u8) -> Result<(), Malformed> {
        self.scan.open(self.text, byte)
    }

    /// See [`Scan::close`].
    pub(in crate::app) fn close(&mut self, byte: u8) -> Result<(), Malformed> {
        self.scan.close(self.text, byte)
    }

    /// See [`Scan::has_next`].
    pub(in crate::app) fn has_next(&mut self, is_first: bool, end: u8) -> Result<bool, Malformed> {
        self.scan.has_next(self.text, is_first, end)
    }

    /// See [`Scan::skip`].
    pub(in crate::app) fn skip(&mut self) -> Result<(), Malformed> {
        self.scan.skip(self.text)
    }

    /// See [`Scan::integer`].
    pub(in crate::app) fn integer(&mut self) -> Result<Integer, Malformed> {
        self.scan.integer(self.text)
    }

    /// A number in its own characters (§6).
    #[inline(never)]
    pub(in crate::app) fn number(&mut self) -> Result<&str, Malformed> {
        let (range, _) = self.scan.number(self.text)?;
        str::from_utf8(self.text.get(range).unwrap_or_default()).map_err(|_| Malformed)
    }

    /// A string, its escapes undone where they stand: what they stand for is never longer.
    #[inline(never)]
    pub(in crate::app) fn string(&mut self) -> Result<&'x str, Malformed> {
        let range = self.scan.string(self.text)?;
        let behind = mem::take(&mut self.scan.at);
        let read = mem::take(&mut self.text).split_at_mut_checked(behind);
        let (read, text) = read.ok_or(Malformed)?;
        self.text = text;
        let string = read.get_mut(range).unwrap_or_default();
        let bytes = if index_of(b'\\', string).is_some() { unescape(string) } else { string.len() };
        str::from_utf8(string.get(..bytes).unwrap_or_default()).map_err(|_| Malformed)
    }
}

fn unescape(string: &mut [u8]) -> usize {
    let (mut from, mut to) = (0, 0);
    while let Some((utf8, n)) = string.get(from..).and_then(first) {
        for byte in utf8.as_bytes() {
            if let Some(place) = string.get_mut(to) {
                *place = *byte;
            }
            to += 1;
        }
        from += n;
    }
    to
}
