//! Cross-origin resource sharing (Fetch standard §3.3): which pages of other servers may read
//! answers of this one, in a browser that asks.

use super::origin::{Origin, is_listed};
use super::{Arrival, Layer, Verdict};
use crate::app::{Problem, Request};
use crate::buffer::Writer;
use crate::http::fields::elements;
use crate::http::lines::FieldLines;
use crate::http::request_line::Method;
use crate::http::status::Status;

/// Pages of which origins may read answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyOrigin;

/// Only these may: whole origins as browsers write them, `https://panel.example:8443`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origins(&'static [&'static str]);

/// Answers preflights, and tells browsers which pages may read the answers.
///
/// A preflight (an OPTIONS request that names an origin and a method) never reaches a handler: it
/// is answered 204 with what is allowed, or 403 if its origin, its method or one of its fields is
/// not. Other requests are answered as always, since browsers alone keep to this: it protects the
/// user of a browser, and takes the place of no authentication.
///
/// This layer belongs in front of those that ask for credentials, which preflights do not have.
#[derive(Clone, Copy, Debug)]
pub struct Cors<O> {
    origins: O,
    methods: &'static str,
    fields: &'static str,
    exposed: &'static str,
    credentials: bool,
    max_age_seconds: Option<u32>,
}

impl Cors<AnyOrigin> {
    /// Any page may read answers, but never with the user's credentials.
    pub const fn any() -> Self {
        Self::with(AnyOrigin)
    }
}

impl Cors<Origins> {
    /// Pages of these origins may read answers.
    pub const fn of(origins: &'static [&'static str]) -> Self {
        Self::with(Origins(origins))
    }

    /// They may do so as the user that the browser knows: with cookies. What is said to one origin
    /// is then said to it by name, and there is no such thing for [any](Cors::any).
    // fetch-3.3.5-credentials-by-name
    pub const fn credentials(self) -> Self {
        Self { credentials: true, ..self }
    }
}

impl<O> Cors<O> {
    const fn with(origins: O) -> Self {
        Self {
            origins,
            methods: "GET, HEAD, POST",
            fields: "",
            exposed: "",
            credentials: false,
            max_age_seconds: None,
        }
    }
}

impl<O: Copy> Cors<O> {
    /// The methods that pages may use, as a list: `"GET, PUT, DELETE"`. GET, HEAD and POST if this
    /// is not said; browsers ask only for others, and for these if there is more to ask.
    pub const fn methods(self, methods: &'static str) -> Self {
        Self { methods, ..self }
    }

    /// The field names that pages may set, as a list: `"Content-Type, X-API-Key"`.
    pub const fn fields(self, fields: &'static str) -> Self {
        Self { fields, ..self }
    }

    /// The fields of answers that pages may read, as a list, beyond the few that all may.
    pub const fn exposed(self, exposed: &'static str) -> Self {
        Self { exposed, ..self }
    }

    /// How many seconds a browser may remember what a preflight allowed.
    pub const fn max_age(self, seconds: u32) -> Self {
        Self { max_age_seconds: Some(seconds), ..self }
    }
}

/// Whom a [`Cors`] allows.
pub trait Allows: Copy {
    /// `Access-Control-Allow-Origin` for a request of this origin; `None` if it is not allowed.
    #[doc(hidden)]
    fn allowed<'x>(&self, origin: &'x [u8]) -> Option<&'x [u8]>;

    /// Whether answers to other origins differ, which caches must know.
    #[doc(hidden)]
    const VARIES: bool;
}

impl Allows for AnyOrigin {
    fn allowed<'x>(&self, _: &'x [u8]) -> Option<&'x [u8]> {
        Some(b"*")
    }

    const VARIES: bool = false;
}

impl Allows for Origins {
    fn allowed<'x>(&self, origin: &'x [u8]) -> Option<&'x [u8]> {
        is_listed(origin, self.0).then_some(origin)
    }

    const VARIES: bool = true;
}

impl<O: Allows> Cors<O> {
    // fetch-3.3.3-cors-check
    fn allowed<'x>(&self, request: &Request<'x>) -> Option<&'x [u8]> {
        match Origin::of(request.fields()) {
            Origin::Given(origin) => self.origins.allowed(origin),
            Origin::Absent | Origin::Twice => None,
        }
    }

    // fetch-3.3.3-preflight
    fn judge(&self, request: &Request<'_>, method: &[u8]) -> Result<(), Problem> {
        if self.allowed(request).is_none() {
            return Err(Problem::forbidden("this origin is not allowed"));
        }
        if !elements(self.methods.as_bytes()).any(|allowed| allowed == method) {
            return Err(Problem::forbidden("this method is not allowed to other origins"));
        }
        let mut asked = request.fields().named("access-control-request-headers").flat_map(elements);
        let is_allowed = |name: &[u8]| {
            elements(self.fields.as_bytes()).any(|allowed| allowed.eq_ignore_ascii_case(name))
        };
        if asked.all(is_allowed) {
            Ok(())
        } else {
            Err(Problem::forbidden("a field is not allowed to other origins"))
        }
    }
}

/// The method that a preflight asks for; `None` if the request is none.
fn preflight<'x>(request: &Request<'x>) -> Option<&'x [u8]> {
    let has_origin = Origin::of(request.fields()) != Origin::Absent;
    let method = request.field("access-control-request-method");
    method.filter(|_| request.method() == Method::Options && has_origin)
}

impl<A: ?Sized, O: Allows> Layer<A> for Cors<O> {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        let Some(method) = preflight(arrival.request()) else { return Ok(()) };
        self.judge(arrival.request(), method)?;
        Err(Status::NO_CONTENT.into())
    }

    // rfc9111-4.1-vary-respected
    fn on_response(
        &self,
        _: &A,
        (): &(),
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        if O::VARIES {
            lines.add("Vary", b"Origin");
        }
        let method = preflight(request);
        let Some(origin) = self.allowed(request) else { return };
        if method.is_some() && status != Status::NO_CONTENT {
            return;
        }
        lines.add("Access-Control-Allow-Origin", origin);
        if self.credentials {
            lines.add("Access-Control-Allow-Credentials", b"true");
        }
        if method.is_none() {
            add_list(lines, "Access-Control-Expose-Headers", self.exposed);
            return;
        }
        add_list(lines, "Access-Control-Allow-Methods", self.methods);
        add_list(lines, "Access-Control-Allow-Headers", self.fields);
        if let Some(seconds) = self.max_age_seconds {
            let mut digits = [0; 10];
            let mut writer = Writer::new(&mut digits);
            writer.put_decimal(seconds.into());
            let n = writer.written().unwrap_or_default();
            lines.add("Access-Control-Max-Age", digits.get(..n).unwrap_or_default());
        }
    }
}

fn add_list(lines: &mut FieldLines<'_, '_>, name: &'static str, value: &str) {
    if !value.is_empty() {
        lines.add(name, value.as_bytes());
    }
}
