//! One case, one row, one cut, on one connection: walks the steps, and keeps what went over the
//! wire.
//!
//! The same walk serves a world without time and a server on the far side of an ocean. What
//! differs is patience: in a virtual world quiet is exact, so no waiting is involved; a real
//! server is given a while for each answer, and each case has a deadline, so that a server that
//! hangs is a failed case and never a hanging runner.

use std::time::{Duration, Instant};

use crate::case::{Case, Expect, Field, Row, Step, StepKind, Text, Wanted};
use crate::diagnostic::Span;
use crate::frames;
use crate::opening;
use crate::patience::Patience;
use crate::response::{self, Reading, Response};
use crate::subject::{Channel, Received, Time};
use crate::transcript::{Ending, Transcript};
use crate::verdict::{self, Failure, FailureKind};

/// A server that sends more than this in one case is not listened to any longer.
const RECEIVED_MAX: usize = 8 << 20;

/// What one replay brought.
#[derive(Debug)]
pub struct Outcome {
    /// All that went over the wire.
    pub transcript: Transcript,
    /// The first expectation that was not met.
    pub failure: Option<Failure>,
    /// How often the server has read, where that can be counted.
    pub reads: Option<u64>,
}

/// Replays one row of a case on a fresh connection, whatever the server does.
pub fn replay(
    case: &Case,
    row: &Row,
    channel: Box<dyn Channel + '_>,
    patience: Patience,
) -> Outcome {
    let mut replay = Replay {
        channel,
        item: row.item.as_deref(),
        patience,
        deadline: Instant::now() + patience.case,
        transcript: Transcript::default(),
        inbox: Vec::new(),
        framed: false,
        shut: false,
        stalled: false,
    };
    let steps = case.steps.iter().try_for_each(|step| replay.step(step));
    let last = case.steps.last().map_or(case.span, |step| step.span);
    let finish = replay.finish(last);
    let failure = steps.and(finish).err();
    Outcome { failure, reads: replay.channel.reads(), transcript: replay.transcript }
}

struct Replay<'a> {
    channel: Box<dyn Channel + 'a>,
    item: Option<&'a [u8]>,
    patience: Patience,
    deadline: Instant,
    transcript: Transcript,
    /// Received, and not yet taken by a step.
    inbox: Vec<u8>,
    /// Frames are spoken, not HTTP.
    framed: bool,
    /// The client has ended its half, or reset.
    shut: bool,
    /// The client does not read.
    stalled: bool,
}

impl Replay<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        match &step.kind {
            StepKind::Send(texts) => {
                let bytes: Vec<u8> = texts.iter().flat_map(|text| text.bytes(self.item)).collect();
                self.send(&bytes);
                Ok(())
            }
            StepKind::SendFrame(frame) => {
                self.send(&frame.encode(self.item));
                Ok(())
            }
            StepKind::Expect(expect) if self.framed => self.expect_frame(step.span, expect),
            StepKind::Expect(expect) => self.expect_response(step.span, expect),
            StepKind::Pass(time) => {
                self.channel.pass(*time);
                self.deadline += *time;
                self.transcript.pass(*time);
                Ok(())
            }
            StepKind::Shut => {
                self.shut_once();
                Ok(())
            }
            StepKind::Reset => {
                self.transcript.reset(self.inbox.len());
                self.inbox.clear();
                self.channel.reset();
                self.shut = true;
                self.stalled = false;
                Ok(())
            }
            StepKind::Stall(bytes) => {
                self.stall(Some(*bytes));
                Ok(())
            }
            StepKind::Resume => {
                self.stall(None);
                Ok(())
            }
            StepKind::Close => self.expect_close(step.span),
            StepKind::Open => self.expect_open(step.span),
            StepKind::WebSocket { path, fields } => self.handshake(step.span, path, fields),
            StepKind::Frames => {
                self.framed = true;
                Ok(())
            }
        }
    }

    /// The next response is one of those expected.
    fn expect_response(&mut self, span: Span, expect: &Expect) -> Result<(), Failure> {
        let Some(response) = self.next_response(span, expect)? else { return Ok(()) };
        verdict::details(expect, &response, self.item)
            .map_err(|(span, what)| Failure::new(span, what, self.transcript.received()))
    }

    /// Takes the next response, if its status is expected; `None` if the connection has ended as
    /// it may, or if nothing came that had to.
    fn next_response(&mut self, span: Span, expect: &Expect) -> Result<Option<Response>, Failure> {
        loop {
            let ended = self.transcript.ending() != Ending::Open;
            let why = match response::read(&self.inbox, expect.to_head, ended) {
                _ if self.inbox.is_empty() => None,
                Reading::Complete(response, length) => {
                    if verdict::wants_status(expect, response.status) {
                        self.inbox.drain(..length);
                        return Ok(Some(response));
                    }
                    if expect.optional {
                        return Ok(None);
                    }
                    let kind = FailureKind::Status(response.status);
                    return Err(self.failure(span, format!("got {}", response.status)).of(kind));
                }
                Reading::Malformed(why) => {
                    return Err(self.failure(span, format!("got no proper response: {why}")));
                }
                Reading::Partial => Some("got an answer that is cut short"),
            };
            match (self.more(self.patience.answer), why) {
                (Received::Bytes, _) => {}
                (_, None) if expect.optional => return Ok(None),
                (Received::End | Received::Reset, None) if verdict::wants_end(expect) => {
                    return Ok(None);
                }
                // Once more, now that it is known that nothing follows.
                (Received::End | Received::Reset, Some(_)) if !ended => {}
                (Received::End | Received::Reset, Some(_)) if verdict::wants_cut(expect) => {
                    self.inbox.clear();
                    return Ok(None);
                }
                (Received::Quiet, None) => return Err(self.failure(span, "nothing came")),
                (Received::End, None) => {
                    let failure = self.failure(span, "the connection ended");
                    return Err(failure.of(FailureKind::Ended));
                }
                (Received::Reset, None) => {
                    return Err(self.failure(span, "the connection was reset"));
                }
                (_, Some(why)) => return Err(self.failure(span, why)),
            }
        }
    }

    /// The next message is one of those expected.
    fn expect_frame(&mut self, span: Span, expect: &Expect) -> Result<(), Failure> {
        loop {
            let why = match frames::read_message(&self.inbox) {
                _ if self.inbox.is_empty() => None,
                Reading::Complete(frame, length) => {
                    return match verdict::frame(expect, &frame, self.item) {
                        Ok(()) => {
                            self.inbox.drain(..length);
                            Ok(())
                        }
                        Err(_) if expect.optional => Ok(()),
                        Err(what) => Err(self.failure(span, what)),
                    };
                }
                Reading::Malformed(why) => return Err(self.failure(span, format!("got {why}"))),
                Reading::Partial => Some("got a frame that is cut short"),
            };
            match (self.more(self.patience.answer), why) {
                (Received::Bytes, _) => {}
                (_, None) if expect.optional => return Ok(()),
                (Received::End | Received::Reset, None) if verdict::wants_end(expect) => {
                    return Ok(());
                }
                (Received::Quiet, None) => return Err(self.failure(span, "nothing came")),
                (Received::End, None) => return Err(self.failure(span, "the connection ended")),
                (Received::Reset, None) => {
                    return Err(self.failure(span, "the connection was reset"));
                }
                (_, Some(why)) => return Err(self.failure(span, why)),
            }
        }
    }

    fn expect_close(&mut self, span: Span) -> Result<(), Failure> {
        while self.inbox.is_empty() {
            match self.more(self.patience.answer) {
                Received::Bytes => {}
                Received::End | Received::Reset => return Ok(()),
                Received::Quiet => return Err(self.failure(span, "the connection is open")),
            }
        }
        Err(self.surplus(span))
    }

    fn expect_open(&mut self, span: Span) -> Result<(), Failure> {
        if self.inbox.is_empty() {
            match self.more(self.patience.quiet) {
                Received::Bytes => {}
                Received::Quiet => return Ok(()),
                Received::End => return Err(self.failure(span, "the connection ended")),
                Received::Reset => return Err(self.failure(span, "the connection was reset")),
            }
        }
        Err(self.surplus(span))
    }

    /// The client's opening handshake, and the server's.
    fn handshake(&mut self, span: Span, path: &Text, fields: &[Field]) -> Result<(), Failure> {
        self.send(&opening::request(path, fields, self.item));
        let any_of = vec![Wanted::Status(101)];
        let expect = Expect { optional: false, any_of, to_head: false, details: Vec::new() };
        let Some(response) = self.next_response(span, &expect)? else { return Ok(()) };
        self.framed = true;
        opening::accepted(&response)
            .map_err(|what| Failure::new(span, what, self.transcript.received()))
    }

    /// Ends our half, and listens to the end: what no step has taken is a failure.
    fn finish(&mut self, last: Span) -> Result<(), Failure> {
        if self.stalled {
            self.stall(None);
        }
        // A server that has closed already has done so on its own account.
        while self.more(Duration::ZERO) == Received::Bytes {}
        self.shut_once();
        while self.more(self.patience.end) == Received::Bytes {}
        if self.patience.time == Time::Virtual && self.transcript.ending() == Ending::Open {
            self.channel.pass(self.patience.end);
            while self.more(self.patience.end) == Received::Bytes {}
        }
        if self.inbox.is_empty() { Ok(()) } else { Err(self.surplus(last)) }
    }

    fn shut_once(&mut self) {
        if !self.shut {
            self.shut = true;
            self.channel.shut();
            self.transcript.shut();
        }
    }

    /// The client takes so many bytes more and then none, or goes on reading.
    fn stall(&mut self, bytes: Option<u32>) {
        self.stalled = bytes.is_some();
        self.transcript.stall(bytes);
        match bytes {
            Some(bytes) => self.channel.stall(usize::try_from(bytes).unwrap_or(usize::MAX)),
            None => self.channel.resume(),
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.transcript.send(bytes);
        self.channel.send(bytes);
    }

    /// Receives into the inbox, and into the transcript.
    fn more(&mut self, patience: Duration) -> Received {
        match self.transcript.ending() {
            Ending::Closed => return Received::End,
            Ending::Reset => return Received::Reset,
            Ending::Open => {}
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() && self.patience.time == Time::Real {
            return Received::Quiet;
        }
        let start = self.inbox.len();
        let received = self.channel.receive(&mut self.inbox, patience.min(left));
        match received {
            Received::Bytes if self.transcript.received().len() > RECEIVED_MAX => {
                return Received::Quiet;
            }
            Received::Bytes => {
                self.transcript.receive(self.inbox.get(start..).unwrap_or_default());
            }
            Received::End => self.transcript.end(Ending::Closed),
            Received::Reset => self.transcript.end(Ending::Reset),
            Received::Quiet => {}
        }
        received
    }

    fn failure(&self, span: Span, what: impl Into<String>) -> Failure {
        Failure::new(span, what, &self.inbox)
    }

    fn surplus(&self, span: Span) -> Failure {
        let what = if self.framed {
            match frames::read_message(&self.inbox) {
                Reading::Complete(frame, _) => format!("got {}", verdict::name(&frame)),
                Reading::Partial | Reading::Malformed(_) => "got more bytes".into(),
            }
        } else {
            match response::read_head(&self.inbox) {
                Reading::Complete(response, _) => format!("got {}", response.status),
                Reading::Partial | Reading::Malformed(_) => "got more bytes".into(),
            }
        };
        self.failure(span, format!("{what}, and nothing more was due"))
    }
}

#[cfg(test)]
pub(crate) mod tests;
