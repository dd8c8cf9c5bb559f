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
        let mut mounted = self.mounted;
        if !prefix.is_empty() {
            // Most targets are a path and a query, which need not be told apart for this.
            let from = match self.target().as_bytes() {
                target @ [b'/', ..] => target,
                _ => self.path(),
            };
            let path = from.get(usize::from(mounted)..)?;
            let ([] | [b'/' | b'?', ..]) = path.strip_prefix(prefix.as_bytes())? else {
                return None;
            };
            mounted = mounted.checked_add(u16::try_from(prefix.len()).ok()?)?;
        }
        let route = self.route_index().and_then(|index| index.checked_sub(routes));
        Some(Self { mounted, ..self.with_route(route) })
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

#[cfg(test)]
mod tests {
    use super::Request;
    use crate::http::head::{Head, Parsed};
    use crate::limits::Limits;
    use std::format;

    /// Where what is left of the path begins, and the route, below each of these prefixes in turn.
    fn below(target: &str, prefixes: &[&str]) -> Option<(u16, Option<usize>)> {
        let method = if target == "*" { "OPTIONS" } else { "GET" };
        let bytes = format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut head = Head::NEW;
        let parsed = head.parse(bytes.as_bytes(), &Limits::SMALL);
        assert_eq!(parsed, Parsed::Complete(bytes.len()), "{target}");
        let request = Request::new(bytes.as_bytes(), &head).with_route(Some(7));
        let inner = prefixes.iter().try_fold(request, |request, prefix| request.below(prefix, 5));
        inner.map(|inner| (inner.mounted, inner.route_index()))
    }

    #[test]
    fn a_prefix_ends_where_a_segment_does_in_each_form_of_target() {
        for (target, is_below) in [
            ("/doors", true),
            ("/doors/", true),
            ("/doors/key", true),
            ("/doors?x=/y", true),
            ("http://a/doors", true),
            ("http://a/doors/key?x", true),
            ("/doorsteps", false),
            ("/door", false),
            ("/Doors", false),
            ("/", false),
            ("/?/doors", false),
            ("http://a/doorsteps", false),
            ("http://a?/doors", false),
            ("http://a", false),
            ("*", false),
        ] {
            assert_eq!(below(target, &["/doors"]), is_below.then_some((6, Some(2))), "{target}");
            assert_eq!(below(target, &[""]), Some((0, Some(2))), "{target}: nothing is outside");
        }
    }

    #[test]
    fn prefixes_within_prefixes_add_up_and_so_do_the_routes_before_them() {
        assert_eq!(below("/a/b/c", &["/a", "/b"]), Some((4, None)), "two routes are not there");
        assert_eq!(below("/a/b/c", &["/a", "", "/b", "/c"]), Some((6, None)));
        assert_eq!(below("http://h/a/b?q", &["/a", "/b"]), Some((4, None)));
        assert_eq!(below("/a/bc", &["/a", "/b"]), None);
        assert_eq!(below("/b", &["/a", "/b"]), None);
    }
}
