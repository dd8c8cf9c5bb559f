//! An answer that sends the client elsewhere (RFC 9110 §15.4).

use core::task::Poll;

use super::exchange::Exchange;
use super::respond::Respond;
use super::with::With;
use crate::Misuse;
use crate::http::abnf::{self, Class};
use crate::http::authority::Authority;
use crate::http::lines::{FieldLines, Lines};
use crate::http::response::ResponseHead;
use crate::http::status::Status;

/// A redirect: a status, and where to.
///
/// The place is judged when it is given. A path that came from a client leads nowhere else: one that
/// a browser takes for another host, as `//evil.example` is, is refused.
///
/// ```
/// use samewire::app::Redirect;
///
/// let _ = Redirect::see_other("/users/7")?;
/// assert!(Redirect::see_other("//evil.example").is_err());
/// assert!(Redirect::see_other("/a\r\nSet-Cookie: b=c").is_err());
/// # Ok::<(), samewire::Misuse>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redirect<'v> {
    status: Status,
    location: &'v [u8],
}

impl<'v> Redirect<'v> {
    /// 303: it is done; the answer is there, to be asked for by GET. Answers a form.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] for a path that does not begin with one `/`, or a character that no
    /// URI holds.
    pub fn see_other(path: &'v str) -> Result<Self, Misuse> {
        Self::to_path(Status::SEE_OTHER, path)
    }

    /// 307: for this time it is there; the client asks by the same method, with the same content.
    ///
    /// # Errors
    ///
    /// As [`see_other`](Self::see_other).
    pub fn temporary(path: &'v str) -> Result<Self, Misuse> {
        Self::to_path(Status::TEMPORARY_REDIRECT, path)
    }

    /// 308: it is there from now on; the client asks by the same method, with the same content.
    ///
    /// # Errors
    ///
    /// As [`see_other`](Self::see_other).
    pub fn permanent(path: &'v str) -> Result<Self, Misuse> {
        Self::to_path(Status::PERMANENT_REDIRECT, path)
    }

    /// 302: as 307, but clients may turn a POST into a GET.
    ///
    /// # Errors
    ///
    /// As [`see_other`](Self::see_other).
    pub fn found(path: &'v str) -> Result<Self, Misuse> {
        Self::to_path(Status::FOUND, path)
    }

    /// 301: as 308, but clients may turn a POST into a GET.
    ///
    /// # Errors
    ///
    /// As [`see_other`](Self::see_other).
    pub fn moved(path: &'v str) -> Result<Self, Misuse> {
        Self::to_path(Status::MOVED_PERMANENTLY, path)
    }

    /// To another host: an absolute URI, which never comes from a client.
    ///
    /// # Errors
    ///
    /// [`Misuse::StatusInvalid`] for a status that is no redirect; [`Misuse::FieldInvalid`] for what
    /// begins with neither `http://` nor `https://`, or a character that no URI holds.
    pub fn elsewhere(status: Status, uri: &'v str) -> Result<Self, Misuse> {
        if !matches!(status.code(), 301..=303 | 307 | 308) {
            return Err(Misuse::StatusInvalid);
        }
        let scheme =
            uri.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
        let behind = scheme.map(|(_, behind)| behind.as_bytes()).unwrap_or_default();
        let end = behind.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let (authority, rest) = behind.split_at(end.unwrap_or(behind.len()));
        if authority.is_empty() || Authority::parse(authority).is_none() {
            return Err(Misuse::FieldInvalid);
        }
        judge(rest)?;
        Ok(Self { status, location: uri.as_bytes() })
    }

    fn to_path(status: Status, path: &'v str) -> Result<Self, Misuse> {
        // A backslash, which browsers take for a slash, is refused like anything that no URI holds.
        if !path.starts_with('/') || path.starts_with("//") {
            return Err(Misuse::FieldInvalid);
        }
        judge(path.as_bytes())?;
        Ok(Self { status, location: path.as_bytes() })
    }
}

impl Lines for Redirect<'_> {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        to.add("Location", self.location);
    }
}

impl Respond for Redirect<'_> {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        let (status, location) = (self.status, *self);
        With::new(status, location).poll_respond(head, exchange)
    }
}

/// Judges `path [ "?" query ] [ "#" fragment ]`, percent-encoded (RFC 3986 §3).
// rfc9110-10.2.2-location-uri-reference
#[inline(never)]
fn judge(reference: &[u8]) -> Result<(), Misuse> {
    let (before, fragment) = abnf::cut(reference, b'#');
    let is_plain = |part| abnf::percent_encoded(part, Class::TARGET) == part.len();
    let is_uri = is_plain(before) && is_plain(fragment.get(1..).unwrap_or_default());
    if is_uri { Ok(()) } else { Err(Misuse::FieldInvalid) }
}

#[cfg(test)]
mod tests {
    use super::Redirect;
    use crate::http::status::Status;

    #[test]
    fn paths_stay_on_this_host() {
        for path in ["/", "/a/b?c=d&e#f?", "/%0d%0a", "/a//b", "/@a", "/:80"] {
            assert!(Redirect::see_other(path).is_ok(), "{path}");
        }
        for path in [
            "",
            "a",
            "?a",
            "#a",
            "//a",
            "///a",
            "/\\a",
            "\\\\a",
            "/a\r\nb",
            "/a\nb",
            "/a\0",
            "/a b",
            "/\t/a",
            "/é",
            "/a%",
            "/a%4",
            "/a#b#c",
            "/\"",
            "/<",
            "http://a",
            "javascript:alert(1)",
        ] {
            assert!(Redirect::see_other(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn other_hosts_are_named_in_full() {
        for uri in ["http://a", "https://a:80/b?c#d", "https://[::1]/"] {
            assert!(Redirect::elsewhere(Status::FOUND, uri).is_ok(), "{uri}");
        }
        for uri in [
            "/a",
            "//a",
            "http:a",
            "http://",
            "javascript://a",
            "HTTP ://a",
            "https://a b",
            "http:///b",
            "http://a@b",
            "http://a/b c",
            "http://a:b",
        ] {
            assert!(Redirect::elsewhere(Status::FOUND, uri).is_err(), "{uri}");
        }
        assert!(Redirect::elsewhere(Status::OK, "https://a").is_err());
        assert!(Redirect::elsewhere(Status::NOT_MODIFIED, "https://a").is_err());
    }
}
