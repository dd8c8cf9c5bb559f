//! A schedule as text: a line for each thing, in words that can be read aloud.
//!
//! ```text
//! places 3 evict                       the server has three places, and who is idle gives way
//! client 0 at 12                       a client connects after 12 ms
//! 0 ask POST / with 37 tag 5 in 7 -> 200 echo
//! 0 wait                               for all answers
//! 0 fault segments 1 every 0           what it sends travels byte by byte
//! at 5000 jump 60000                   the clock jumps ahead by a minute
//! at 30000 calm                        faults stop
//! ```
//!
//! What follows `#` is a remark. Bytes that are not printable are written as in Rust: `\r\n\x00`.

use std::fmt;

use super::{
    Act, Ask, Content, Crowd, Deserves, Due, Fault, Happening, Line, Made, Part, Say, Schedule,
};

impl fmt::Display for Schedule {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(to, "{line}"))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Places(count, crowd) => {
                let crowd = match crowd {
                    Crowd::Wait => "wait",
                    Crowd::Refuse => "refuse",
                    Crowd::Evict => "evict",
                };
                write!(to, "places {count} {crowd}")
            }
            Self::TimersFirst => to.write_str("timers first"),
            Self::Client(client, at) => write!(to, "client {client} at {at}"),
            Self::Act(client, act) => write!(to, "{client} {act}"),
            Self::Fault(client, fault) => write!(to, "{client} fault {fault}"),
            Self::At(at, happening) => write!(to, "at {at} {happening}"),
            Self::Breaks(Part::Lamp, call) => write!(to, "lamp breaks {call}"),
            Self::Breaks(Part::Bus, call) => write!(to, "bus breaks {call}"),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask(ask) => write!(to, "ask {ask}"),
            Self::Raw(bytes, deserves) => write!(to, "raw {}{deserves}", Quoted(bytes)),
            Self::Open(target) => write!(to, "open {target}"),
            Self::Say(Say::Text(made, pieces)) => write!(to, "text {made}{}", In(*pieces)),
            Self::Say(Say::Binary(made, pieces)) => write!(to, "binary {made}{}", In(*pieces)),
            Self::Say(Say::Words(words)) => write!(to, "say {}", Quoted(words.as_bytes())),
            Self::Ping(bytes) => write!(to, "ping {bytes}"),
            Self::End(code) => write!(to, "end {code}"),
            Self::Wait => to.write_str("wait"),
            Self::Hear(messages) => write!(to, "hear {messages}"),
            Self::Pause(millis) => write!(to, "pause {millis}"),
            Self::Shut => to.write_str("shut"),
            Self::Reset => to.write_str("reset"),
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.method, self.target)?;
        match &self.content {
            None => {}
            Some(Content::Made(made, pieces)) => write!(to, " with {made}{}", In(*pieces))?,
            Some(Content::Json(text)) => write!(to, " json {}", Quoted(text.as_bytes()))?,
        }
        if self.expects {
            to.write_str(" expect")?;
        }
        if self.closes {
            to.write_str(" close")?;
        }
        write!(to, "{}", self.deserves)
    }
}

impl fmt::Display for Made {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} tag {}", self.bytes, self.tag)
    }
}

impl fmt::Display for Deserves {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, status) in self.statuses.iter().enumerate() {
            write!(to, " {} {status}", if index == 0 { "->" } else { "or" })?;
        }
        match &self.content {
            Due::Any => Ok(()),
            Due::Echo => to.write_str(" echo"),
            Due::Text(text) => write!(to, " {}", Quoted(text.as_bytes())),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Segments(bytes, gap) => write!(to, "segments {bytes} every {gap}"),
            Self::Coalesce(millis) => write!(to, "coalesce {millis}"),
            Self::Delay(millis) => write!(to, "delay {millis}"),
            Self::Lose(byte, after) => write!(to, "lose {byte} for {after}"),
            Self::HalfClose(byte) => write!(to, "half-close {byte}"),
            Self::ResetUp(byte) => write!(to, "reset-up {byte}"),
            Self::ResetDown(byte) => write!(to, "reset-down {byte}"),
            Self::SlowReader(bytes, gap) => write!(to, "reads {bytes} every {gap}"),
            Self::Window(bytes) => write!(to, "window {bytes}"),
            Self::ZeroWindow(byte, millis) => write!(to, "zero-window {byte} for {millis}"),
            Self::ShortWrites(bytes) => write!(to, "short-writes {bytes}"),
            Self::Hang => to.write_str("hang"),
            Self::Mute => to.write_str("mute"),
        }
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Jump(millis) => write!(to, "jump {millis}"),
            Self::Set(seconds) => write!(to, "set {seconds}"),
            Self::Flood(count, bytes, millis) => {
                write!(to, "flood {count} saying {bytes} for {millis}")
            }
            Self::Drain => to.write_str("drain"),
            Self::Calm => to.write_str("calm"),
        }
    }
}

/// In pieces of so many bytes, if that is a number.
struct In(Option<usize>);

impl fmt::Display for In {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |bytes| write!(to, " in {bytes}"))
    }
}

/// Bytes between quotes.
pub(crate) struct Quoted<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "\"{}\"", self.0.escape_ascii())
    }
}
