//! A key in a field of its own, as machines show it to machines.

use core::fmt;
use core::str;

use super::check::{AnyOf, Check};
use super::{Arrival, Layer, Verdict, challenge};
use crate::app::{Problem, Request};
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// Asks for a key in `X-API-Key`, or in another field: 401 without a good one.
///
/// There is no such scheme in RFC 9110, but a 401 must name one, so the challenge says `ApiKey` and
/// which field is meant.
///
/// ```
/// use samewire::app::layer::ApiKey;
///
/// const KEYS: ApiKey = ApiKey::new(&["7c1f…", "a209…"]);
/// # struct Panel;
/// const LEARNT: ApiKey<fn(&Panel, &str) -> bool> = ApiKey::by(|panel, key| panel.knows(key));
/// # impl Panel { fn knows(&self, _: &str) -> bool { false } }
/// ```
#[derive(Clone, Copy)]
pub struct ApiKey<C = AnyOf<'static>> {
    field: &'static str,
    check: C,
}

impl<'k> ApiKey<AnyOf<'k>> {
    /// Any of these keys is good. They are compared in constant time.
    pub const fn new(keys: &'k [&'k str]) -> Self {
        Self::by(AnyOf(keys))
    }
}

impl<C> ApiKey<C> {
    /// Keys are good if this says so.
    pub const fn by(check: C) -> Self {
        Self { field: "X-API-Key", check }
    }
}

impl<C: Copy> ApiKey<C> {
    /// The key is in the field of this name. A [`Log`](super::Log) must be told to hide it.
    pub const fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }
}

/// The key is not shown.
impl<C> fmt::Debug for ApiKey<C> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("ApiKey").field("field", &self.field).finish_non_exhaustive()
    }
}

impl<A: ?Sized, C: Check<A, str>> Layer<A> for ApiKey<C> {
    type State = ();

    fn on_request(&self, app: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        let mut keys = arrival.request().fields().named(self.field);
        let key = keys.next().filter(|_| keys.next().is_none());
        let key = key.and_then(|key| str::from_utf8(key).ok());
        if key.is_some_and(|key| self.check.is_good(app, key)) {
            return Ok(());
        }
        Err(Problem::new(Status::UNAUTHORIZED, "a good key is needed").into())
    }

    fn on_response(
        &self,
        _: &A,
        (): &(),
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        challenge::add(status, lines, &[b"ApiKey field=\"", self.field.as_bytes(), b"\""]);
    }
}
