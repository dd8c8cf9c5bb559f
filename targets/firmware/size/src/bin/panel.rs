//! The routes of `hello`, `json` and `ws` together: the core with all its protocols.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::{Json, Result, WebSocket, app};
use serde::{Deserialize, Serialize};

struct Panel;

app! { for Panel;
    get "/hello" => hello;
    put "/led"   => set_led(json);
    ws  "/ws"    => echo(ws);
}

#[derive(Deserialize, Serialize)]
struct Led {
    level: u8,
    blinks: bool,
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

async fn set_led(_: &Panel, Json(led): Json<Led>) -> Json<Led> {
    Json(led)
}

async fn echo(_: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}

#[entry]
fn main() -> ! {
    size::serve(&Panel)
}
