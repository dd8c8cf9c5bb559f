//! Where members come from: one after the other, as JSON's are, or the pairs of a query or a form.

use super::declare::Schema;
use super::faults::Place;
use crate::http::abnf::decimal;

/// The content is not what it says that it is, and why: the answer is 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub &'static str);

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integer {
    /// One with a minus.
    Negative(i64),
    /// One without.
    Natural(u64),
}

/// Members, and the value of the one that was named last. A method for a value takes it; `None` is
/// a value of another type, which is passed over.
#[doc(hidden)]
pub trait Source<'x> {
    /// Which part of the request it is.
    const PLACE: Place;
    /// Whether a list is a name that is there more than once.
    const REPEATS: bool;

    /// Goes into an object; false if there is none.
    fn open(&mut self) -> Result<bool, Broken>;
    /// The next member's place in `schema`, if it is there; `None` at the object's end, which is taken.
    fn next(&mut self, schema: &Schema) -> Result<Option<Option<usize>>, Broken>;
    /// Passes a value over.
    fn skip(&mut self) -> Result<(), Broken>;
    /// Takes a `null`, if there is one.
    fn null(&mut self) -> Result<bool, Broken>;
    fn text(&mut self) -> Result<Option<&'x str>, Broken>;
    fn integer(&mut self) -> Result<Option<Integer>, Broken>;
    fn number(&mut self) -> Result<Option<f64>, Broken>;
    fn boolean(&mut self) -> Result<Option<bool>, Broken>;
    /// Goes into an array; false if there is none.
    fn open_list(&mut self) -> Result<bool, Broken>;
    /// Whether there is another item; if not, the array's end is taken.
    fn next_item(&mut self) -> Result<bool, Broken>;
    /// Takes the end of everything.
    fn end(&mut self) -> Result<(), Broken>;
}

impl Integer {
    /// As an `i64`, if it is one.
    pub fn signed(self) -> Option<i64> {
        match self {
            Self::Negative(number) => Some(number),
            Self::Natural(number) => i64::try_from(number).ok(),
        }
    }

    /// What is left when it is divided, but for the sign.
    pub(super) fn rest(self, divisor: u32) -> u32 {
        let magnitude = match self {
            Self::Negative(number) => number.unsigned_abs(),
            Self::Natural(number) => number,
        };
        // Bit for bit: a division of 64 bits would be a kilobyte of flash where there is none.
        let (mut rest, divisor) = (0, u64::from(divisor));
        for bit in (0..u64::BITS).rev() {
            rest = rest << 1 | magnitude >> bit & 1;
            if rest >= divisor {
                rest -= divisor;
            }
        }
        u32::try_from(rest).unwrap_or_default()
    }

    /// The whole number that `digits` are, with an optional minus.
    pub(in crate::app) fn from_digits(digits: &[u8]) -> Option<Self> {
        match digits {
            [b'-', digits @ ..] => {
                let magnitude = decimal(digits)?;
                0_i64.checked_sub_unsigned(magnitude).map(Self::Negative)
            }
            digits => decimal(digits).map(Self::Natural),
        }
    }
}

/// Names and values, decoded.
pub(in crate::app) trait Pairs<'x>: Iterator<Item = (&'x str, &'x str)> {
    /// Which part of the request they are.
    const PLACE: Place;
}

/// Members that are pairs of a name and a value: all values are text.
pub(in crate::app) struct Named<'x, P> {
    pairs: P,
    value: &'x str,
    is_open: bool,
}

impl<'x, P: Pairs<'x>> Named<'x, P> {
    pub(in crate::app) const fn new(pairs: P) -> Self {
        Self { pairs, value: "", is_open: false }
    }
}

impl<'x, P: Pairs<'x>> Source<'x> for Named<'x, P> {
    const PLACE: Place = P::PLACE;
    const REPEATS: bool = true;

    /// There is one, and none within it.
    fn open(&mut self) -> Result<bool, Broken> {
        Ok(!core::mem::replace(&mut self.is_open, true))
    }

    fn next(&mut self, schema: &Schema) -> Result<Option<Option<usize>>, Broken> {
        let Some((name, value)) = self.pairs.next() else { return Ok(None) };
        self.value = value;
        Ok(Some(schema.position(name)))
    }

    fn skip(&mut self) -> Result<(), Broken> {
        Ok(())
    }

    fn null(&mut self) -> Result<bool, Broken> {
        Ok(false)
    }

    fn text(&mut self) -> Result<Option<&'x str>, Broken> {
        Ok(Some(self.value))
    }

    fn integer(&mut self) -> Result<Option<Integer>, Broken> {
        Ok(Integer::from_digits(self.value.as_bytes()))
    }

    fn number(&mut self) -> Result<Option<f64>, Broken> {
        let plain = self.value.bytes().all(|byte| b"+-.0123456789Ee".contains(&byte));
        Ok(self.value.parse().ok().filter(|_| plain))
    }

    fn boolean(&mut self) -> Result<Option<bool>, Broken> {
        Ok(match self.value {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    fn open_list(&mut self) -> Result<bool, Broken> {
        Ok(false)
    }

    fn next_item(&mut self) -> Result<bool, Broken> {
        Ok(false)
    }

    fn end(&mut self) -> Result<(), Broken> {
        Ok(())
    }
}
