//! Members of a JSON object (RFC 8259) for [`schema`](crate::app::schema): strings are kept where they
//! were received.

use super::Malformed;
use super::reader::Reader;
use crate::app::schema::{Broken, Integer, Place, Schema, Source};
use crate::http::abnf::cut;

/// A text of which one object is read.
pub(in crate::app) struct Members<'x> {
    reader: Reader<'x>,
    /// Nothing of the innermost object or array has been read.
    is_first: bool,
}

impl<'x> Members<'x> {
    pub(in crate::app) const fn new(text: &'x mut [u8]) -> Self {
        Self { reader: Reader::new(text), is_first: true }
    }

    /// Goes into what begins with this byte, or passes something else over.
    #[inline(never)]
    fn open(&mut self, begin: u8) -> Result<bool, Broken> {
        if self.reader.peek() != begin {
            return self.skip().map(|()| false);
        }
        self.reader.open(begin)?;
        self.is_first = true;
        Ok(true)
    }

    /// Whether there is more; if not, goes out.
    #[inline(never)]
    fn has_next(&mut self, end: u8) -> Result<bool, Broken> {
        let has_next = self.reader.has_next(self.is_first, end)?;
        if !has_next {
            self.reader.close(end)?;
        }
        self.is_first = false;
        Ok(has_next)
    }
}

impl From<Malformed> for Broken {
    fn from(_: Malformed) -> Self {
        Self("the content is no JSON")
    }
}

impl<'x> Source<'x> for Members<'x> {
    const PLACE: Place = Place::Json;
    const REPEATS: bool = false;

    fn open(&mut self) -> Result<bool, Broken> {
        Self::open(self, b'{')
    }

    #[inline(never)]
    fn next(&mut self, schema: &Schema) -> Result<Option<Option<usize>>, Broken> {
        if !self.has_next(b'}')? {
            return Ok(None);
        }
        let position = schema.position(self.reader.string()?);
        self.reader.expect(b':')?;
        Ok(Some(position))
    }

    #[inline(never)]
    fn skip(&mut self) -> Result<(), Broken> {
        Ok(self.reader.skip()?)
    }

    fn null(&mut self) -> Result<bool, Broken> {
        let is_null = self.reader.peek() == b'n';
        if is_null {
            self.reader.literal(b"null")?;
        }
        Ok(is_null)
    }

    #[inline(never)]
    fn text(&mut self) -> Result<Option<&'x str>, Broken> {
        if self.reader.peek() == b'"' {
            return Ok(Some(self.reader.string()?));
        }
        self.skip().map(|()| None)
    }

    #[inline(never)]
    fn integer(&mut self) -> Result<Option<Integer>, Broken> {
        Ok(match self.reader.integer() {
            Ok(integer) => Some(integer),
            Err(Malformed) if is_number(self.reader.peek()) => {
                whole(self.reader.number()?.as_bytes())
            }
            Err(Malformed) => self.skip().map(|()| None)?,
        })
    }

    fn number(&mut self) -> Result<Option<f64>, Broken> {
        if is_number(self.reader.peek()) {
            return Ok(self.reader.number()?.parse().ok());
        }
        self.skip().map(|()| None)
    }

    fn boolean(&mut self) -> Result<Option<bool>, Broken> {
        let begin = self.reader.peek();
        self.skip()?;
        Ok(match begin {
            b't' => Some(true),
            b'f' => Some(false),
            _ => None,
        })
    }

    fn open_list(&mut self) -> Result<bool, Broken> {
        Self::open(self, b'[')
    }

    fn next_item(&mut self) -> Result<bool, Broken> {
        self.has_next(b']')
    }

    fn end(&mut self) -> Result<(), Broken> {
        Ok(self.reader.end()?)
    }
}

const fn is_number(begin: u8) -> bool {
    matches!(begin, b'-' | b'0'..=b'9')
}

/// The whole number that `1.0` is: to JSON Schema it is an integer (Core, §4.2.3). One with an
/// exponent would be, too, but nobody writes it so, and it would be half a kilobyte of flash.
fn whole(number: &[u8]) -> Option<Integer> {
    let (whole, fraction) = cut(number, b'.');
    let is_whole = fraction.iter().all(|byte| matches!(byte, b'.' | b'0'));
    Integer::from_digits(whole).filter(|_| is_whole)
}
