//! One record for each request, without the secrets that it carries.

use core::fmt;
use core::str;

use super::{Layer, Record};
use crate::app::Request;
use crate::http::status::Status;

/// Fields whose values are secrets, or stand for one.
const SECRET: [&str; 5] =
    ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-API-Key"];

/// What stands for a secret.
const HIDDEN: &[u8] = b"***";

/// Characters of a path in a line of log. A longer one is cut: whoever sends it wants to fill it.
const PATH_BYTES_MAX: usize = 128;

/// Characters of a method in a line of log.
const METHOD_BYTES_MAX: usize = 16;

/// Hands an [`Entry`] for each request that is over to a sink: a function that is given the app.
///
/// ```
/// use samewire::app::layer::{Entry, Log};
/// # struct Panel;
///
/// const LOG: Log<fn(&Panel, &Entry<'_>)> = Log::to(|_, entry| println!("{entry}"));
/// ```
#[derive(Clone, Copy)]
pub struct Log<S> {
    sink: S,
    secret: &'static [&'static str],
}

impl<S> Log<S> {
    /// Logs to this sink.
    pub const fn to(sink: S) -> Self {
        Self { sink, secret: &[] }
    }
}

impl<S: Copy> Log<S> {
    /// Hides the values of these fields too, as the one that carries keys of your own.
    pub const fn hiding(self, secret: &'static [&'static str]) -> Self {
        Self { secret, ..self }
    }
}

impl<S> fmt::Debug for Log<S> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Log").field("secret", &self.secret).finish_non_exhaustive()
    }
}

#[cfg(feature = "log")]
impl<A: ?Sized> Log<fn(&A, &Entry<'_>)> {
    /// Logs by the crate `log`: failures of the server as errors, all else as information.
    pub const fn facade() -> Self {
        Self::to(|_, entry| {
            let is_failure = entry.status().is_some_and(|status| status.code() >= 500);
            let level = if is_failure { ::log::Level::Error } else { ::log::Level::Info };
            ::log::log!(target: "samewire", level, "{entry}");
        })
    }
}

impl<A: ?Sized, S: Fn(&A, &Entry<'_>)> Layer<A> for Log<S> {
    type State = ();

    fn ended(&self, app: &A, _: &(), record: &Record<'_>) {
        (self.sink)(app, &Entry { record: *record, secret: self.secret });
    }
}

/// A request that is over, as a log may show it. Displayed it is one line of printable ASCII:
/// method, path, status, milliseconds and id, with `-` for what there is not.
#[derive(Clone, Copy)]
pub struct Entry<'r> {
    record: Record<'r>,
    secret: &'static [&'static str],
}

impl<'r> Entry<'r> {
    /// The method as it was sent: a token (RFC 9110 §5.6.2).
    pub fn method(&self) -> &'r str {
        plain(self.record.request().method_name(), METHOD_BYTES_MAX)
    }

    /// The path in its normal form, cut if it is very long. Its query is left out: addresses are
    /// where people put secrets that do not belong there.
    pub fn path(&self) -> &'r str {
        plain(self.record.request().path(), PATH_BYTES_MAX)
    }

    /// What was answered; `None` if the connection was gone before.
    pub const fn status(&self) -> Option<Status> {
        self.record.status()
    }

    /// Milliseconds from the complete head to the end of the answer, or of the WebSocket.
    pub const fn millis(&self) -> u32 {
        self.record.millis()
    }

    /// The id that a layer has given the request.
    pub fn request_id(&self) -> Option<&'r str> {
        self.record.request_id().map(|id| plain(id, usize::MAX))
    }

    /// The field lines of the request, `***` for the values that are secrets. The other values are
    /// what the client has sent, any byte but control characters.
    pub fn fields(&self) -> impl Iterator<Item = (&'r [u8], &'r [u8])> + use<'r> {
        let secret = self.secret;
        redacted(self.record.request(), secret)
    }
}

/// The field lines of `request` without secrets, among which the fields in `more` are, too.
pub fn redacted<'x>(
    request: &Request<'x>,
    more: &'static [&'static str],
) -> impl Iterator<Item = (&'x [u8], &'x [u8])> + use<'x> {
    request.fields().map(move |(name, value)| {
        let mut secrets = SECRET.iter().chain(more);
        let is_secret = secrets.any(|secret| name.eq_ignore_ascii_case(secret.as_bytes()));
        (name, if is_secret { HIDDEN } else { value })
    })
}

/// Text that the grammar of requests has judged: no control character, nothing but ASCII.
fn plain(bytes: &[u8], bytes_max: usize) -> &str {
    let bytes = bytes.get(..bytes_max).unwrap_or(bytes);
    str::from_utf8(bytes).unwrap_or_default()
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {} ", self.method(), self.path())?;
        match self.status() {
            Some(status) => write!(to, "{}", status.code())?,
            None => to.write_str("-")?,
        }
        write!(to, " {} ms {}", self.millis(), self.request_id().unwrap_or("-"))
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}
