//! What went over one connection, in order: the evidence that verdict, sameness and invariants
//! judge, each in its own way.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

/// How a connection stood when the replay let go of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The server had not ended its stream.
    #[default]
    Open,
    /// The server ended its stream.
    Closed,
    /// The connection was reset, by either side.
    Reset,
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Open => "open",
            Self::Closed => "close",
            Self::Reset => "reset",
        })
    }
}

/// One event; bytes are ranges of [`Transcript::sent`] and [`Transcript::received`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The client sent.
    Sent(Range<usize>),
    /// The client received.
    Received(Range<usize>),
    /// So many bytes came that [`Transcript::first`] has left out.
    Omitted(usize),
    /// Time passed, because the client waited.
    Passed(Duration),
    /// The client took so many bytes more and then none; without a number it read again.
    Stalled(Option<u32>),
    /// The client ended its half of the stream.
    Shut,
    /// The client reset the connection.
    Reset,
    /// The server ended its stream, or the connection was reset.
    Ended(Ending),
}

/// All that went over one connection; and over the others of the same replay, if there are several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    name: String,
    others: Vec<Self>,
    sent: Vec<u8>,
    received: Vec<u8>,
    events: Vec<Event>,
    ending: Ending,
}

impl Transcript {
    /// What the case calls the connection; nothing, if it has only one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names the connection.
    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Sets what went over the connections that were opened behind this one.
    pub fn set_others(&mut self, others: Vec<Self>) {
        self.others = others;
    }

    /// This one, and those of the connections that were opened behind it.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.others)
    }

    /// All bytes to the server.
    pub fn sent(&self) -> &[u8] {
        &self.sent
    }

    /// All bytes from the server: what sameness compares.
    pub fn received(&self) -> &[u8] {
        &self.received
    }

    /// The events, in order. Neighbours of one kind are joined.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How it ended.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// The client sends.
    pub fn send(&mut self, bytes: &[u8]) {
        let start = self.sent.len();
        self.sent.extend_from_slice(bytes);
        match self.events.last_mut() {
            Some(Event::Sent(range)) => range.end = self.sent.len(),
            _ => self.events.push(Event::Sent(start..self.sent.len())),
        }
    }

    /// The client receives.
    pub fn receive(&mut self, bytes: &[u8]) {
        let start = self.received.len();
        self.received.extend_from_slice(bytes);
        match self.events.last_mut() {
            Some(Event::Received(range)) => range.end = self.received.len(),
            _ => self.events.push(Event::Received(start..self.received.len())),
        }
    }

    /// Time passes.
    pub fn pass(&mut self, time: Duration) {
        self.events.push(Event::Passed(time));
    }

    /// The client reads so many bytes more and then none, or reads again.
    pub fn stall(&mut self, bytes: Option<u32>) {
        self.events.push(Event::Stalled(bytes));
    }

    /// The client ends its half.
    pub fn shut(&mut self) {
        self.events.push(Event::Shut);
    }

    /// The client resets. What it had received and not looked at, `unread` bytes, is forgotten:
    /// how much of an answer outruns a reset is the network's affair, not the server's.
    pub fn reset(&mut self, unread: usize) {
        self.received.truncate(self.received.len().saturating_sub(unread));
        let length = self.received.len();
        for event in &mut self.events {
            if let Event::Received(range) = event {
                *range = range.start.min(length)..range.end.min(length);
            }
        }
        self.events.push(Event::Reset);
        if self.ending == Ending::Open {
            self.ending = Ending::Reset;
        }
    }

    /// The stream from the server ends. Only the first time counts.
    pub fn end(&mut self, ending: Ending) {
        if self.ending == Ending::Open {
            self.ending = ending;
            self.events.push(Event::Ended(ending));
        }
    }

    /// The same with no more than so many of the bytes from the server, and an event that says how
    /// many are missing.
    #[must_use]
    pub fn first(&self, bytes_max: usize) -> Self {
        let length = self.received.len().min(bytes_max);
        let received = self.received.get(..length).unwrap_or_default().to_vec();
        let omitted = self.received.len() - length;
        let mut events: Vec<Event> = Vec::new();
        for event in &self.events {
            let Event::Received(range) = event else {
                events.push(event.clone());
                continue;
            };
            if range.start < length {
                events.push(Event::Received(range.start..range.end.min(length)));
            }
            // Ranges join: one of them only reaches over the cut.
            if range.start <= length && length < range.end {
                events.push(Event::Omitted(omitted));
            }
        }
        Self {
            name: self.name.clone(),
            others: self.others.iter().map(|other| other.first(bytes_max)).collect(),
            sent: self.sent.clone(),
            received,
            events,
            ending: self.ending,
        }
    }

    /// Whether the server ended the connection on its own account: not after the client's end of
    /// stream or reset, not because time had passed since its last byte, and not while nobody read.
    pub fn closed_unprompted(&self) -> bool {
        let is_last = |event: &&Event| !matches!(event, Event::Sent(_));
        let ended = Event::Ended(Ending::Closed);
        let Some(at) = self.events.iter().position(|event| *event == ended) else { return false };
        let before = self.events.get(..at).unwrap_or_default();
        let gone = before
            .iter()
            .any(|event| matches!(event, Event::Shut | Event::Reset | Event::Stalled(_)));
        !gone && matches!(before.iter().rev().find(is_last), None | Some(Event::Received(_)))
    }

    /// Whether the client did not read for a time.
    pub fn stalled(&self) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Stalled(_)))
    }

    /// Whether the server ended the connection after the client had ended its half, and so has
    /// seen all that was sent.
    pub fn ended_after_shut(&self) -> bool {
        let shut = self.events.iter().position(|event| *event == Event::Shut);
        let ended = self.events.iter().position(|event| *event == Event::Ended(Ending::Closed));
        shut.zip(ended).is_some_and(|(shut, ended)| shut < ended)
    }
}

/// The transcript as text: `>` to the server, `<` from it, a line of text for each line of bytes.
impl fmt::Display for Transcript {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            writeln!(out, "as {}", self.name)?;
        }
        for event in &self.events {
            match event {
                Event::Sent(range) => lines(out, ">", self.sent.get(range.clone()))?,
                Event::Received(range) => lines(out, "<", self.received.get(range.clone()))?,
                Event::Omitted(bytes) => writeln!(out, "< … and {bytes} bytes more")?,
                Event::Passed(time) => writeln!(out, "@ +{}ms", time.as_millis())?,
                Event::Stalled(Some(0)) => writeln!(out, "stall")?,
                Event::Stalled(Some(bytes)) => writeln!(out, "stall {bytes}")?,
                Event::Stalled(None) => writeln!(out, "resume")?,
                Event::Shut => writeln!(out, "shut")?,
                Event::Reset => writeln!(out, "reset")?,
                Event::Ended(ending) => writeln!(out, "! {ending}")?,
            }
        }
        if self.ending == Ending::Open {
            writeln!(out, "! open")?;
        }
        self.others.iter().try_for_each(|other| other.fmt(out))
    }
}

fn lines(out: &mut fmt::Formatter<'_>, mark: &str, bytes: Option<&[u8]>) -> fmt::Result {
    for line in bytes.unwrap_or_default().split_inclusive(|&byte| byte == b'\n') {
        writeln!(out, "{mark} {}", Escaped(line))?;
    }
    Ok(())
}

/// Bytes as the fixture language spells them; a long run of one byte is `\{x*N}`.
pub struct Escaped<'a>(pub &'a [u8]);

/// Runs longer than this are written as a count.
const RUN_MAX: usize = 40;

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in self.0.chunk_by(|one, next| one == next) {
            let Some(&byte) = run.first() else { continue };
            if run.len() > RUN_MAX {
                out.write_str("\\{")?;
                escape(out, byte)?;
                write!(out, "*{}}}", run.len())?;
            } else {
                run.iter().try_for_each(|_| escape(out, byte))?;
            }
        }
        Ok(())
    }
}

fn escape(out: &mut fmt::Formatter<'_>, byte: u8) -> fmt::Result {
    match byte {
        b'\r' => out.write_str("\\r"),
        b'\n' => out.write_str("\\n"),
        b'\t' => out.write_str("\\t"),
        0 => out.write_str("\\0"),
        b'\\' => out.write_str("\\\\"),
        b' '..=b'~' => write!(out, "{}", char::from(byte)),
        _ => write!(out, "\\x{byte:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Escaped, Transcript};
    use std::time::Duration;

    #[test]
    fn reads_as_a_conversation() {
        let mut transcript = Transcript::default();
        transcript.send(b"GET / HTTP/1.1\r\n");
        transcript.send(b"\r\n");
        transcript.receive(b"HTTP/1.1 200 OK\r\n\r");
        transcript.receive(b"\n\x00");
        transcript.pass(Duration::from_secs(5));
        transcript.stall(Some(0));
        transcript.stall(Some(7));
        transcript.stall(None);
        transcript.shut();
        transcript.end(Ending::Closed);
        transcript.end(Ending::Reset);
        let text = "> GET / HTTP/1.1\\r\\n\n> \\r\\n\n< HTTP/1.1 200 OK\\r\\n\n< \\r\\n\n< \\0\n\
                    @ +5000ms\nstall\nstall 7\nresume\nshut\n! close\n";
        assert_eq!(transcript.to_string(), text);
    }

    #[test]
    fn knows_who_closed() {
        let build = |steps: &str| {
            let mut transcript = Transcript::default();
            for step in steps.chars() {
                match step {
                    '>' => transcript.send(b"a"),
                    '<' => transcript.receive(b"b"),
                    '@' => transcript.pass(Duration::from_secs(1)),
                    's' => transcript.shut(),
                    '0' => transcript.stall(Some(0)),
                    '!' => transcript.end(Ending::Closed),
                    _ => transcript.end(Ending::Reset),
                }
            }
            transcript
        };
        let table = [
            ("><!", true),
            ("><!s", true),
            ("@><>!", true),
            ("><", false),
            ("><s!", false),
            ("><@!", false),
            ("><r", false),
            ("><s", false),
            ("0><!", false),
        ];
        for (steps, unprompted) in table {
            assert_eq!(build(steps).closed_unprompted(), unprompted, "{steps}");
        }
    }

    #[test]
    fn forgets_what_a_reset_overtook() {
        let mut transcript = Transcript::default();
        transcript.receive(b"abc");
        transcript.reset(2);
        assert_eq!(transcript.received(), b"a");
        assert_eq!(transcript.to_string(), "< a\nreset\n");
    }

    #[test]
    fn says_how_much_it_leaves_out() {
        let mut transcript = Transcript::default();
        transcript.receive(b"abc");
        transcript.send(b"x");
        transcript.receive(b"def");
        transcript.shut();
        transcript.receive(b"ghi");
        transcript.end(Ending::Closed);
        assert_eq!(transcript.first(9), transcript);
        let table = [
            (4, "< abc\n> x\n< d\n< … and 5 bytes more\nshut\n! close\n"),
            (3, "< abc\n> x\n< … and 6 bytes more\nshut\n! close\n"),
            (0, "< … and 9 bytes more\n> x\nshut\n! close\n"),
        ];
        for (bytes_max, expected) in table {
            assert_eq!(transcript.first(bytes_max).to_string(), expected);
        }
    }

    #[test]
    fn counts_long_runs() {
        let text = format!("a{}b", "x".repeat(50));
        assert_eq!(Escaped(text.as_bytes()).to_string(), "a\\{x*50}b");
        assert_eq!(Escaped(b"\x00\xff \\\t").to_string(), "\\0\\xff \\\\\\t");
    }
}
