//! The opening handshake of a WebSocket (RFC 6455 §4), the client's side of it: always the same
//! key, so that transcripts can be compared.

use crate::case::{Field, Text};
use crate::response::Response;

/// The key: the example of RFC 6455 §1.3.
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// What a server must make of [`KEY`].
pub const ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// A correct request for this target, with these fields behind its own; `item` is the item of the
/// row, if the case has any.
pub fn request(path: &Text, fields: &[Field], item: Option<&[u8]>) -> Vec<u8> {
    let mut request = b"GET ".to_vec();
    request.extend(path.bytes(item));
    request.extend_from_slice(
        format!(
            " HTTP/1.1\r\nHost: example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
        )
        .as_bytes(),
    );
    for Field { name, value, .. } in fields {
        request.extend_from_slice(name.as_bytes());
        request.extend_from_slice(b": ");
        request.extend(value.bytes(item));
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

/// Whether an answer of status 101 accepts such a request (§4.1).
///
/// # Errors
///
/// What is wrong with it.
pub fn accepted(response: &Response) -> Result<(), &'static str> {
    if response.values("Sec-WebSocket-Accept").next() != Some(ACCEPT) {
        Err("got 101 without the right Sec-WebSocket-Accept")
    } else if !response.lists("Upgrade", b"websocket") {
        Err("got 101 without Upgrade: websocket")
    } else if !response.lists("Connection", b"upgrade") {
        Err("got 101 without Connection: Upgrade")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{accepted, request};
    use crate::case::{Field, Text};
    use crate::diagnostic::Span;
    use crate::response::{Reading, read};

    #[test]
    fn asks_with_fields_of_the_case() {
        let (span, name) = (Span::default(), "Origin".to_owned());
        let fields = [Field { span, name, value: Text::from("http://a") }];
        let text = String::from_utf8(request(&Text::from("/ws"), &fields, None)).unwrap();
        assert!(text.starts_with("GET /ws HTTP/1.1\r\nHost: example\r\n"), "{text}");
        assert!(text.ends_with("Version: 13\r\nOrigin: http://a\r\n\r\n"), "{text}");
    }

    #[test]
    fn takes_no_answer_that_lacks_a_field() {
        let fields = [
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            "Upgrade: WebSocket\r\n",
            "Connection: upgrade\r\n",
        ];
        for missing in 0..=fields.len() {
            let mut text = String::from("HTTP/1.1 101 Switching Protocols\r\n");
            let kept = fields.iter().enumerate().filter(|(index, _)| *index != missing);
            kept.for_each(|(_, field)| text.push_str(field));
            let Reading::Complete(answer, _) = read(format!("{text}\r\n").as_bytes(), false, false)
            else {
                panic!("{text}")
            };
            assert_eq!(accepted(&answer).is_ok(), missing == fields.len(), "{text}");
        }
    }
}
