//! The payload of Close frames (RFC 6455 §5.5.1) and the codes in it (§7.4).

use crate::error::Violation;
use crate::ws::utf8::Utf8;

/// Bytes of UTF-8 that a reason may have: a control frame's payload without the code.
pub const REASON_BYTES_MAX: usize = 123;

/// A code that may stand in a Close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(u16);

impl Code {
    /// What the connection was for is done.
    pub const NORMAL: Self = Self(1000);
    /// The server stops, or the user left the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// Data of a kind that is not served here, such as binary for a text endpoint.
    pub const UNSUPPORTED: Self = Self(1003);
    /// A message that breaks a rule of the application, where no other code says it better.
    pub const POLICY: Self = Self(1008);
    /// The server cannot go on.
    pub const INTERNAL: Self = Self(1011);

    /// `code`, if a peer may send it: one with a meaning in RFC 6455 §7.4.1 or added to its
    /// registry since (1012 to 1014), or one of the ranges for libraries and applications.
    // rfc6455-7.4.2-code-ranges
    // rfc6455-7.4.1-defined-codes
    // rfc6455-7.4.1-no-1005-on-wire
    // rfc6455-7.4.1-no-1006-on-wire
    // rfc6455-7.4.1-no-1015-on-wire
    pub const fn received(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// `code`, if this server may begin a close with it: what a peer may send, but for 1010, by
    /// which a client misses an extension. In answer to a peer's code its echo is due, whichever.
    pub const fn sendable(code: u16) -> Option<Self> {
        match code {
            1010 => None,
            code => Self::received(code),
        }
    }

    /// What a violation of this protocol is told with; [`Code::POLICY`] for one of HTTP.
    pub(crate) fn of(violation: Violation) -> Self {
        let code = violation.code();
        if code < 1000 { Self::POLICY } else { Self(code) }
    }

    /// The number.
    pub const fn value(self) -> u16 {
        self.0
    }

    /// The first two bytes of a Close frame's payload.
    // rfc6455-5.2-network-order
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

/// Judges the unmasked payload of a Close frame. `None` if it is empty: then there is no code, and
/// none is due in answer. The reason, if any, is what follows the first two bytes.
///
/// # Errors
///
/// [`Violation::CloseCode`] for half a code, and for one that nobody may send;
/// [`Violation::CloseReason`] for a reason that is not UTF-8.
// rfc6455-5.5.1-close-body
// rfc6455-5.5.1-close-body-starts-code
// rfc6455-5.5.1-close-reason-utf8
// rfc6455-7.1.5-no-code-1005
// rfc6455-7.4-close-reason-optional
pub fn parse(payload: &[u8]) -> Result<Option<Code>, Violation> {
    let (code, reason) = match payload {
        [] => return Ok(None),
        [_] => return Err(Violation::CloseCode),
        [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
    };
    let Some(code) = Code::received(code) else { return Err(Violation::CloseCode) };
    let mut utf8 = Utf8::NEW;
    if utf8.accepts(reason) && utf8.is_complete() {
        Ok(Some(code))
    } else {
        Err(Violation::CloseReason)
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, REASON_BYTES_MAX, parse};
    use crate::Violation;
    use crate::ws::frame::CONTROL_BYTES_MAX;
    use std::vec::Vec;

    /// The registry of RFC 6455 §11.7 as it stands, by name: (code, peers send it, servers do).
    const REGISTRY: [(u16, bool, bool); 16] = [
        (1000, true, true),   // normal closure
        (1001, true, true),   // going away
        (1002, true, true),   // protocol error
        (1003, true, true),   // unsupported data
        (1004, false, false), // reserved
        (1005, false, false), // no status received
        (1006, false, false), // abnormal closure
        (1007, true, true),   // invalid payload data
        (1008, true, true),   // policy violation
        (1009, true, true),   // message too big
        (1010, true, false),  // mandatory extension
        (1011, true, true),   // internal error
        (1012, true, true),   // service restart
        (1013, true, true),   // try again later
        (1014, true, true),   // bad gateway
        (1015, false, false), // TLS handshake
    ];

    #[test]
    fn judges_every_code() {
        for code in 0..=u16::MAX {
            let (received, sendable) = match REGISTRY.iter().find(|row| row.0 == code) {
                Some((_, received, sendable)) => (*received, *sendable),
                None => {
                    (code / 1000 == 3 || code / 1000 == 4, code / 1000 == 3 || code / 1000 == 4)
                }
            };
            assert_eq!(Code::received(code).map(Code::value), received.then_some(code));
            assert_eq!(Code::sendable(code).map(Code::value), sendable.then_some(code));
            let expected = Code::received(code).map(Some).ok_or(Violation::CloseCode);
            assert_eq!(parse(&code.to_be_bytes()), expected, "{code}");
            assert_eq!(parse(&[&code.to_be_bytes()[..], b"bye"].concat()), expected, "{code} bye");
        }
    }

    #[test]
    fn the_codes_by_name_may_be_sent() {
        for code in
            [Code::NORMAL, Code::GOING_AWAY, Code::UNSUPPORTED, Code::POLICY, Code::INTERNAL]
        {
            assert_eq!(Code::sendable(code.value()), Some(code));
            assert_eq!(parse(&code.to_bytes()), Ok(Some(code)));
        }
        for violation in Violation::ALL.iter().filter(|violation| violation.code() >= 1000) {
            assert_eq!(Code::sendable(violation.code()), Some(Code::of(*violation)));
        }
    }

    #[test]
    fn a_status_is_told_as_a_policy() {
        for violation in Violation::ALL.iter().filter(|violation| violation.code() < 1000) {
            assert_eq!(Code::of(*violation), Code::POLICY, "{violation:?}");
        }
    }

    #[test]
    fn judges_payloads() {
        let longest: Vec<u8> = [&[0x03, 0xe8][..], &[b'x'; REASON_BYTES_MAX]].concat();
        assert_eq!(longest.len(), usize::from(CONTROL_BYTES_MAX));
        for (payload, expected) in [
            (&b""[..], Ok(None)),
            (b"\x03", Err(Violation::CloseCode)),
            (b"\x03\xe8", Ok(Some(Code::NORMAL))),
            (b"\x03\xe9going", Ok(Some(Code::GOING_AWAY))),
            (b"\x03\xe8caf\xc3\xa9", Ok(Some(Code::NORMAL))),
            (b"\x03\xe8\xf4\x8f\xbf\xbf", Ok(Some(Code::NORMAL))),
            (b"\x03\xe8\0", Ok(Some(Code::NORMAL))),
            (&longest, Ok(Some(Code::NORMAL))),
            (b"\x03\xe8\xff", Err(Violation::CloseReason)),
            (b"\x03\xe8caf\xc3", Err(Violation::CloseReason)),
            (b"\x03\xe8\xed\xa0\x80", Err(Violation::CloseReason)),
            (b"\x03\xe8\xf4\x90\x80\x80", Err(Violation::CloseReason)),
            // The code comes first.
            (b"\x03\xed\xff", Err(Violation::CloseCode)),
        ] {
            assert_eq!(parse(payload), expected, "{}", payload.escape_ascii());
        }
    }
}
