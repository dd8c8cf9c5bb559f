//! What a server says on a WebSocket is read by tungstenite, and is what it should say: the messages
//! to `/ws` come back, whole and in order, and pings are answered.

use std::io::{self, Read, Write};

use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

use super::answered::is_too_slow;
use super::{Case, Oracle, Wrong};
use crate::schedule::Act;
use crate::story::Story;

/// See above.
#[derive(Debug)]
pub(super) struct Frames;

/// The route of the demo that sends every message back.
const ECHO: &str = "/ws";

impl Oracle for Frames {
    fn name(&self) -> &'static str {
        "frames"
    }

    fn holds(&self) -> &'static str {
        "tungstenite reads every frame, and what is to come back on a WebSocket does"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        for story in case.stories.iter().filter(|story| story.is_open()) {
            let Some(answer) = story.answers.last() else { continue };
            let at = story.writes.last().map_or(story.opened, |(_, at)| *at);
            let messages = match messages(&story.down[answer.head.range.end..]) {
                Ok(messages) => messages,
                Err(why) => return Err(Wrong::with(story, at, why)),
            };
            let opens = story.requests.get(story.answers.len() - 1);
            if opens.is_some_and(|opens| *opens.source == Act::Open(ECHO.into())) {
                echoes(case, story, &messages, at)?;
            }
        }
        Ok(())
    }
}

fn echoes(case: &Case<'_>, story: &Story<'_>, messages: &[Message], at: u64) -> Result<(), Wrong> {
    let mut said = story.said.iter().filter_map(|said| Some((said.arrived, said.message()?)));
    let mut pings = story.said.iter().filter_map(|said| match said.act {
        Act::Ping(bytes) => Some((*bytes).min(125)),
        _ => None,
    });
    for message in messages {
        let (is_text, payload): (bool, &[u8]) = match message {
            Message::Text(text) => (true, text.as_bytes()),
            Message::Binary(bytes) => (false, bytes),
            // One answer may do for several pings, for the last of them.
            Message::Pong(bytes) if pings.any(|ping| ping == bytes.len()) => continue,
            Message::Pong(_) => return Err(Wrong::with(story, at, "a pong comes without a ping")),
            _ => continue,
        };
        match said.next() {
            Some((_, (kind, own))) if kind == is_text && own == payload => {}
            _ => return Err(Wrong::with(story, at, "a message comes back that was not sent so")),
        }
    }
    let moments = &story.moments;
    let is_excused = moments.breaks.is_some()
        || moments.finishes.is_some()
        || moments.evicted.is_some()
        || case.drained.is_some_and(|drained| story.end().is_some_and(|end| end >= drained))
        || is_too_slow(case, story);
    let end = story.end().unwrap_or(u64::MAX);
    if let Some((Some(arrived), _)) = said.next()
        && arrived < end
        && !is_excused
    {
        return Err(Wrong::with(story, arrived, "a message has arrived, and does not come back"));
    }
    Ok(())
}

/// What tungstenite makes of these bytes.
fn messages(bytes: &[u8]) -> Result<Vec<Message>, String> {
    let config = WebSocketConfig::default().read_buffer_size(1024);
    let mut peer = WebSocket::from_raw_socket(Stream(bytes), Role::Client, Some(config));
    let mut messages = Vec::new();
    loop {
        match peer.read() {
            Ok(message) => messages.push(message),
            Err(Error::Io(_) | Error::ConnectionClosed | Error::AlreadyClosed) => {
                return Ok(messages);
            }
            Err(why) => return Err(format!("tungstenite does not read it: {why}")),
        }
    }
}

/// Bytes that have come, and a peer that does not care for what is said.
struct Stream<'a>(&'a [u8]);

impl Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.read(into)
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
