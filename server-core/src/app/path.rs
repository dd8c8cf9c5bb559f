//! What the braces of a route's path hold, as a handler's parameter.

use super::exchange::Exchange;
use super::problem::Problem;
use super::respond::Respond;
use crate::http::abnf;

/// A value made of one segment, in its normal form: unreserved characters are decoded, what else
/// was percent-encoded still is. Never empty but for `{*rest}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of a parameter of a path",
    label = "makes no `{Self}`",
    note = "a parameter makes `u8`, `u16`, `u32`, `i32`, `&str`, `&[u8]`, or a type of yours that \
        implements `Segment`"
)]
pub trait Segment<'x>: Sized {
    /// The value, or `None` if the segment is no such value: then the answer is 404.
    fn from_segment(segment: &'x [u8]) -> Option<Self>;
}

impl<'x> Segment<'x> for &'x [u8] {
    fn from_segment(segment: &'x [u8]) -> Option<Self> {
        Some(segment)
    }
}

impl<'x> Segment<'x> for &'x str {
    fn from_segment(segment: &'x [u8]) -> Option<Self> {
        core::str::from_utf8(segment).ok()
    }
}

macro_rules! unsigned {
    ($($type:ty)*) => {$(
        impl Segment<'_> for $type {
            fn from_segment(segment: &[u8]) -> Option<Self> {
                abnf::decimal(segment)?.try_into().ok()
            }
        }
    )*};
}

unsigned! { u8 u16 u32 }

impl Segment<'_> for i32 {
    fn from_segment(segment: &[u8]) -> Option<Self> {
        signed(segment)
    }
}

/// A handler's `path` parameter: one [`Segment`], or a tuple of them in the order of the path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of a path",
    label = "makes no `{Self}`",
    note = "a path makes a `Segment`, as a number or `&str`, a tuple of two to four of them, or a `Valid<T>`"
)]
pub trait FromPath<'x>: Sized {
    /// What is answered if the path holds no such value.
    type Error: Respond;

    /// The value.
    ///
    /// # Errors
    ///
    /// What is answered: 404 if a segment does not fit.
    fn from_path(exchange: &'x Exchange<'x>) -> Result<Self, Self::Error>;
}

impl<'x, S: Segment<'x>> FromPath<'x> for S {
    type Error = Problem;

    fn from_path(exchange: &'x Exchange<'x>) -> Result<Self, Problem> {
        segment(exchange, 0).ok_or(NO_RESOURCE)
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:literal),*))*) => {$(
        impl<'x, $($name: Segment<'x>),*> FromPath<'x> for ($($name,)*) {
            type Error = Problem;

            fn from_path(exchange: &'x Exchange<'x>) -> Result<Self, Problem> {
                Ok(($(segment::<$name>(exchange, $index).ok_or(NO_RESOURCE)?,)*))
            }
        }
    )*};
}

tuples! { (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }

const NO_RESOURCE: Problem = Problem::not_found("no such resource");

fn segment<'x, S: Segment<'x>>(exchange: &'x Exchange<'x>, index: usize) -> Option<S> {
    S::from_segment(parameter(exchange, index)?)
}

/// The parameter is found again in the path; nothing is stored for it.
#[inline(never)]
pub(super) fn parameter<'x>(exchange: &Exchange<'x>, index: usize) -> Option<&'x [u8]> {
    let (_, value) = exchange.route()?.captures(exchange.request().path(), index)?;
    Some(value)
}

/// A decimal number with an optional minus.
pub(super) fn signed(digits: &[u8]) -> Option<i32> {
    let (is_negative, digits) = match digits {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let number = i64::try_from(abnf::decimal(digits)?).ok()?;
    i32::try_from(if is_negative { -number } else { number }).ok()
}

#[cfg(test)]
mod tests {
    use super::{Segment, signed};

    #[test]
    fn numbers_are_digits_that_fit() {
        for (text, value) in [
            ("0", Some(0)),
            ("255", Some(255)),
            ("256", None),
            ("007", Some(7)),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1 ", None),
            ("0x1", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(u8::from_segment(text.as_bytes()), value, "{text}");
        }
        assert_eq!(signed(b"-2147483648"), Some(i32::MIN));
        assert_eq!(signed(b"2147483648"), None);
        assert_eq!(signed(b"--1"), None);
    }
}
