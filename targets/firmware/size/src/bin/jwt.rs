//! The route of `json` behind a layer that asks for a JSON Web Token.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app::layer::{Hs256, Jwt};
use samewire::{Json, app};
use serde::{Deserialize, Serialize};

struct Panel;

#[derive(Deserialize, Serialize)]
struct Led {
    level: u8,
}

const TOKENS: Jwt<Hs256> = Jwt::new("panel", b"thirty-two bytes that nobody saw");

app! { for Panel;
    layers [TOKENS];
    get  "/hello" => hello;
    post "/led"   => set_led(json);
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

async fn set_led(_: &Panel, Json(led): Json<Led>) -> Json<Led> {
    Json(led)
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
