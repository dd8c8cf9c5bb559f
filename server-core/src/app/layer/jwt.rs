//! JSON Web Tokens (RFC 7519) that are signed with a key which issuer and server share.

mod mac;
mod token;

use core::fmt;
use core::marker::PhantomData;

use super::bearer::{TokenError, token as bearer_token};
use super::{Arrival, Layer, Verdict};
use crate::app::{Problem, Request};
use crate::http::lines::FieldLines;
use crate::http::status::Status;
pub use mac::{Algorithm, Hs256, Hs384, Hs512};
use token::{Rules, judge};

/// Bytes that a token's header may have, decoded: `alg`, `typ` and a `kid` are under a hundred.
const HEADER_BYTES_MAX: usize = 256;

/// Asks for a token of the scheme Bearer (RFC 6750) that is a JWT: 401 without a good one.
///
/// Good is a token of this algorithm, signed with this key, that has not expired and is of the
/// issuer and for the audience that are asked for. `alg` of a token only confirms the choice that
/// is made here, so there is no confusing it; what a token says of where its key is to be found is
/// ignored, and extensions that it declares critical are refused (RFC 8725 §3.1).
///
/// A token must expire, unless [that is waived](Self::lasting). Where the machine does not know the
/// time of day, no token can be judged: all are answered 503, since it is not the token that is
/// wrong, and a client which is told 401 would throw it away.
///
/// On a board, `--cfg sha2_backend_soft="compact"` in `RUSTFLAGS` keeps the hash's rounds in a loop:
/// on a Cortex-M0 that saves nine of seventeen kilobytes of flash, and with [`Hs512`] more.
///
/// A handler reads the claims by the word `state`: a [`Claims<N>`](Claims), where `N` bounds their
/// bytes as JSON text. A token with more is refused.
///
/// ```
/// use samewire::app::layer::{Hs256, Jwt};
///
/// const KEY: &[u8; 32] = b"thirty-two bytes that nobody saw";
/// const TOKENS: Jwt<Hs256> =
///     Jwt::new("panel", KEY).issuer("https://id.example").audiences(&["panel"]).leeway(30);
/// ```
pub struct Jwt<H, const N: usize = 256> {
    realm: &'static str,
    key: &'static [u8],
    rules: Rules,
    algorithm: PhantomData<H>,
}

impl<H: Algorithm, const N: usize> Jwt<H, N> {
    /// Signed with this key, which is at least as long as a signature (RFC 7518 §3.2): a shorter
    /// one does not compile. The realm is plain text without quotation marks and backslashes.
    pub const fn new<const K: usize>(realm: &'static str, key: &'static [u8; K]) -> Self {
        const { assert!(K >= H::BYTES, "the key of a JWT is shorter than its signature") };
        let rules = Rules { audiences: &[], issuer: None, leeway_seconds: 0, must_expire: true };
        Self { realm, key, rules, algorithm: PhantomData }
    }

    /// Only for one of these audiences (RFC 7519 §4.1.3). If there are none, a token that names any
    /// is for somebody else.
    pub const fn audiences(mut self, audiences: &'static [&'static str]) -> Self {
        self.rules.audiences = audiences;
        self
    }

    /// Only of this issuer (RFC 7519 §4.1.1).
    pub const fn issuer(mut self, issuer: &'static str) -> Self {
        self.rules.issuer = Some(issuer);
        self
    }

    /// The issuer's clock may be off by so many seconds.
    pub const fn leeway(mut self, seconds: u32) -> Self {
        self.rules.leeway_seconds = seconds;
        self
    }

    /// Also without an end (`exp`), as issued to machines that nobody can log in at.
    pub const fn lasting(mut self) -> Self {
        self.rules.must_expire = false;
        self
    }
}

/// The key is not shown.
impl<H: Algorithm, const N: usize> fmt::Debug for Jwt<H, N> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Jwt")
            .field("algorithm", &H::NAME)
            .field("realm", &self.realm)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// What a good token says, as the JSON text that was signed.
#[derive(Clone, Copy)]
pub struct Claims<const N: usize = 256> {
    text: [u8; N],
    bytes: usize,
    error: TokenError,
}

impl<const N: usize> Default for Claims<N> {
    fn default() -> Self {
        Self { text: [0; N], bytes: 0, error: TokenError::None }
    }
}

impl<const N: usize> Claims<N> {
    /// The claims: a JSON object. Empty if no token was judged.
    pub fn text(&self) -> &[u8] {
        self.text.get(..self.bytes).unwrap_or_default()
    }

    /// The claims in a type of the app. Members that it does not have are passed over; one that it
    /// has and that comes twice is an error.
    ///
    /// # Errors
    ///
    /// 403, if the token says something of another shape: it is good, but not for this.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        // Strings are unescaped where they stand.
        let mut text = self.text;
        let text = text.get_mut(..self.bytes).unwrap_or_default();
        crate::app::json::parse(text)
            .map_err(|_| Problem::forbidden("the token does not say what is needed here"))
    }
}

/// Claims are about people: they are not shown.
impl<const N: usize> fmt::Debug for Claims<N> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Claims").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<A: ?Sized, H: Algorithm, const N: usize> Layer<A> for Jwt<H, N> {
    type State = Claims<N>;

    fn on_request(&self, _: &A, claims: &mut Claims<N>, arrival: &mut Arrival<'_, '_>) -> Verdict {
        let judged = bearer_token(arrival.request()).and_then(|token| {
            let Some(now) = arrival.unix_seconds() else { return Ok(None) };
            let mut scratch = Scratch { header: [0; HEADER_BYTES_MAX], claims: [0; N] };
            let Scratch { header, claims: copy } = &mut scratch;
            judge::<H>(
                token.as_bytes(),
                self.key,
                &self.rules,
                now,
                [header, copy, &mut claims.text],
            )
            .map(Some)
            .map_err(|refusal| TokenError::InvalidToken(refusal.text()))
        });
        match judged {
            Ok(Some(bytes)) => {
                claims.bytes = bytes;
                Ok(())
            }
            Ok(None) => {
                let detail = "the time of day is not known yet, so no token can be judged";
                Err(Problem::new(Status::SERVICE_UNAVAILABLE, detail).into())
            }
            Err(error) => {
                claims.error = error;
                Err(error.problem().into())
            }
        }
    }

    fn on_response(
        &self,
        _: &A,
        claims: &Claims<N>,
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        claims.error.challenge(self.realm, status, lines);
    }
}

/// Where header and claims are unescaped while they are judged.
struct Scratch<const N: usize> {
    header: [u8; HEADER_BYTES_MAX],
    claims: [u8; N],
}
