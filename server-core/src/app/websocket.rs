//! A WebSocket, as a handler holds it: an inbox and an outbox.
//!
//! ```
//! use samewire::{App, Result, WebSocket, app};
//!
//! struct Demo;
//! app! { for Demo; ws "/echo" => echo(ws); }
//!
//! async fn echo(_: &Demo, ws: WebSocket<'_>) -> Result {
//!     let (mut inbox, mut outbox) = ws.split();
//!     while let Some(message) = inbox.receive().await {
//!         outbox.send(message).await?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Two handles, so that a message that is still held and a `send` never meet in the borrow
//! checker. Pings, pongs and the closing handshake happen by themselves, also while the handler
//! waits for something else. When the handler returns, the WebSocket is closed.
//!
//! The state of a WebSocket is that of its handler: what it keeps in its variables is this
//! connection's alone, and gone with it, whatever ended it.

use core::future::{Future, poll_fn};
use core::{mem, str, task::Poll};

use super::body::Interrupted;
use super::exchange::Exchange;
use super::handshake::Handshake;
#[cfg(feature = "json")]
use super::json::{self, Malformed};
use super::problem::Problem;
use crate::buffer::Writer;
use crate::connection::state::State;
use crate::connection::{Incoming, Wire};
use crate::error::Misuse;
use crate::ws::close::Code;
pub use crate::ws::message::Kind;

/// An open WebSocket.
pub struct WebSocket<'x> {
    exchange: &'x Exchange<'x>,
}

impl<'x> WebSocket<'x> {
    /// Judges the handshake and answers it; `None` if the answer was an error.
    #[doc(hidden)]
    pub fn extract(exchange: &'x Exchange<'x>) -> Option<Self> {
        Handshake::extract(exchange).map(Handshake::accept)
    }

    /// Tells layers that it is open now.
    pub(super) fn open(exchange: &'x Exchange<'x>) -> Self {
        if let Some(around) = exchange.around() {
            around.ws_connect();
        }
        Self { exchange }
    }

    /// The two halves.
    pub fn split(self) -> (Inbox<'x>, Outbox<'x>) {
        let exchange = self.exchange;
        (Inbox { exchange, lent: &mut [] }, Outbox { exchange })
    }
}

/// What a WebSocket's handler returns: nothing, or why it failed.
pub trait Farewell {
    /// What the peer is told, with the code 1011; `None` for a normal closure.
    fn failure(&self) -> Option<&'static str>;
}

impl Farewell for () {
    fn failure(&self) -> Option<&'static str> {
        None
    }
}

/// An interruption is a failure as well where it is not the end of the WebSocket, of which the peer
/// knows: a message was too large to be sent.
impl Farewell for Problem {
    fn failure(&self) -> Option<&'static str> {
        Some(self.detail())
    }
}

impl<E: Farewell> Farewell for Result<(), E> {
    fn failure(&self) -> Option<&'static str> {
        self.as_ref().err().and_then(E::failure)
    }
}

/// Tells the peer why the handler failed, if it did. The normal closure comes with the end of the
/// exchange.
#[doc(hidden)]
pub fn hang_up(exchange: &Exchange<'_>, farewell: &impl Farewell) {
    if let Some(failure) = farewell.failure() {
        exchange.with((), |wire| wire.close(Code::INTERNAL, failure.as_bytes()));
    }
}

/// A message, where it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'m> {
    /// Text or binary.
    pub kind: Kind,
    /// The payload; UTF-8 if it is text.
    pub data: &'m [u8],
}

impl<'m> Message<'m> {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&'m str> {
        if self.kind == Kind::Text { str::from_utf8(self.data).ok() } else { None }
    }
}

/// What the peer sends.
pub struct Inbox<'x> {
    exchange: &'x Exchange<'x>,
    lent: &'x mut [u8],
}

impl Inbox<'_> {
    /// The next message; `None` once the WebSocket is over, for whatever reason. Cancel-safe: the
    /// future holds nothing, so a `select` may drop it at any time.
    pub fn receive(&mut self) -> impl Future<Output = Option<Message<'_>>> {
        self.give_back();
        let mut this = Some(self);
        poll_fn(move |_| {
            let Some(inbox) = this.take() else { return Poll::Pending };
            match inbox.exchange.with(Incoming::More, Wire::message) {
                Incoming::Over => Poll::Ready(None),
                Incoming::Message(kind, bytes) => Poll::Ready(Some(inbox.take(kind, bytes))),
                Incoming::More => {
                    this = Some(inbox);
                    Poll::Pending
                }
            }
        })
    }

    /// The next message as JSON, be it sent as text or as bytes; `None` once the WebSocket is over.
    /// Cancel-safe, as [`receive`](Self::receive).
    ///
    /// Strings may be borrowed from it. What is no JSON, or not of `T`'s shape, comes as an error,
    /// and what to say to that is the handler's to decide.
    #[cfg(feature = "json")]
    pub fn receive_json<'m, T: serde::Deserialize<'m>>(
        &'m mut self,
    ) -> impl Future<Output = Option<Result<T, Malformed>>> + Unpin {
        self.give_back();
        let mut this = Some(self);
        poll_fn(move |_| {
            let Some(inbox) = this.take() else { return Poll::Pending };
            match inbox.exchange.with(Incoming::More, Wire::message) {
                Incoming::Over => Poll::Ready(None),
                Incoming::Message(kind, bytes) => {
                    inbox.take(kind, bytes);
                    let text = inbox.lent.get_mut(..bytes).unwrap_or_default();
                    Poll::Ready(Some(json::parse(text)))
                }
                Incoming::More => {
                    this = Some(inbox);
                    Poll::Pending
                }
            }
        })
    }

    fn take(&mut self, kind: Kind, bytes: usize) -> Message<'_> {
        self.lent = self.exchange.lend();
        let data = self.lent.get(..bytes).unwrap_or_default();
        if let Some(around) = self.exchange.around() {
            around.ws_message(&Message { kind, data });
        }
        Message { kind, data }
    }

    fn give_back(&mut self) {
        if !self.lent.is_empty() {
            let buffer = mem::take(&mut self.lent);
            self.exchange.with((), |wire| {
                wire.return_receive(buffer);
                wire.release_message();
            });
        }
    }
}

impl Drop for Inbox<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// What we send.
pub struct Outbox<'x> {
    exchange: &'x Exchange<'x>,
}

impl Outbox<'_> {
    /// Sends a message: all of it in one frame, or nothing if the future is dropped. Waits for a
    /// slow peer.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] once the WebSocket is closing, and for more than
    /// [`answer_bytes_max`](crate::Limits::answer_bytes_max) bytes; a handler that returns this of an
    /// open one closes it with 1011.
    pub fn send(
        &mut self,
        mut message: impl Send,
    ) -> impl Future<Output = Result<(), Interrupted>> {
        let exchange = self.exchange;
        poll_fn(move |_| {
            let sent = exchange.with(Poll::Pending, |wire| message.poll_send(wire));
            sent.map_err(|_| Interrupted)
        })
    }

    /// Begins the closing handshake with a code and a reason of at most 123 bytes. No message can
    /// be sent any more, and none will be received.
    pub fn close(self, code: Code, reason: &str) {
        self.exchange.with((), |wire| wire.close(code, reason.as_bytes()));
    }

    /// Sends a message that is encoded already.
    pub(super) fn poll_frame(&self, kind: Kind, data: &[u8]) -> Poll<Result<(), Option<Misuse>>> {
        self.exchange.with(Poll::Pending, |wire| wire.send(kind, data))
    }

    /// Whether messages can be sent.
    pub(super) fn is_open(&self) -> bool {
        self.exchange.with(true, |wire| wire.connection().state() == State::WebSocket)
    }
}

/// A value that is a message on the wire.
pub trait Send {
    /// Text or binary.
    fn kind(&self) -> Kind;

    /// Writes the payload. It may be asked more than once.
    fn render(&mut self, to: &mut Writer<'_>);

    /// Writes the whole frame, or nothing while there is no room.
    ///
    /// # Errors
    ///
    /// The [`Misuse`], if there will never be room; `None` if the WebSocket is closing.
    fn poll_send(&mut self, wire: &mut Wire<'_>) -> Poll<Result<(), Option<Misuse>>> {
        wire.send_rendered(self.kind(), &mut |to| self.render(to))
    }
}

impl Send for Message<'_> {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn render(&mut self, to: &mut Writer<'_>) {
        to.put(self.data);
    }

    // Its length is known before it is copied.
    fn poll_send(&mut self, wire: &mut Wire<'_>) -> Poll<Result<(), Option<Misuse>>> {
        wire.send(self.kind, self.data)
    }
}

/// A text message.
impl Send for &str {
    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn render(&mut self, to: &mut Writer<'_>) {
        to.put(self.as_bytes());
    }

    // Its length is known before it is copied.
    fn poll_send(&mut self, wire: &mut Wire<'_>) -> Poll<Result<(), Option<Misuse>>> {
        wire.send(Kind::Text, self.as_bytes())
    }
}

/// A binary message.
impl Send for &[u8] {
    fn kind(&self) -> Kind {
        Kind::Binary
    }

    fn render(&mut self, to: &mut Writer<'_>) {
        to.put(self);
    }

    // Its length is known before it is copied.
    fn poll_send(&mut self, wire: &mut Wire<'_>) -> Poll<Result<(), Option<Misuse>>> {
        wire.send(Kind::Binary, self)
    }
}

/// A text message with JSON in it.
#[cfg(feature = "json")]
impl<T: serde::Serialize> Send for json::Json<T> {
    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn render(&mut self, to: &mut Writer<'_>) {
        json::render(&self.0, to);
    }
}
