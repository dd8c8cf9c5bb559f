//! Lists and parameters in the fields of an answer (RFC 9110 §5.6): what a receiver must forgive,
//! and a server must not send.

use super::{Broken, Invariant};
use crate::conversation::Conversation;
use crate::response::{Field, Response};

/// Members of lists, and the white space and quotes between their parts.
pub(super) struct Lists;

const EMPTY: &str = "rfc9110-5.6.1.1-no-empty-list-elements";
const BAD_SPACE: &str = "rfc9110-5.6.3-no-bws-emitted";
const WIDE_SPACE: &str = "rfc9110-5.6.3-single-sp";
const QUOTED: &str = "rfc9110-5.6.4-needless-quoted-pair";
const STATUS: &str = "rfc9110-15-status-100-599";
const PORTAL: &str = "rfc6585-6-no-511";
const TERSE: &str = "rfc9110-10.2.4-server-terse";
const VERSION: &str = "rfc9112-2.3-no-blanket-downgrade";

/// Fields of an answer that are lists, but Allow: of that an empty one means no method at all.
const LISTS: &[&str] = &[
    "Accept-Ranges",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Sec-WebSocket-Extensions",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Vary",
];

/// Fields whose values have parameters, `name=value` behind semicolons.
const PARAMETERS: &[&str] =
    &["Cache-Control", "Content-Disposition", "Content-Type", "Sec-WebSocket-Extensions"];

/// A Server field that is longer names more than a product and its version.
const SERVER_BYTES_MAX: usize = 64;

impl Invariant for Lists {
    fn name(&self) -> &'static str {
        "lists"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[EMPTY, BAD_SPACE, WIDE_SPACE, QUOTED, STATUS, PORTAL, TERSE, VERSION]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            let response = &answer.response;
            check_status(response)?;
            if response.version == (1, 0) && answer.asked_version() == Some((1, 1)) {
                return Err(Broken::new(VERSION, "an answer in HTTP/1.0 to HTTP/1.1"));
            }
            if response.values("Server").any(|value| value.len() > SERVER_BYTES_MAX) {
                return Err(Broken::new(TERSE, "a Server field that tells too much"));
            }
            check_lists(response)?;
            response.fields.iter().try_for_each(check_parameters)?;
            check_space(conversation.head(answer))?;
        }
        Ok(())
    }
}

fn check_status(response: &Response) -> Result<(), Broken> {
    match response.status {
        // A network that asks for a login says so itself, in place of the server.
        511 => Err(Broken::new(PORTAL, "511 from an origin server")),
        100..=599 => Ok(()),
        status => Err(Broken::new(STATUS, format!("the status {status}"))),
    }
}

fn check_lists(response: &Response) -> Result<(), Broken> {
    let is_empty = |member: &[u8]| member.trim_ascii().is_empty();
    for name in LISTS {
        if response.values(name).any(|value| value.split(|&byte| byte == b',').any(is_empty)) {
            return Err(Broken::new(EMPTY, format!("an empty member in {name}")));
        }
    }
    let mut allowed = response.values("Allow").filter(|value| !value.is_empty());
    if allowed.any(|value| value.split(|&byte| byte == b',').any(is_empty)) {
        return Err(Broken::new(EMPTY, "an empty member in Allow"));
    }
    Ok(())
}

/// No white space beside `=`, none in front of `;`, and a backslash only where it is needed.
fn check_parameters(field: &Field) -> Result<(), Broken> {
    if !PARAMETERS.iter().any(|name| field.name.eq_ignore_ascii_case(name.as_bytes())) {
        return Ok(());
    }
    let (mut is_quoted, mut before) = (false, b'-');
    for (at, &byte) in field.value.iter().enumerate() {
        let after = field.value.get(at + 1).copied().unwrap_or(b'-');
        let is_space = |byte: u8| byte == b' ' || byte == b'\t';
        if is_quoted && before == b'\\' {
            if byte != b'"' && byte != b'\\' {
                return Err(Broken::new(QUOTED, "a backslash that nothing needs"));
            }
            before = b'-';
            continue;
        }
        if byte == b'"' {
            is_quoted = !is_quoted;
        }
        let is_bad = byte == b'=' && (is_space(before) || is_space(after))
            || byte == b';' && is_space(before);
        if !is_quoted && is_bad {
            return Err(Broken::new(BAD_SPACE, "white space within a parameter"));
        }
        before = byte;
    }
    Ok(())
}

/// One space, or none, stands in front of a value, and none behind it.
fn check_space(head: &[u8]) -> Result<(), Broken> {
    for line in head.split(|&byte| byte == b'\n').skip(1) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if value.trim_ascii() != value {
            return Err(Broken::new(WIDE_SPACE, "more white space around a value than one space"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariant::tests::judge;

    #[test]
    fn catches_each_mutation_of_a_list() {
        let table: &[(&str, Option<&str>)] = &[
            ("204 No\r\nAllow:", None),
            ("204 No\r\nAllow: GET, HEAD\r\nConnection: close", None),
            ("204 No\r\nAllow: GET, , HEAD", Some(EMPTY)),
            ("204 No\r\nConnection: ,close", Some(EMPTY)),
            ("204 No\r\nUpgrade: websocket,", Some(EMPTY)),
            ("204 No\r\nVary:", Some(EMPTY)),
            ("204 No\r\nContent-Type: text/plain; charset=utf-8", None),
            ("204 No\r\nContent-Type: a/b;c=\"d = ; \\\" \\\\\"", None),
            ("204 No\r\nX: a = b ; c", None),
            ("204 No\r\nContent-Type: text/plain ; charset=utf-8", Some(BAD_SPACE)),
            ("204 No\r\nContent-Type: text/plain; charset =utf-8", Some(BAD_SPACE)),
            ("204 No\r\nContent-Type: text/plain; charset= utf-8", Some(BAD_SPACE)),
            ("204 No\r\nContent-Type: a/b;c=\"\\d\"", Some(QUOTED)),
            ("204 No\r\nX:  a", Some(WIDE_SPACE)),
            ("204 No\r\nX: a ", Some(WIDE_SPACE)),
            ("204 No\r\nX:\ta", Some(WIDE_SPACE)),
            ("511 Login", Some(PORTAL)),
            ("600 Six", Some(STATUS)),
            ("204 No\r\nServer: samewire", None),
            (
                "204 No\r\nServer: samewire/1.0 (with each of its libraries, and theirs, by version)",
                Some(TERSE),
            ),
        ];
        for (answer, broken) in table {
            let whole = format!("HTTP/1.1 {answer}\r\n\r\n");
            let request = b"HEAD / HTTP/1.1\r\n\r\n";
            assert_eq!(judge(&Lists, request, whole.as_bytes()), *broken, "{answer}");
        }
        let old = b"HTTP/1.0 204 No\r\n\r\n";
        assert_eq!(judge(&Lists, b"GET / HTTP/1.1\r\n\r\n", old), Some(VERSION));
        assert_eq!(judge(&Lists, b"GET / HTTP/1.0\r\n\r\n", old), None);
    }
}
