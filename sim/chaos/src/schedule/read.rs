//! The text of a schedule, read back: what [`text`](super::text) writes, remarks left out.

use std::fmt;
use std::str::FromStr;

use super::{
    Act, Ask, Content, Crowd, Deserves, Due, Fault, Happening, Line, Made, Part, Say, Schedule,
};

/// A line that nobody can read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for Unreadable {}

impl FromStr for Schedule {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let unreadable = |why| Unreadable { line: index + 1, why };
            let words = words(line).map_err(unreadable)?;
            if !words.is_empty() {
                lines.push(Words(&words).line().map_err(unreadable)?);
            }
        }
        Ok(Self { lines })
    }
}

/// A word, or bytes between quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Plain(String),
    Quoted(Vec<u8>),
}

/// The words of a line, up to a remark.
fn words(line: &str) -> Result<Vec<Word>, String> {
    let (mut words, mut rest) = (Vec::new(), line.trim_start());
    while !rest.is_empty() && !rest.starts_with('#') {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (bytes, behind) = unquote(quoted)?;
            words.push(Word::Quoted(bytes));
            rest = behind.trim_start();
        } else {
            let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            words.push(Word::Plain(word.to_owned()));
            rest = behind.trim_start();
        }
    }
    Ok(words)
}

/// The bytes up to the closing quote, and what is behind it.
fn unquote(text: &str) -> Result<(Vec<u8>, &str), String> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    loop {
        let mut letters = rest.chars();
        let byte = match (letters.next(), letters.as_str()) {
            (Some('"'), behind) => return Ok((bytes, behind)),
            (Some('\\'), _) => {
                let (byte, length) = match letters.next() {
                    Some('r') => (b'\r', 1),
                    Some('n') => (b'\n', 1),
                    Some('t') => (b'\t', 1),
                    Some(same @ ('"' | '\'' | '\\')) => (same as u8, 1),
                    Some('x') => {
                        let digits = letters.as_str().get(..2).unwrap_or_default();
                        let byte = u8::from_str_radix(digits, 16);
                        (byte.map_err(|_| format!("\\x{digits} is no byte"))?, 3)
                    }
                    other => return Err(format!("there is no escape \\{}", other.unwrap_or(' '))),
                };
                rest = &rest[1 + length..];
                byte
            }
            (Some(letter), behind) if letter.is_ascii() => {
                rest = behind;
                letter as u8
            }
            (Some(letter), _) => return Err(format!("{letter} is to be written as bytes")),
            (None, _) => return Err("a quote does not end".into()),
        };
        bytes.push(byte);
    }
}

/// What of a line was not read yet.
struct Words<'a>(&'a [Word]);

impl Words<'_> {
    fn line(mut self) -> Result<Line, String> {
        let line = match &*self.plain()? {
            "places" => Line::Places(self.number()?, self.crowd()?),
            "timers" => {
                self.word("first")?;
                Line::TimersFirst
            }
            "client" => {
                let client = self.number()?;
                self.word("at")?;
                Line::Client(client, self.number()?)
            }
            "at" => Line::At(self.number()?, self.happening()?),
            part @ ("lamp" | "bus") => {
                self.word("breaks")?;
                Line::Breaks(if part == "lamp" { Part::Lamp } else { Part::Bus }, self.number()?)
            }
            client => {
                let client = client.parse().map_err(|_| format!("what is `{client}`?"))?;
                match &*self.plain()? {
                    "fault" => Line::Fault(client, self.fault()?),
                    verb => Line::Act(client, self.act(verb)?),
                }
            }
        };
        match self.0 {
            [] => Ok(line),
            [more, ..] => Err(format!("nothing is to be done with {more:?}")),
        }
    }

    fn act(&mut self, verb: &str) -> Result<Act, String> {
        Ok(match verb {
            "ask" => Act::Ask(self.ask()?),
            "raw" => Act::Raw(self.quoted()?, self.deserves()?),
            "open" => Act::Open(self.plain()?),
            "text" => Act::Say(Say::Text(self.made()?, self.pieces()?)),
            "binary" => Act::Say(Say::Binary(self.made()?, self.pieces()?)),
            "say" => Act::Say(Say::Words(self.text()?)),
            "ping" => Act::Ping(self.number()?),
            "end" => Act::End(self.number()?),
            "wait" => Act::Wait,
            "hear" => Act::Hear(self.number()?),
            "pause" => Act::Pause(self.number()?),
            "shut" => Act::Shut,
            "reset" => Act::Reset,
            _ => return Err(format!("no client knows how to `{verb}`")),
        })
    }

    fn ask(&mut self) -> Result<Ask, String> {
        let (method, target) = (self.plain()?, self.plain()?);
        let content = if self.has("with") {
            Some(Content::Made(self.made()?, self.pieces()?))
        } else if self.has("json") {
            Some(Content::Json(self.text()?))
        } else {
            None
        };
        let (expects, closes) = (self.has("expect"), self.has("close"));
        Ok(Ask { method, target, content, expects, closes, deserves: self.deserves()? })
    }

    fn fault(&mut self) -> Result<Fault, String> {
        Ok(match &*self.plain()? {
            "segments" => Fault::Segments(self.number()?, self.after("every")?),
            "coalesce" => Fault::Coalesce(self.number()?),
            "delay" => Fault::Delay(self.number()?),
            "lose" => Fault::Lose(self.number()?, self.after("for")?),
            "half-close" => Fault::HalfClose(self.number()?),
            "reset-up" => Fault::ResetUp(self.number()?),
            "reset-down" => Fault::ResetDown(self.number()?),
            "reads" => Fault::SlowReader(self.number()?, self.after("every")?),
            "window" => Fault::Window(self.number()?),
            "zero-window" => Fault::ZeroWindow(self.number()?, self.after("for")?),
            "short-writes" => Fault::ShortWrites(self.number()?),
            "hang" => Fault::Hang,
            "mute" => Fault::Mute,
            other => return Err(format!("there is no fault `{other}`")),
        })
    }

    fn happening(&mut self) -> Result<Happening, String> {
        Ok(match &*self.plain()? {
            "jump" => Happening::Jump(self.number()?),
            "set" => Happening::Set(self.number()?),
            "flood" => Happening::Flood(self.number()?, self.after("saying")?, self.after("for")?),
            "drain" => Happening::Drain,
            "calm" => Happening::Calm,
            other => return Err(format!("`{other}` does not happen")),
        })
    }

    fn crowd(&mut self) -> Result<Crowd, String> {
        Ok(match &*self.plain()? {
            "wait" => Crowd::Wait,
            "refuse" => Crowd::Refuse,
            "evict" => Crowd::Evict,
            other => return Err(format!("a crowd has to wait, refuse or evict, not `{other}`")),
        })
    }

    fn deserves(&mut self) -> Result<Deserves, String> {
        let mut deserves = Deserves::default();
        while self.has(if deserves.statuses.is_empty() { "->" } else { "or" }) {
            deserves.statuses.push(self.number()?);
        }
        deserves.content = if self.has("echo") {
            Due::Echo
        } else if matches!(self.0, [Word::Quoted(_), ..]) {
            Due::Text(self.text()?)
        } else {
            Due::Any
        };
        Ok(deserves)
    }

    fn made(&mut self) -> Result<Made, String> {
        Ok(Made { bytes: self.number()?, tag: self.after("tag")? })
    }

    fn pieces(&mut self) -> Result<Option<usize>, String> {
        self.has("in").then(|| self.number()).transpose()
    }

    fn after<N: FromStr>(&mut self, word: &str) -> Result<N, String> {
        self.word(word)?;
        self.number()
    }

    fn number<N: FromStr>(&mut self) -> Result<N, String> {
        let word = self.plain()?;
        word.parse().map_err(|_| format!("`{word}` is no number that can be used here"))
    }

    fn word(&mut self, wanted: &str) -> Result<(), String> {
        if self.has(wanted) { Ok(()) } else { Err(format!("`{wanted}` is missing")) }
    }

    fn has(&mut self, wanted: &str) -> bool {
        let has = matches!(self.0, [Word::Plain(word), ..] if word == wanted);
        if has {
            self.0 = &self.0[1..];
        }
        has
    }

    fn plain(&mut self) -> Result<String, String> {
        match self.0 {
            [Word::Plain(word), rest @ ..] => {
                self.0 = rest;
                Ok(word.clone())
            }
            _ => Err("a word is missing".into()),
        }
    }

    fn quoted(&mut self) -> Result<Vec<u8>, String> {
        match self.0 {
            [Word::Quoted(bytes), rest @ ..] => {
                self.0 = rest;
                Ok(bytes.clone())
            }
            _ => Err("something between quotes is missing".into()),
        }
    }

    fn text(&mut self) -> Result<String, String> {
        String::from_utf8(self.quoted()?).map_err(|_| "it is not UTF-8".into())
    }
}

#[cfg(test)]
mod tests {
    use crate::schedule::{Schedule, generate};

    #[test]
    fn what_is_written_is_read_back() {
        for seed in 0..300 {
            let schedule = generate(seed);
            assert_eq!(schedule.to_string().parse(), Ok(schedule), "seed {seed}");
        }
    }

    #[test]
    fn remarks_and_space_mean_nothing() {
        let text =
            "\n  # nothing\n client 1 at 2 # somebody\n 1 raw \"a # b\\x00\\\"\" -> 400 # x\n";
        let schedule: Schedule = text.parse().unwrap();
        assert_eq!(schedule.to_string(), "client 1 at 2\n1 raw \"a # b\\x00\\\"\" -> 400\n");
    }

    #[test]
    fn says_what_it_cannot_read_and_where() {
        for (text, message) in [
            ("client 1 at 2\nclient x at 1", "line 2: `x` is no number that can be used here"),
            ("client 1", "line 1: `at` is missing"),
            ("hello", "line 1: what is `hello`?"),
            ("1 sing", "line 1: no client knows how to `sing`"),
            ("1 fault bad", "line 1: there is no fault `bad`"),
            ("at 1 rain", "line 1: `rain` does not happen"),
            ("1 wait 2", "line 1: nothing is to be done with Plain(\"2\")"),
            ("1 raw \"a", "line 1: a quote does not end"),
            ("1 raw \"\\q\"", "line 1: there is no escape \\q"),
            ("1 raw \"\\xg0\"", "line 1: \\xg0 is no byte"),
            ("1 ask GET", "line 1: a word is missing"),
            ("places 1 laugh", "line 1: a crowd has to wait, refuse or evict, not `laugh`"),
        ] {
            let why = text.parse::<Schedule>().unwrap_err();
            assert_eq!(why.to_string(), message, "{text:?}");
        }
    }
}
