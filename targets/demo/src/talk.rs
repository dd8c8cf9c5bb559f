//! `/converse` and `/protocols`: two small conversations.

use samewire::app::converse::{Reply, converse};
use samewire::app::handshake::Handshake;
use samewire::{Json, Result, WebSocket};
use serde::Serialize;

use crate::live::Live;

#[derive(Serialize)]
struct Pong {
    r#type: &'static str,
    /// Pings on this connection so far.
    count: u32,
}

/// Answers pings, is silent on `hush`, and echoes what else is JSON.
pub(crate) async fn answer(_: &Live, websocket: WebSocket<'_>) -> Result {
    let mut count = 0;
    converse(websocket, |data| {
        if data.is("$.type", "ping") {
            count += 1;
            Reply::with(Json(Pong { r#type: "pong", count })).stop()
        } else if data.is("$.type", "hush") {
            Reply::none().stop()
        } else {
            Reply::none()
        }
    })
    .await
}

/// Says which subprotocol was chosen, then sends every message back.
pub(crate) async fn negotiate(_: &Live, handshake: Handshake<'_>) -> Result {
    let (websocket, protocol) = handshake.choose(&["v2.samewire", "v1.samewire"]);
    let (mut inbox, mut outbox) = websocket.split();
    outbox.send(protocol.unwrap_or("none")).await?;
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}
