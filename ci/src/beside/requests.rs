//! What the servers are asked: requests that are counted, and questions that show what a server
//! takes care of.

/// A request that is counted, on a connection that has answered it before.
pub(super) struct Request {
    pub(super) what: &'static str,
    /// What comes before on the connection: the handshake of a WebSocket.
    pub(super) opening: Option<&'static [u8]>,
    pub(super) bytes: &'static [u8],
    pub(super) expected: Expected,
}

/// What must be answered.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    /// 200 with this content, on a connection that is kept.
    Content(&'static [u8]),
    /// 101 for [`HANDSHAKE`].
    Handshake,
    /// These bytes.
    Frame(&'static [u8]),
}

/// What users ask most; the first three as in docs/performance.md, but for their routes.
pub(super) const REQUESTS: [Request; 4] = [
    Request {
        what: "`GET /hello`, 45 bytes",
        opening: None,
        bytes: HELLO,
        expected: Expected::Content(b"Hello, World!\n"),
    },
    Request {
        what: "`GET /` of a browser, 405 bytes",
        opening: None,
        bytes: BROWSER,
        expected: Expected::Content(b"The same bytes on every wire.\n"),
    },
    Request {
        what: "`POST /led` of 12 bytes of JSON, answered with them",
        opening: None,
        bytes: POST,
        expected: Expected::Content(b"{\"level\":42}"),
    },
    Request {
        what: "a WebSocket message of 5 bytes, echoed",
        opening: Some(HANDSHAKE),
        bytes: b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
        expected: Expected::Frame(b"\x81\x05Hello"),
    },
];

/// Something that the RFC has an answer for.
pub(super) struct Question {
    pub(super) what: &'static str,
    /// What the RFC asks for, and where.
    pub(super) asked: &'static str,
    pub(super) opening: Option<&'static [u8]>,
    pub(super) bytes: &'static [u8],
}

pub(super) const QUESTIONS: [Question; 6] = [
    Question {
        what: "a request without Host",
        asked: "400 (9112 §3.2)",
        opening: None,
        bytes: b"GET /hello HTTP/1.1\r\n\r\n",
    },
    Question {
        what: "a space before a field's colon",
        asked: "400 (9112 §5.1)",
        opening: None,
        bytes: b"GET /hello HTTP/1.1\r\nHost: samewire.local\r\nCookie : a=b\r\n\r\n",
    },
    Question {
        what: "two lengths that differ",
        asked: "400 (9112 §6.3)",
        opening: None,
        bytes: b"POST /led HTTP/1.1\r\nHost: samewire.local\r\nContent-Type: application/json\r\n\
            Content-Length: 12\r\nContent-Length: 5\r\n\r\n{\"level\":42}",
    },
    Question {
        what: "the JSON in chunks",
        asked: "200 (9112 §7.1)",
        opening: None,
        bytes: b"POST /led HTTP/1.1\r\nHost: samewire.local\r\nContent-Type: application/json\r\n\
            Transfer-Encoding: chunked\r\n\r\nc\r\n{\"level\":42}\r\n0\r\n\r\n",
    },
    Question {
        what: "a WebSocket frame without a mask",
        asked: "closed (6455 §5.1)",
        opening: Some(HANDSHAKE),
        bytes: b"\x81\x05Hello",
    },
    Question {
        what: "a text message that is not UTF-8",
        asked: "closed, 1007 (6455 §8.1)",
        opening: Some(HANDSHAKE),
        bytes: b"\x81\x82\0\0\0\0\xff\xfe",
    },
];

const HELLO: &[u8] = b"GET /hello HTTP/1.1\r\nHost: samewire.local\r\n\r\n";
const POST: &[u8] = b"POST /led HTTP/1.1\r\nHost: samewire.local\r\n\
    Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"level\":42}";
const BROWSER: &[u8] = b"GET / HTTP/1.1\r\nHost: samewire.local\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n\
    Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\nAccept-Encoding: gzip, deflate\r\n\
    Connection: keep-alive\r\nCookie: theme=dark; session=0123456789abcdef01234\r\n\
    Upgrade-Insecure-Requests: 1\r\nPriority: u=0, i\r\n\r\n";

/// With the key of RFC 6455 §1.3, whose answer is there, too.
pub(super) const HANDSHAKE: &[u8] = b"GET /ws HTTP/1.1\r\nHost: samewire.local\r\n\
    Upgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
pub(super) const ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

#[cfg(test)]
mod tests {
    use super::REQUESTS;

    #[test]
    fn requests_are_as_long_as_they_say() {
        let [hello, browser, post, message] = REQUESTS.map(|request| request.bytes);
        assert_eq!((hello.len(), browser.len()), (45, 405));
        let content = post.split(|byte| *byte == b'\n').next_back();
        assert_eq!(content, Some(&b"{\"level\":42}"[..]));
        // Two bytes of header, four of mask.
        assert_eq!(message.len(), 2 + 4 + 5);
    }
}
