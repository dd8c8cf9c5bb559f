//! What caches may keep of an answer (RFC 9111 §5.2.2).

use super::Layer;
use crate::app::Request;
use crate::buffer::Writer;
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// Adds `Cache-Control` to answers. What a handler says itself counts more.
///
/// Errors are kept by nobody, whatever is said of the rest: `no-store`. There is no `Expires`: a
/// board without a clock could only guess at it, and every cache that matters knows `max-age`.
// rfc9111-5.3-expires-without-clock
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheControl {
    directives: &'static str,
    /// Behind the directives, where they end in `=`.
    seconds: Option<u32>,
    more: &'static str,
}

impl CacheControl {
    /// Nobody keeps anything: `no-store`.
    pub const NO_STORE: Self = Self::without_seconds("no-store");
    /// It may be kept, but is asked for again each time: `no-cache`.
    pub const NO_CACHE: Self = Self::without_seconds("no-cache");

    /// Anybody may keep it for so many seconds.
    // rfc9111-5.2.2-no-quoted-max-age
    pub const fn public(seconds: u32) -> Self {
        Self { directives: "public, max-age=", seconds: Some(seconds), more: "" }
    }

    /// The client may keep it for so many seconds, and nobody in between: what was said to one user
    /// is not for another (RFC 9111 §3.5).
    // rfc9111-3.5-authz-not-shared
    pub const fn private(seconds: u32) -> Self {
        Self { directives: "private, max-age=", seconds: Some(seconds), more: "" }
    }

    /// It will never change while it is kept, so nobody need ask (RFC 8246).
    pub const fn immutable(self) -> Self {
        Self { more: ", immutable", ..self }
    }

    /// When it is stale it must not be used, not even if the server cannot be asked. Only where old
    /// content would do harm (RFC 9111 §5.2.2.2).
    // rfc9111-5.2.2.2-must-revalidate-rare
    pub const fn must_revalidate(self) -> Self {
        Self { more: ", must-revalidate", ..self }
    }

    const fn without_seconds(directives: &'static str) -> Self {
        Self { directives, seconds: None, more: "" }
    }

    /// The longest value there is.
    const BYTES_MAX: usize = "private, max-age=4294967295, must-revalidate".len();

    // rfc9111-5.2.2-no-quoted-max-age
    // rfc9111-5.2.2.10-no-quoted-s-maxage
    // rfc9111-5.2.2.4-no-cache-quoted
    fn put(&self, to: &mut Writer<'_>) {
        to.put(self.directives.as_bytes());
        if let Some(seconds) = self.seconds {
            to.put_decimal(seconds.into());
        }
        to.put(self.more.as_bytes());
    }
}

impl<A: ?Sized> Layer<A> for CacheControl {
    type State = ();

    fn on_response(
        &self,
        _: &A,
        (): &(),
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        let said = if status.code() < 400 { self } else { &Self::NO_STORE };
        let mut room = [0; Self::BYTES_MAX];
        let mut writer = Writer::new(&mut room);
        said.put(&mut writer);
        let n = writer.written().unwrap_or_default();
        lines.add_default("Cache-Control", room.get(..n).unwrap_or_default());
    }
}
