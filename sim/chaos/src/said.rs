//! What clients send, as bytes: requests, and frames of WebSockets.

use crate::schedule::{Ask, Content, Made, Say};

/// Every frame is masked by it: the key of the example in RFC 6455 §5.7.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The head of a request that opens a WebSocket, behind its target: the key of RFC 6455 §1.3.
const UPGRADE: &[u8] = b" HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// The head of a request.
pub(crate) fn head(ask: &Ask, into: &mut Vec<u8>) {
    into.extend(ask.method.as_bytes());
    into.push(b' ');
    into.extend(ask.target.as_bytes());
    into.extend(b" HTTP/1.1\r\nHost: a\r\n");
    match &ask.content {
        None => {}
        Some(Content::Made(made, None)) => length(made.bytes, into),
        Some(Content::Made(_, Some(_))) => into.extend(b"Transfer-Encoding: chunked\r\n"),
        Some(Content::Json(text)) => {
            into.extend(b"Content-Type: application/json\r\n");
            length(text.len(), into);
        }
    }
    if ask.expects {
        into.extend(b"Expect: 100-continue\r\n");
    }
    if ask.closes {
        into.extend(b"Connection: close\r\n");
    }
    into.extend(b"\r\n");
}

/// Its content.
pub(crate) fn content(ask: &Ask, into: &mut Vec<u8>) {
    match &ask.content {
        None => {}
        Some(Content::Made(made, None)) => into.extend(made.content()),
        Some(Content::Made(made, Some(chunk))) => {
            let whole: Vec<u8> = made.content().collect();
            for chunk in whole.chunks((*chunk).max(1)) {
                into.extend(format!("{:x}\r\n", chunk.len()).bytes());
                into.extend(chunk);
                into.extend(b"\r\n");
            }
            into.extend(b"0\r\n\r\n");
        }
        Some(Content::Json(text)) => into.extend(text.as_bytes()),
    }
}

fn length(bytes: usize, into: &mut Vec<u8>) {
    into.extend(b"Content-Length: ");
    let (mut digits, mut left, mut from) = ([0; 20], bytes, 20);
    loop {
        from -= 1;
        digits[from] = b'0' + u8::try_from(left % 10).unwrap_or_default();
        left /= 10;
        if left == 0 {
            break;
        }
    }
    into.extend(&digits[from..]);
    into.extend(b"\r\n");
}

/// A request that opens a WebSocket.
pub(crate) fn upgrade(target: &str, into: &mut Vec<u8>) {
    into.extend(b"GET ");
    into.extend(target.as_bytes());
    into.extend(UPGRADE);
}

/// The payload of a message, whole.
pub(crate) fn payload(say: &Say) -> Vec<u8> {
    match say {
        Say::Text(made, _) | Say::Binary(made, _) => Made::content(*made).collect(),
        Say::Words(words) => words.clone().into_bytes(),
    }
}

/// A message, in as many frames as it is to have.
pub(crate) fn message(say: &Say, into: &mut Vec<u8>) {
    let (opcode, pieces) = match say {
        Say::Text(_, pieces) => (1, *pieces),
        Say::Binary(_, pieces) => (2, *pieces),
        Say::Words(_) => (1, None),
    };
    let payload = payload(say);
    let width = pieces.unwrap_or(usize::MAX).max(1);
    let mut from = 0_usize;
    loop {
        let until = from.saturating_add(width).min(payload.len());
        let opcode = if from == 0 { opcode } else { 0 };
        let fin = if until == payload.len() { 0x80 } else { 0 };
        frame(fin | opcode, &payload[from..until], into);
        from = until;
        if from == payload.len() {
            return;
        }
    }
}

/// A Close frame with this code.
pub(crate) fn close(code: u16, into: &mut Vec<u8>) {
    frame(0x88, &code.to_be_bytes(), into);
}

/// A frame, masked.
pub(crate) fn frame(first: u8, payload: &[u8], into: &mut Vec<u8>) {
    into.push(first);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..126), _) => into.push(0x80 | length),
        (_, Ok(length)) => {
            into.push(0x80 | 126);
            into.extend(length.to_be_bytes());
        }
        _ => {
            into.push(0x80 | 127);
            into.extend((payload.len() as u64).to_be_bytes());
        }
    }
    into.extend(MASK);
    into.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
}
