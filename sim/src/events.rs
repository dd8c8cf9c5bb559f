//! Server-sent events from the client's side, for tests: read as a browser does (WHATWG HTML §9.2).

use std::time::Duration;

use samewire::app::App;
use serde::de::DeserializeOwned;

use crate::answer::{Answer, dechunk};
use crate::client::Client;
use crate::request::head;
use crate::sim::Sim;
use crate::stream::End;

/// An event, as a browser would hand it over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its kind; `message`, if it says none.
    pub event: String,
    /// The lines of its data.
    pub data: String,
    /// The last id that was given; empty, if none was.
    pub id: String,
}

/// Events that a [`Sim`] listens to.
///
/// ```
/// use samewire::{Response, Result, Status, app};
/// use samewire_sim::Sim;
///
/// struct Panel;
/// app! { for Panel; get "/events" => events(response); }
///
/// async fn events(_: &Panel, response: Response<'_>) -> Result {
///     let mut content = response.chunked(Status::OK, "text/event-stream").await;
///     content.write(b"event: led\nid: 1\ndata: on\n\n").await?;
///     content.finish().await;
///     Ok(())
/// }
///
/// let sim = Sim::new(Panel);
/// let mut events = sim.events("/events");
/// let event = events.next();
/// assert_eq!((&*event.event, &*event.id, &*event.data), ("led", "1", "on"));
/// events.expect_end();
/// ```
#[derive(Debug)]
pub struct Events<'s, A> {
    sim: &'s Sim<A>,
    client: Client,
    answer: Answer,
    came: Vec<u8>,
    /// Bytes of content that were looked at.
    taken: usize,
    reader: Reader,
}

impl<'s, A: App + 'static> Events<'s, A> {
    #[track_caller]
    pub(crate) fn open(sim: &'s Sim<A>, client: Client) -> Self {
        let (answer, came) = head(sim, &client, 200);
        let content_type = answer.field("Content-Type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        assert!(
            essence.eq_ignore_ascii_case("text/event-stream"),
            "expected events, but this came:\n{answer:?}"
        );
        Self { sim, client, answer, came, taken: 0, reader: Reader::default() }
    }

    /// The head of the answer; it has no content.
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The next event.
    ///
    /// # Panics
    ///
    /// If none comes within ten seconds of the world's time, or the answer ends.
    #[expect(clippy::should_implement_trait, reason = "there is always a next one, or a panic")]
    #[track_caller]
    pub fn next(&mut self) -> Event {
        let until = self.sim.patience();
        loop {
            let has_ended = self.look();
            if let Some(event) = self.reader.events.pop_front() {
                return event;
            }
            assert!(!has_ended, "expected an event, but the answer ended");
            if !self.sim.wait(until) {
                panic!("no event came{}", self.reader.behind());
            }
        }
    }

    /// The data of the next event is this.
    ///
    /// # Panics
    ///
    /// If it is not, or none comes.
    #[track_caller]
    pub fn expect_data(&mut self, data: &str) {
        let event = self.next();
        assert!(event.data == data, "expected {data:?}, but this came: {event:?}");
    }

    /// The data of the next event, as JSON.
    ///
    /// # Panics
    ///
    /// If it is none, or not of this type, or none comes.
    #[track_caller]
    pub fn next_json<T: DeserializeOwned>(&mut self) -> T {
        let event = self.next();
        match serde_json::from_str(&event.data) {
            Ok(value) => value,
            Err(why) => panic!("expected other JSON ({why}), but this came: {event:?}"),
        }
    }

    /// No event has come, and the answer goes on. No time passes.
    ///
    /// # Panics
    ///
    /// If one has come.
    #[track_caller]
    pub fn expect_nothing(&mut self) {
        let has_ended = self.look();
        let event = self.reader.events.front();
        assert!(event.is_none(), "expected nothing, but this came: {event:?}");
        assert!(!has_ended, "expected nothing, but the answer ended");
    }

    /// The answer ends, without another event.
    ///
    /// # Panics
    ///
    /// If an event comes, or it goes on.
    #[track_caller]
    pub fn expect_end(mut self) {
        let has_ended = self.look();
        let event = self.reader.events.front();
        assert!(event.is_none(), "expected the end, but this came: {event:?}");
        assert!(has_ended, "expected the end, but the answer goes on");
    }

    /// Comments that have come since this was asked last: what keeps the connection alive.
    pub fn comments(&mut self) -> Vec<String> {
        self.look();
        std::mem::take(&mut self.reader.comments)
    }

    /// After how long the server would have us come again, if it has said so.
    pub fn retry(&mut self) -> Option<Duration> {
        self.look();
        self.reader.retry
    }

    /// Reads what has come; whether the answer has ended.
    #[track_caller]
    fn look(&mut self) -> bool {
        self.sim.world().run();
        self.client.read(usize::MAX, &mut self.came);
        let is_gone = self.client.end() != End::Open;
        let is_chunked = self.answer.field("Transfer-Encoding").is_some();
        let (content, has_ended) = match is_chunked {
            true => match dechunk(&self.came) {
                Ok((content, end)) => (content, end.is_some() || is_gone),
                Err(why) => panic!("no content ({why}): {}", self.came.escape_ascii()),
            },
            false => (self.came.clone(), is_gone),
        };
        self.reader.read(content.get(self.taken..).unwrap_or_default());
        self.taken = content.len();
        has_ended
    }
}

/// Makes events of bytes, however they are cut.
#[derive(Debug, Default)]
struct Reader {
    line: Vec<u8>,
    /// The last byte was a CR: an LF behind it ends no other line.
    after_cr: bool,
    event: String,
    data: String,
    id: String,
    retry: Option<Duration>,
    events: std::collections::VecDeque<Event>,
    comments: Vec<String>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let is_second = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            match byte {
                _ if is_second => {}
                b'\r' | b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    self.end_line(&String::from_utf8_lossy(&line));
                }
                _ => self.line.push(byte),
            }
        }
    }

    fn end_line(&mut self, line: &str) {
        if line.is_empty() {
            return self.dispatch();
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "" => self.comments.push(value.to_owned()),
            "event" => value.clone_into(&mut self.event),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" => {
                let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
                let millis = value.parse().ok().filter(|_| is_number);
                self.retry = millis.map(Duration::from_millis).or(self.retry);
            }
            _ => {}
        }
    }

    /// An empty line ends an event; one without data is none.
    fn dispatch(&mut self) {
        let (event, mut data) = (std::mem::take(&mut self.event), std::mem::take(&mut self.data));
        if data.pop().is_some() {
            let event = if event.is_empty() { "message".to_owned() } else { event };
            self.events.push_back(Event { event, data, id: self.id.clone() });
        }
    }

    /// What came and was no whole event, for a panic.
    fn behind(&self) -> String {
        match (self.data.as_str(), self.line.as_slice()) {
            ("", []) => String::new(),
            (data, line) => format!("; this did: {data:?} {}", line.escape_ascii()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    fn read(bytes: &str) -> (Reader, String) {
        let mut reader = Reader::default();
        // Byte by byte: pieces make no difference.
        bytes.as_bytes().iter().for_each(|&byte| reader.read(&[byte]));
        let events = reader.events.iter();
        let text = events.map(|one| format!("{}/{}/{:?};", one.event, one.id, one.data)).collect();
        (reader, text)
    }

    #[test]
    fn reads_as_browsers_do() {
        for (bytes, expected) in [
            ("data: a\n\n", "message//\"a\";"),
            ("data:a\r\ndata: b\r\n\r\n", "message//\"a\\nb\";"),
            ("data:  a\r\r", "message//\" a\";"),
            ("event: led\nid: 7\ndata\n\ndata: b\n\n", "led/7/\"\";message/7/\"b\";"),
            ("event: led\n\ndata: a\n\n", "message//\"a\";"),
            ("data: a\n", ""),
            (": x\nother: y\n\n", ""),
        ] {
            assert_eq!(read(bytes).1, expected, "{bytes:?}");
        }
    }

    #[test]
    fn hears_comments_and_when_to_come_again() {
        let (reader, _) = read(": one\n:\nretry: 1500\nretry: soon\n");
        assert_eq!(reader.comments, ["one", ""]);
        assert_eq!(reader.retry.map(|time| time.as_millis()), Some(1500));
    }
}
