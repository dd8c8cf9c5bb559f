//! What follows the handshake of a WebSocket, and what tungstenite makes of it.

use std::io::{self, Cursor, Read, Write};

use samewire_conformance::case::Text;
use samewire_conformance::conversation::Conversation;
use samewire_conformance::response::Reading;
use samewire_conformance::transcript::Transcript;
use samewire_conformance::{frames, opening};
use tungstenite::Message;
use tungstenite::protocol::{Role, WebSocket};

use crate::script::Script;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const PONG: u8 = 10;

/// The same script behind a handshake, with the payloads of masked frames masked.
pub(crate) fn opened(script: &Script) -> Script {
    let handshake = handshake();
    let moved = |at: &usize| at + handshake.len();
    Script {
        cuts: script.cuts.iter().map(moved).collect(),
        turns: script.turns.iter().map(|(at, turn)| (moved(at), *turn)).collect(),
        bytes: [handshake.as_slice(), &masked(&script.bytes)].concat(),
    }
}

pub(crate) fn handshake() -> Vec<u8> {
    opening::request(&Text::from("/ws"), &[], None)
}

/// Masks the payload of each whole frame in place, up to bytes that are none. Twice is as never.
pub(crate) fn masked(plain: &[u8]) -> Vec<u8> {
    let mut wire = plain.to_vec();
    let mut at = 0;
    while let Some(rest) = wire.get_mut(at..) {
        let Reading::Complete(frame, length) = frames::read(rest) else { break };
        // Read as if they were masked, they are.
        rest[length - frame.payload.len()..length].copy_from_slice(&frame.payload);
        at += length;
    }
    wire
}

/// What the demo has sent back was there to be read: the messages and pings of which tungstenite
/// reads at least as many, in this order, from the same bytes.
pub(crate) fn compare_with_tungstenite(transcript: &Transcript) {
    let Some(wire) = transcript.sent().strip_prefix(handshake().as_slice()) else { return };
    let conversation = Conversation::read(transcript);
    let answers =
        conversation.frames.iter().filter(|frame| matches!(frame.opcode, TEXT | BINARY | PONG));
    let mut theirs = WebSocket::from_raw_socket(Peer(Cursor::new(wire)), Role::Server, None);
    for answer in answers {
        let (opcode, payload) = loop {
            match theirs.read().expect("tungstenite reads on") {
                Message::Text(text) => break (TEXT, text.as_bytes().to_vec()),
                Message::Binary(bytes) => break (BINARY, bytes.to_vec()),
                Message::Ping(bytes) => break (PONG, bytes.to_vec()),
                Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
            }
        };
        assert_eq!((answer.opcode, &answer.payload), (opcode, &payload));
    }
}

/// A peer who has said all that it will say, and listens to nothing.
struct Peer<'x>(Cursor<&'x [u8]>);

impl Read for Peer<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for Peer<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masks_payloads_and_nothing_else() {
        for (plain, wire) in [
            (&b"\x81\x82\x01\x02\x03\x04hi"[..], &b"\x81\x82\x01\x02\x03\x04ik"[..]),
            (b"\x81\x02hi", b"\x81\x02hi"),
            (b"\x81\x82\x01\x02\x03\x04h", b"\x81\x82\x01\x02\x03\x04h"),
            (
                b"\x89\x80\x01\x02\x03\x04\x81\x81\x01\x02\x03\x04h",
                b"\x89\x80\x01\x02\x03\x04\x81\x81\x01\x02\x03\x04i",
            ),
        ] {
            assert_eq!(masked(plain), wire);
            assert_eq!(masked(wire), plain);
        }
    }
}
