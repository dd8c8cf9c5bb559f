//! What a server has answered: whether it is what must be, or, where servers differ, in a few words.

use super::requests::{ACCEPT, Expected};

/// One answer, to bytes that have come at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) stack: u64,
    /// The server has ended its half.
    pub(super) is_ended: bool,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    /// Why it is not what must be, if it is not.
    pub(super) fn fault(&self, expected: Expected) -> Option<String> {
        if self.is_ended {
            return Some("the connection is not kept".to_owned());
        }
        match expected {
            Expected::Frame(frame) if self.bytes == frame => None,
            Expected::Frame(_) => Some(format!("{:02x?}", self.bytes)),
            Expected::Handshake => {
                let Some(head) = Head::read(&self.bytes) else { return Some(self.shown()) };
                let is_accepted = head.field("sec-websocket-accept") == Some(ACCEPT);
                let is_good = head.status == 101 && is_accepted && head.content.is_empty();
                (!is_good).then(|| self.shown())
            }
            Expected::Content(content) => {
                let Some(head) = Head::read(&self.bytes) else { return Some(self.shown()) };
                let length = content.len().to_string();
                let is_framed = head.field("content-length") == Some(length.as_bytes());
                let is_good = head.status == 200 && is_framed && head.content == content;
                (!is_good).then(|| self.shown())
            }
        }
    }

    /// How a server took a question, in a word or two.
    pub(super) fn outcome(&self) -> String {
        match self.bytes.as_slice() {
            [] if self.is_ended => "closed".to_owned(),
            [] => "nothing".to_owned(),
            &[0x88, _, high, low, ..] => {
                let ends = if self.is_ended { "closed" } else { "open" };
                format!("{ends}, {}", u16::from_be_bytes([high, low]))
            }
            [0x81, ..] => "echoed".to_owned(),
            bytes => match Head::read(bytes) {
                Some(head) => head.status.to_string(),
                None => "nonsense".to_owned(),
            },
        }
    }

    fn shown(&self) -> String {
        format!("{:?}", String::from_utf8_lossy(&self.bytes))
    }
}

/// The head of an answer, and what comes behind it.
struct Head<'a> {
    status: u16,
    lines: Vec<&'a [u8]>,
    content: &'a [u8],
}

impl<'a> Head<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        const END: &[u8] = b"\r\n\r\n";
        let end = bytes.windows(END.len()).position(|four| four == END)?;
        let (head, content) = (&bytes[..end], &bytes[end + END.len()..]);
        let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let status = lines.next()?.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        let status = str::from_utf8(status).ok()?.parse().ok()?;
        Some(Self { status, lines: lines.collect(), content })
    }

    /// The value of the field of this name, if there is exactly one.
    fn field(&self, name: &str) -> Option<&'a [u8]> {
        let value = |line: &&'a [u8]| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let is_it = line[..colon].eq_ignore_ascii_case(name.as_bytes());
            is_it.then(|| line[colon + 1..].trim_ascii())
        };
        let mut values = self.lines.iter().filter_map(value);
        values.next().filter(|_| values.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Expected};

    fn answer(bytes: &[u8], is_ended: bool) -> Answer {
        Answer { stack: 0, is_ended, bytes: bytes.to_vec() }
    }

    #[test]
    fn only_the_very_answer_will_do() {
        let content = Expected::Content(b"Hi\n");
        let frame = Expected::Frame(b"\x81\x02Hi");
        let accept = "HTTP/1.1 101 \r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        for (bytes, is_ended, expected, is_good) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHi\n", false, content, true),
            ("HTTP/1.1 200 \r\nA: b\r\ncontent-length:3\r\n\r\nHi\n", false, content, true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHi\n", true, content, false),
            ("HTTP/1.1 404 OK\r\nContent-Length: 3\r\n\r\nHi\n", false, content, false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHi", false, content, false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHi\n", false, content, false),
            ("HTTP/1.1 200 OK\r\n\r\nHi\n", false, content, false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", false, content, false),
            ("", false, content, false),
            (accept, false, Expected::Handshake, true),
            (&accept.replace("s3p", "s4p"), false, Expected::Handshake, false),
            (&accept.replace("101", "200"), false, Expected::Handshake, false),
        ] {
            let fault = answer(bytes.as_bytes(), is_ended).fault(expected);
            assert_eq!(fault.is_none(), is_good, "{bytes:?}: {fault:?}");
        }
        assert_eq!(answer(b"\x81\x02Hi", false).fault(frame), None);
        assert!(answer(b"\x81\x02Ho", false).fault(frame).is_some());
    }

    #[test]
    fn outcomes_are_told_in_a_word_or_two() {
        for (bytes, is_ended, expected) in [
            (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], true, "400"),
            (b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", false, "200"),
            (b"", true, "closed"),
            (b"", false, "nothing"),
            (b"\x88\x02\x03\xef", true, "closed, 1007"),
            (b"\x81\x02Hi", false, "echoed"),
            (b"HTTP", false, "nonsense"),
        ] {
            assert_eq!(answer(bytes, is_ended).outcome(), expected, "{bytes:?}");
        }
    }
}
