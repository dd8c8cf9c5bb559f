//! A request's head, as a handler sees it: read again on demand, nothing stored for a field.

use core::ops::Range;

use crate::http::fields::Fields;
use crate::http::head::Head;
use crate::http::request_line::{Method, Version};
use crate::http::target::Target;

/// The head of a request. It stands frozen in the receive buffer until its answer ends.
#[derive(Clone, Copy)]
pub struct Request<'x> {
    bytes: &'x [u8],
    head: &'x Head,
    /// The index of its route, or [`NO_ROUTE`].
    route: u16,
}

const NO_ROUTE: u16 = u16::MAX;

impl<'x> Request<'x> {
    pub(super) const fn new(bytes: &'x [u8], head: &'x Head) -> Self {
        Self { bytes, head, route: NO_ROUTE }
    }

    /// The index of the request's route in the app's table; `None` before routing, and where there
    /// is none.
    pub fn route_index(&self) -> Option<usize> {
        (self.route != NO_ROUTE).then_some(self.route.into())
    }

    pub(super) fn set_route(&mut self, route: Option<usize>) {
        self.route = route.and_then(|index| index.try_into().ok()).unwrap_or(NO_ROUTE);
    }

    /// The request as an app knows it before whose routes there are so many others.
    pub(super) fn with_routes_before(mut self, routes: usize) -> Self {
        self.set_route(self.route_index().and_then(|index| index.checked_sub(routes)));
        self
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

    /// The cookies: name and value of each pair, as they were sent (RFC 6265 §5.4). Pairs without
    /// a name or an `=` are passed over.
    pub fn cookies(&self) -> impl Iterator<Item = (&'x [u8], &'x [u8])> + use<'x> {
        let pairs = self.fields().named("cookie").flat_map(|line| line.split(|byte| *byte == b';'));
        pairs.filter_map(|pair| {
            let pair = pair.trim_ascii();
            let at = pair.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
            Some((pair.get(..at)?, pair.get(at + 1..)?))
        })
    }

    #[cfg(feature = "ws")]
    pub(super) const fn head(&self) -> &Head {
        self.head
    }

    fn part(&self, range: Range<usize>) -> &'x [u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}
