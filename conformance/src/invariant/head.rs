//! The grammar of response heads (RFC 9112 §4, §5): what our reader forgives, byte by byte.

use super::{Broken, Invariant};
use crate::conversation::{Conversation, Rest};

/// Status line, line ends, field names and field values.
pub(super) struct Head;

const BARE: &str = "rfc9112-2.2-emit-bare-cr";
const SPACE_FIRST: &str = "rfc9112-2.2-emit-ws-before-first-field";
const SPACE_AFTER: &str = "rfc9112-4-status-line-trailing-sp";
const DIGITS: &str = "rfc9112-4-status-three-digits";
const FOLD: &str = "rfc9112-5.2-emit-obs-fold";
const GRAMMAR: &str = "rfc9110-2.2-emit-only-grammar";
const TWICE: &str = "rfc9110-5.3-no-dup-nonlist-emitted";
const VERSION: &str = "rfc9110-6.2-no-nonconformant-version";

/// Fields of a response that are no lists, and so stand once.
const SINGLE: &[&str] = &[
    "Age",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Last-Modified",
    "Location",
    "Retry-After",
    "Sec-WebSocket-Accept",
    "Server",
];

impl Invariant for Head {
    fn name(&self) -> &'static str {
        "response head"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[BARE, SPACE_FIRST, SPACE_AFTER, DIGITS, FOLD, GRAMMAR, TWICE, VERSION]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            check_lines(conversation.head(answer))?;
            if answer.response.version > (1, 1) {
                return Err(Broken::new(VERSION, "a version beyond HTTP/1.1"));
            }
            for name in SINGLE {
                if answer.response.values(name).count() > 1 {
                    return Err(Broken::new(TWICE, format!("{name} stands twice")));
                }
            }
        }
        // What our reader does not take for a response at all may have been meant as one.
        match conversation.rest {
            Rest::Malformed(..) if conversation.rest_bytes().starts_with(b"HTTP/") => {
                check_lines(first_head(conversation.rest_bytes()))
            }
            _ => Ok(()),
        }
    }
}

/// The bytes up to the first empty line, or all of them.
fn first_head(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
    end.and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

fn check_lines(head: &[u8]) -> Result<(), Broken> {
    for (at, &byte) in head.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).and_then(|at| head.get(at)), head.get(at + 1));
        if byte == b'\r' && after != Some(&b'\n') {
            return Err(Broken::new(BARE, "CR without LF in a head"));
        }
        if byte == b'\n' && before != Some(&b'\r') {
            return Err(Broken::new(GRAMMAR, "LF without CR in a head"));
        }
    }
    let text = head.strip_suffix(b"\r\n\r\n").unwrap_or(head);
    let lines = text.split(|&byte| byte == b'\n');
    let mut lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    check_status_line(lines.next().unwrap_or_default())?;
    for (index, line) in lines.enumerate() {
        check_field_line(line, index == 0)?;
    }
    Ok(())
}

/// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4).
fn check_status_line(line: &[u8]) -> Result<(), Broken> {
    let Some(rest) = line.strip_prefix(b"HTTP/").and_then(|rest| rest.get(3..)) else {
        return Err(Broken::new(GRAMMAR, "the version is not spelled HTTP/"));
    };
    let Some((code, rest)) = rest.strip_prefix(b" ").and_then(|r| r.split_first_chunk::<3>())
    else {
        return Err(Broken::new(DIGITS, "a status code that is not three digits"));
    };
    if !code.iter().all(u8::is_ascii_digit) {
        return Err(Broken::new(DIGITS, "a status code that is not three digits"));
    }
    let Some(reason) = rest.strip_prefix(b" ") else {
        return Err(Broken::new(SPACE_AFTER, "no space after the status code"));
    };
    if !reason.iter().all(|&byte| is_value_byte(byte)) {
        return Err(Broken::new(GRAMMAR, "a control character in the reason phrase"));
    }
    Ok(())
}

/// `field-name ":" OWS field-value OWS` (RFC 9112 §5).
fn check_field_line(line: &[u8], first: bool) -> Result<(), Broken> {
    if line.first().is_some_and(|&byte| byte == b' ' || byte == b'\t') {
        return Err(if first {
            Broken::new(SPACE_FIRST, "white space before the first field line")
        } else {
            Broken::new(FOLD, "a folded field line")
        });
    }
    let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
    let (name, value) = line.split_at(colon);
    if name.is_empty() || !name.iter().all(|&byte| is_token_byte(byte)) {
        return Err(Broken::new(GRAMMAR, "a field name that is no token"));
    }
    if !value.iter().all(|&byte| is_value_byte(byte)) {
        return Err(Broken::new(GRAMMAR, "a control character in a field value"));
    }
    Ok(())
}

/// `tchar` (RFC 9110 §5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// `field-vchar`, SP or HTAB (RFC 9110 §5.5).
fn is_value_byte(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

#[cfg(test)]
mod tests {
    use super::{BARE, DIGITS, FOLD, GRAMMAR, Head, SPACE_AFTER, SPACE_FIRST, TWICE, VERSION};
    use crate::invariant::tests::judge_all;

    #[test]
    fn catches_each_mutation_of_a_head() {
        let get: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
        judge_all(
            &Head,
            &[
                (get, b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n", None),
                (get, b"HTTP/1.1 204 \r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n", None),
                (get, b"HTTP/1.1 204\r\n\r\n", Some(SPACE_AFTER)),
                (get, b"HTTP/1.1 204 No\r\nA: b\rc\r\n\r\n", Some(BARE)),
                (get, b"HTTP/1.1 204 No\nA: b\r\n\r\n", Some(GRAMMAR)),
                (get, b"http/1.1 204 No\r\n\r\n", Some(GRAMMAR)),
                (get, b"HTTP/1.1 204 N\x01\r\n\r\n", Some(GRAMMAR)),
                (get, b"HTTP/1.1 204 No\r\nA b: c\r\n\r\n", Some(GRAMMAR)),
                (get, b"HTTP/1.1 204 No\r\nA : c\r\n\r\n", Some(GRAMMAR)),
                (get, b"HTTP/1.1 204 No\r\nA: \x00\r\n\r\n", Some(GRAMMAR)),
                (get, b"HTTP/1.1 204 No\r\nA: b\r\n c\r\n\r\n", Some(FOLD)),
                (get, b"HTTP/1.1 204 No\r\nDate: a\r\ndate: a\r\n\r\n", Some(TWICE)),
                (get, b"HTTP/2.0 204 No\r\n\r\n", Some(VERSION)),
                (get, b"HTTP/1.1 204 No\r\n A: b\r\n\r\n", Some(SPACE_FIRST)),
                (get, b"HTTP/1.1 20 OK\r\nA: b\r\n\r\n", Some(DIGITS)),
                (get, b"HTTP/1.1 2000 OK\r\nA: b\r\n\r\n", Some(SPACE_AFTER)),
            ],
        );
    }
}
