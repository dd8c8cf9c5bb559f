//! Status codes of an answer (RFC 9110 §15).

use crate::error::line;

/// A status code. Only what stands here, or passes [`Status::new`], can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(u16);

/// Writes the constants and the reason phrases side by side.
macro_rules! statuses {
    ($($name:ident = $code:literal $reason:literal;)*) => {
        impl Status {
            $(#[doc = concat!($code, " ", $reason)] pub const $name: Self = Self($code);)*

        }

        static CODES: &[u16] = &[$($code),*];
        /// In the order of the codes, one to a line: on a board a match over the phrases would
        /// cost twice as much.
        static PHRASES: &[u8] = concat!($($reason, "\n"),*).as_bytes();
    };
}

// No 511, which is for whoever stands between: rfc6585-6-no-511
statuses! {
    OK = 200 "OK";
    CREATED = 201 "Created";
    ACCEPTED = 202 "Accepted";
    NO_CONTENT = 204 "No Content";
    PARTIAL_CONTENT = 206 "Partial Content";
    MOVED_PERMANENTLY = 301 "Moved Permanently";
    FOUND = 302 "Found";
    SEE_OTHER = 303 "See Other";
    NOT_MODIFIED = 304 "Not Modified";
    TEMPORARY_REDIRECT = 307 "Temporary Redirect";
    PERMANENT_REDIRECT = 308 "Permanent Redirect";
    BAD_REQUEST = 400 "Bad Request";
    UNAUTHORIZED = 401 "Unauthorized";
    FORBIDDEN = 403 "Forbidden";
    NOT_FOUND = 404 "Not Found";
    METHOD_NOT_ALLOWED = 405 "Method Not Allowed";
    NOT_ACCEPTABLE = 406 "Not Acceptable";
    REQUEST_TIMEOUT = 408 "Request Timeout";
    CONFLICT = 409 "Conflict";
    PRECONDITION_FAILED = 412 "Precondition Failed";
    CONTENT_TOO_LARGE = 413 "Content Too Large";
    URI_TOO_LONG = 414 "URI Too Long";
    UNSUPPORTED_MEDIA_TYPE = 415 "Unsupported Media Type";
    RANGE_NOT_SATISFIABLE = 416 "Range Not Satisfiable";
    EXPECTATION_FAILED = 417 "Expectation Failed";
    MISDIRECTED_REQUEST = 421 "Misdirected Request";
    UNPROCESSABLE_CONTENT = 422 "Unprocessable Content";
    UPGRADE_REQUIRED = 426 "Upgrade Required";
    TOO_MANY_REQUESTS = 429 "Too Many Requests";
    REQUEST_HEADER_FIELDS_TOO_LARGE = 431 "Request Header Fields Too Large";
    INTERNAL_SERVER_ERROR = 500 "Internal Server Error";
    NOT_IMPLEMENTED = 501 "Not Implemented";
    SERVICE_UNAVAILABLE = 503 "Service Unavailable";
    HTTP_VERSION_NOT_SUPPORTED = 505 "HTTP Version Not Supported";
}

impl Status {
    /// What opens a WebSocket, where no other interim answer is anybody's to give.
    #[cfg(feature = "ws")]
    pub(crate) const SWITCHING_PROTOCOLS: Self = Self(101);

    /// What a connection has noted as sent: zero is nothing yet.
    pub(crate) const fn sent(code: u16) -> Option<Self> {
        if code == 0 { None } else { Some(Self(code)) }
    }

    /// A final status: 200 to 599. Interim answers are the server's own affair.
    // rfc9110-15-status-100-599
    // rfc9112-4-status-three-digits
    pub const fn new(code: u16) -> Option<Self> {
        if matches!(code, 200..=599) { Some(Self(code)) } else { None }
    }

    /// The reason phrase with which RFC 9110 names this status; empty for one it does not.
    #[inline(never)]
    pub fn reason(self) -> &'static [u8] {
        let index = CODES.iter().position(|code| *code == self.0).unwrap_or(CODES.len());
        line(PHRASES, index)
    }

    /// The three digits, as a number.
    pub const fn code(self) -> u16 {
        self.0
    }

    /// Whether an answer with this status ends at its empty line, whatever its fields say
    /// (RFC 9112 §6.3): 1xx, 204 and 304.
    // rfc9112-6.3-bodyless-answers
    // rfc9110-15.3.5-204-no-body
    #[inline(never)]
    pub const fn is_bodyless(self) -> bool {
        matches!(self.0, 100..=199 | 204 | 304)
    }

    /// Whether an answer with this status may carry content: all but the bodyless ones and 205,
    /// which says so by a length of zero.
    // rfc9110-15.3.6-205-no-content
    pub const fn allows_content(self) -> bool {
        !self.is_bodyless() && self.0 != 205
    }
}

impl crate::Violation {
    /// The status that answers this violation; 400 for those of WebSocket frames, which are
    /// answered by a close code instead.
    pub fn status(self) -> Status {
        let code = self.code();
        if code < 600 { Status(code) } else { Status::BAD_REQUEST }
    }
}

#[cfg(test)]
mod tests {
    use super::Status;
    use crate::Violation;

    #[test]
    fn only_final_statuses_of_three_digits_are_made() {
        for code in 0..=u16::MAX {
            assert_eq!(Status::new(code).is_some(), (200..600).contains(&code), "{code}");
        }
    }

    #[test]
    fn phrases_are_found_by_their_code() {
        assert_eq!(Status::OK.reason(), b"OK");
        assert_eq!(Status::HTTP_VERSION_NOT_SUPPORTED.reason(), b"HTTP Version Not Supported");
        assert_eq!(Status::new(599).unwrap().reason(), b"");
    }

    #[test]
    fn every_refusal_has_a_reason_phrase() {
        for violation in Violation::ALL {
            assert_ne!(violation.status().reason(), b"", "{violation:?}");
        }
    }
}
