//! An answer that says what went wrong: problem details (RFC 9457).

use core::task::Poll;

use super::body::Interrupted;
use super::exchange::Exchange;
use super::respond::{Respond, rendered};
use crate::buffer::Writer;
use crate::connection::PROBLEM_JSON;
use crate::http::abnf::Class;
use crate::http::status::Status;

/// A handler's result: an answer, or a [`Problem`].
pub type Result<T = (), E = Problem> = core::result::Result<T, E>;

/// Something went wrong: a status, and a detail for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `None`: there is nobody left to tell, or it has been told.
    said: Option<(Status, &'static str)>,
}

impl Problem {
    /// Any problem. `detail` explains this occurrence to the client (RFC 9457 §3.1.4).
    pub const fn new(status: Status, detail: &'static str) -> Self {
        Self { said: Some((status, detail)) }
    }

    /// 400: the request makes no sense.
    pub const fn bad_request(detail: &'static str) -> Self {
        Self::new(Status::BAD_REQUEST, detail)
    }

    /// 404: there is no such thing.
    pub const fn not_found(detail: &'static str) -> Self {
        Self::new(Status::NOT_FOUND, detail)
    }

    /// 409: the request does not fit the state of things.
    pub const fn conflict(detail: &'static str) -> Self {
        Self::new(Status::CONFLICT, detail)
    }

    /// 422: the content is understood, and cannot be done.
    pub const fn unprocessable(detail: &'static str) -> Self {
        Self::new(Status::UNPROCESSABLE_CONTENT, detail)
    }

    /// What the client is to be told, if anything.
    #[cfg(feature = "ws")]
    pub(super) fn detail(&self) -> Option<&'static str> {
        self.said.map(|(_, detail)| detail)
    }
}

/// An interruption has been answered already, as far as there is anybody to answer.
impl From<Interrupted> for Problem {
    fn from(_: Interrupted) -> Self {
        Self { said: None }
    }
}

impl Respond for Problem {
    fn poll_respond(&mut self, _: Status, exchange: &Exchange<'_>) -> Poll<()> {
        let Some((status, detail)) = self.said else { return Poll::Ready(()) };
        rendered(exchange, status, PROBLEM_JSON, &mut |to| {
            to.put(b"{\"title\":\"");
            to.put(status.reason());
            to.put(b"\",\"status\":");
            to.put_decimal(status.code().into());
            to.put(b",\"detail\":\"");
            put_escaped(to, detail);
            to.put(b"\"}");
        })
    }
}

/// A JSON string's inside (RFC 8259 §7).
pub(super) fn put_escaped(to: &mut Writer<'_>, text: &str) {
    let mut rest = text.as_bytes();
    loop {
        let (plain, odd) = rest.split_at_checked(Class::UNESCAPED.span(rest)).unwrap_or_default();
        to.put(plain);
        let [byte, after @ ..] = odd else { return };
        if *byte < 0x20 {
            to.put(b"\\u00");
            to.put(if *byte < 16 { b"0" } else { b"1" });
            to.put_hex(usize::from(byte & 15));
        } else {
            to.put(&[b'\\', *byte]);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::put_escaped;
    use crate::buffer::Writer;

    #[test]
    fn details_are_escaped() {
        let mut room = [0; 64];
        let mut writer = Writer::new(&mut room);
        put_escaped(&mut writer, "a\"b\\c\nd\u{1f}é");
        let n = writer.written().unwrap();
        assert_eq!(&room[..n], "a\\\"b\\\\c\\u000ad\\u001fé".as_bytes());
    }
}
