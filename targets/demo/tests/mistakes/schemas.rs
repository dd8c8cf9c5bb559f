//! What is declared of content cannot be, or is written otherwise.

use samewire::app::schema::Valid;
use samewire::{app, schema};

struct Panel;

schema! {
    struct Misspelt {
        level: u8 [rnge 0..=100],
    }
}

schema! {
    struct ForAnotherType {
        level: u8 [length 1..=3],
    }
}

schema! {
    struct BadPattern<'x> {
        name: &'x str [pattern "[a-z"],
    }
}

schema! {
    struct NoSuchType {
        level: usize,
    }
}

struct Undeclared;

app! { for Panel;
    put "/level" => set(json);
}

async fn set(_: &Panel, _: Valid<Undeclared>) -> &'static str {
    ""
}

fn main() {}
