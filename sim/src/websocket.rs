//! A WebSocket from the client's side, for tests.

use std::time::Duration;

use samewire::app::App;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::client::Client;
use crate::clock::later;
use crate::frame::{self, Frame};
use crate::request;
use crate::sim::Sim;
use crate::stream::End;

/// The key of every handshake, which is that of RFC 6455 §1.3, and what it is answered with.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A message of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// The answer to a ping.
    Pong(Vec<u8>),
    /// Its Close frame: the code, if there is one, and the reason.
    Close(Option<u16>, String),
    /// The connection has ended.
    End,
}

/// A WebSocket that a [`Sim`] has opened.
///
/// Pings are answered when something is received, or while time [passes](Self::pass) here. What is
/// expected is waited for ten seconds, of the world's time, which take none.
///
/// ```
/// use samewire_sim::Sim;
/// use std::time::Duration;
///
/// let sim = Sim::new(samewire_demo::Demo::new());
/// let (mut alice, mut bob) = (sim.ws("/ws"), sim.ws("/ws"));
/// alice.send("Hello");
/// bob.send_bytes([1, 2, 3]);
/// alice.expect_text("Hello");
/// bob.expect_bytes([1, 2, 3]);
/// alice.pass(Duration::from_secs(3600));
/// alice.expect_nothing();
/// alice.close(1000);
/// ```
#[derive(Debug)]
pub struct WebSocket<'s, A> {
    sim: &'s Sim<A>,
    client: Client,
    answer: Answer,
    came: Vec<u8>,
    /// The kind and the begin of a message in fragments.
    begun: Option<(u8, Vec<u8>)>,
}

impl<'s, A: App + 'static> WebSocket<'s, A> {
    #[track_caller]
    pub(crate) fn open(sim: &'s Sim<A>, client: Client) -> Self {
        let mut came = Vec::new();
        let answer = request::ask(sim, &client, &mut came, false).expect(101);
        let answer = answer.expect_field("Sec-WebSocket-Accept", ACCEPT);
        Self { sim, client, answer, came, begun: None }
    }

    /// What the server said to the handshake.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The connection, for bytes that are no proper frame.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends text.
    pub fn send(&mut self, text: impl AsRef<str>) {
        self.frame(TEXT, text.as_ref().as_bytes());
    }

    /// Sends bytes.
    pub fn send_bytes(&mut self, bytes: impl AsRef<[u8]>) {
        self.frame(BINARY, bytes.as_ref());
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    ///
    /// If it cannot be JSON, as a map whose keys are no text.
    #[track_caller]
    pub fn send_json(&mut self, value: &(impl Serialize + ?Sized)) {
        match serde_json::to_string(value) {
            Ok(text) => self.send(text),
            Err(why) => panic!("the value cannot be JSON: {why}"),
        }
    }

    /// Sends a ping, and expects its pong.
    ///
    /// # Panics
    ///
    /// If something else comes.
    #[track_caller]
    pub fn ping(&mut self, payload: impl AsRef<[u8]>) {
        self.frame(PING, payload.as_ref());
        self.expect(&Message::Pong(payload.as_ref().to_vec()));
    }

    /// The next message.
    ///
    /// # Panics
    ///
    /// If none comes, or something that is none.
    #[track_caller]
    pub fn receive(&mut self) -> Message {
        let until = self.sim.patience();
        loop {
            if let Some(message) = self.take() {
                return message;
            }
            if !self.sim.wait(until) {
                panic!("no message came{}", self.behind());
            }
        }
    }

    /// The next message, which is text.
    ///
    /// # Panics
    ///
    /// If something else comes, or nothing.
    #[track_caller]
    pub fn receive_text(&mut self) -> String {
        match self.receive() {
            Message::Text(text) => text,
            other => panic!("expected text, but this came: {other:?}"),
        }
    }

    /// The next message, which is JSON.
    ///
    /// # Panics
    ///
    /// If something else comes, or nothing.
    #[track_caller]
    pub fn receive_json<T: DeserializeOwned>(&mut self) -> T {
        let text = self.receive_text();
        match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(why) => panic!("expected other JSON ({why}), but this came: {text}"),
        }
    }

    /// The next message is this text.
    ///
    /// # Panics
    ///
    /// If something else comes, or nothing.
    #[track_caller]
    pub fn expect_text(&mut self, text: &str) {
        self.expect(&Message::Text(text.to_owned()));
    }

    /// The next message is these bytes.
    ///
    /// # Panics
    ///
    /// If something else comes, or nothing.
    #[track_caller]
    pub fn expect_bytes(&mut self, bytes: impl AsRef<[u8]>) {
        self.expect(&Message::Binary(bytes.as_ref().to_vec()));
    }

    /// The server closes with this code; it is answered, and the connection ends. The reason.
    ///
    /// # Panics
    ///
    /// If something else comes, or nothing.
    #[track_caller]
    pub fn expect_close(mut self, code: u16) -> String {
        let reason = match self.receive() {
            Message::Close(Some(own), reason) if own == code => reason,
            other => panic!("expected close {code}, but this came: {other:?}"),
        };
        self.frame(CLOSE, &code.to_be_bytes());
        self.expect(&Message::End);
        reason
    }

    /// Nothing has come, and the WebSocket is open. No time passes.
    ///
    /// # Panics
    ///
    /// If something has come.
    #[track_caller]
    pub fn expect_nothing(&mut self) {
        if let Some(message) = self.take() {
            panic!("expected nothing, but this came: {message:?}");
        }
    }

    /// Closes with this code; the server answers with the same one, and the connection ends.
    ///
    /// # Panics
    ///
    /// If something else comes.
    #[track_caller]
    pub fn close(mut self, code: u16) {
        self.frame(CLOSE, &code.to_be_bytes());
        self.expect(&Message::Close(Some(code), String::new()));
        self.expect(&Message::End);
    }

    /// Dies: the connection is reset, as it is when this value is dropped.
    pub fn reset(self) {
        self.client.reset();
        self.sim.world().run();
    }

    /// Lets time pass, and answers pings meanwhile. Messages wait to be received.
    pub fn pass(&mut self, duration: Duration) {
        let until = later(self.sim.world().now(), duration);
        self.answer_pings();
        while self.sim.wait(until) {
            self.answer_pings();
        }
        let rest = until.as_millis() - self.sim.world().now().as_millis();
        self.sim.pass(Duration::from_millis(rest));
    }

    #[track_caller]
    fn expect(&mut self, expected: &Message) {
        let message = self.receive();
        assert!(message == *expected, "expected {expected:?}, but this came: {message:?}");
    }

    fn frame(&mut self, opcode: u8, payload: &[u8]) {
        self.client.send(frame::encode(opcode, payload));
        self.sim.world().run();
    }

    /// What has come, if it is a whole message or the end.
    #[track_caller]
    fn take(&mut self) -> Option<Message> {
        self.sim.world().run();
        loop {
            self.client.read(usize::MAX, &mut self.came);
            let frame = match frame::take(&mut self.came) {
                Ok(Some(frame)) => frame,
                Ok(None) if self.client.end() == End::Open => return None,
                Ok(None) => return Some(Message::End),
                Err(why) => panic!("no frame ({why}){}", self.behind()),
            };
            if let Some(message) = self.meaning(frame) {
                return Some(message);
            }
        }
    }

    /// A message, if the frame is one or ends one.
    #[track_caller]
    fn meaning(&mut self, frame: Frame) -> Option<Message> {
        let Frame { fin, opcode, payload } = frame;
        match opcode {
            PING => self.frame(PONG, &payload),
            PONG => return Some(Message::Pong(payload)),
            CLOSE => {
                let (code, reason) = match payload.split_first_chunk::<2>() {
                    Some((code, reason)) => (Some(u16::from_be_bytes(*code)), reason),
                    None => (None, &[][..]),
                };
                return Some(Message::Close(code, text(reason)));
            }
            0 => match &mut self.begun {
                Some((_, content)) => content.extend(payload),
                None => panic!("a continuation of nothing came"),
            },
            TEXT | BINARY if self.begun.is_none() => self.begun = Some((opcode, payload)),
            other => panic!("a frame came that cannot be here: opcode {other}, {payload:?}"),
        }
        let ends = fin && opcode < CLOSE;
        match self.begun.take_if(|_| ends)? {
            (TEXT, content) => Some(Message::Text(text(&content))),
            (_, content) => Some(Message::Binary(content)),
        }
    }

    /// Looks for pings only: what else has come is left where it is.
    fn answer_pings(&mut self) {
        self.client.read(usize::MAX, &mut self.came);
        let mut rest = self.came.clone();
        let mut others = Vec::new();
        loop {
            let before = rest.clone();
            match frame::take(&mut rest) {
                Ok(Some(Frame { opcode: PING, payload, .. })) => self.frame(PONG, &payload),
                Ok(Some(_)) => others.extend_from_slice(&before[..before.len() - rest.len()]),
                Ok(None) | Err(_) => break,
            }
        }
        others.extend(rest);
        self.came = others;
    }

    /// What came and was no whole message, for a panic.
    fn behind(&self) -> String {
        match self.came.as_slice() {
            [] => String::new(),
            came => format!("; this did: {}", came.escape_ascii()),
        }
    }
}

#[track_caller]
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => panic!("text came that is not UTF-8: {}", bytes.escape_ascii()),
    }
}
