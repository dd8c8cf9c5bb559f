//! One connection of a replay, and the steps that happen on it.

use std::time::{Duration, Instant};

use super::content::Begun;
use crate::case::{Expect, Field, Step, StepKind, Text, Wanted};
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

/// What holds for a whole replay.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    /// What `\{NAME}` stands for.
    pub(super) item: Option<&'a [u8]>,
    pub(super) patience: Patience,
    pub(super) deadline: Instant,
}

/// A connection from the client's side.
pub(super) struct Talk<'a> {
    pub(super) channel: Box<dyn Channel + 'a>,
    pub(super) transcript: Transcript,
    /// Received, and not yet taken by a step.
    pub(super) inbox: Vec<u8>,
    /// An answer goes on.
    pub(super) begun: Option<Begun>,
    /// Frames are spoken, not HTTP.
    framed: bool,
    /// The client has ended its half, or reset.
    shut: bool,
    /// The client does not read.
    stalled: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(channel: Box<dyn Channel + 'a>) -> Self {
        let (transcript, inbox) = (Transcript::default(), Vec::new());
        Self { channel, transcript, inbox, begun: None, framed: false, shut: false, stalled: false }
    }

    pub(super) fn step(&mut self, step: &Step, terms: Terms<'_>) -> Result<(), Failure> {
        match &step.kind {
            StepKind::Send(texts) => {
                let bytes: Vec<u8> = texts.iter().flat_map(|text| text.bytes(terms.item)).collect();
                self.send(&bytes);
            }
            StepKind::SendFrame(frame) => self.send(&frame.encode(terms.item)),
            StepKind::Expect(expect) if self.framed => {
                return self.expect_frame(step.span, expect, terms);
            }
            StepKind::Expect(expect) => return self.expect_response(step.span, expect, terms),
            StepKind::More(text) => return self.expect_more(step.span, text, terms),
            StepKind::End => return self.expect_end(step.span, terms),
            StepKind::Shut => self.shut_once(),
            StepKind::Reset => {
                // What steps have taken of an answer that goes on still stands there.
                let unread = if self.has_more() { self.inbox.len() } else { 0 };
                self.transcript.reset(unread);
                self.inbox.clear();
                self.channel.reset();
                self.begun = None;
                self.shut = true;
                self.stalled = false;
            }
            StepKind::Stall(bytes) => self.stall(Some(*bytes)),
            StepKind::Resume => self.stall(None),
            StepKind::Close => return self.expect_close(step.span, terms),
            StepKind::Open => return self.expect_open(step.span, terms),
            StepKind::WebSocket { path, fields } => {
                return self.handshake(step.span, path, fields, terms);
            }
            StepKind::Frames => self.framed = true,
            // These are of the whole replay.
            StepKind::As(_) | StepKind::Pass(_) => {}
        }
        Ok(())
    }

    /// The next response is one of those expected.
    fn expect_response(
        &mut self,
        span: Span,
        expect: &Expect,
        terms: Terms<'_>,
    ) -> Result<(), Failure> {
        let Some(response) = self.next_response(span, expect, terms)? else { return Ok(()) };
        if expect.begins {
            self.begun = Some(Begun { framing: response.framing, taken: 0 });
        }
        verdict::details(expect, &response, terms.item)
            .map_err(|(span, what)| Failure::new(span, what, self.transcript.received()))
    }

    /// Takes the next response, if its status is expected; `None` if the connection has ended as
    /// it may, or if nothing came that had to.
    fn next_response(
        &mut self,
        span: Span,
        expect: &Expect,
        terms: Terms<'_>,
    ) -> Result<Option<Response>, Failure> {
        loop {
            let ended = self.transcript.ending() != Ending::Open;
            let reading = match expect.begins {
                true => response::read_begin(&self.inbox),
                false => response::read(&self.inbox, expect.to_head, ended),
            };
            let why = match reading {
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
            match (self.more(terms.patience.answer, terms), why) {
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
                (received, None) => return Err(self.nothing(span, received)),
                (_, Some(why)) => return Err(self.failure(span, why)),
            }
        }
    }

    /// The next message is one of those expected.
    fn expect_frame(
        &mut self,
        span: Span,
        expect: &Expect,
        terms: Terms<'_>,
    ) -> Result<(), Failure> {
        loop {
            let why = match frames::read_message(&self.inbox) {
                _ if self.inbox.is_empty() => None,
                Reading::Complete(frame, length) => {
                    return match verdict::frame(expect, &frame, terms.item) {
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
            match (self.more(terms.patience.answer, terms), why) {
                (Received::Bytes, _) => {}
                (_, None) if expect.optional => return Ok(()),
                (Received::End | Received::Reset, None) if verdict::wants_end(expect) => {
                    return Ok(());
                }
                (received, None) => {
                    let kind = FailureKind::Other;
                    return Err(self.nothing(span, received).of(kind));
                }
                (_, Some(why)) => return Err(self.failure(span, why)),
            }
        }
    }

    fn expect_close(&mut self, span: Span, terms: Terms<'_>) -> Result<(), Failure> {
        while !self.has_more() {
            match self.more(terms.patience.answer, terms) {
                Received::Bytes => {}
                Received::End | Received::Reset => return Ok(()),
                Received::Quiet => return Err(self.failure(span, "the connection is open")),
            }
        }
        Err(self.surplus(span))
    }

    fn expect_open(&mut self, span: Span, terms: Terms<'_>) -> Result<(), Failure> {
        while !self.has_more() {
            match self.more(terms.patience.quiet, terms) {
                // It may be no more than the begin of something.
                Received::Bytes => {}
                Received::Quiet => return Ok(()),
                received => return Err(self.nothing(span, received)),
            }
        }
        Err(self.surplus(span))
    }

    /// The client's opening handshake, and the server's.
    fn handshake(
        &mut self,
        span: Span,
        path: &Text,
        fields: &[Field],
        terms: Terms<'_>,
    ) -> Result<(), Failure> {
        self.send(&opening::request(path, fields, terms.item));
        let any_of = vec![Wanted::Status(101)];
        let (optional, to_head, begins) = (false, false, false);
        let expect = Expect { optional, any_of, to_head, begins, details: Vec::new() };
        let Some(response) = self.next_response(span, &expect, terms)? else { return Ok(()) };
        self.framed = true;
        opening::accepted(&response)
            .map_err(|what| Failure::new(span, what, self.transcript.received()))
    }

    /// Ends our half, and listens to the end: what no step has taken is a failure.
    pub(super) fn finish(&mut self, last: Span, terms: Terms<'_>) -> Result<(), Failure> {
        if self.stalled {
            self.stall(None);
        }
        // A server that has closed already has done so on its own account.
        while self.more(Duration::ZERO, terms) == Received::Bytes {}
        self.shut_once();
        let patience = terms.patience;
        while self.more(patience.end, terms) == Received::Bytes {}
        if patience.time == Time::Virtual && self.transcript.ending() == Ending::Open {
            self.channel.pass(patience.end);
            while self.more(patience.end, terms) == Received::Bytes {}
        }
        if self.has_more() { Err(self.surplus(last)) } else { Ok(()) }
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
    pub(super) fn more(&mut self, patience: Duration, terms: Terms<'_>) -> Received {
        match self.transcript.ending() {
            Ending::Closed => return Received::End,
            Ending::Reset => return Received::Reset,
            Ending::Open => {}
        }
        let left = terms.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() && terms.patience.time == Time::Real {
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

    pub(super) fn failure(&self, span: Span, what: impl Into<String>) -> Failure {
        Failure::new(span, what, &self.inbox)
    }

    /// Something was due, and this came.
    pub(super) fn nothing(&self, span: Span, received: Received) -> Failure {
        match received {
            Received::End => self.failure(span, "the connection ended").of(FailureKind::Ended),
            Received::Reset => self.failure(span, "the connection was reset"),
            Received::Quiet | Received::Bytes => self.failure(span, "nothing came"),
        }
    }

    fn surplus(&self, span: Span) -> Failure {
        let what = if self.framed {
            match frames::read_message(&self.inbox) {
                Reading::Complete(frame, _) => format!("got {}", verdict::name(&frame)),
                Reading::Partial | Reading::Malformed(_) => "got more bytes".into(),
            }
        } else {
            match (&self.begun, response::read_head(&self.inbox)) {
                (Some(_), _) => "got more content".into(),
                (None, Reading::Complete(response, _)) => format!("got {}", response.status),
                (None, Reading::Partial | Reading::Malformed(_)) => "got more bytes".into(),
            }
        };
        self.failure(span, format!("{what}, and nothing more was due"))
    }
}
