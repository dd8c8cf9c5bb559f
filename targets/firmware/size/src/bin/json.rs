//! The route of `hello`, and one that takes JSON and answers it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::{Json, Problem, Result, app};
use serde::{Deserialize, Serialize};

struct Panel;

app! { for Panel;
    get "/hello" => hello;
    put "/led"   => set_led(json);
}

#[derive(Deserialize, Serialize)]
struct Led {
    level: u8,
    blinks: bool,
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

async fn set_led(_: &Panel, Json(led): Json<Led>) -> Result<Json<Led>> {
    if led.level > 100 {
        return Err(Problem::unprocessable("level is a percentage"));
    }
    Ok(Json(led))
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
