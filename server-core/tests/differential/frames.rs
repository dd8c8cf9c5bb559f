//! Frames beside tungstenite's server: what we hand to a handler it reads, what we answer with a
//! pong it takes for a ping, and it agrees on every close that we echo.

use std::io::{self, Read, Write};

use proptest::prelude::*;
use tungstenite::protocol::{Role, WebSocket};

use crate::divergences::{CLOSE, Divergence, agree, check};
use crate::streams::frames;
use crate::support::client::{HANDSHAKE, frame};
use crate::support::serve::answers;

const KNOWN: &[&Divergence] = &[&CLOSE];

/// What came of a client's frames.
#[derive(Debug, PartialEq)]
enum Event {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Close(Option<u16>),
}

/// Reads what our server sends: echoes, pongs and a close. A close with a reason is our own, for a
/// violation; the client's is echoed by its code alone.
fn ours(frames: &[u8]) -> Vec<Event> {
    let bytes = [HANDSHAKE, frames].concat();
    let out = answers(&bytes, &mut || usize::MAX, usize::MAX);
    let end = out.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let (mut rest, mut events) = (&out[end..], Vec::new());
    while let [first, length, after @ ..] = rest {
        let (bytes, after) = match length {
            126 => (usize::from(u16::from_be_bytes([after[0], after[1]])), &after[2..]),
            127 => panic!("no message is that long"),
            short => (usize::from(*short), after),
        };
        let payload = after[..bytes].to_vec();
        rest = &after[bytes..];
        events.push(match (first, &payload[..]) {
            (0x81, _) => Event::Text(payload),
            (0x82, _) => Event::Binary(payload),
            (0x8a, _) => Event::Ping(payload),
            (0x88, []) => Event::Close(None),
            (0x88, [high, low]) => Event::Close(Some(u16::from_be_bytes([*high, *low]))),
            (0x88, _) => break,
            _ => panic!("{first:02x} is sent"),
        });
    }
    events
}

/// Frames that are read, and nobody who reads.
struct Io<'a>(&'a [u8]);

impl Read for Io<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for Io<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn theirs(frames: &[u8]) -> Vec<Event> {
    let mut socket = WebSocket::from_raw_socket(Io(frames), Role::Server, None);
    let mut events = Vec::new();
    while let Ok(message) = socket.read() {
        events.extend(match message {
            tungstenite::Message::Text(text) => Some(Event::Text(text.as_bytes().to_vec())),
            tungstenite::Message::Binary(bytes) => Some(Event::Binary(bytes.to_vec())),
            tungstenite::Message::Ping(bytes) => Some(Event::Ping(bytes.to_vec())),
            tungstenite::Message::Close(close) => {
                Some(Event::Close(close.map(|close| close.code.into())))
            }
            tungstenite::Message::Pong(_) | tungstenite::Message::Frame(_) => None,
        });
    }
    events
}

fn compare(frames: &[u8]) -> Result<(), String> {
    let (ours, theirs) = (ours(frames), theirs(frames));
    if theirs.starts_with(&ours) { Ok(()) } else { Err(format!("{theirs:?}, not {ours:?}")) }
}

#[test]
fn known_divergences_are_still_there() {
    check(KNOWN, compare);
}

#[test]
fn every_close_code_is_read_alike() {
    for code in 0..=u16::MAX {
        let bytes = frame(0x88, &[&code.to_be_bytes()[..], b"bye"].concat());
        assert_eq!(agree(&bytes, KNOWN, compare), Ok(()));
    }
}

#[test]
fn every_pair_of_header_bytes_is_read_alike() {
    let mut accepted = 0;
    for pair in 0..=u16::MAX {
        let [first, second] = pair.to_be_bytes();
        let short = usize::from(second & 0x7f);
        let (length, bytes): (&[u8], _) = match short {
            126 => (&[1, 0], 256),
            127 => (&[0, 0, 0, 0, 0, 1, 0, 0], 600),
            short => (&[], short),
        };
        let mask = if second & 0x80 == 0 { &[][..] } else { &[0; 4] };
        let frames = [&[first, second], length, mask, &vec![0x03; bytes]].concat();
        accepted += usize::from(!ours(&frames).is_empty());
        assert_eq!(agree(&frames, KNOWN, compare), Ok(()), "{first:02x} {second:02x}");
    }
    assert!(accepted > 300, "{accepted}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn frames_are_read_alike(bytes in frames()) {
        // Faults come behind the handshake.
        let frames = &bytes[HANDSHAKE.len()..];
        prop_assert_eq!(agree(frames, KNOWN, compare), Ok(()));
    }
}
