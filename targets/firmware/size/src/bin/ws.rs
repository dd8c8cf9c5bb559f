//! The route of `hello`, and a WebSocket that sends every message back.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::{Result, WebSocket, app};

struct Panel;

app! { for Panel;
    get "/hello" => hello;
    ws  "/ws"    => echo(ws);
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
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
