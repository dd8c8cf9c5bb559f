//! The WebSocket of `ws`, whose messages go to all who are in the room.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app::rooms::{GENERAL, Rooms};
use samewire::{Either, Result, WebSocket, app, select};

struct Chat {
    rooms: Rooms<2, 256>,
}

app! { for Chat;
    get "/hello" => hello;
    ws  "/ws"    => chat(ws);
}

async fn hello(_: &Chat) -> &'static str {
    "Hello, World!\n"
}

async fn chat(app: &Chat, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut member = app.rooms.join(GENERAL)?;
    loop {
        match select(inbox.receive(), member.deliver(&mut outbox)).await {
            Either::First(Some(message)) => member.say(message)?,
            Either::First(None) => return Ok(()),
            Either::Second(lagged) => drop(lagged?),
        }
    }
}

#[entry]
fn main() -> ! {
    size::serve(&Chat { rooms: Rooms::new() })
}
