//! Where an answer ends (RFC 9112 §6): the fields that say it, and that they tell the truth.

use super::{Broken, Invariant};
use crate::conversation::{Answer, Conversation, Rest};
use crate::response::Framing;
use crate::transcript::Ending;

/// Content-Length, Transfer-Encoding, and the content itself.
pub(super) struct FramingFields;

const BOTH: &str = "rfc9112-6.2-no-cl-with-te";
const LENGTH_BODYLESS: &str = "rfc9110-8.6-no-cl-1xx-204";
const CODING_BODYLESS: &str = "rfc9112-6.1-no-te-on-1xx-204";
const CODING_OLD: &str = "rfc9112-6.1-no-te-to-1.0";
const CHUNKED_TWICE: &str = "rfc9112-6.1-emit-chunked-twice";
const CHUNKED_LAST: &str = "rfc9112-6.1-response-coding-ends-chunked-or-close";
const DECLARED: &str = "rfc9110-8.6-no-wrong-cl";
const HEAD: &str = "rfc9110-9.3.2-head-no-content";
const BODYLESS: &str = "rfc9112-6.3-bodyless-answers";
const RESET: &str = "rfc9110-15.3.6-205-no-content";
/// The same, as the section on CONNECT says it: framing fields that content follows.
const CONNECT: &str = "rfc9110-9.3.6-connect-2xx-no-framing";
const CONNECT_LENGTH: &str = "rfc9110-8.6-no-cl-connect-2xx";
const CONNECT_CODING: &str = "rfc9112-6.1-no-te-on-connect-2xx";
const TRAILER: &str = "rfc9110-6.5.1-emit-trailers-known";
const VITAL: &str = "rfc9110-6.5.1-no-vital-trailers";
const ANNOUNCED: &str = "rfc9110-6.6.2-announce-trailers";
const SIZE: &str = "rfc9112-7.1-chunk-data-crlf";

impl Invariant for FramingFields {
    fn name(&self) -> &'static str {
        "framing"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[
            BOTH,
            LENGTH_BODYLESS,
            CODING_BODYLESS,
            CODING_OLD,
            CHUNKED_TWICE,
            CHUNKED_LAST,
            DECLARED,
            HEAD,
            BODYLESS,
            RESET,
            CONNECT,
            CONNECT_LENGTH,
            CONNECT_CODING,
            TRAILER,
            VITAL,
            ANNOUNCED,
            SIZE,
        ]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            check_fields(answer)?;
            if answer.response.framing == Framing::Chunked {
                check_chunk_lines(answer, conversation.body(answer))?;
            }
        }
        check_rest(conversation)
    }
}

fn check_fields(answer: &Answer) -> Result<(), Broken> {
    let response = &answer.response;
    let length = response.values("Content-Length").next().is_some();
    let codings: Vec<&[u8]> = response
        .values("Transfer-Encoding")
        .flat_map(|value| value.split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let coded = !codings.is_empty();
    let status = response.status;
    let chunked = codings.iter().filter(|coding| coding.eq_ignore_ascii_case(b"chunked")).count();
    let is_last = codings.last().is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"));
    let old = matches!(answer.asked_version(), Some((1, 0)));

    let broken = if length && coded {
        (BOTH, "Content-Length beside Transfer-Encoding")
    } else if length && matches!(status, 100..=199 | 204) {
        (LENGTH_BODYLESS, "Content-Length on an answer that has no content")
    } else if coded && matches!(status, 100..=199 | 204) {
        (CODING_BODYLESS, "Transfer-Encoding on an answer that has no content")
    } else if coded && old {
        (CODING_OLD, "Transfer-Encoding to an HTTP/1.0 client")
    } else if chunked > 1 {
        (CHUNKED_TWICE, "chunked is applied twice")
    } else if coded && !is_last && !answer.is_bodyless() && !response.lists("Connection", b"close")
    {
        (CHUNKED_LAST, "the last transfer coding is not chunked, and the connection goes on")
    } else if status == 205 && !response.content.is_empty() {
        (RESET, "205 with content")
    } else if answer.is_to("CONNECT") && matches!(status, 200..=299) && !response.content.is_empty()
    {
        (CONNECT, "a tunnel that begins with content")
    } else if answer.is_to("CONNECT") && matches!(status, 200..=299) && length {
        (CONNECT_LENGTH, "a tunnel with a Content-Length")
    } else if answer.is_to("CONNECT") && matches!(status, 200..=299) && coded {
        (CONNECT_CODING, "a tunnel with a Transfer-Encoding")
    } else {
        return Ok(());
    };
    Err(Broken::new(broken.0, broken.1))
}

/// Our reader forgives a lone LF behind a chunk; a server must not send it.
fn check_chunk_lines(answer: &Answer, body: &[u8]) -> Result<(), Broken> {
    let mut rest = body;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let digits = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.ends_with(b"\r") {
            return Err(Broken::new(SIZE, "LF without CR between chunks"));
        }
        let digits = digits.split(|&byte| byte == b';').next().unwrap_or_default();
        let size = str::from_utf8(digits).ok().and_then(|d| usize::from_str_radix(d, 16).ok());
        let (Some(size), Some(after)) = (size, after.get(1..)) else { return Ok(()) };
        if size == 0 {
            return check_trailers(answer, after);
        }
        let Some(after) = after.get(size..) else { return Ok(()) };
        let Some(next) = after.strip_prefix(b"\r\n") else {
            return Err(Broken::new(SIZE, "chunk data that CRLF does not follow"));
        };
        rest = next;
    }
    Ok(())
}

/// Fields that decide framing, routing or how content is read, and so cannot come behind it
/// (RFC 9110 §6.5.1).
const NEVER_TRAILERS: &[&str] = &[
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Date",
    "Location",
    "Set-Cookie",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];

/// What stands behind the last chunk. A client that does not say that it keeps trailers may drop
/// them unread, so that whatever they say must be needless: nobody can know that, so none is sent.
fn check_trailers(answer: &Answer, section: &[u8]) -> Result<(), Broken> {
    let is_kept = answer.asked.as_ref().is_some_and(|asked| asked.keeps_trailers);
    for line in section.split(|&byte| byte == b'\n').take_while(|line| line.len() > 1) {
        let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
        if let Some(name) = NEVER_TRAILERS.iter().find(|n| name.eq_ignore_ascii_case(n.as_bytes()))
        {
            return Err(Broken::new(TRAILER, format!("{name} in a trailer section")));
        }
        if !is_kept {
            return Err(Broken::new(VITAL, "trailers to a client that may drop them"));
        }
        if !answer.response.lists("Trailer", name) {
            return Err(Broken::new(ANNOUNCED, "a trailer that the Trailer field does not name"));
        }
    }
    Ok(())
}

/// Bytes behind the last answer: content where none may be, or a length that was not kept.
fn check_rest(conversation: &Conversation<'_>) -> Result<(), Broken> {
    match (&conversation.rest, conversation.answers.last()) {
        (Rest::Malformed(..), Some(last)) if last.is_to("HEAD") => {
            Err(Broken::new(HEAD, "content in the answer to HEAD"))
        }
        (Rest::Malformed(..), Some(last)) if last.response.status == 101 => Ok(()),
        (Rest::Malformed(..), Some(last)) if last.is_bodyless() => {
            Err(Broken::new(BODYLESS, format!("content after {}", last.response.status)))
        }
        (Rest::Malformed(..), Some(last))
            if matches!(last.response.framing, Framing::Length(_)) =>
        {
            Err(Broken::new(DECLARED, "more content than Content-Length says"))
        }
        (Rest::Partial(_), _)
            if conversation.frames.is_empty()
                && conversation.transcript.ending() == Ending::Closed
                // Who does not read is hung up on within an answer.
                && !conversation.transcript.stalled()
                && cut_short(conversation.rest_bytes()) =>
        {
            Err(Broken::new(DECLARED, "less content than Content-Length says"))
        }
        _ => Ok(()),
    }
}

/// Whether these bytes are an answer with a declared length that did not come.
fn cut_short(bytes: &[u8]) -> bool {
    matches!(
        crate::response::read_head(bytes),
        crate::response::Reading::Complete(response, _)
            if response.values("Content-Length").next().is_some()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariant::tests::judge_all;

    #[test]
    fn catches_each_mutation_of_the_framing() {
        let get: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
        let old: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
        let head: &[u8] = b"HEAD / HTTP/1.1\r\n\r\n";
        judge_all(&FramingFields, &[
            (get, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", None),
            (get, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n", None),
            (head, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", None),
            (head, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Some(HEAD)),
            (get, b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", Some(LENGTH_BODYLESS)),
            (get, b"HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", Some(CODING_BODYLESS)),
            (get, b"HTTP/1.1 204 No\r\n\r\nhi", Some(BODYLESS)),
            (get, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhithere", Some(DECLARED)),
            (get, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi!", Some(DECLARED)),
            (get, b"HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\nhi", Some(RESET)),
            (
                get,
                b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Some(BOTH),
            ),
            (
                old,
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Some(CODING_OLD),
            ),
            (
                get,
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                Some(CHUNKED_TWICE),
            ),
            (get, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx!", Some(CHUNKED_LAST)),
            (
                b"CONNECT a:1 HTTP/1.1\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                Some(CONNECT),
            ),
            (
                b"CONNECT a:1 HTTP/1.1\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                Some(CONNECT_LENGTH),
            ),
            (
                b"CONNECT a:1 HTTP/1.1\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Some(CONNECT_CODING),
            ),
            (
                get,
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
                Some(SIZE),
            ),
        ]);
    }

    #[test]
    fn catches_each_mutation_of_a_trailer_section() {
        let get: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
        judge_all(
            &FramingFields,
            &[
                (
                    b"GET / HTTP/1.1\r\nTE: trailers\r\n\r\n",
                    b"HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n\
                  0\r\nA: b\r\ndate: c\r\n\r\n",
                    Some(TRAILER),
                ),
                (
                    b"GET / HTTP/1.1\r\nTE: trailers\r\n\r\n",
                    b"HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n\
                  0\r\nA: b\r\n\r\n",
                    None,
                ),
                (
                    b"GET / HTTP/1.1\r\nTE: trailers\r\n\r\n",
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n",
                    Some(ANNOUNCED),
                ),
                (
                    get,
                    b"HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n\
                  0\r\nA: b\r\n\r\n",
                    Some(VITAL),
                ),
            ],
        );
    }
}
