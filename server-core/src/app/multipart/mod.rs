//! A form with files, `multipart/form-data` (RFC 7578), read as it comes: a file may be larger than
//! all of the memory.

mod head;
mod parser;

use core::future::{Future, poll_fn};
use core::ops::Range;
use core::task::Poll;
use core::{mem, str};

use super::body::Interrupted;
use super::exchange::Exchange;
use super::media_type::{self, MediaType};
use super::problem::Problem;
use super::request::Request;
use crate::buffer::{copy, shift};
use crate::connection::Piece;
use crate::http::parameters::Parameter;
use crate::http::status::Status;
use head::PartHead;
use parser::{Parser, Step};

/// The parts of a form, one after the other, in the order in which they were sent.
///
/// The head of a part is kept at the front of the receive buffer, at most
/// [`part_head_bytes_max`](crate::Limits::part_head_bytes_max) bytes; its data pass through the rest
/// of it. A form of another media type is answered 415, a malformed one 400, and 413 one with more
/// than [`parts_max`](crate::Limits::parts_max) parts.
///
/// ```
/// # struct Panel;
/// use samewire::app::Multipart;
/// use samewire::{Result, Status, app};
///
/// app! { for Panel;
///     post "/firmware" => upload(multipart);
/// }
///
/// async fn upload(_: &Panel, mut form: Multipart<'_>) -> Result<Status> {
///     while let Some(mut part) = form.next_part().await? {
///         if part.name() == "image" {
///             while let Some(bytes) = part.chunk().await? { /* constant memory */ }
///         }
///     }
///     Ok(Status::ACCEPTED)
/// }
/// ```
pub struct Multipart<'x> {
    exchange: &'x Exchange<'x>,
    /// The receive buffer, while a handler may look into it.
    lent: &'x mut [u8],
    took: usize,
    /// Bytes of the part's head, at the front of the receive buffer.
    held: usize,
    parser: Parser<'x>,
    head: PartHead,
    parts: u16,
    at: Place,
}

/// Where in the form the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Between,
    Head,
    Data,
}

/// What is found next in the content.
enum Event<'x> {
    /// The head of a part.
    Part,
    /// Data, by their place in the lent buffer.
    Data(Range<usize>),
    /// Data that look like a delimiter's beginning.
    Again(&'x [u8]),
    PartEnd,
    End,
}

impl<'x> Multipart<'x> {
    #[doc(hidden)]
    pub fn extract(exchange: &'x Exchange<'x>) -> Result<Self, Problem> {
        let boundary = boundary(&exchange.request())?;
        Ok(Self {
            exchange,
            lent: &mut [],
            took: 0,
            held: 0,
            parser: Parser::new(boundary),
            head: PartHead::default(),
            parts: 0,
            at: Place::Between,
        })
    }

    /// The next part, or `None` behind the last one. What is left of the part before is passed over.
    ///
    /// # Errors
    ///
    /// A [`Problem`] with status 400 if the form is malformed or ends early, 413 if a bound is
    /// reached, and one that says nothing if the content will not be complete.
    // rfc7578-5.2-order-kept
    // rfc7578-4.3-multi-file-same-name
    pub fn next_part(&mut self) -> impl Future<Output = Result<Option<Part<'_, 'x>>, Problem>> {
        let mut this = Some(self);
        poll_fn(move |_| {
            let Some(form) = this.take() else { return Poll::Pending };
            loop {
                match form.poll_event() {
                    Poll::Ready(Ok(Event::Part)) => return Poll::Ready(Ok(Some(Part { form }))),
                    Poll::Ready(Ok(Event::End)) => return Poll::Ready(Ok(None)),
                    Poll::Ready(Ok(_)) => {}
                    Poll::Ready(Err(problem)) => return Poll::Ready(Err(problem)),
                    Poll::Pending => {
                        this = Some(form);
                        return Poll::Pending;
                    }
                }
            }
        })
    }

    fn poll_data(&mut self) -> Poll<Result<Event<'x>, Problem>> {
        if self.at == Place::Data { self.poll_event() } else { Poll::Ready(Ok(Event::PartEnd)) }
    }

    #[inline(never)]
    fn poll_event(&mut self) -> Poll<Result<Event<'x>, Problem>> {
        loop {
            self.give_back();
            let range = match self.exchange.piece() {
                Piece::Data(range) => range,
                Piece::More => return Poll::Pending,
                Piece::Broken => return Poll::Ready(Err(Interrupted.into())),
                Piece::End if self.parser.is_closed() => return Poll::Ready(Ok(Event::End)),
                Piece::End => return malformed("the form ends early"),
            };
            self.lent = self.exchange.lend();
            let bytes = self.lent.get(range.clone()).unwrap_or_default();
            let (n, step) = self.parser.advance(bytes);
            self.took = n;
            match step {
                Step::Passed => {}
                Step::Head | Step::HeadEnd => {
                    if let Err(problem) = self.keep(range.start, n) {
                        return Poll::Ready(Err(problem));
                    }
                    if step == Step::HeadEnd {
                        return Poll::Ready(self.begin_part());
                    }
                }
                Step::Data => return Poll::Ready(Ok(Event::Data(range.start..range.start + n))),
                Step::Again(from, to) => {
                    return Poll::Ready(Ok(Event::Again(self.parser.said(from, to))));
                }
                Step::PartEnd => {
                    self.at = Place::Between;
                    return Poll::Ready(Ok(Event::PartEnd));
                }
                Step::Malformed => return malformed("malformed delimiter in the form"),
            }
        }
    }

    /// Puts `n` bytes from `start` behind those of the head that are kept already.
    fn keep(&mut self, start: usize, n: usize) -> Result<(), Problem> {
        if self.at != Place::Head {
            (self.at, self.held) = (Place::Head, 0);
        }
        if self.held + n > self.head_bytes_max() {
            return Err(Problem::new(Status::CONTENT_TOO_LARGE, "the head of a part is too long"));
        }
        let behind = self.lent.get_mut(self.held..).unwrap_or_default();
        shift(behind, start - self.held, n);
        self.held += n;
        Ok(())
    }

    fn begin_part(&mut self) -> Result<Event<'x>, Problem> {
        self.at = Place::Data;
        self.parts = self.parts.saturating_add(1);
        if self.parts > self.exchange.with(0, |wire| wire.limits().parts_max) {
            return Err(Problem::new(Status::CONTENT_TOO_LARGE, "too many parts"));
        }
        let lines = self.lent.get_mut(..self.held).unwrap_or_default();
        self.head = PartHead::read(lines).map_err(Problem::bad_request)?;
        Ok(Event::Part)
    }

    /// Behind the head there must be room for data.
    fn head_bytes_max(&self) -> usize {
        self.exchange.with(0, |wire| {
            let limits = wire.limits();
            usize::from(limits.part_head_bytes_max).min(limits.collected_bytes_max as usize)
        })
    }

    fn give_back(&mut self) {
        if !self.lent.is_empty() {
            let (lent, took) = (mem::take(&mut self.lent), mem::take(&mut self.took));
            self.exchange.give_back_but(lent, took, self.held);
        }
    }
}

impl Drop for Multipart<'_> {
    fn drop(&mut self) {
        self.held = 0;
        self.give_back();
    }
}

fn malformed<T>(why: &'static str) -> Poll<Result<T, Problem>> {
    Poll::Ready(Err(Problem::bad_request(why)))
}

/// One value of a form.
pub struct Part<'m, 'x> {
    form: &'m mut Multipart<'x>,
}

impl<'x> Part<'_, 'x> {
    /// The name of the value. Names may repeat.
    pub fn name(&self) -> &str {
        self.form.head.name(&*self.form.lent)
    }

    /// The name of the file, if the value is one: what the client calls it, without the folders.
    /// It may be empty, or the name of a device, or one that another file has.
    pub fn filename(&self) -> Option<&str> {
        self.form.head.filename(&*self.form.lent)
    }

    /// The media type, `text/plain` if the part does not say (RFC 7578 §4.4).
    pub fn content_type(&self) -> &[u8] {
        self.form.head.media_type(&*self.form.lent)
    }

    /// The next bytes of the value, however they came; `None` at its end.
    ///
    /// # Errors
    ///
    /// As [`Multipart::next_part`].
    pub fn chunk(&mut self) -> impl Future<Output = Result<Option<&[u8]>, Problem>> + use<'_, 'x> {
        let mut this = Some(&mut *self.form);
        poll_fn(move |_| {
            let Some(form) = this.take() else { return Poll::Pending };
            match form.poll_data() {
                Poll::Ready(Ok(Event::Data(range))) => Poll::Ready(Ok(form.lent.get(range))),
                Poll::Ready(Ok(Event::Again(data))) => Poll::Ready(Ok(Some(data))),
                Poll::Ready(Ok(_)) => Poll::Ready(Ok(None)),
                Poll::Ready(Err(problem)) => Poll::Ready(Err(problem)),
                Poll::Pending => {
                    this = Some(form);
                    Poll::Pending
                }
            }
        })
    }

    /// The rest of the value as text, in `room`. If the future is dropped before, what it has read is
    /// gone.
    ///
    /// # Errors
    ///
    /// As [`Multipart::next_part`]; 413 if `room` is too small, 400 for what is not UTF-8.
    pub fn text<'r>(
        &mut self,
        room: &'r mut [u8],
    ) -> impl Future<Output = Result<&'r str, Problem>> + use<'_, 'r, 'x> {
        let (form, mut room, mut end) = (&mut *self.form, Some(room), 0);
        poll_fn(move |_| {
            loop {
                let data = match form.poll_data() {
                    Poll::Ready(Ok(Event::Data(range))) => form.lent.get(range),
                    Poll::Ready(Ok(Event::Again(data))) => Some(data),
                    Poll::Ready(Ok(_)) => None,
                    Poll::Ready(Err(problem)) => return Poll::Ready(Err(problem)),
                    Poll::Pending => return Poll::Pending,
                };
                let Some(data) = data else { break };
                let free = room.as_mut().and_then(|room| room.get_mut(end..end + data.len()));
                let Some(free) = free else {
                    let detail = "the value of a part is too long";
                    return Poll::Ready(Err(Problem::new(Status::CONTENT_TOO_LARGE, detail)));
                };
                copy(free, data);
                end += data.len();
            }
            let text = room.take().and_then(|room| str::from_utf8(room.get(..end)?).ok());
            Poll::Ready(text.ok_or(Problem::bad_request("the value of a part is not UTF-8")))
        })
    }
}

/// The boundary between the parts (RFC 2046 §5.1.1): 1 to 70 characters of few kinds, the last no
/// space. Two of them, or a malformed one, would be another boundary for another reader.
// rfc7578-4.1-boundary-length
fn boundary<'x>(request: &Request<'x>) -> Result<&'x [u8], Problem> {
    let media_type = MediaType::of(request)?;
    if !media_type.essence().eq_ignore_ascii_case(b"multipart/form-data") {
        return Err(media_type::unsupported("the content must be multipart/form-data"));
    }
    let boundary =
        media_type.parameters().only("boundary").map(Parameter::as_sent).unwrap_or_default();
    let is_valid = |boundary: &[u8]| {
        let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
        boundary.iter().all(is_known) && !boundary.ends_with(b" ")
    };
    match boundary {
        [_, ..] if boundary.len() <= BOUNDARY_BYTES_MAX && is_valid(boundary) => Ok(boundary),
        _ => Err(Problem::bad_request("the boundary of the form is missing or malformed")),
    }
}

/// So the grammar of RFC 2046 §5.1.1 has it.
const BOUNDARY_BYTES_MAX: usize = 70;

#[cfg(test)]
mod tests;
