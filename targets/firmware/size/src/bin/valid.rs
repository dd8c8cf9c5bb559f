//! The route of `hello`, and one that takes JSON of four members as they are declared.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app::schema::Valid;
use samewire::{Status, app, schema};

struct Panel;

app! { for Panel;
    get  "/hello" => hello;
    post "/users" => create(json);
}

schema! {
    /// Who signs up.
    struct NewUser<'x> {
        name: &'x str [length 1..=40, pattern "[A-Za-z][a-z ]*"],
        email: &'x str [email],
        age: u8 [range 0..=150],
        site: Option<&'x str> [uri],
    }
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

async fn create(_: &Panel, user: Valid<NewUser<'_>>) -> Status {
    let is_adult = user.age >= 18 && user.name.len() + user.email.len() > 2;
    if is_adult && user.site.is_none() { Status::CREATED } else { Status::ACCEPTED }
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
