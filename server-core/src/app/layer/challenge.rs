//! A challenge: what a 401 tells a client to come with (RFC 9110 §11.6.1).

use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// Adds a challenge of these parts, which stand behind each other, to a 401.
// rfc9110-11.6.1-401-challenge
// rfc9110-15.5.2-401-applicable-challenge
pub(super) fn add(status: Status, lines: &mut FieldLines<'_, '_>, parts: &[&[u8]]) {
    if status == Status::UNAUTHORIZED {
        let added = lines.parts("WWW-Authenticate", parts);
        debug_assert!(added.is_ok(), "no field line can hold the challenge");
    }
}
