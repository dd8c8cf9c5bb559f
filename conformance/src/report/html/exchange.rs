//! Transcripts as the page holds them. Most lines stand in many transcripts, and most transcripts
//! are those of core, so each line and each transcript is kept once and named by its number.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use crate::conversation::Conversation;
use crate::frames::{self, Frame};
use crate::response::Reading;
use crate::transcript::{Ending, Escaped, Event, Transcript};
use crate::verdict;

/// A line longer than this, in letters, is cut.
const LINE_MAX: usize = 1000;

/// Lines of a transcript that are shown at most.
const LINES_MAX: usize = 400;

/// All transcripts of a page.
#[derive(Default, Serialize)]
pub(super) struct Exchanges {
    /// `> GET / HTTP/1.1\r\n`: a sign and what follows it, as [`Transcript`] writes them. What a
    /// frame means stands behind a tab, which no escaped byte is.
    lines: Vec<String>,
    /// The numbers of their lines.
    exchanges: Vec<Vec<usize>>,
    #[serde(skip)]
    line_numbers: HashMap<String, usize>,
    #[serde(skip)]
    exchange_numbers: HashMap<Vec<usize>, usize>,
}

impl Exchanges {
    /// Keeps a transcript; its number.
    pub(super) fn add(&mut self, transcript: &Transcript) -> usize {
        let mut numbers = Vec::new();
        for line in transcript.all().flat_map(lines) {
            if numbers.len() == LINES_MAX {
                numbers.push(self.line("… and more".to_owned()));
                break;
            }
            numbers.push(self.line(line));
        }
        let next = self.exchanges.len();
        *self.exchange_numbers.entry(numbers).or_insert_with_key(|numbers| {
            self.exchanges.push(numbers.clone());
            next
        })
    }

    fn line(&mut self, line: String) -> usize {
        let next = self.lines.len();
        *self.line_numbers.entry(line).or_insert_with_key(|line| {
            self.lines.push(line.clone());
            next
        })
    }
}

/// The lines of a transcript, frames on lines of their own.
fn lines(transcript: &Transcript) -> impl Iterator<Item = String> {
    let (sent, received) = frames_of(transcript);
    let other = |event: &Event| match event {
        Event::Passed(time) => format!("@ +{}ms", time.as_millis()),
        Event::Stalled(Some(0)) => "= the client stops reading".to_owned(),
        Event::Stalled(Some(bytes)) => format!("= the client reads {bytes} bytes more"),
        Event::Stalled(None) => "= the client reads again".to_owned(),
        Event::Omitted(bytes) => format!("= {bytes} bytes more from the server"),
        Event::Shut => "= the client ends its half".to_owned(),
        Event::Reset => "= the client resets the connection".to_owned(),
        Event::Sent(_) | Event::Received(_) => String::new(),
        Event::Ended(Ending::Reset) => "! reset".to_owned(),
        Event::Ended(ending) => format!("! {ending}"),
    };
    let events = transcript.events().iter().flat_map(move |event| match event {
        Event::Sent(range) => pieces('>', transcript.sent(), range, &sent),
        Event::Received(range) => pieces('<', transcript.received(), range, &received),
        event => vec![other(event)],
    });
    let open = transcript.ending() == Ending::Open;
    let name = transcript.name();
    let name = (!name.is_empty()).then(|| format!("= as {name}"));
    let events = name.into_iter().chain(events);
    events.chain(open.then(|| "! open".to_owned()))
}

/// Where a frame stands in the bytes of one direction, and what it is.
type Placed = (Range<usize>, String);

/// The frames of both directions, if the connection came to speak frames.
fn frames_of(transcript: &Transcript) -> (Vec<Placed>, Vec<Placed>) {
    let conversation = Conversation::read(transcript);
    // Behind other requests the handshake's end is in doubt, and its bytes are shown as they are.
    let mut finals = conversation
        .answers
        .iter()
        .filter(|answer| answer.response.status == 101 || !answer.response.is_interim());
    let (Some(answer), None) = (finals.next(), finals.next()) else { return Default::default() };
    let end = transcript.sent().windows(4).position(|bytes| bytes == b"\r\n\r\n");
    match end {
        Some(end) if answer.response.status == 101 => {
            (placed(transcript.sent(), end + 4), placed(transcript.received(), answer.at.end))
        }
        _ => Default::default(),
    }
}

fn placed(bytes: &[u8], mut at: usize) -> Vec<Placed> {
    let mut found = Vec::new();
    while let Reading::Complete(frame, length) = frames::read(bytes.get(at..).unwrap_or_default()) {
        found.push((at..at + length, meaning(&frame)));
        at += length;
    }
    if at < bytes.len() && !found.is_empty() {
        found.push((at..bytes.len(), String::new()));
    }
    found
}

/// A frame in the words of the fixture language.
fn meaning(frame: &Frame) -> String {
    let mut text = verdict::name(frame);
    if !frame.fin {
        text.push_str(" !fin");
    }
    for (name, _) in ["rsv1", "rsv2", "rsv3"].iter().zip(frame.rsv).filter(|(_, set)| *set) {
        text.push_str(&format!(" {name}"));
    }
    text
}

/// The lines of one event: a line of text or a frame each.
fn pieces(sign: char, all: &[u8], range: &Range<usize>, frames: &[Placed]) -> Vec<String> {
    let mut out = Vec::new();
    let first_frame = frames.first().map_or(usize::MAX, |(frame, _)| frame.start);
    let text = range.start.min(first_frame)..range.end.min(first_frame);
    for line in all.get(text).unwrap_or_default().split_inclusive(|&byte| byte == b'\n') {
        out.push(spelled(sign, line, ""));
    }
    for (frame, meaning) in frames {
        let piece = frame.start.max(range.start)..frame.end.min(range.end);
        if !piece.is_empty() {
            // What came in two events is named where it begins.
            let meaning = if piece.start == frame.start { meaning } else { "" };
            out.push(spelled(sign, all.get(piece).unwrap_or_default(), meaning));
        }
    }
    out
}

fn spelled(sign: char, bytes: &[u8], meaning: &str) -> String {
    let mut text = Escaped(bytes).to_string();
    if text.len() > LINE_MAX {
        text.truncate(LINE_MAX);
        text.push_str(&format!("… {} bytes", bytes.len()));
    }
    let tab = if meaning.is_empty() { "" } else { "\t" };
    format!("{sign} {text}{tab}{meaning}")
}

#[cfg(test)]
mod tests {
    use super::{Exchanges, LINES_MAX, lines};
    use crate::transcript::{Ending, Transcript};
    use std::time::Duration;

    #[test]
    fn each_line_and_each_transcript_is_kept_once() {
        let build = |answer: &[u8]| {
            let mut transcript = Transcript::default();
            transcript.send(b"GET / HTTP/1.1\r\n\r\n");
            transcript.receive(answer);
            transcript
        };
        let mut exchanges = Exchanges::default();
        let numbers = [&b"a\r\n"[..], b"b\r\n", b"a\r\n"].map(|text| exchanges.add(&build(text)));
        assert_eq!(numbers, [0, 1, 0]);
        assert_eq!(exchanges.exchanges, [[0, 1, 2, 3], [0, 1, 4, 3]]);
        let lines = ["> GET / HTTP/1.1\\r\\n", "> \\r\\n", "< a\\r\\n", "! open", "< b\\r\\n"];
        assert_eq!(exchanges.lines, lines);
    }

    #[test]
    fn frames_stand_alone_and_are_named() {
        let mut transcript = Transcript::default();
        transcript.send(b"GET /ws HTTP/1.1\r\n\r\n");
        transcript.receive(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02");
        transcript.send(b"\x01\x81\x01\x02\x03\x04i\xff\x80\x01\x02\x03\x04\x88");
        transcript.pass(Duration::from_millis(1500));
        transcript.receive(b"\n!\x88\x02\x03\xe8");
        transcript.end(Ending::Closed);
        let shown: Vec<String> = lines(&transcript).collect();
        let expected = [
            "> GET /ws HTTP/1.1\\r\\n",
            "> \\r\\n",
            "< HTTP/1.1 101 Switching Protocols\\r\\n",
            "< \\r\\n",
            "< \\x81\\x02\ttext \"\\n!\"",
            "> \\x01\\x81\\x01\\x02\\x03\\x04i\ttext \"h\" !fin",
            "> \\xff\\x80\\x01\\x02\\x03\\x04\topcode f rsv1 rsv2 rsv3",
            "> \\x88",
            "@ +1500ms",
            "< \\n!",
            "< \\x88\\x02\\x03\\xe8\tclose 1000",
            "! close",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_server_that_says_too_much_is_cut_short() {
        let mut transcript = Transcript::default();
        let words: String = (0..2000).map(|number| format!("{number} ")).collect();
        transcript.receive(words.as_bytes());
        transcript.receive(&b"\n".repeat(39).repeat(20));
        let shown: Vec<String> = lines(&transcript).collect();
        assert!(shown[0].ends_with(&format!("… {} bytes", words.len() + 1)), "{}", shown[0]);
        let mut exchanges = Exchanges::default();
        exchanges.add(&transcript);
        assert_eq!(exchanges.exchanges[0].len(), LINES_MAX + 1);
    }
}
