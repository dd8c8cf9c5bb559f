//! People who are told of over the wire: what is declared of them is all that a handler ever sees.

use samewire::app::schema::{Fault, Invalid, List, Place, Refused, Valid};
use samewire::{Json, Problem, ProblemKind, Status, schema};
use serde::Serialize;

use crate::Demo;

schema! {
    /// Where somebody lives.
    #[derive(Serialize)]
    pub struct Home<'x> {
        /// The street, with its number.
        street: &'x str [length 1..=40],
        /// As it is written on letters.
        code: Option<&'x str> [pattern "[0-9]{5}(-[0-9]{4})?"],
    }
}

schema! {
    /// Somebody new.
    #[derive(Serialize)]
    pub struct Person<'x> {
        /// As it is spoken to.
        name: &'x str [length 1..=20, pattern "[A-Za-zÀ-ÿ]+([ -][A-Za-zÀ-ÿ]+)*"],
        /// In years.
        age: u8 [range 18..=120],
        /// How it can be reached.
        email: Option<&'x str> [email],
        /// What it shows of itself.
        site: Option<&'x str> [uri],
        /// When it was born.
        born: Option<&'x str> [date],
        /// What it may do.
        role: &'x str = "guest" [one_of "guest" "host"],
        /// What it likes.
        likes: List<&'x str, 3> [items ..=3, length 1..=8],
        /// Where it lives.
        home: Option<Home<'x>>,
    }
}

/// The names that are taken.
const TAKEN: &[Fault] =
    &[Fault { place: Place::Json, name: "name", rule: "taken", detail: "is somebody else's" }];

const RESERVED: ProblemKind = ProblemKind::new(Status::CONFLICT)
    .uri("https://example.com/problems/reserved-name")
    .title("The name is reserved")
    .detail("nobody may be called so");

/// `POST /people`.
pub(crate) async fn create<'x>(
    _: &Demo,
    person: Valid<Person<'x>>,
) -> Result<(Status, Json<Person<'x>>), Refused> {
    match person.name {
        "Samewire" => Err(Invalid::told(TAKEN).into()),
        "Root" => Err(Problem::of(&RESERVED).into()),
        _ => Ok((Status::CREATED, Json(*person))),
    }
}

schema! {
    /// Who is looked for.
    #[derive(Serialize)]
    pub struct Search<'x> {
        /// A part of the name.
        name: Option<&'x str> [length 2..=20],
        /// How many at most.
        limit: u8 = 20 [range 1..=100, multiple_of 5],
        /// What they all like.
        likes: List<&'x str, 2> [items ..=2, length 1..],
        /// Whether guests count.
        guests: bool = true,
        ..
    }
}

/// `GET /people` and `POST /people/search`: what is looked for.
pub(crate) async fn search<'x>(_: &Demo, search: Valid<Search<'x>>) -> Json<Search<'x>> {
    Json(*search)
}

schema! {
    /// A day of somebody.
    #[derive(Serialize)]
    pub struct Day<'x> {
        /// Whose.
        id: u32 [range 1..],
        /// Which.
        day: &'x str [date],
    }
}

/// `GET /people/{id}/days/{day}`: which day it is.
pub(crate) async fn day<'x>(_: &Demo, day: Valid<Day<'x>>) -> Json<Day<'x>> {
    Json(*day)
}
