use super::{Outcome, replay};
use crate::case::parse::parse;
use crate::patience::Patience;
use crate::subject::{Channel, Received, Time};
use crate::transcript::Ending;
use std::time::Duration;

/// A server that says one line of its script after each send, wait or shut, and then closes
/// if the line ends with `$`. Past its script it says nothing, and closes after the client.
pub(crate) struct Script {
    lines: Vec<&'static [u8]>,
    said: Vec<u8>,
    closing: bool,
    shut: bool,
    reads: Option<u64>,
}

impl Script {
    pub(crate) fn new(lines: &[&'static [u8]]) -> Self {
        let lines = lines.iter().rev().copied().collect();
        Self { lines, said: Vec::new(), closing: false, shut: false, reads: None }
    }

    /// Says that it has read so often.
    pub(crate) fn reads(self, reads: u64) -> Self {
        Self { reads: Some(reads), ..self }
    }

    fn say(&mut self) {
        let line = self.lines.pop().unwrap_or_default();
        assert!(line != b"panic", "as the script says");
        self.closing |= line.ends_with(b"$");
        self.said.extend(line.strip_suffix(b"$").unwrap_or(line));
    }
}

impl Channel for Script {
    fn send(&mut self, _: &[u8]) {
        self.say();
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> Received {
        if !self.said.is_empty() {
            into.append(&mut self.said);
            return Received::Bytes;
        }
        if self.closing || self.shut { Received::End } else { Received::Quiet }
    }

    fn pass(&mut self, _: Duration) {
        self.say();
    }

    fn shut(&mut self) {
        self.shut = true;
        self.say();
    }

    fn reset(&mut self) {}

    fn reads(&self) -> Option<u64> {
        self.reads
    }
}

fn run(steps: &str, lines: &[&'static [u8]]) -> Outcome {
    let source = format!("### a\nBecause.\nrule rfc0-1-a\n\n{steps}\n");
    let file = parse("f", "f.case", &source).unwrap_or_else(|why| panic!("{}", why[0]));
    let case = file.cases.first().unwrap();
    let row = case.rows().remove(0);
    replay(case, &row, Box::new(Script::new(lines)), Patience::new(Time::Virtual))
}

/// (steps, what the server says, the line that fails and why).
type Rows = [(&'static str, &'static [&'static [u8]], Option<(u32, &'static str)>)];

fn check(rows: &Rows) {
    for (steps, lines, expected) in rows {
        let failure = run(steps, lines).failure;
        // Four lines stand before the steps.
        let got = failure.as_ref().map(|failure| (failure.span.line - 4, &*failure.what));
        assert_eq!(got, *expected, "{steps}");
    }
}

pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const LAST: &[u8] = b"HTTP/1.1 400 Bad\r\nConnection: close\r\nContent-Length: 0\r\n\r\n$";
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

#[test]
fn judges_answers() {
    check(&[
        ("> a\n< 200", &[OK], None),
        ("> a\n< 2xx\n! open", &[OK], None),
        ("> a\n< 400 | close\n! close", &[LAST], None),
        ("> a\n< 400 | close\n! close", &[b"$"], None),
        ("> a\n< 400", &[OK], Some((2, "got 200"))),
        ("> a\n< 200\n  body \"ho\"", &[OK], Some((3, "got \"hi\""))),
        ("> a\n< 200", &[b""], Some((2, "nothing came"))),
        ("> a\n< 200", &[b"$"], Some((2, "the connection ended"))),
        ("> a\n< 200", &[b"HELLO"], Some((2, "got no proper response: no status line"))),
        ("> a\n< 200", &[b"HTTP/1.1 200"], Some((2, "got an answer that is cut short"))),
        ("> a\n< 200", &[b"HTTP/1.1 200 OK\r\n\r\nhi$"], None),
        ("> a\n< 200\n! close", &[OK], Some((3, "the connection is open"))),
        ("> a\n< 400\n! open", &[LAST], Some((3, "the connection ended"))),
        ("> a\n< 200", &[OK, OK], Some((2, "got 200, and nothing more was due"))),
        ("> a\n< 200\n@ +1s\n< 200", &[OK, OK], None),
        (
            "> a\n< 200\n@ +1s\n! close",
            &[OK, b"x$"],
            Some((4, "got more bytes, and nothing more was due")),
        ),
        ("> a\n< 200 to HEAD", &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"], None),
    ]);
}

#[test]
fn tells_an_answer_that_is_cut_from_others() {
    check(&[
        ("> a\n< cut\n! close", &[b"HTTP/1.1 200$"], None),
        ("> a\n< 400 | cut", &[b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi$"], None),
        ("> a\n< cut", &[b"HTTP/1.1 200"], Some((2, "got an answer that is cut short"))),
        ("> a\n< cut", &[b"$"], Some((2, "the connection ended"))),
        ("> a\n< cut", &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi$"], Some((2, "got 200"))),
        ("> a\n< 200", &[b"HTTP/1.1 200$"], Some((2, "got an answer that is cut short"))),
    ]);
}

#[test]
fn interim_answers_must_be_allowed() {
    check(&[
        ("> a\n<? 100\n> b\n< 200", &[CONTINUE, OK], None),
        ("> a\n<? 100\n> b\n< 200", &[b"", OK], None),
        ("> a\n< 200", &[CONTINUE], Some((2, "got 100"))),
        ("> a\n< 100\n> b\n< 200", &[b"", OK], Some((2, "nothing came"))),
    ]);
}

const SWITCH: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

#[test]
fn judges_frames() {
    check(&[
        ("ws /ws\n> text \"hi\"\n< text \"hi\"", &[SWITCH, b"\x81\x02hi"], None),
        ("ws /ws\n> text \"hi\"\n< text \"hi\"", &[SWITCH, b"\x01\x01h\x80\x01i"], None),
        ("ws /ws\n> text \"hi\"\n< binary", &[SWITCH, b"\x81\x02hi"], Some((3, "got text \"hi\""))),
        ("ws /ws\n> close 1000\n< close 1000\n! close", &[SWITCH, b"\x88\x02\x03\xe8$"], None),
        ("ws /ws\n> ping\n< close 1002 | close", &[SWITCH, b"$"], None),
        ("ws /ws\n> ping\n< pong", &[SWITCH, b"\x8a"], Some((3, "got a frame that is cut short"))),
        (
            "ws /ws\n> ping\n< pong",
            &[SWITCH, b"\x8a\x00\x89\x00"],
            Some((3, "got ping \"\", and nothing more was due")),
        ),
        ("ws /ws\n> ping\n< pong", &[OK], Some((1, "got 200"))),
        (
            "ws /ws\n> ping\n< pong",
            &[b"HTTP/1.1 101 S\r\nSec-WebSocket-Accept: x\r\n\r\n"],
            Some((1, "got 101 without the right Sec-WebSocket-Accept")),
        ),
    ]);
}

#[test]
fn keeps_all_that_went_over_the_wire() {
    let transcript = run("> a\\r\\n\n< 200\n@ +1s\n! close", &[OK, b"$"]).transcript;
    let text = "> a\\r\\n\n< HTTP/1.1 200 OK\\r\\n\n< Content-Length: 2\\r\\n\n< \\r\\n\n< hi\n\
                @ +1000ms\n! close\nshut\n";
    assert_eq!(transcript.to_string(), text);
    assert_eq!(run("> a\n< 200", &[OK]).transcript.ending(), Ending::Closed);
}

#[test]
fn a_reset_leaves_nothing_to_judge() {
    let outcome = run("> a\nreset", &[OK]);
    assert_eq!((outcome.failure, outcome.transcript.received()), (None, &b""[..]));
}

#[test]
fn a_reset_forgets_nothing_that_was_taken() {
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab";
    let outcome = run("> a\n< 200 begins\n< more \"ab\"\nreset", &[begun]);
    assert_eq!((outcome.failure, outcome.transcript.received()), (None, &begun[..]));
}

/// Never stops talking.
struct Chatter(&'static [u8]);

impl Channel for Chatter {
    fn send(&mut self, _: &[u8]) {}

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> Received {
        into.extend_from_slice(self.0);
        Received::Bytes
    }

    fn pass(&mut self, _: Duration) {}

    fn shut(&mut self) {}

    fn reset(&mut self) {}
}

#[test]
fn a_server_that_never_stops_is_not_listened_to_for_ever() {
    let file = parse("f", "f.case", "### a\nBecause.\nrule rfc0-1-a\n\n> a\n< 200\n").unwrap();
    let case = file.cases.first().unwrap();
    let row = case.rows().remove(0);
    // In real time the deadline ends it, else the amount.
    for (text, time) in [(&b"x"[..], Time::Real), (&[b'x'; 1 << 20], Time::Virtual)] {
        let patience = Patience { case: Duration::from_millis(20), ..Patience::new(time) };
        let outcome = replay(case, &row, Box::new(Chatter(text)), patience);
        assert_eq!(outcome.failure.unwrap().what, "got no proper response: no status line");
        assert_eq!(outcome.transcript.ending(), Ending::Open);
    }
}
