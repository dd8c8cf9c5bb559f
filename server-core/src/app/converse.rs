//! Message in, reply out: for those who come from Pykrozen, where a handler of `ws:message` sets
//! `ctx.reply` and `ctx.stop`.
//!
//! ```
//! use samewire::app::converse::{Reply, converse};
//! use samewire::{App, Json, Result, WebSocket, app};
//!
//! struct Demo;
//! app! { for Demo; ws "/ws" => talk(ws); }
//!
//! async fn talk(_: &Demo, ws: WebSocket<'_>) -> Result {
//!     let mut pings = 0; // `ctx.ws.data`: the state of a connection is a local of its handler
//!     converse(ws, |data| {
//!         if data.is("$.type", "ping") {
//!             pings += 1;
//!             Reply::with(Json(pings)).stop()
//!         } else if data.is("$.type", "hush") {
//!             Reply::none().stop()
//!         } else {
//!             Reply::none() // sends {"echo":…}
//!         }
//!     })
//!     .await
//! }
//! ```
//!
//! | what the closure returns | what is sent |
//! | --- | --- |
//! | `Reply::with(answer)`, stopped or not | the answer |
//! | `Reply::none().stop()` | nothing |
//! | `Reply::none()` | the default: `{"echo":` the message as it came `}` |
//!
//! A message that is no JSON, or no text, is answered `{"error":"invalid json"}`, and the closure
//! does not see it.

use super::json::Value;
use super::problem::Result;
use super::websocket::{Kind, Message, Send, WebSocket};
use crate::buffer::Writer;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<R> {
    reply: Option<R>,
    stops: bool,
}

impl<R> Reply<R> {
    /// No reply: the message is echoed, unless this is [stopped](Self::stop).
    pub const fn none() -> Self {
        Self { reply: None, stops: false }
    }

    /// A reply: text, bytes, [`Json`](super::json::Json).
    pub const fn with(reply: R) -> Self {
        Self { reply: Some(reply), stops: false }
    }

    /// This is all: no echo. A reply is sent all the same.
    pub fn stop(mut self) -> Self {
        self.stops = true;
        self
    }
}

/// Answers each message as `answer` says, until the WebSocket is over.
///
/// # Errors
///
/// If a reply cannot be sent.
pub async fn converse<R: Send>(
    ws: WebSocket<'_>,
    mut answer: impl FnMut(Value<'_>) -> Reply<R>,
) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        let Some(data) = judged(&message) else {
            outbox.send(INVALID).await?;
            continue;
        };
        match answer(data) {
            Reply { reply: Some(reply), .. } => outbox.send(reply).await?,
            Reply { stops: true, .. } => {}
            Reply { .. } => outbox.send(Echo(data)).await?,
        }
    }
    Ok(())
}

const INVALID: &str = r#"{"error":"invalid json"}"#;

fn judged<'m>(message: &Message<'m>) -> Option<Value<'m>> {
    if message.kind == Kind::Text { Value::parse(message.data).ok() } else { None }
}

/// The message as it came, but for white space around it.
struct Echo<'m>(Value<'m>);

impl Send for Echo<'_> {
    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn render(&mut self, to: &mut Writer<'_>) {
        to.put(b"{\"echo\":");
        to.put(self.0.as_bytes());
        to.push(b'}');
    }
}
