//! Whether a browser sends a request on behalf of a page of ours: against forged requests, and
//! against other people's pages that open our WebSockets (RFC 6455 §10.2).

use super::origin::{Origin, is_listed, is_same_host};
use super::{Arrival, Layer, Verdict};
use crate::app::{Problem, Request};
use crate::http::fields::elements;
use crate::http::request_line::Method;

/// Refuses, with 403, what pages of other origins send: requests that change something (all but
/// GET, HEAD, OPTIONS and TRACE, RFC 9110 §9.2.1), and WebSocket handshakes.
///
/// A browser says whose page is asking, and no page can make it lie: `Origin` must be the host and
/// port that the request was sent to, or [listed](Self::allowing). Without one, `Sec-Fetch-Site`
/// must say `same-origin` or `none`. Without either the client is an old browser or none at all; it
/// is let in unless it has cookies, which are what a forged request would abuse.
///
/// Behind a proxy that changes Host, list the origins.
#[derive(Clone, Copy, Debug)]
pub struct SameOrigin {
    allowed: &'static [&'static str],
    must_say: bool,
}

impl SameOrigin {
    /// Only pages of this server.
    pub const fn new() -> Self {
        Self { allowed: &[], must_say: false }
    }

    /// Pages of these origins too: whole origins as browsers write them, `https://panel.example`.
    pub const fn allowing(self, origins: &'static [&'static str]) -> Self {
        Self { allowed: origins, ..self }
    }

    /// Only clients that say whose page is asking: browsers.
    pub const fn browsers_only(self) -> Self {
        Self { must_say: true, ..self }
    }

    // rfc6455-10.2-verify-origin
    fn is_ours(&self, request: &Request<'_>) -> bool {
        let fields = request.fields();
        match Origin::of(fields) {
            Origin::Given(origin) => {
                let authority = request.target().authority().or(fields.first("host"));
                is_listed(origin, self.allowed)
                    || authority.is_some_and(|authority| is_same_host(origin, authority))
            }
            Origin::Twice => false,
            Origin::Absent => match fields.first("sec-fetch-site") {
                Some(site) => matches!(site, b"same-origin" | b"none"),
                None => !self.must_say && fields.first("cookie").is_none(),
            },
        }
    }
}

impl Default for SameOrigin {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: ?Sized> Layer<A> for SameOrigin {
    type State = ();

    // rfc6455-4.2.2-refused-origin-http-error
    // rfc6455-10.2-origin-403
    fn on_request(&self, _: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        let request = arrival.request();
        if (!is_safe(request.method()) || is_handshake(request)) && !self.is_ours(request) {
            return Err(Problem::forbidden("a page of another origin may not do this").into());
        }
        Ok(())
    }
}

/// RFC 9110 §9.2.1.
fn is_safe(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Options | Method::Trace)
}

/// Whether a WebSocket is asked for.
fn is_handshake(request: &Request<'_>) -> bool {
    let mut upgrades = request.fields().named("upgrade").flat_map(elements);
    upgrades.any(|protocol| protocol.eq_ignore_ascii_case(b"websocket"))
}
