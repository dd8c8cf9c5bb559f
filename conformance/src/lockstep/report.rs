//! A divergence in words: what came before, and both states side by side.

use std::fmt;
use std::time::Duration;

use super::{Act, Divergence, Moment, State, Turn};
use crate::subject::{Due, Received};

/// Bytes of a line at most; what is longer is told by its first bytes and its length.
const SHOWN_BYTES_MAX: usize = 60;

/// Bytes that are shown on either side of the first that differs.
const AROUND_BYTES: usize = 16;

/// A divergence between targets of these names.
pub struct Shown<'x> {
    /// As on the command line.
    pub names: [&'x str; 2],
    /// Where they differ.
    pub divergence: &'x Divergence,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = self.names;
        let Divergence { before, index, moment, other: second } = self.divergence;
        writeln!(out, "{one} and {other} differ at event {index}, {} on", seconds(moment.at))?;
        let first = index - before.len();
        for (number, moment) in (first..).zip(before) {
            write!(out, "  {number:>4}  ")?;
            tell(out, moment)?;
            if !moment.state.sent.is_empty() {
                writeln!(out, "{:>13} both sent {}", "", bytes(&moment.state.sent))?;
            }
        }
        write!(out, "> {index:>4}  ")?;
        tell(out, moment)?;
        let width = one.len().max(other.len());
        for (name, state) in [(one, &moment.state), (other, second)] {
            writeln!(out, "{:>8}{name:<width$}  {}", "", in_words(state))?;
        }
        if let Some(at) = first_difference(&moment.state.sent, &second.sent) {
            let from_begin = moment.state.sent_before + at;
            writeln!(out, "{:>8}first differing byte: {at} of these, {from_begin} of all", "")?;
            for (name, state) in [(one, &moment.state), (other, second)] {
                writeln!(out, "{:>8}{name:<width$}  {}", "", around(&state.sent, at))?;
            }
        }
        Ok(())
    }
}

fn tell(out: &mut fmt::Formatter<'_>, moment: &Moment) -> fmt::Result {
    let at = seconds(moment.at);
    match &moment.turn {
        Turn::Opened => writeln!(out, "{at:>10}  the connection is open"),
        Turn::Passed(time) => writeln!(out, "{at:>10}  {} have passed", seconds(*time)),
        Turn::Acted(act) => match act {
            Act::Send(sent) => writeln!(out, "{at:>10}  the client sends {}", bytes(sent)),
            Act::Shut => writeln!(out, "{at:>10}  the client ends its half"),
            Act::Reset => writeln!(out, "{at:>10}  the client resets"),
            Act::Stall(more) => writeln!(out, "{at:>10}  the client reads {more} bytes more"),
            Act::Resume => writeln!(out, "{at:>10}  the client reads again"),
        },
    }
}

fn in_words(state: &State) -> String {
    let State { sent, sent_before, stream, due, panicked } = state;
    if let Some(words) = panicked {
        return format!("panicked: {words}");
    }
    let sent = if sent.is_empty() { "nothing".to_owned() } else { bytes(sent) };
    let stream = match stream {
        Received::Bytes | Received::Quiet => "open",
        Received::End => "ended",
        Received::Reset => "reset",
    };
    let due = match due {
        Due::Untold => "does not tell its next deadline".to_owned(),
        Due::Never => "waits for no time".to_owned(),
        Due::In(left) => format!("next deadline in {}", seconds(*left)),
    };
    format!("sent {sent} behind {sent_before} bytes; {stream}; {due}")
}

fn bytes(bytes: &[u8]) -> String {
    let shown = bytes.get(..SHOWN_BYTES_MAX).unwrap_or(bytes).escape_ascii();
    match bytes.len() {
        1 => format!("\"{shown}\" (1 byte)"),
        0..=SHOWN_BYTES_MAX => format!("\"{shown}\" ({} bytes)", bytes.len()),
        length => format!("\"{shown}\"... ({length} bytes)"),
    }
}

/// What stands before that place, and behind it.
fn around(bytes: &[u8], at: usize) -> String {
    let (before, behind) = bytes.split_at(at.min(bytes.len()));
    let before = &before[before.len().saturating_sub(AROUND_BYTES)..];
    let behind = &behind[..behind.len().min(AROUND_BYTES)];
    format!("\"{}\" then \"{}\"", before.escape_ascii(), behind.escape_ascii())
}

/// Where they first differ, if one has bytes there that the other has not.
fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    (one.len() != other.len() || same < one.len()).then_some(same)
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03} s", time.as_secs(), time.subsec_millis())
}
