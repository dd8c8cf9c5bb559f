//! The first page of the README, to run and to try: `curl -X PUT --json 70 127.0.0.1:8080/level`.

use std::cell::Cell;

use samewire::app::layer::RequestId;
use samewire::{Either, Json, Problem, Result, Topic, WebSocket, app, select};

#[derive(Default)]
struct Panel {
    level: Cell<u8>,
    changes: Topic<u8, 8>,
}

app! { for Panel;
    layers [RequestId];
    get "/"      => hello;
    get "/level" => level;
    put "/level" => set_level(json);
    ws  "/live"  => live(ws);
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

async fn level(panel: &Panel) -> Json<u8> {
    Json(panel.level.get())
}

async fn set_level(panel: &Panel, Json(level): Json<u8>) -> Result<Json<u8>> {
    if level > 100 {
        return Err(Problem::unprocessable("a level is a percentage"));
    }
    panel.level.set(level);
    panel.changes.publish(level);
    Ok(Json(level))
}

/// Tells a page of each change for as long as it listens, and says back what it says.
async fn live(panel: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut changes = panel.changes.subscribe();
    loop {
        match select(inbox.receive(), changes.next()).await {
            Either::First(None) => return Ok(()),
            Either::First(Some(message)) => outbox.send(message).await?,
            Either::Second(Ok(level)) => outbox.send(Json(level)).await?,
            Either::Second(Err(_lagged)) => {}
        }
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    let server = samewire_host::Server::new(Panel::default).bind("127.0.0.1:8080").signals(true);
    let running = server.start()?;
    println!("http://{}", running.local_addr());
    running.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Panel;
    use samewire_sim::Sim;

    #[test]
    fn a_page_hears_of_changes() {
        let sim = Sim::new(Panel::default());
        let mut page = sim.ws("/live");
        sim.request("PUT", "/level").json(&70).send().expect(200).expect_body("70");
        page.expect_text("70");
        sim.request("PUT", "/level").json(&101).send().expect(422);
        page.expect_nothing();
    }
}
