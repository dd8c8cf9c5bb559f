//! What is not there: a word that no route can ask for, a handler, and a row.

use samewire::{Bytes, Status, app};

struct Panel;

app! { for Panel;
    get  "/led"  => led;
    post "/led"  => set_led(byts);
    get  "/lamp" => lamp;
    gte  "/led"  => led;
}

async fn led(_: &Panel) -> Status {
    Status::OK
}

async fn set_led(_: &Panel, _: Bytes<'_>) -> Status {
    Status::OK
}

fn main() {}
