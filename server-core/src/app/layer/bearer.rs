//! The scheme Bearer (RFC 6750): whoever has the token may pass.

use core::fmt;
use core::str;

use super::check::{AnyOf, Check};
use super::credentials::Credentials;
use super::{Arrival, Layer, Verdict};
use crate::app::{Problem, Request};
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// This request.
    Granted,
    /// Nothing: it is unknown, or not valid any more. 401.
    Invalid,
    /// Other requests, but this one needs the scope that is named. 403.
    Scope(&'static str),
}

/// Judges tokens. Functions that are given the app and the token do so.
pub trait Tokens<A: ?Sized> {
    /// What this token is good for.
    fn access(&self, app: &A, token: &str) -> Access;
}

impl<A: ?Sized, F: Fn(&A, &str) -> Access> Tokens<A> for F {
    fn access(&self, app: &A, token: &str) -> Access {
        self(app, token)
    }
}

impl<A: ?Sized> Tokens<A> for AnyOf<'_> {
    fn access(&self, app: &A, token: &str) -> Access {
        if self.is_good(app, token) { Access::Granted } else { Access::Invalid }
    }
}

/// Asks for a token in Authorization: 401 without a good one.
///
/// A token in the query or in a form is none: addresses are logged everywhere (RFC 6750 §5.3).
///
/// ```
/// use samewire::app::layer::{Access, Bearer};
///
/// const FIXED: Bearer = Bearer::new("panel", &["mF_9.B5f-4.1JqM"]);
/// # struct Panel;
/// const ISSUED: Bearer<fn(&Panel, &str) -> Access> =
///     Bearer::by("panel", |panel, token| panel.judge(token));
/// # impl Panel { fn judge(&self, _: &str) -> Access { Access::Invalid } }
/// ```
#[derive(Clone, Copy)]
pub struct Bearer<C = AnyOf<'static>> {
    realm: &'static str,
    tokens: C,
}

impl<'k> Bearer<AnyOf<'k>> {
    /// Any of these tokens is good. They are compared in constant time.
    pub const fn new(realm: &'static str, tokens: &'k [&'k str]) -> Self {
        Self::by(realm, AnyOf(tokens))
    }
}

impl<C> Bearer<C> {
    /// Tokens are good for what this says. The realm is plain text without quotation marks and
    /// backslashes.
    pub const fn by(realm: &'static str, tokens: C) -> Self {
        Self { realm, tokens }
    }
}

/// Tokens are not shown.
impl<C> fmt::Debug for Bearer<C> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Bearer").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// What is wrong with a request's token (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenError {
    /// Nothing is, or there is no token.
    #[default]
    None,
    /// What should be a token is malformed: 400.
    InvalidRequest,
    /// The token is no good: 401. The text says why, if that may be said.
    InvalidToken(&'static str),
    /// The token is good for less than this scope: 403.
    InsufficientScope(&'static str),
}

impl TokenError {
    /// What answers it. Without a token a client learns nothing but that it needs one.
    // rfc6750-3.1-invalid-request-400
    // rfc6750-3.1-invalid-token-401
    // rfc6750-3.1-insufficient-scope-403
    // rfc9110-11.4-insufficient-403
    pub(super) const fn problem(self) -> Problem {
        match self {
            Self::None => Problem::new(Status::UNAUTHORIZED, "a token is needed"),
            Self::InvalidRequest => Problem::bad_request("the token is malformed"),
            Self::InvalidToken(_) => Problem::new(Status::UNAUTHORIZED, "the token is not valid"),
            Self::InsufficientScope(_) => Problem::forbidden("the token is not good for this"),
        }
    }

    /// Adds the challenge of an answer with this status, if one is due.
    // rfc6750-3-challenge
    // rfc6750-3-scheme-and-parameters
    // rfc6750-3-parameters-once
    // rfc6750-3-error-with-token
    // rfc6750-3.1-no-error-without-token
    // rfc9110-11.6.1-401-challenge
    // rfc9110-15.5.2-401-applicable-challenge
    // rfc9110-11.5-realm-quoted
    // rfc9110-11.2-auth-param-once
    pub(super) fn challenge(self, realm: &str, status: Status, lines: &mut FieldLines<'_, '_>) {
        if self == Self::None && status != Status::UNAUTHORIZED {
            return;
        }
        let (error, text, end) = match self {
            Self::None => ("", "", ""),
            Self::InvalidRequest => (", error=\"invalid_request\"", "", ""),
            Self::InvalidToken("") => (", error=\"invalid_token\"", "", ""),
            Self::InvalidToken(text) => {
                (", error=\"invalid_token\", error_description=\"", text, "\"")
            }
            Self::InsufficientScope(scope) => {
                (", error=\"insufficient_scope\", scope=\"", scope, "\"")
            }
        };
        let parts = ["Bearer realm=\"", realm, "\"", error, text, end].map(str::as_bytes);
        let added = lines.parts("WWW-Authenticate", &parts);
        debug_assert!(added.is_ok(), "a realm or a scope has control characters");
    }
}

/// The token of a request.
// rfc6750-2.1-authorization-field
// rfc6750-5.3-not-in-addresses
// rfc9110-11.4-missing-credentials-401
pub(super) fn token<'x>(request: &Request<'x>) -> Result<&'x str, TokenError> {
    match Credentials::of(request.fields(), b"bearer") {
        // These are ASCII by their grammar.
        Credentials::Given(token) => str::from_utf8(token).map_err(|_| TokenError::InvalidRequest),
        Credentials::Absent => Err(TokenError::None),
        Credentials::Malformed => Err(TokenError::InvalidRequest),
    }
}

impl<A: ?Sized, C: Tokens<A>> Layer<A> for Bearer<C> {
    type State = TokenError;

    fn on_request(
        &self,
        app: &A,
        error: &mut TokenError,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        let access = token(arrival.request()).map(|token| self.tokens.access(app, token));
        *error = match access {
            Ok(Access::Granted) => return Ok(()),
            Ok(Access::Invalid) => TokenError::InvalidToken(""),
            Ok(Access::Scope(scope)) => TokenError::InsufficientScope(scope),
            Err(error) => error,
        };
        Err(error.problem().into())
    }

    fn on_response(
        &self,
        _: &A,
        error: &TokenError,
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        error.challenge(self.realm, status, lines);
    }
}
