//! An app of one's own under the suite, as anybody would have it in `tests/`.

use std::cell::Cell;
use std::process::ExitCode;

use samewire::{Bytes, Json, Limits, Problem, Rendered, Request, Respond, Result, WebSocket, app};
use serde::{Deserialize, Serialize};

/// A panel with a light.
#[derive(Default)]
struct Panel {
    led: Cell<u8>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Led {
    level: u8,
}

app! { for Panel;
    get "/"     => index;
    get "/led"  => led;
    put "/led"  => set_led(json);
    ws  "/live" => live(ws);
}

async fn index(_: &Panel) -> &'static str {
    "A panel with a light.\n"
}

async fn led(panel: &Panel) -> Json<Led> {
    Json(Led { level: panel.led.get() })
}

async fn set_led(panel: &Panel, Json(led): Json<Led>) -> Result<Json<Led>> {
    if led.level > 100 {
        return Err(Problem::unprocessable("level is a percentage"));
    }
    panel.led.set(led.level);
    Ok(Json(led))
}

async fn live(_: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}

/// The panel, and beside it what the suite asks of an app that takes bodies.
#[derive(Default)]
struct Tested {
    panel: Panel,
}

app! { for tested: Tested;
    post "/" => echo(request, bytes);
    plugin   => Panel(tested.panel);
}

async fn echo<'x>(_: &Tested, request: Request<'x>, content: Bytes<'x>) -> impl Respond + use<'x> {
    let content_type = request.field("content-type").unwrap_or(b"application/octet-stream");
    Rendered::new(content_type, move |to| to.put(&content))
}

fn main() -> ExitCode {
    samewire_conformance::harness(Tested::default)
        .limits(Limits::LARGE)
        .at("/ws", "/live")
        .cases("tests/own_app/cases")
        .run()
}
