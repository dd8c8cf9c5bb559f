//! JSON (RFC 8259): what a server calls so is so, for readers who take nothing else.

use serde_json::Value;

use super::{Broken, Invariant};
use crate::conversation::Conversation;
use crate::response::Framing;

/// Content that calls itself `application/json`, or by a name that ends in `+json`.
pub(super) struct Json;

const ESCAPED: &str = "rfc8259-7-escape-required";
const NO_MARK: &str = "rfc8259-8.1-no-bom";
const UTF8: &str = "rfc8259-8.1-utf8";
const NUMBERS: &str = "rfc8259-6-no-nan-inf";

impl Invariant for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[ESCAPED, NO_MARK, UTF8, NUMBERS]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            let response = &answer.response;
            let is_json = response.values("Content-Type").any(|value| {
                let media_type = value.split(|byte| *byte == b';').next().unwrap_or_default();
                let media_type = media_type.trim_ascii().to_ascii_lowercase();
                media_type == b"application/json" || media_type.ends_with(b"+json")
            });
            // Without content there is nothing to look at: an answer to HEAD, and one cut off.
            if is_json && response.framing != Framing::None && !response.content.is_empty() {
                let checked = check_text(&response.content);
                checked.or_else(|broken| match is_echo(&response.content, conversation) {
                    true => Ok(()),
                    false => Err(broken),
                })?;
            }
        }
        Ok(())
    }
}

/// Whether the client has sent all of it, if with other bytes between: then it is the client who calls
/// it JSON, and a server that sends it back says nothing of its own.
fn is_echo(content: &[u8], conversation: &Conversation<'_>) -> bool {
    let mut sent = conversation.transcript.sent().iter();
    content.iter().all(|byte| sent.any(|sent| sent == byte))
}

fn check_text(text: &[u8]) -> Result<(), Broken> {
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(Broken::new(NO_MARK, "JSON behind a byte order mark"));
    }
    let Ok(text) = str::from_utf8(text) else {
        return Err(Broken::new(UTF8, "JSON that is not UTF-8"));
    };
    let Err(error) = serde_json::from_str::<Value>(text) else { return Ok(()) };
    let is_number = ["NaN", "Infinity", "inf"].iter().any(|name| text.contains(name));
    let rule = if is_number { NUMBERS } else { ESCAPED };
    Err(Broken::new(rule, format!("JSON that is none: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{ESCAPED, Json, NO_MARK, NUMBERS, UTF8};
    use crate::invariant::tests::judge;

    #[test]
    fn json_is_told_from_other_content() {
        for (media_type, content, broken) in [
            ("application/json", &b"{\"a\":[1,\"\\n\"]}"[..], None),
            ("application/json", b"\"\n\"", Some(ESCAPED)),
            ("application/json", b"\"\"\"", Some(ESCAPED)),
            ("application/json", b"\"\\\"", Some(ESCAPED)),
            ("application/problem+JSON; a=b", b"{", Some(ESCAPED)),
            ("application/json", b"[NaN]", Some(NUMBERS)),
            ("application/json", b"\xef\xbb\xbf{}", Some(NO_MARK)),
            ("application/json", b"\"\xff\"", Some(UTF8)),
            ("application/json", b"", None),
            ("text/plain", b"\"", None),
        ] {
            let (length, request) = (content.len(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
            );
            let answer = [head.as_bytes(), content].concat();
            assert_eq!(judge(&Json, request, &answer), broken, "{content:?}");
        }
    }

    #[test]
    fn what_the_client_calls_json_is_its_own_affair() {
        let request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
            Transfer-Encoding: chunked\r\n\r\n3\r\n{\"\0\r\n2\r\n]]\r\n0\r\n\r\n";
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n";
        for (content, broken) in [(&b"{\"\0]]"[..], None), (b"]]{\"\0", Some(ESCAPED))] {
            let answer = [head.as_bytes(), content].concat();
            assert_eq!(judge(&Json, request, &answer), broken, "{content:?}");
        }
    }
}
