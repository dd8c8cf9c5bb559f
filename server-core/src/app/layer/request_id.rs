//! A name for each request, by which what happened to it can be found again.

use super::uuid::{UUID_BYTES, version4};
use super::{Arrival, Layer, Verdict};
use crate::app::Request;
use crate::http::abnf::Class;
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// The field that carries the id, in requests and in answers.
const NAME: &str = "X-Request-ID";

/// Characters of an id that is taken over from the client: UUIDs have 36, and W3C trace contexts
/// 55. It goes into logs, where a longer one would only be a burden.
pub const REQUEST_ID_BYTES_MAX: usize = 64;

/// Gives each request an id, and tells it to the client by `X-Request-ID`.
///
/// An id that the client has sent is taken over if it is a token (RFC 9110 §5.6.2) of at most
/// [`REQUEST_ID_BYTES_MAX`] characters, so that nothing in it can disturb a log. Any other is
/// replaced by a random UUID (RFC 9562 §5.4), if the driver lends entropy.
///
/// The id is in [`Record`](super::Record) and [`Exchange`](crate::Exchange). Stand this layer in
/// front of those that log, and of those that may stop a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestId;

/// The id that was made for a request, if one was.
#[derive(Clone, Copy, Debug, Default)]
pub struct MadeId(Option<[u8; UUID_BYTES]>);

impl<A: ?Sized> Layer<A> for RequestId {
    type State = MadeId;

    fn on_request(&self, _: &A, made: &mut MadeId, arrival: &mut Arrival<'_, '_>) -> Verdict {
        if given(arrival.request()).is_none() {
            made.0 = arrival.entropy().map(version4);
        }
        Ok(())
    }

    fn on_response(
        &self,
        _: &A,
        made: &MadeId,
        request: &Request<'_>,
        _: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        if let Some(id) = id_of(made, request) {
            lines.add(NAME, id);
        }
    }

    fn request_id<'r>(&'r self, made: &'r MadeId, request: &Request<'r>) -> Option<&'r [u8]> {
        id_of(made, request)
    }
}

fn id_of<'r>(MadeId(made): &'r MadeId, request: &Request<'r>) -> Option<&'r [u8]> {
    made.as_ref().map_or_else(|| given(request), |id| Some(id.as_slice()))
}

/// The id that the client has given, if it is one.
fn given<'x>(request: &Request<'x>) -> Option<&'x [u8]> {
    let mut lines = request.fields().named(NAME);
    let id = lines.next().filter(|_| lines.next().is_none())?;
    let is_token = !id.is_empty() && Class::TCHAR.span(id) == id.len();
    (is_token && id.len() <= REQUEST_ID_BYTES_MAX).then_some(id)
}
