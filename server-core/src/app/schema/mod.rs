//! Schemas: what a request may say, declared once, judged while it is read.
//!
//! ```
//! use samewire::app::schema::{Schema, Shape};
//!
//! samewire::schema! {
//!     /// Who signs up.
//!     pub struct NewUser<'x> {
//!         /// As it is spoken to.
//!         name:  &'x str [length 1..=40, pattern r"[A-Za-z][A-Za-z -]*"],
//!         email: &'x str [email],
//!         age:   u8 [range 0..=150],
//!         site:  Option<&'x str> [uri],
//!         role:  &'x str = "guest" [one_of "guest" "host"],
//!     }
//! }
//!
//! const SCHEMA: &Schema = <NewUser<'_> as Shape<'_>>::SCHEMA;
//! assert_eq!(SCHEMA.members[2].name, "age");
//! ```
//!
//! A handler that asks for a [`Valid<NewUser<'_>>`](Valid) is called with one that keeps every rule,
//! or not at all: then the answer is 422, a problem (RFC 9457) whose `errors` name *every* rule that
//! is broken, and where. Nothing is stored for that but a bit for each rule. Text is borrowed from
//! where it was received.
//!
//! | a member is written | meaning |
//! | --- | --- |
//! | `age: u8` | it must be there |
//! | `age: Option<u8>` | it may be missing, or `null` |
//! | `age: u8 = 18` | it may be missing, and then is this |
//! | `kind as "type": u8` | it has another name on the wire |
//! | `u8`…`u64`, `i8`…`i64` | a whole number that fits; JSON's `1.0` is one, `1e2` is not |
//! | `f32`, `f64` | a finite number |
//! | `bool` | `true` or `false` |
//! | `&'x str` | text |
//! | [`List<u8, 8>`](List) | at most so many; a query repeats the name for each |
//! | `Address<'x>` | what another schema declares |
//! | `..`, at the end | whatever else is there is passed over; without it, it is refused |
//!
//! | rule, in brackets | meaning, as in JSON Schema (Validation, §6 and §7) |
//! | --- | --- |
//! | `length 1..=40`, `length ..=40`, `length 1..` | characters of a text |
//! | `pattern "[a-z]+"` | the whole text: see [`regular`](super::regular) |
//! | `email`, `uri`, `uri_reference`, `uuid`, `date`, `time`, `date_time`, `ipv4`, `ipv6`, `hostname` | see [`format`](super::format) |
//! | `one_of "a" "b"` | one of these texts |
//! | `range 0..=150`, `range 1..`, `range ..=9` | of whole numbers |
//! | `multiple_of 5` | of whole numbers |
//! | `among 1 2 5` | one of these whole numbers |
//! | `real 0.0..=1.0`, `above 0.0`, `below 1.0` | of numbers with a fraction; the last two exclude their bound |
//! | `items 1..=8` | how many a list has; obliged, and never more than it can hold |
//!
//! The rules of a list but for `items` are about each of its items. What a member's type cannot say is
//! a fault of `type`; a name that is there twice, one of `repeated`.
//!
//! How many faults there are, and how deep schemas stand in each other, is known when the program is
//! compiled: see [`Schema::FAULTS_MAX`].

mod declare;
mod faults;
mod list;
mod macros;
mod member;
mod pairs;
mod refused;
mod rule;
mod source;
mod spelling;

use core::ops::Deref;

use super::exchange::Exchange;
use super::form::{Form, FromForm};
#[cfg(feature = "json")]
use super::json::{FromJson, members::Members};
use super::path::FromPath;
use super::query::{FromQuery, Query, Room};

pub use declare::{About, AboutMember, Kind, Member, Schema, Whole};
pub use faults::{Fault, Faults, Invalid, Place};
pub use list::List;
pub use member::{Noted, Seen, Take};
use pairs::{OfForm, OfQuery, Parameters};
pub use refused::Refused;
pub use rule::{Limit, Rule, Value};
use source::Named;
pub use source::{Broken, Integer, Source};

/// A type that [`schema!`](macro@crate::schema) declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared by `schema!`",
    label = "not declared by `schema!`"
)]
pub trait Shape<'x>: Sized {
    /// The declaration, by which a value is judged.
    const SCHEMA: &'static Schema;
    /// What is said of it besides.
    const ABOUT: &'static About;

    #[doc(hidden)]
    fn read<S: Source<'x>>(
        source: &mut S,
        faults: &mut Faults,
        base: u32,
    ) -> Result<Option<Self>, Broken>;
}

/// A value that keeps the rules of its [`schema!`](macro@crate::schema).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valid<T>(pub T);

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Reads the whole of `source`, and lists all that is wrong with it: 400 if it is not even what it
/// says that it is, 422 if it breaks rules.
pub(super) fn read<'x, T: Shape<'x>, S: Source<'x>>(source: &mut S) -> Result<Valid<T>, Refused> {
    let mut faults = Faults::NONE;
    let value = T::read(source, &mut faults, 0)?;
    source.end()?;
    match value {
        Some(value) if faults == Faults::NONE => Ok(Valid(value)),
        _ => Err(Invalid::judged::<T, S>(faults).into()),
    }
}

#[cfg(feature = "json")]
impl<'c, T: Shape<'c>> FromJson<'c> for Valid<T> {
    type Error = Refused;

    fn from_json(content: &'c mut [u8]) -> Result<Self, Refused> {
        read(&mut Members::new(content))
    }
}

impl<'x, T: Shape<'x>> FromPath<'x> for Valid<T> {
    type Error = Refused;

    fn from_path(exchange: &'x Exchange<'x>) -> Result<Self, Refused> {
        read(&mut Named::new(Parameters::new(exchange)))
    }
}

/// What has to be decoded of a query is 256 bytes at most; more is 400.
impl<'q, T: Shape<'q>> FromQuery<'q> for Valid<T> {
    type Room = Room<256>;
    type Error = Refused;

    fn from_query(query: Query<'q>, room: &'q mut Room<256>) -> Result<Self, Refused> {
        read(&mut Named::new(OfQuery(query.pairs_in(&mut room.0)?)))
    }
}

impl<'f, T: Shape<'f>> FromForm<'f> for Valid<T> {
    type Error = Refused;

    fn from_form(form: Form<'f>) -> Result<Self, Refused> {
        read(&mut Named::new(OfForm(form.pairs())))
    }
}

#[cfg(test)]
mod tests;
