//! Where a request's content ends (RFC 9112 §6): decided by Content-Length and Transfer-Encoding,
//! one line of one of them at most.

use super::abnf;
use super::fields::elements;
use super::request_line::Version;
use crate::Violation;

/// How the content of a request is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no content: neither field was sent (RFC 9112 §6.3).
    None,
    /// So many bytes of content, as Content-Length says; zero is possible. Whether that is too
    /// much is for the connection to judge, by [`Limits`](crate::Limits).
    Length(u64),
    /// Chunks (RFC 9112 §7.1).
    Chunked,
}

/// What the field lines have declared so far. The length itself stands beside it, so that a
/// [`Head`](super::head::Head) has no padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Declared {
    Nothing,
    Length,
    Chunked,
}

impl Declared {
    /// The decision, once all field lines are here.
    // rfc9112-6.3-absent-framing-zero rfc9112-6-body-needs-cl-or-te
    pub(super) const fn framing(self, length: u64) -> Framing {
        match self {
            Self::Nothing => Framing::None,
            Self::Length => Framing::Length(length),
            Self::Chunked => Framing::Chunked,
        }
    }

    /// A Content-Length line with this trimmed value (RFC 9112 §6.2).
    // rfc9112-6.3-cl-te-is-error rfc9112-6.1-cl-te-reject-or-te
    // rfc9110-8.6-cl-list-400 rfc9112-6.3-cl-identical-list rfc9112-6.3-invalid-cl-400-close
    // rfc9112-6.3-invalid-cl-is-fatal
    pub(super) fn content_length(&mut self, value: &[u8]) -> Result<u64, Violation> {
        match self {
            Self::Chunked => Err(Violation::LengthAndEncoding),
            Self::Length => Err(Violation::LengthTwice),
            Self::Nothing => {
                *self = Self::Length;
                // rfc9110-8.6-cl-overflow
                let length = if value.len() > DIGITS_MAX { None } else { abnf::decimal(value) };
                length.ok_or(Violation::LengthInvalid)
            }
        }
    }

    /// A Transfer-Encoding line with this trimmed value (RFC 9112 §6.1).
    // rfc9112-7-coding-names-case-insensitive
    // rfc9112-7.1-chunked-params-error
    // rfc9112-7.2-compression-params-error
    // rfc9112-11.2-framing-rules-strict
    #[inline(never)]
    pub(super) fn transfer_encoding(
        &mut self,
        value: &[u8],
        version: Version,
    ) -> Result<(), Violation> {
        // rfc9112-6.1-te-in-1.0-faulty
        if version == Version::Http10 {
            return Err(Violation::EncodingInOld);
        }
        match self {
            Self::Length => Err(Violation::LengthAndEncoding),
            Self::Chunked => Err(Violation::EncodingNotChunked),
            Self::Nothing => {
                *self = Self::Chunked;
                // rfc9112-6.1-parse-chunked
                if abnf::is_word(value, b"chunked") { Ok(()) } else { Err(unknown_or_last(value)) }
            }
        }
    }
}

/// Why a value that is not `chunked` is refused: for a coding that nobody here knows, or for a
/// known one in the wrong place, with parameters, or with company.
// rfc9112-6.1-unknown-coding-501 rfc9112-6.3-te-not-final-chunked-400
fn unknown_or_last(value: &[u8]) -> Violation {
    const KNOWN: &[u8] = b"chunked,identity,gzip,x-gzip,deflate,compress,x-compress";
    let all_known = elements(value).all(|coding| {
        let name = abnf::trim(abnf::cut(coding, b';').0);
        name.is_empty() || elements(KNOWN).any(|known| abnf::is_word(name, known))
    });
    if all_known { Violation::EncodingNotChunked } else { Violation::EncodingUnknown }
}

/// The most digits a length may have: those of `u64::MAX`, and never more for leading zeros.
const DIGITS_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::Framing;
    use crate::Violation;
    use crate::http::head::tests::{accepted, refused};
    use std::vec::Vec;

    fn with_lines(version: &str, lines: &str) -> Vec<u8> {
        std::format!("POST / HTTP/{version}\r\nHost: a\r\n{lines}\r\n").into_bytes()
    }

    #[test]
    fn decides_by_the_one_line_there_is() {
        for (lines, framing) in [
            ("", Framing::None),
            ("Content-Length: 0\r\n", Framing::Length(0)),
            ("Content-Length: 5\r\n", Framing::Length(5)),
            ("content-LENGTH:\t005 \r\n", Framing::Length(5)),
            ("Content-Length: 00000000000000000005\r\n", Framing::Length(5)),
            ("Content-Length: 4294967301\r\n", Framing::Length(4_294_967_301)),
            ("Content-Length: 18446744073709551615\r\n", Framing::Length(u64::MAX)),
            ("Transfer-Encoding: chunked\r\n", Framing::Chunked),
            ("tRANSFER-eNCODING:\tCHUNKed\t \r\n", Framing::Chunked),
            ("Content_Length: 5\r\n", Framing::None),
            ("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", Framing::Length(5)),
            ("X-Content-Length: 5\r\nContent-Length-X: 5\r\n", Framing::None),
        ] {
            assert_eq!(accepted(&with_lines("1.1", lines)).framing(), framing, "{lines}");
        }
        let old = accepted(&with_lines("1.0", "Content-Length: 5\r\n"));
        assert_eq!(old.framing(), Framing::Length(5));
    }

    #[test]
    fn refuses_lengths_that_are_no_number() {
        for value in [
            "",
            "+5",
            "-5",
            "-0",
            "0x5",
            "5_0",
            "1e1",
            "5.0",
            "5;",
            "5Z",
            "'5'",
            "\"5\"",
            "5 5",
            "5,",
            ",5",
            "5, 5",
            "5, 6",
            "a",
            "5\u{a0}",
            "٥",
            "18446744073709551616",
            "18446744073709551621",
            "99999999999999999999",
            "000000000000000000005",
            "1000000000000000000000000000000",
        ] {
            let bytes = with_lines("1.1", &std::format!("Content-Length: {value}\r\n"));
            assert_eq!(refused(&bytes), Violation::LengthInvalid, "{value}");
        }
        for value in ["5\0", "5\x000"] {
            let bytes = with_lines("1.1", &std::format!("Content-Length: {value}\r\n"));
            assert_eq!(refused(&bytes), Violation::FieldValue, "{value:?}");
        }
    }

    #[test]
    fn refuses_a_second_line() {
        let length = "Content-Length: 5\r\n";
        let chunked = "Transfer-Encoding: chunked\r\n";
        for (lines, violation) in [
            ([length, length], Violation::LengthTwice),
            ([length, "content-length: 6\r\n"], Violation::LengthTwice),
            ([length, chunked], Violation::LengthAndEncoding),
            ([chunked, length], Violation::LengthAndEncoding),
            ([chunked, "content-LENGTH: x\r\n"], Violation::LengthAndEncoding),
            ([length, "Transfer-Encoding: x\r\n"], Violation::LengthAndEncoding),
            ([chunked, chunked], Violation::EncodingNotChunked),
            ([chunked, "Transfer-Encoding: identity\r\n"], Violation::EncodingNotChunked),
            (["Content-Length:\r\n", length], Violation::LengthInvalid),
        ] {
            assert_eq!(refused(&with_lines("1.1", &lines.concat())), violation, "{lines:?}");
        }
    }

    #[test]
    fn knows_one_coding_and_that_others_exist() {
        for (value, violation) in [
            ("", Violation::EncodingNotChunked),
            ("identity", Violation::EncodingNotChunked),
            ("gzip", Violation::EncodingNotChunked),
            ("chunked, identity", Violation::EncodingNotChunked),
            ("chunked, gzip", Violation::EncodingNotChunked),
            ("gzip, chunked", Violation::EncodingNotChunked),
            ("chunked, chunked", Violation::EncodingNotChunked),
            (",chunked", Violation::EncodingNotChunked),
            ("chunked,", Violation::EncodingNotChunked),
            ("chunked;q=1", Violation::EncodingNotChunked),
            ("chunked ; q", Violation::EncodingNotChunked),
            ("xchunked", Violation::EncodingUnknown),
            ("chunkedx", Violation::EncodingUnknown),
            ("\"chunked\"", Violation::EncodingUnknown),
            ("blegh", Violation::EncodingUnknown),
            ("chunked, blegh", Violation::EncodingUnknown),
            ("\u{a0}chunked", Violation::EncodingUnknown),
            ("chunked\u{85}", Violation::EncodingUnknown),
            ("\x0Bchunked", Violation::FieldValue),
            ("chunked\0", Violation::FieldValue),
        ] {
            let bytes = with_lines("1.1", &std::format!("Transfer-Encoding: {value}\r\n"));
            assert_eq!(refused(&bytes), violation, "{value:?}");
        }
    }

    #[test]
    fn refuses_codings_in_http_1_0() {
        for lines in
            ["Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\nTransfer-Encoding: x\r\n"]
        {
            assert_eq!(refused(&with_lines("1.0", lines)), Violation::EncodingInOld, "{lines}");
        }
    }
}
