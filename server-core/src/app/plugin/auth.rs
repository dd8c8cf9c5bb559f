//! A part of an app behind a key, and a route that says whether one's key is good.

use crate::app::layer::{AnyOf, ApiKey, Arrival, Layer, Verdict};
use crate::app::mistake::check_prefix;
use crate::app::{Rendered, Request, Respond};
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// Asks for a key in `X-API-Key` below `/api`, and answers `GET /auth/check` with
/// `{"valid":true}` if there is a good one: 401 for the others.
#[derive(Clone, Copy, Debug)]
pub struct Auth {
    below: &'static str,
    key: ApiKey<AnyOf<'static>>,
}

impl Auth {
    /// Any of these keys is good.
    pub const fn new(keys: &'static [&'static str]) -> Self {
        Self { below: "/api", key: ApiKey::new(keys) }
    }

    /// Guards this path and what is below it, instead of `/api`; nothing of it, as `""`, guards the
    /// whole app. Where that app is mounted in another one, the path begins behind the prefix.
    ///
    /// # Panics
    ///
    /// If nothing could be below it: it does not begin with `/`, ends with one, or has braces.
    #[track_caller]
    pub const fn below(self, path: &'static str) -> Self {
        check_prefix(path);
        Self { below: path, ..self }
    }

    fn guards(&self, request: &Request<'_>) -> bool {
        [self.below, CHECK].iter().any(|path| request.below(path, 0).is_some())
    }
}

const CHECK: &str = "/auth/check";

crate::app! { for Auth;
    layers [Guard];
    get "/auth/check" => check;
}

async fn check(_: &Auth) -> impl Respond + use<> {
    Rendered::new(b"application/json", |to| to.put(b"{\"valid\":true}"))
}

/// The key of an [`Auth`], where it is asked for.
struct Guard;

impl Layer<Auth> for Guard {
    type State = ();

    fn on_request(&self, auth: &Auth, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        if auth.guards(arrival.request()) {
            auth.key.on_request(auth, &mut (), arrival)?;
        }
        Ok(())
    }

    fn on_response(
        &self,
        auth: &Auth,
        (): &(),
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        if auth.guards(request) {
            auth.key.on_response(auth, &(), request, status, lines);
        }
    }
}
