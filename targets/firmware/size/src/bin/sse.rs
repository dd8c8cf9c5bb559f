//! The route of `hello`, and a stream of events.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use samewire::app::sse::{Event, Events};
use samewire::{Result, Topic, app};

struct Panel {
    changes: Topic<u8, 4>,
}

app! { for Panel;
    get "/hello"  => hello;
    get "/events" => events(sse);
}

async fn hello(panel: &Panel) -> &'static str {
    panel.changes.publish(1);
    "Hello, World!\n"
}

async fn events(panel: &Panel, mut events: Events<'_>) -> Result {
    let mut changes = panel.changes.subscribe();
    loop {
        let name = if events.wait(changes.next()).await?.is_ok() { "level" } else { "lag" };
        events.send(Event::data("changed").event(name)?).await?;
    }
}

#[entry]
fn main() -> ! {
    size::serve(&Panel { changes: Topic::new() })
}
