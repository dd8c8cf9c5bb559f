//! Server-sent events (HTML Standard §9.2): a stream of text that a browser's `EventSource` reads.
//!
//! ```
//! use samewire::app::sse::{Event, Events};
//! use samewire::{App, Json, Result, Topic, app};
//!
//! struct Panel { changes: Topic<u8, 8> }
//! app! { for Panel; get "/events" => events(sse); }
//!
//! async fn events(panel: &Panel, mut events: Events<'_>) -> Result {
//!     let mut changes = panel.changes.subscribe();
//!     loop {
//!         match events.wait(changes.next()).await? {
//!             Ok(level) => events.send(Event::data(Json(level)).event("level")?).await?,
//!             Err(_) => events.send(Event::data("missed some")).await?,
//!         }
//!     }
//! }
//! ```
//!
//! An [`Event`] is a few lines and an empty one. Whatever its text holds, a client reads the same
//! text: lines are told apart as the client tells them, and what a field cannot hold is refused.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::str;
use core::task::{Context, Poll, ready};

use super::body::Interrupted;
use super::exchange::Exchange;
use super::respond::{Respond, respond};
use crate::buffer::Writer;
use crate::connection::state::State;
use crate::connection::{Streaming, Wire};
use crate::error::Misuse;
use crate::http::response::ResponseHead;
use crate::http::status::Status;
use crate::time::Instant;

/// A stream of events to one client, not yet begun. Until it is, the handler may answer otherwise.
///
/// When it is dropped the stream ends as one does whose end was meant; the client comes back.
///
/// A client that leaves ends its half of the stream, but so may one that goes on listening (RFC
/// 9112 §9.6), and only sending tells the two apart: a program that is gone has its machine answer
/// with a reset. So the client is asked by a comment as soon as its half has ended, and once more a
/// second later, which then fails. Who still listens hears two comments more than others.
pub struct Events<'x> {
    exchange: &'x Exchange<'x>,
    has_begun: bool,
    /// Comments since the client's half has ended.
    asked: u8,
    /// When something was sent last.
    sent: Instant,
}

/// How long a client hears nothing before it gets a comment: what stands between may take a silent
/// stream for a dead one, and a client that is gone is found only by sending (§9.2.7).
const KEEP_ALIVE_MS: u32 = 15_000;

/// The same for a client that has ended its half and was asked once whether it is still there: long
/// enough for the reset to come, wherever it comes from.
const ASK_AGAIN_MS: u32 = 1_000;

impl<'x> Events<'x> {
    #[doc(hidden)]
    pub fn extract(exchange: &'x Exchange<'x>) -> Self {
        Self { exchange, has_begun: false, asked: 0, sent: Instant::ZERO }
    }

    /// The id of the last event that the client got before it lost the stream; `None` for one that
    /// comes for the first time, or sends no UTF-8.
    // sse-9.2.4-sse-last-event-id
    pub fn last_event_id(&self) -> Option<&'x str> {
        str::from_utf8(self.exchange.request().field("last-event-id")?).ok()
    }

    /// Answers with something else than a stream, if it has not begun: 204 tells a client not to
    /// come back (§9.2.3).
    // sse-9.2.3-sse-204-stops
    pub fn refuse(self, answer: impl Respond) -> impl Future<Output = ()> {
        respond(self.exchange, answer)
    }

    /// Begins the stream, so that the client knows that it is connected. The first event does it
    /// as well.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] if nobody is to get events: to HEAD the head is all, and a server that stops
    /// ends its streams.
    pub fn open(&mut self) -> impl Future<Output = Result<(), Interrupted>> + Unpin {
        poll_fn(|_| self.poll_open())
    }

    // sse-9.2.3-sse-200-type
    // sse-9.2-sse-no-store
    // sse-9.2.5-sse-utf8
    #[inline(never)]
    fn poll_open(&mut self) -> Poll<Result<(), Interrupted>> {
        if !self.has_begun {
            let head = ResponseHead::new(Status::OK).content_type("text/event-stream");
            let head = head.lines(&[("Cache-Control", "no-store")]);
            let begin = |wire: &mut Wire<'x>| wire.begin_stream(&head, Streaming::Chunked);
            ready!(self.exchange.with(Poll::Pending, begin));
            self.has_begun = true;
            self.sent = self.exchange.time().now();
        }
        self.judge()
    }

    /// Whether anybody is to get what is sent.
    fn judge(&self) -> Poll<Result<(), Interrupted>> {
        let is_wanted = self
            .exchange
            .with(true, |wire| wire.is_streaming() && !wire.connection().is_draining());
        Poll::Ready(if is_wanted { Ok(()) } else { Err(Interrupted) })
    }

    /// Sends an event: all of it, in a chunk of its own, or nothing if the future is dropped. Waits
    /// for a slow client.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] if the client is gone, if the server stops, and for an event of more than
    /// [`answer_bytes_max`](crate::Limits::answer_bytes_max) bytes. Of that nothing is sent, and the
    /// stream goes on: a handler may send less instead. If it returns, the client comes back, to the
    /// same event if ids tell it where it was.
    pub fn send<D: EventData>(
        &mut self,
        mut event: Event<'_, D>,
    ) -> impl Future<Output = Result<(), Interrupted>> {
        poll_fn(move |_| self.poll_write(&mut |to| event.render(to)))
    }

    /// Waits for something else, for news, say, while the stream goes on: it is begun, and kept alive
    /// by a comment every fifteen seconds. Here it is found that a client has left.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] if nobody is to get events any more, as from [`open`](Self::open).
    pub fn wait<F: Future + Unpin>(
        &mut self,
        mut news: F,
    ) -> impl Future<Output = Result<F::Output, Interrupted>> + Unpin {
        poll_fn(move |cx| {
            ready!(self.poll_open())?;
            match Pin::new(&mut news).poll(cx) {
                Poll::Ready(news) => Poll::Ready(Ok(news)),
                Poll::Pending => self.poll_keep_alive(cx).map(Err),
            }
        })
    }

    /// Never ready but with the end of the stream.
    // sse-9.2.7-sse-keepalive
    // rfc9112-9.5-watch-for-close
    #[inline(never)]
    fn poll_keep_alive(&mut self, cx: &mut Context<'_>) -> Poll<Interrupted> {
        let time = self.exchange.time();
        loop {
            let has_ended = self.exchange.with(false, |wire| wire.connection().has_peer_ended());
            let silence_ms = match (has_ended, self.asked) {
                (true, 0) => 0,
                (true, 1) => ASK_AGAIN_MS,
                _ => KEEP_ALIVE_MS,
            };
            let mut due = time.at(self.sent.after_millis(silence_ms));
            if !ready!(Pin::new(&mut due).poll(cx)) {
                return Poll::Ready(Interrupted);
            }
            if let Err(interrupted) = ready!(self.poll_write(&mut |to| to.put(b":\n\n"))) {
                return Poll::Ready(interrupted);
            }
            self.asked = self.asked.saturating_add(has_ended.into());
        }
    }

    #[inline(never)]
    fn poll_write(
        &mut self,
        render: &mut dyn FnMut(&mut Writer<'_>),
    ) -> Poll<Result<(), Interrupted>> {
        ready!(self.poll_open())?;
        let written = self.exchange.with(Poll::Pending, |wire| wire.write_rendered(render));
        let written = ready!(written);
        self.sent = self.exchange.time().now();
        Poll::Ready(written.map_err(|_| Interrupted))
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        let is_ours = |wire: &mut Wire<'_>| wire.connection().state() == State::Exchange;
        if self.has_begun && self.exchange.with(false, is_ours) {
            // The end always has room.
            let _ = self.exchange.finish();
        }
    }
}

/// One event. Only what the client is to be told stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'e, D = &'e str> {
    data: D,
    event: Option<&'e str>,
    id: Option<&'e str>,
    retry_ms: Option<u32>,
}

impl<D: EventData> Event<'static, D> {
    /// An event with this data: text, or [`Json`](crate::Json).
    pub const fn data(data: D) -> Self {
        Self { data, event: None, id: None, retry_ms: None }
    }
}

impl<'e, D: EventData> Event<'e, D> {
    /// With a type, by which the client chooses who listens; without one it is `message`.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] if it holds CR, LF or NUL.
    // sse-9.2.6-sse-event-no-crlf
    pub fn event<'n>(self, event: &'n str) -> Result<Event<'n, D>, Misuse>
    where
        'e: 'n,
    {
        Ok(Event { event: Some(line(event)?), ..self })
    }

    /// With an id, which the client names in `Last-Event-ID` when it comes back; an empty one makes
    /// it forget the last.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] if it holds CR, LF or NUL.
    // sse-9.2.6-sse-id-no-nul
    pub fn id<'n>(self, id: &'n str) -> Result<Event<'n, D>, Misuse>
    where
        'e: 'n,
    {
        Ok(Event { id: Some(line(id)?), ..self })
    }

    /// With the time after which the client comes back when the stream has ended.
    // sse-9.2.6-sse-retry-digits
    pub const fn retry(mut self, ms: u32) -> Self {
        self.retry_ms = Some(ms);
        self
    }

    /// Writes the event as it stands on the wire, the empty line at its end included.
    // sse-9.2.6-sse-dispatch
    // sse-9.2.6-sse-space
    pub(super) fn render(&mut self, to: &mut Writer<'_>) {
        for (name, value) in [(&b"event: "[..], self.event), (b"id: ", self.id)] {
            if let Some(value) = value {
                put_line(name, value.as_bytes(), to);
            }
        }
        if let Some(ms) = self.retry_ms {
            to.put(b"retry: ");
            to.put_decimal(ms.into());
            to.push(b'\n');
        }
        self.data.render(to);
        to.push(b'\n');
    }
}

/// A value that is an event's data.
pub trait EventData {
    /// Writes `data: ` and a line, as often as need be.
    #[doc(hidden)]
    fn render(&mut self, to: &mut Writer<'_>);
}

/// Text, each of its lines on one of its own. CRLF, LF and CR all end a line, as they do for the
/// client, who reads LF for each.
impl EventData for &str {
    // sse-9.2.5-sse-eol
    // sse-9.2.6-sse-multiline
    // sse-9.2.5-sse-utf8
    #[inline(never)]
    fn render(&mut self, to: &mut Writer<'_>) {
        let mut rest = self.as_bytes();
        loop {
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (text, ending) =
                rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or_default();
            put_line(DATA, text, to);
            rest = match ending {
                [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
                [] => return,
            };
        }
    }
}

/// JSON, which has no line ends.
#[cfg(feature = "json")]
impl<T: serde::Serialize> EventData for super::json::Json<T> {
    fn render(&mut self, to: &mut Writer<'_>) {
        to.put(DATA);
        super::json::render(&self.0, to);
        to.push(b'\n');
    }
}

const DATA: &[u8] = b"data: ";

#[inline(never)]
fn put_line(name: &[u8], value: &[u8], to: &mut Writer<'_>) {
    to.put(name);
    to.put(value);
    to.push(b'\n');
}

#[inline(never)]
fn line(value: &str) -> Result<&str, Misuse> {
    if value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Misuse::FieldInvalid);
    }
    Ok(value)
}

#[cfg(test)]
mod tests;
