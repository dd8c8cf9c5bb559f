//! An answer that a handler streams. The type says the order: a head, then content, then its end.

use core::future::{Future, poll_fn};
use core::task::Poll;

use super::exchange::Exchange;
use crate::buffer::Writer;
use crate::connection::state::State;
use crate::connection::{Streaming, Wire};
use crate::http::response::ResponseHead;
use crate::http::status::Status;

use super::body::Interrupted;

/// The answer to a request, not yet begun.
pub struct Response<'x> {
    exchange: &'x Exchange<'x>,
}

impl<'x> Response<'x> {
    #[doc(hidden)]
    pub fn extract(exchange: &'x Exchange<'x>) -> Self {
        Self { exchange }
    }

    /// Begins an answer of unknown length (RFC 9112 §7.1).
    pub fn chunked(
        self,
        status: Status,
        content_type: &'static str,
    ) -> impl Future<Output = BodyWriter<'x>> {
        self.begin(status, content_type, Streaming::Chunked)
    }

    /// Begins an answer of exactly so many bytes. Writing fewer ends the connection, so that the
    /// client can tell; what is written beyond is dropped.
    pub fn sized(
        self,
        status: Status,
        content_type: &'static str,
        bytes: u64,
    ) -> impl Future<Output = BodyWriter<'x>> {
        self.begin(status, content_type, Streaming::Length(bytes))
    }

    fn begin(
        self,
        status: Status,
        content_type: &'static str,
        streaming: Streaming,
    ) -> impl Future<Output = BodyWriter<'x>> {
        let exchange = self.exchange;
        poll_fn(move |_| {
            let head = ResponseHead::new(status).content_type(content_type);
            let begun = exchange.with(Poll::Pending, |wire| wire.begin_stream(&head, streaming));
            begun.map(|()| BodyWriter { exchange })
        })
    }
}

/// A begun answer. Dropping it before [`finish`](Self::finish) ends the connection within the
/// answer, so that the client does not take the part for the whole.
pub struct BodyWriter<'x> {
    exchange: &'x Exchange<'x>,
}

impl BodyWriter<'_> {
    /// Sends `data`, in chunks that are cut by
    /// [`chunk_bytes_max`](crate::Limits::chunk_bytes_max) alone. Waits for a slow peer. If the future
    /// is dropped before, some of it has been sent.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] once the connection is over: the peer is gone, or has not read for too long. A
    /// server that wants to stop waits for the answer's end; where there is none, ask
    /// [`Time::is_closing`](crate::Time::is_closing) between two writes (the word `time`).
    pub fn write(&mut self, data: &[u8]) -> impl Future<Output = Result<(), Interrupted>> {
        let mut left = data;
        poll_fn(move |_| {
            if !self.is_open() {
                return Poll::Ready(Err(Interrupted));
            }
            loop {
                let n = self.exchange.write(left);
                left = left.get(n..).unwrap_or_default();
                match (left.is_empty(), n) {
                    (true, _) => return Poll::Ready(Ok(())),
                    (false, 0) => return Poll::Pending,
                    _ => {}
                }
            }
        })
    }

    /// Sends what `render` writes, which may be called more than once: all of it, in a chunk of its
    /// own, or nothing if the future is dropped. At most
    /// [`answer_bytes_max`](crate::Limits::answer_bytes_max) bytes. Waits for a slow peer.
    ///
    /// # Errors
    ///
    /// [`Interrupted`], as [`write`](Self::write), and for more bytes than fit.
    pub fn render(
        &mut self,
        mut render: impl FnMut(&mut Writer<'_>),
    ) -> impl Future<Output = Result<(), Interrupted>> {
        let exchange = self.exchange;
        poll_fn(move |_| {
            let write = |wire: &mut Wire<'_>| wire.write_rendered(&mut render);
            exchange.with(Poll::Pending, write).map_err(|_| Interrupted)
        })
    }

    /// Sends a value as a line of JSON: content of these is `application/x-ndjson`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`], as [`render`](Self::render).
    #[cfg(feature = "json")]
    pub fn json_line<T: serde::Serialize>(
        &mut self,
        value: &T,
    ) -> impl Future<Output = Result<(), Interrupted>> {
        self.render(move |to| {
            super::json::render(value, to);
            to.push(b'\n');
        })
    }

    /// Ends the answer.
    pub fn finish(self) -> impl Future<Output = ()> {
        poll_fn(move |_| self.exchange.finish())
    }

    fn is_open(&self) -> bool {
        self.exchange.with(true, |wire| wire.connection().state() == State::Exchange)
    }
}
