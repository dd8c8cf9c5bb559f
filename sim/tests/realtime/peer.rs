//! Clients of a world who write down what they say and hear.

use std::cell::RefCell;
use std::fmt::Write as _;

use samewire::Limits;
use samewire::app::App;
use samewire_sim::{Client, World};

/// A world, and what everybody in it has said and heard, in order.
pub(crate) struct Stage<A> {
    pub(crate) world: World<A>,
    log: RefCell<String>,
}

impl<A: App + 'static> Stage<A> {
    pub(crate) fn new(app: A) -> Self {
        Self { world: World::new(app, Limits::SMALL), log: RefCell::default() }
    }

    /// Somebody who has opened a WebSocket.
    pub(crate) fn open<'s>(&'s self, name: &'s str, path: &str) -> Peer<'s, A> {
        let peer = Peer { stage: self, name, client: self.world.connect() };
        peer.client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ));
        self.world.run();
        let answer = peer.client.take();
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", answer.escape_ascii());
        self.note(name, '>', path);
        peer.hear(&answer[head..]);
        peer
    }

    /// What was said and heard so far.
    pub(crate) fn log(&self) -> String {
        self.log.take()
    }

    fn note(&self, name: &str, way: char, what: &str) {
        writeln!(self.log.borrow_mut(), "{name} {way} {what}").unwrap();
    }
}

/// One of them.
pub(crate) struct Peer<'s, A> {
    stage: &'s Stage<A>,
    name: &'s str,
    pub(crate) client: Client,
}

impl<A: App + 'static> Peer<'_, A> {
    /// Sends a text message. What comes of it is heard by [`listen`](Self::listen).
    pub(crate) fn say(&self, text: &str) -> &Self {
        self.stage.note(self.name, '>', text);
        self.client.send(frame(0x81, text.as_bytes()));
        self.stage.world.run();
        self
    }

    /// Writes down what has come.
    pub(crate) fn listen(&self) -> &Self {
        self.stage.world.run();
        self.hear(&self.client.take());
        self
    }

    fn hear(&self, mut bytes: &[u8]) {
        while let [opcode, length, behind @ ..] = bytes {
            let (length, behind) = match (length, behind) {
                (126, [high, low, behind @ ..]) => (u16::from_be_bytes([*high, *low]), behind),
                (length, behind) => (u16::from(*length), behind),
            };
            let (payload, rest) = behind.split_at(length.into());
            let payload = match opcode {
                0x81 => String::from_utf8(payload.to_vec()).unwrap(),
                0x82 => format!("binary {payload:?}"),
                0x88 => match payload.split_first_chunk() {
                    Some((code, reason)) => {
                        format!("close {} {}", u16::from_be_bytes(*code), reason.escape_ascii())
                    }
                    None => "close".to_owned(),
                },
                other => format!("{other:x} {}", payload.escape_ascii()),
            };
            self.stage.note(self.name, '<', payload.trim_end());
            bytes = rest;
        }
    }
}

/// A frame, masked with zeros.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).ok().filter(|length| *length < 126).unwrap();
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}
