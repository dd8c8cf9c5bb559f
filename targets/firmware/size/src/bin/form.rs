//! The route of `hello`, and one that takes a query and a form.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app::{Form, Query};
use samewire::{Result, Status, app};

struct Panel;

app! { for Panel;
    get  "/hello" => hello;
    post "/level" => level(query, form);
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

async fn level(_: &Panel, query: Query<'_>, form: Form<'_>) -> Result<Status> {
    let level: Option<u32> = query.parse("level")?;
    Ok(if level.is_some() && form.get("name").is_some() { Status::OK } else { Status::NO_CONTENT })
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
