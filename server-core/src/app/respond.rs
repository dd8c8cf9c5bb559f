//! What a handler's return value answers.

use core::convert::Infallible;
use core::future::{Future, poll_fn};
use core::task::Poll;

use super::exchange::Exchange;
use super::with::{Field, With};
use crate::buffer::Writer;
use crate::error::Misuse;
use crate::http::lines::Lines;
use crate::http::response::ResponseHead;
use crate::http::status::Status;

const TEXT: &str = "text/plain; charset=utf-8";
const OCTETS: &str = "application/octet-stream";

/// A value that answers a request.
pub trait Respond {
    /// Writes the whole answer, or nothing while there is no room for it: then it is asked again.
    /// `head` is what those around it have said: the status, unless the answer has its own, and
    /// further field lines.
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()>;

    /// The same with another status, unless the answer has its own.
    fn with_status(self, status: Status) -> (Status, Self)
    where
        Self: Sized,
    {
        (status, self)
    }

    /// The same with a further field line.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] if the name is no token, the value has CR, LF, NUL or another
    /// control character in it, or the connection itself decides the field (Connection,
    /// Content-Length, Content-Type, Date, Transfer-Encoding).
    fn with_field<V: AsRef<[u8]>>(
        self,
        name: &'static str,
        value: V,
    ) -> Result<With<Self, Field<V>>, Misuse>
    where
        Self: Sized,
    {
        Ok(With::new(self, Field::new(name, value)?))
    }

    /// The same with further field lines.
    fn with_lines<L: Lines>(self, lines: L) -> With<Self, L>
    where
        Self: Sized,
    {
        With::new(self, lines)
    }
}

/// Answers `exchange` with what a handler returned.
pub fn respond<R: Respond>(exchange: &Exchange<'_>, mut answer: R) -> impl Future<Output = ()> {
    poll_fn(move |_| answer.poll_respond(&ResponseHead::OK, exchange))
}

/// Text that is part of the program: `text/plain`, sent from where it lies.
impl Respond for &'static str {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        fixed_text(exchange, head, self.as_bytes())
    }
}

/// Bytes that are part of the program: `application/octet-stream`, sent from where they lie.
impl Respond for &'static [u8] {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        fixed_octets(exchange, head, self)
    }
}

/// Never anything: what cannot fail has this for an error.
impl Respond for Infallible {
    fn poll_respond(&mut self, _: &ResponseHead<'_>, _: &Exchange<'_>) -> Poll<()> {
        match *self {}
    }
}

/// A status, and nothing else to say.
impl Respond for Status {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        let head = head.status(*self);
        exchange.with(Poll::Pending, |wire| wire.respond(&head, b""))
    }
}

/// An answer with another status than 200.
impl<R: Respond> Respond for (Status, R) {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        self.1.poll_respond(&head.status(self.0), exchange)
    }
}

/// The handler has answered already, by a [`Response`](super::Response) or a WebSocket.
impl Respond for () {
    fn poll_respond(&mut self, _: &ResponseHead<'_>, _: &Exchange<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<R: Respond, E: Respond> Respond for Result<R, E> {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        match self {
            Ok(answer) => answer.poll_respond(head, exchange),
            Err(answer) => answer.poll_respond(head, exchange),
        }
    }
}

/// Content that a closure writes straight into the send buffer, at most
/// [`answer_bytes_max`](crate::Limits::answer_bytes_max) bytes. It may be called more than once.
pub struct Rendered<'c, F> {
    content_type: &'c [u8],
    render: F,
}

impl<F: FnMut(&mut Writer<'_>)> Rendered<'static, F> {
    /// Plain text.
    pub const fn text(render: F) -> Self {
        Self { content_type: TEXT.as_bytes(), render }
    }
}

impl<'c, F: FnMut(&mut Writer<'_>)> Rendered<'c, F> {
    /// Content of any media type. One that would break the head is replaced by
    /// `application/octet-stream`.
    pub fn new(content_type: &'c [u8], render: F) -> Self {
        let head = ResponseHead::new(Status::OK).content_type_from(content_type);
        let valid = head.ok().and_then(|head| head.content_type);
        Self { content_type: valid.unwrap_or(OCTETS.as_bytes()), render }
    }
}

impl<F: FnMut(&mut Writer<'_>)> Respond for Rendered<'_, F> {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        rendered(exchange, head, self.content_type, &mut self.render)
    }
}

#[inline(never)]
pub(super) fn rendered(
    exchange: &Exchange<'_>,
    head: &ResponseHead<'_>,
    content_type: &[u8],
    render: &mut dyn FnMut(&mut Writer<'_>),
) -> Poll<()> {
    let head = ResponseHead { content_type: Some(content_type), ..*head };
    exchange.with(Poll::Pending, |wire| wire.respond_rendered(&head, render))
}

#[inline(never)]
fn fixed_text(
    exchange: &Exchange<'_>,
    head: &ResponseHead<'_>,
    content: &'static [u8],
) -> Poll<()> {
    exchange.with(Poll::Pending, |wire| wire.respond(&head.content_type(TEXT), content))
}

#[inline(never)]
fn fixed_octets(
    exchange: &Exchange<'_>,
    head: &ResponseHead<'_>,
    content: &'static [u8],
) -> Poll<()> {
    exchange.with(Poll::Pending, |wire| wire.respond(&head.content_type(OCTETS), content))
}
