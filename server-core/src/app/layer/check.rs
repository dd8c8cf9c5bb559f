//! Whether credentials are good: against a secret in the app, or by a function of its.

use core::fmt;

use super::secret::is_same;

/// Judges credentials, which it must do in a time that says nothing about the right ones:
/// [`is_same`](super::is_same) compares.
///
/// Functions that are given the app and the credentials are checks, so that passwords can be kept
/// as salted hashes (RFC 7617 §4), or tokens in a table of the app.
pub trait Check<A: ?Sized, C: ?Sized> {
    /// Whether these credentials are good.
    fn is_good(&self, app: &A, credentials: &C) -> bool;
}

impl<A: ?Sized, C: ?Sized, F: Fn(&A, &C) -> bool> Check<A, C> for F {
    fn is_good(&self, app: &A, credentials: &C) -> bool {
        self(app, credentials)
    }
}

/// Any of these secrets. Each of them is compared, so nothing tells which one was nearly given.
#[derive(Clone, Copy)]
pub struct AnyOf<'k>(pub(super) &'k [&'k str]);

impl<A: ?Sized> Check<A, str> for AnyOf<'_> {
    fn is_good(&self, _: &A, given: &str) -> bool {
        let is_secret = |secret: &&str| is_same(secret.as_bytes(), given.as_bytes());
        // An empty secret is none: it would let everybody in who says nothing.
        let is_any = self.0.iter().fold(false, |found, secret| found | is_secret(secret));
        is_any & !given.is_empty()
    }
}

/// What a client says of itself by Basic (RFC 7617).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Login<'l> {
    /// The user-id, which has no colon.
    pub user: &'l str,
    /// The password.
    pub password: &'l str,
}

/// One user with one password.
#[derive(Clone, Copy)]
pub struct Account<'k>(pub(super) Login<'k>);

impl<A: ?Sized> Check<A, Login<'_>> for Account<'_> {
    fn is_good(&self, _: &A, given: &Login<'_>) -> bool {
        let Self(own) = self;
        is_same(own.user.as_bytes(), given.user.as_bytes())
            & is_same(own.password.as_bytes(), given.password.as_bytes())
    }
}

macro_rules! hidden {
    ($($name:ident)*) => {$(
        /// Secrets are not shown.
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )*};
}

hidden! { AnyOf Login Account }
