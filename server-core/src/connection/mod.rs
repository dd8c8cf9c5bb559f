//! One connection, from accept to close: a state of about a hundred bytes, and lent buffers.
//!
//! [`Connection`] is what lives on between events. [`Wire`] is the connection with its buffers
//! lent, for one scope; all doors and verbs are on it, in four kinds by their prefix:
//!
//! - *doors in*: [`Wire::handle_input`] after the world acted; bytes were read straight into
//!   [`Wire::receive_space`];
//! - *doors out*: [`Wire::poll_output`] until it says `Wait`; bytes are written straight from
//!   [`Wire::unsent`];
//! - *nouns* that the application pulls: [`Wire::head`], [`Wire::piece`], [`Wire::message`];
//! - *verbs* with which it answers: [`Wire::respond`], [`Wire::begin_stream`], [`Wire::write`],
//!   [`Wire::finish`], [`Wire::send`], [`Wire::close`].
//!
//! The law: after each input or verb, poll until `Wait`. Input is consumed only up to the next
//! thing to pull, so what goes out depends on the bytes and on time, never on how they were cut.

mod answer;
mod content;
#[cfg(feature = "ws")]
mod frames;
#[cfg(feature = "ws")]
mod frames_sent;
mod input;
mod lent;
mod refusal;
mod rendered;
pub mod state;
mod timers;

pub use answer::Streaming;
pub use content::{Collected, Piece};
#[cfg(feature = "ws")]
pub use frames::Incoming;
pub use input::{Input, Output};
pub(crate) use refusal::PROBLEM_JSON;

use crate::error::{Misuse, Violation};
use crate::http::chunked::Chunked;
use crate::http::date::HttpDate;
use crate::http::head::Head;
use crate::http::lines::Lines;
use crate::http::status::Status;
use crate::limits::Limits;
use crate::time::Instant;
use state::{Event, State};
use timers::{Awaits, Timers};

/// The state of one connection. It owns no memory: [`Connection::lend`] takes the buffers.
///
/// Small fields stand first: an ARMv6-M instruction reaches a byte within 31 bytes, a word within
/// 124, and what is farther costs another instruction at each use.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Connection {
    state: State,
    answer: Answer,
    /// The connection ends after this answer.
    last: bool,
    /// The peer has ended its stream.
    ended: bool,
    /// The driver wants the connection to end soon.
    draining: bool,
    /// Something came that nobody has looked at.
    fresh: bool,
    /// 100 Continue has been sent.
    continued: bool,
    /// The end of the content has been seen by whom it concerns.
    read_all: bool,
    violation: Option<Violation>,
    misuse: Option<Misuse>,
    /// Requests so far.
    requests: u16,
    /// The status code that answers the last request; 0 while none does.
    answered: u16,
    /// Bytes sent since the last full step of them.
    write_step: u32,
    head: Head,
    /// Received and not yet consumed.
    received: Span,
    /// Written and not yet sent, at the front of the send buffer.
    unsent: usize,
    /// A `'static` content's rest, sent from where it lies, after what stands in the send buffer.
    /// Empty as soon as the buffer has room for all of it.
    tail: &'static [u8],
    /// Bytes at the front of the receive buffer that must stay: content or a message, in the
    /// making or waiting to be taken.
    held: usize,
    timers: Timers,
    /// Content of the answer that is due by its Content-Length.
    answer_left: u64,
    content: Content,
}

/// A part of a lent buffer.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    const fn len(self) -> usize {
        self.end - self.start
    }
}

/// What is left to read of a request's content, or the frames that follow the request.
#[derive(Clone, Copy, Debug)]
enum Content {
    Length(u64),
    Chunked(Chunked),
    #[cfg(feature = "ws")]
    Frames(frames::Frames),
}

/// How far the answer has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Not a byte of it is written.
    Due,
    /// Its head is written, and `answer_left` bytes of content are due.
    Length,
    Chunked,
    UntilClose,
    /// Its head is written; whatever content the application writes is dropped (HEAD, 204).
    Dropped,
    Done,
}

impl Connection {
    /// A connection that was accepted just now.
    #[inline(never)]
    pub fn new(now: Instant, limits: &Limits) -> Self {
        let mut timers = Timers::new(now);
        timers.expect(Awaits::Request, limits);
        Self {
            head: Head::NEW,
            content: Content::Length(0),
            answer_left: 0,
            timers,
            tail: &[],
            received: Span { start: 0, end: 0 },
            unsent: 0,
            held: 0,
            write_step: 0,
            requests: 0,
            answered: 0,
            violation: None,
            misuse: None,
            state: State::Idle,
            answer: Answer::Due,
            last: false,
            ended: false,
            draining: false,
            fresh: false,
            continued: false,
            read_all: false,
        }
    }

    /// The connection with its buffers. They must be the same memory, with the same content, at
    /// each call, and as large as `limits` asks: see [`Limits::fits`]. `date` is the place where
    /// [`Wire::set_unix_seconds`] keeps what it has formatted; until then, what answers say.
    pub fn lend<'w>(
        &'w mut self,
        limits: &'w Limits,
        receive: &'w mut [u8],
        send: &'w mut [u8],
        date: &'w mut Option<HttpDate>,
    ) -> Wire<'w> {
        Wire { c: self, receive, send, limits, date, around: None }
    }

    /// Where the connection stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The judged head, while its request is answered.
    pub const fn judged_head(&self) -> &Head {
        &self.head
    }

    /// The rule that the peer broke, if it did.
    pub const fn violation(&self) -> Option<Violation> {
        self.violation
    }

    /// What the application did wrong last, if it did.
    pub const fn misuse(&self) -> Option<Misuse> {
        self.misuse
    }

    /// The status that answers the request, once its head is written; 101 for a WebSocket.
    pub const fn answered(&self) -> Option<Status> {
        Status::sent(self.answered)
    }

    /// The last point in time that the connection was told of.
    pub const fn now(&self) -> Instant {
        self.timers.now()
    }

    /// Lowers the bound of the content of the request that is answered. False if it has declared
    /// more.
    pub(crate) fn limit_content(&mut self, bytes_max: u64) -> bool {
        match &mut self.content {
            Content::Length(bytes) => *bytes <= bytes_max,
            Content::Chunked(chunked) => {
                chunked.limit(bytes_max);
                true
            }
            #[cfg(feature = "ws")]
            Content::Frames(_) => true,
        }
    }

    /// Lowers the time of the handler that is about to begin.
    pub(crate) fn limit_handler(&mut self, millis_max: u32) {
        self.timers.limit_handler(millis_max);
    }

    /// Whether the driver wants the connection to end soon.
    pub const fn is_draining(&self) -> bool {
        self.draining
    }

    /// Whether the peer has ended its half of the stream.
    pub(crate) const fn has_peer_ended(&self) -> bool {
        self.ended
    }

    /// Where the received, unread bytes begin in the receive buffer.
    pub const fn unread_at(&self) -> usize {
        self.received.start
    }

    /// From now on the receive buffer begins `bytes` later: the head in front of it is frozen.
    pub(crate) fn freeze(&mut self, bytes: usize) {
        self.received.start = self.received.start.saturating_sub(bytes);
        self.received.end = self.received.end.saturating_sub(bytes);
    }

    /// The opposite, when the answer is complete.
    pub(crate) fn thaw(&mut self, bytes: usize) {
        self.received.start += bytes;
        self.received.end += bytes;
        self.held = 0;
    }
}

/// A connection with its buffers lent.
pub struct Wire<'w> {
    c: &'w mut Connection,
    receive: &'w mut [u8],
    send: &'w mut [u8],
    limits: &'w Limits,
    date: &'w mut Option<HttpDate>,
    /// Adds field lines to whatever answers.
    around: Option<&'w dyn Lines>,
}

impl<'w> Wire<'w> {
    /// The same with somebody who adds field lines to whatever answers, be it an error.
    pub fn around(self, around: Option<&'w dyn Lines>) -> Self {
        Self { around, ..self }
    }

    /// The connection.
    pub const fn connection(&self) -> &Connection {
        self.c
    }

    /// The limits that hold.
    pub const fn limits(&self) -> &'w Limits {
        self.limits
    }

    /// What time it is, as an answer says it; `None` without a clock.
    pub(crate) fn date(&self) -> Option<&HttpDate> {
        self.date.as_ref()
    }

    /// Sets what the `Date` field of the next answer says; `None` if nobody knows the time. It is
    /// formatted when the second is another one than before.
    #[inline(always)]
    pub fn set_unix_seconds(&mut self, seconds: Option<u64>) {
        match seconds {
            None => *self.date = None,
            Some(now) if self.date.is_some_and(|date| date.unix_seconds() == now) => {}
            Some(now) => *self.date = Some(HttpDate::from_unix(now)),
        }
    }

    /// Follows the table of transitions, with what a state brings along.
    fn step(&mut self, event: Event) {
        let Some(next) = self.c.state.after(event) else { return };
        self.c.state = next;
        self.c.fresh = true;
        match next {
            State::Idle => {
                self.c.head = Head::NEW;
                self.c.answer = Answer::Due;
                self.c.fresh = self.c.received.len() > 0 || self.c.ended || self.c.draining;
                self.expect_request();
            }
            State::Head => self.c.timers.expect(Awaits::Head, self.limits),
            State::Exchange => {
                self.c.answered = 0;
                self.c.timers.begin_exchange(self.limits);
            }
            State::Draining => {}
            #[cfg(not(feature = "ws"))]
            State::WebSocket | State::Closing => {}
            #[cfg(feature = "ws")]
            State::WebSocket => {
                self.c.timers.stop_handler();
                self.c.timers.expect(Awaits::Silence, self.limits);
            }
            #[cfg(feature = "ws")]
            State::Closing => self.c.timers.expect(Awaits::Close, self.limits),
            State::Flushing => {
                self.c.timers.stop_handler();
                self.expect_end();
            }
            State::Lingering => self.c.timers.expect(Awaits::End, self.limits),
            State::Closed => {}
        }
    }

    /// The peer's time to end its half, and a transport's to end ours, begins when all output is
    /// out; until then the time to write counts.
    fn expect_end(&mut self) {
        if self.has_output() {
            self.c.timers.expect_nothing();
        } else {
            self.c.timers.expect(Awaits::End, self.limits);
        }
    }

    /// The idle time begins when the peer has our last answer, not before.
    fn expect_request(&mut self) {
        if self.has_output() {
            self.c.timers.expect_nothing();
        } else {
            self.c.timers.expect_anew(Awaits::Request, self.limits);
        }
    }
}
