//! The opening handshake of a WebSocket (RFC 6455 §4.2), for a handler that chooses a subprotocol,
//! or whether to talk at all.
//!
//! ```
//! use samewire::app::handshake::Handshake;
//! use samewire::{App, Result, app};
//!
//! struct Demo;
//! app! { for Demo; ws "/live" => live(handshake); }
//!
//! async fn live(_: &Demo, handshake: Handshake<'_>) -> Result {
//!     let (ws, protocol) = handshake.choose(&["v2.live", "v1.live"]);
//!     let (mut inbox, mut outbox) = ws.split();
//!     outbox.send(protocol.unwrap_or("none")).await?;
//!     while inbox.receive().await.is_some() {}
//!     Ok(())
//! }
//! ```

use core::future::Future;

use super::exchange::Exchange;
use super::respond::{Respond, respond};
use super::websocket::WebSocket;
use crate::error::Violation;
use crate::http::framing::Framing;
use crate::http::lines::{FieldLines, Lines};
use crate::http::request_line::{Method, Version};
use crate::http::status::Status;
pub use crate::ws::handshake::Protocols;
use crate::ws::handshake::{HandshakeRequest, Offer, judge};

/// A correct opening handshake that has not been answered.
pub struct Handshake<'x> {
    exchange: &'x Exchange<'x>,
    offer: Offer<'x>,
}

impl<'x> Handshake<'x> {
    /// Judges the handshake; `None` if it was answered with an error.
    #[doc(hidden)]
    pub fn extract(exchange: &'x Exchange<'x>) -> Option<Self> {
        let request = exchange.request();
        let head = request.head();
        let facts = HandshakeRequest {
            is_get: head.method() == Method::Get,
            is_http11: head.version() == Version::Http11,
            has_content: !matches!(head.framing(), Framing::None | Framing::Length(0)),
            upgrades: head.upgrades(),
        };
        match judge(facts, request.fields()) {
            Ok(offer) => Some(Self { exchange, offer }),
            Err(violation) => {
                refuse(exchange, violation);
                None
            }
        }
    }

    /// The subprotocols that the client speaks, its favourite first.
    pub const fn protocols(&self) -> Protocols<'x> {
        self.offer.protocols
    }

    /// Opens the WebSocket, without a subprotocol.
    pub fn accept(self) -> WebSocket<'x> {
        self.exchange.with((), |wire| wire.upgrade(self.offer.key, None));
        WebSocket::open(self.exchange)
    }

    /// Opens the WebSocket with the first of the client's subprotocols that is one of `ours`, and
    /// says which. With none if there is no such: a client that insists will leave, and so may the
    /// handler.
    // rfc6455-4.2.2-subprotocol-from-client
    // rfc6455-4.2.2-no-subprotocol-if-none
    pub fn choose<'p>(self, ours: &[&'p str]) -> (WebSocket<'x>, Option<&'p str>) {
        let speaks = |offer: &[u8]| ours.iter().find(|own| own.as_bytes() == offer).copied();
        let chosen = self.offer.protocols.iter().find_map(speaks);
        let line = chosen.map(Chosen);
        let more = line.as_ref().map(|line| line as &dyn Lines);
        self.exchange.with((), |wire| wire.upgrade(self.offer.key, more));
        (WebSocket::open(self.exchange), chosen)
    }

    /// Answers with something else than a WebSocket: a [`Problem`](super::Problem), say.
    pub fn refuse(self, answer: impl Respond) -> impl Future<Output = ()> {
        respond(self.exchange, answer)
    }
}

/// The subprotocol that both speak.
struct Chosen<'p>(&'p str);

impl Lines for Chosen<'_> {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        to.add("Sec-WebSocket-Protocol", self.0.as_bytes());
    }
}

#[inline(never)]
fn refuse(exchange: &Exchange<'_>, violation: Violation) {
    exchange.with((), |wire| wire.refuse(violation));
}
