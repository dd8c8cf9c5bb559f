//! A request's head, as a handler sees it: read again on demand, nothing stored for a field.

use core::ops::Range;

use super::cookies::Cookies;
use crate::http::fields::Fields;
use crate::http::head::Head;
use crate::http::parameters::{self, Parameter};
use crate::http::precondition::{self, Outcome, Validators};
use crate::http::request_line::{Method, Version};
use crate::http::target::Target;

/// The head of a request. It stands frozen in the receive buffer until its answer ends.
#[derive(Clone, Copy)]
pub struct Request<'x> {
    bytes: &'x [u8],
    head: &'x Head,
    /// The index of its route, or [`NO_ROUTE`].
    route: u16,
    /// Bytes of the path in front of what the app sees that it is mounted in.
    mounted: u16,
}

const NO_ROUTE: u16 = u16::MAX;

impl<'x> Request<'x> {
    pub(super) const fn new(bytes: &'x [u8], head: &'x Head) -> Self {
        Self { bytes, head, route: NO_ROUTE, mounted: 0 }
    }

    /// The index of the request's route in the app's table; `None` before routing, and where there
    /// is none.
    pub fn route_index(&self) -> Option<usize> {
        (self.route != NO_ROUTE).then_some(self.route.into())
    }

    pub(super) fn with_route(self, route: Option<usize>) -> Self {
        let route = route.and_then(|index| index.try_into().ok()).unwrap_or(NO_ROUTE);
        Self { route, ..self }
    }

    /// The request as an app knows it that is mounted at `prefix`, with so many routes of others
    /// before its own; `None` if it is not below that. Prefixes within prefixes add up, so that the
    /// layers of a part of an app stay in front of it wherever it is mounted.
    pub(super) fn below(self, prefix: &str, routes: usize) -> Option<Self> {
        let path = self.path().get(usize::from(self.mounted)..)?;
        let rest = path.strip_prefix(prefix.as_bytes())?;
        let is_below = prefix.is_empty() || matches!(rest, [] | [b'/', ..]);
        let mounted = self.mounted.checked_add(u16::try_from(prefix.len()).ok()?)?;
        let route = self.route_index().and_then(|index| index.checked_sub(routes));
        is_below.then(|| Self { mounted, ..self.with_route(route) })
    }

    /// The method, if it is one that RFC 9110 or RFC 5789 defines.
    pub const fn method(&self) -> Method {
        self.head.method()
    }

    /// The method as it was sent.
    pub fn method_name(&self) -> &'x [u8] {
        self.part(self.head.method_range())
    }

    /// The version that the request is treated as.
    pub const fn version(&self) -> Version {
        self.head.version()
    }

    /// The request target, in its normal form (RFC 3986 §6.2.2.2).
    pub fn target(&self) -> Target<'x> {
        Target::new(self.part(self.head.target()))
    }

    /// The path, in its normal form: unreserved characters are decoded, the others as sent.
    pub fn path(&self) -> &'x [u8] {
        self.target().path()
    }

    /// The query without its `?`, in the same form; empty if there is none.
    pub fn query(&self) -> &'x [u8] {
        self.target().query().unwrap_or_default()
    }

    /// The field lines, in the order in which they were sent, duplicates included.
    pub fn fields(&self) -> Fields<'x> {
        Fields::new(self.bytes.get(self.head.fields()..).unwrap_or_default())
    }

    /// The value of the first field line of this name, whose case does not count.
    pub fn field(&self, name: &str) -> Option<&'x [u8]> {
        self.fields().first(name)
    }

    /// The cookies, as name and value of each pair.
    pub fn cookies(&self) -> Cookies<'x> {
        Cookies::new(self.fields().named("cookie"))
    }

    /// The value of the first cookie of this name, whose case counts; `None` is no error, the
    /// first visit of every client is one.
    // rfc6265-6.1-degrade
    pub fn cookie(&self, name: &str) -> Option<&'x [u8]> {
        let found = self.cookies().find(|(other, _)| *other == name.as_bytes());
        found.map(|(_, value)| value)
    }

    /// A parameter of the first field line of this name: of `Content-Type: text/plain;
    /// charset=utf-8` the `charset` (RFC 9110 §5.6.6).
    pub fn parameter(&self, field: &str, name: &str) -> Option<Parameter<'x>> {
        let (_, parameters) = parameters::split(self.field(field)?);
        parameters.first(name)
    }

    /// Judges the preconditions of the request for a resource in this state; `None` for one that
    /// does not exist. Asked before the method is performed: see [`precondition`].
    pub fn preconditions(&self, current: Option<&Validators<'_>>) -> Outcome {
        precondition::judge(self.method(), self.fields(), current)
    }

    #[cfg(feature = "ws")]
    pub(super) const fn head(&self) -> &Head {
        self.head
    }

    fn part(&self, range: Range<usize>) -> &'x [u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}
