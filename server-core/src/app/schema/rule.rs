//! One rule: what it bounds, the function that judges it, and its words for clients. What no schema
//! of a program declares is not linked.

use core::fmt;

use super::declare::Kind;
use super::source::Integer;
use crate::app::regular::Pattern;

/// A rule of a member.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, which clients are told.
    pub name: &'static str,
    /// What clients are told when it is broken.
    pub detail: &'static str,
    /// What it bounds.
    pub limit: Limit,
    keeps: fn(&Limit, &Value<'_>) -> bool,
}

/// What a rule bounds, as data.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// Characters of a text.
    Length {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A whole number.
    Range {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// A number with a fraction.
    Real {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// Whether neither of them is admitted.
        is_exclusive: bool,
    },
    /// A whole number, divided by this without a rest.
    MultipleOf(u32),
    /// A text as a whole.
    Pattern(&'static Pattern),
    /// A text, by a function of [`format`](crate::app::format).
    Format(fn(&[u8]) -> bool),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these whole numbers.
    Among(&'static [i64]),
    /// How many items a list has.
    Items {
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
}

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'v> {
    /// Text.
    Text(&'v str),
    /// A whole number.
    Integer(Integer),
    /// Another number.
    Number(f64),
    /// How many items a list has.
    Items(usize),
    /// What there are no rules for.
    Boolean,
}

impl Rule {
    /// Whether `value` keeps the rule.
    pub fn keeps(&self, value: &Value<'_>) -> bool {
        (self.keeps)(&self.limit, value)
    }

    /// Whether the rule is about how many items there are, not about each of them.
    pub(super) const fn is_of_items(&self) -> bool {
        matches!(self.limit, Limit::Items { .. })
    }

    pub(super) const fn bounds_items(&self, items_max: usize) -> bool {
        matches!(self.limit, Limit::Items { max, .. } if max <= items_max)
    }

    /// Whether there can be such a rule for such a member.
    pub(super) const fn fits(&self, kind: &Kind) -> bool {
        match (&self.limit, kind) {
            (Limit::Items { .. }, Kind::List { .. }) => true,
            (_, Kind::List { of, .. }) => self.fits(of),
            (Limit::Range { .. } | Limit::MultipleOf(_) | Limit::Among(_), Kind::Integer(_))
            | (Limit::Real { .. }, Kind::Number) => true,
            (
                Limit::Length { .. } | Limit::Pattern(_) | Limit::Format(_) | Limit::OneOf(_),
                Kind::Text,
            ) => true,
            _ => false,
        }
    }
}

#[doc(hidden)]
impl Rule {
    pub const fn length(min: u32, max: u32, detail: &'static str) -> Self {
        assert!(min <= max, "`length` goes from more to less");
        let keeps = |limit: &Limit, value: &Value<'_>| {
            let (Limit::Length { min, max }, Value::Text(text)) = (limit, value) else {
                return false;
            };
            // All bytes of a character but its first begin with `10`. `Chars::count` is 400 bytes.
            let characters = text.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
            u32::try_from(characters).is_ok_and(|n| *min <= n && n <= *max)
        };
        Self { name: "length", detail, limit: Limit::Length { min, max }, keeps }
    }

    pub const fn pattern(pattern: &'static Pattern, detail: &'static str) -> Self {
        let keeps = |limit: &Limit, value: &Value<'_>| matches!((limit, value), (Limit::Pattern(pattern), Value::Text(text)) if pattern.matches(text));
        Self { name: "pattern", detail, limit: Limit::Pattern(pattern), keeps }
    }

    pub const fn format(
        name: &'static str,
        format: fn(&[u8]) -> bool,
        detail: &'static str,
    ) -> Self {
        let keeps = |limit: &Limit, value: &Value<'_>| matches!((limit, value), (Limit::Format(format), Value::Text(text)) if format(text.as_bytes()));
        Self { name, detail, limit: Limit::Format(format), keeps }
    }

    pub const fn one_of(texts: &'static [&'static str], detail: &'static str) -> Self {
        let keeps = |limit: &Limit, value: &Value<'_>| matches!((limit, value), (Limit::OneOf(texts), Value::Text(text)) if texts.contains(text));
        Self { name: "one_of", detail, limit: Limit::OneOf(texts), keeps }
    }

    pub const fn range(min: i64, max: i64, detail: &'static str) -> Self {
        assert!(min <= max, "`range` goes from more to less");
        let keeps = |limit: &Limit, value: &Value<'_>| {
            let (Limit::Range { min, max }, Value::Integer(number)) = (limit, value) else {
                return false;
            };
            // What no `i64` can say is more than any bound can.
            number.signed().map_or(*max == i64::MAX, |number| *min <= number && number <= *max)
        };
        Self { name: "range", detail, limit: Limit::Range { min, max }, keeps }
    }

    pub const fn multiple_of(of: u32, detail: &'static str) -> Self {
        assert!(of > 0, "nothing is a multiple of 0");
        let keeps = |limit: &Limit, value: &Value<'_>| matches!((limit, value), (Limit::MultipleOf(of), Value::Integer(number)) if number.rest(*of) == 0);
        Self { name: "multiple_of", detail, limit: Limit::MultipleOf(of), keeps }
    }

    pub const fn among(numbers: &'static [i64], detail: &'static str) -> Self {
        let keeps = |limit: &Limit, value: &Value<'_>| {
            let (Limit::Among(numbers), Value::Integer(number)) = (limit, value) else {
                return false;
            };
            number.signed().is_some_and(|number| numbers.contains(&number))
        };
        Self { name: "among", detail, limit: Limit::Among(numbers), keeps }
    }

    pub const fn real(
        name: &'static str,
        (min, max): (f64, f64),
        is_exclusive: bool,
        detail: &'static str,
    ) -> Self {
        assert!(min <= max, "`real` goes from more to less");
        let keeps = |limit: &Limit, value: &Value<'_>| {
            let (Limit::Real { min, max, is_exclusive }, Value::Number(number)) = (limit, value)
            else {
                return false;
            };
            if *is_exclusive {
                min < number && number < max
            } else {
                min <= number && number <= max
            }
        };
        Self { name, detail, limit: Limit::Real { min, max, is_exclusive }, keeps }
    }

    pub const fn items(min: usize, max: usize, detail: &'static str) -> Self {
        assert!(min <= max, "`items` goes from more to less");
        let keeps = |limit: &Limit, value: &Value<'_>| matches!((limit, value), (Limit::Items { min, max }, Value::Items(n)) if min <= n && n <= max);
        Self { name: "items", detail, limit: Limit::Items { min, max }, keeps }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct(self.name).field("limit", &self.limit).finish_non_exhaustive()
    }
}
