//! The scheme Basic (RFC 7617): user and password in each request.

use core::fmt;

use super::check::{Account, Check, Login};
use super::credentials::{Credentials, user_and_password};
use super::{Arrival, Layer, Verdict, challenge};
use crate::app::{Problem, Request};
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// User-id, colon and password of at most so many bytes; longer ones are refused.
pub const LOGIN_BYTES_MAX: usize = 128;

/// Asks for a user and a password: 401 without good ones.
///
/// They go over the wire as good as in clear, so this wants TLS in front, or a wire that nobody
/// else listens to. Who wants to keep them hashed (RFC 7617 §4) gives a function.
///
/// ```
/// use samewire::app::layer::{Basic, Login};
///
/// const PRIVATE: Basic = Basic::new("panel", "Aladdin", "open sesame");
/// # struct Panel;
/// const USERS: Basic<fn(&Panel, &Login<'_>) -> bool> =
///     Basic::by("panel", |panel, login| panel.knows(login.user, login.password));
/// # impl Panel { fn knows(&self, _: &str, _: &str) -> bool { false } }
/// ```
#[derive(Clone, Copy)]
pub struct Basic<C = Account<'static>> {
    realm: &'static str,
    check: C,
}

impl<'k> Basic<Account<'k>> {
    /// This user with this password. They are compared in constant time.
    pub const fn new(realm: &'static str, user: &'k str, password: &'k str) -> Self {
        Self::by(realm, Account(Login { user, password }))
    }
}

impl<C> Basic<C> {
    /// Users and passwords are good if this says so. The realm is what a browser shows: plain text
    /// without quotation marks and backslashes.
    pub const fn by(realm: &'static str, check: C) -> Self {
        Self { realm, check }
    }
}

/// The password is not shown.
impl<C> fmt::Debug for Basic<C> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Basic").field("realm", &self.realm).finish_non_exhaustive()
    }
}

impl<A: ?Sized, C: for<'l> Check<A, Login<'l>>> Layer<A> for Basic<C> {
    type State = ();

    // rfc9110-11.4-missing-credentials-401
    // rfc6455-4.2.2-auth-401
    // rfc9110-10.1.2-from-not-auth
    fn on_request(&self, app: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        let mut room = [0; LOGIN_BYTES_MAX];
        let login = match Credentials::of(arrival.request().fields(), b"basic") {
            Credentials::Given(token) => user_and_password(token, &mut room),
            Credentials::Absent | Credentials::Malformed => None,
        };
        if login.is_some_and(|(user, password)| self.check.is_good(app, &Login { user, password }))
        {
            return Ok(());
        }
        Err(Problem::new(Status::UNAUTHORIZED, "a user and a password are needed").into())
    }

    // rfc9110-11.5-realm-quoted
    // rfc9110-11.2-auth-param-once
    // rfc7617-2-realm-present
    fn on_response(
        &self,
        _: &A,
        (): &(),
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        let parts = [b"Basic realm=\"", self.realm.as_bytes(), b"\", charset=\"UTF-8\""];
        challenge::add(status, lines, &parts);
    }
}
