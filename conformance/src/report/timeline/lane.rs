//! One connection of the picture: whose it is, its bytes, and what pieces of them mean.

use std::collections::BTreeMap;

use serde::Serialize;

use samewire::Limits;
use samewire_chaos::reader::{Asked, Reader, Seen};
use samewire_chaos::schedule::{Act, Line};
use samewire_chaos::script::FLOOD;
use samewire_chaos::trace::{Event, Streams, What};
use samewire_chaos::{Schedule, Trace};

use super::state::{Span, deadlines, states};
use super::told::act_of;

/// What a piece of a stream is: from where to where, and in a few words.
type Note = (usize, usize, String);

/// A lane.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    name: String,
    /// What goes wrong with it by the schedule.
    faults: Vec<String>,
    /// The streams, in base64.
    up: String,
    down: String,
    up_notes: Vec<Note>,
    down_notes: Vec<Note>,
    states: Vec<Span<&'static str>>,
    deadlines: Vec<Span<String>>,
}

impl Lane {
    /// The lanes of a run.
    pub(super) fn all(schedule: &Schedule, limits: &Limits, trace: &Trace) -> Vec<Self> {
        let mut events = vec![Vec::new(); trace.connections.len()];
        for (index, event) in trace.events.iter().enumerate() {
            if let Some(own) = events.get_mut(event.connection as usize) {
                own.push((index, *event));
            }
        }
        let mut faults: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for line in &schedule.lines {
            if let Line::Fault(client, fault) = line {
                faults.entry(*client).or_default().push(fault.to_string());
            }
        }
        let all = trace.connections.iter().zip(&events);
        all.map(|(streams, events)| {
            let faults = faults.get(&streams.client).cloned().unwrap_or_default();
            Self::new(schedule, limits, streams, events, faults)
        })
        .collect()
    }

    fn new(
        schedule: &Schedule,
        limits: &Limits,
        streams: &Streams,
        events: &[(usize, Event)],
        faults: Vec<String>,
    ) -> Self {
        let name = match streams.client.checked_sub(FLOOD) {
            Some(number) => format!("flood {number}"),
            None => format!("client {}", streams.client),
        };
        let (up_notes, asked) = said(schedule, &streams.up, events);
        Self {
            name,
            faults,
            up: base64(&streams.up),
            down: base64(&streams.down),
            up_notes,
            down_notes: answered(&streams.down, &asked),
            states: states(events),
            deadlines: deadlines(events, limits),
        }
    }
}

/// What the client said, piece by piece, and which of it is to be answered.
fn said(schedule: &Schedule, up: &[u8], events: &[(usize, Event)]) -> (Vec<Note>, Vec<Asked>) {
    let (mut notes, mut asked) = (Vec::<Note>::new(), Vec::new());
    let (mut sent, mut last) = (0, None);
    for (_, event) in events {
        match event.what {
            What::Acts { act, until } => {
                // The content of a request that waited for the server's word belongs to its head.
                if last == Some(act)
                    && let Some(note) = notes.last_mut()
                {
                    note.1 = until.min(up.len());
                    continue;
                }
                last = Some(act);
                notes.push((sent, until.min(up.len()), act_of(schedule, act)));
                asked.extend(match schedule.lines.get(act) {
                    Some(Line::Act(_, Act::Ask(ask))) if ask.method == "HEAD" => Some(Asked::Head),
                    Some(Line::Act(_, Act::Ask(_) | Act::Raw(..) | Act::Open(_))) => {
                        Some(Asked::Plain)
                    }
                    Some(_) => None,
                    None => Some(Asked::Plain),
                });
            }
            What::Sends(until) => {
                let known = notes.last().map_or(0, |(_, end, _)| *end);
                // What a client says of its own accord are frames: answers to pings and Close.
                if until > known && sent >= known {
                    let kind = up.get(sent).map_or("bytes", |first| opcode(first & 0xf));
                    notes.push((sent, until, kind.to_owned()));
                }
                sent = until;
            }
            _ => {}
        }
    }
    (notes, asked)
}

/// What the server said, by the reader that judges it, too.
fn answered(down: &[u8], asked: &[Asked]) -> Vec<Note> {
    let (mut reader, mut notes) = (Reader::default(), Vec::<Note>::new());
    asked.iter().for_each(|asked| reader.ask(*asked));
    let mut from = 0;
    while let Some(seen) = reader.next(down, true) {
        let until = reader.at();
        match seen {
            Seen::Interim(status) => notes.push((from, until, status.to_string())),
            Seen::Head(head) => notes.push((from, until, head.status.to_string())),
            Seen::Piece(_) | Seen::End => {
                if let Some(note) = notes.last_mut() {
                    note.1 = until;
                }
            }
            Seen::Frame(frame) => {
                let payload = down.get(frame.payload).unwrap_or_default();
                let kind = opcode(frame.opcode);
                let more = if frame.fin { "" } else { "…" };
                let text = match (frame.opcode, payload) {
                    (8, [high, low, ..]) => format!("close {}", u16::from_be_bytes([*high, *low])),
                    _ => format!("{kind} {} B{more}", payload.len()),
                };
                notes.push((from, until, text));
            }
            Seen::Broken(why) => {
                notes.push((from, down.len(), why.to_owned()));
                break;
            }
        }
        from = until;
    }
    notes
}

const fn opcode(opcode: u8) -> &'static str {
    match opcode {
        0 => "continuation",
        1 => "text",
        2 => "binary",
        8 => "close",
        9 => "ping",
        10 => "pong",
        _ => "reserved",
    }
}

/// Bytes as letters (RFC 4648 §4), without the padding, which no decoder here needs.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let whole = three.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        let whole = whole << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            let letter = LETTERS.get(whole >> (18 - 6 * place) & 63);
            text.extend(letter.map(|letter| char::from(*letter)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_become_letters() {
        // The vectors of RFC 4648 §10.
        let table = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in table {
            assert_eq!(base64(bytes.as_bytes()), text, "{bytes}");
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfd]), "//79");
    }
}
