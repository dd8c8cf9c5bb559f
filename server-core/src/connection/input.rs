//! The two doors: what the world did to the connection, and what the driver is to do next.

use super::Wire;
use super::state::{Event, State};
use super::timers::{Awaits, Expired};
use crate::buffer::{copy, shift};
use crate::error::Violation;
use crate::http::status::Status;
use crate::limits::WRITE_STEP_BYTES;
use crate::time::Instant;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// So many bytes were read into [`Wire::receive_space`].
    Received(usize),
    /// So many bytes of [`Wire::unsent`] were written.
    Sent(usize),
    /// Our half of the stream was ended, as `Output::Shutdown` asked.
    Shut,
    /// The peer ended its half of the stream.
    PeerClosed,
    /// Whoever runs the server wants the connection to finish what it has begun, and close.
    Drain,
    /// Time has passed, no more.
    Timeout,
}

/// What the driver is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// There may be something to pull: a head, a piece of content, a message, room to write.
    Ready,
    /// Write [`Wire::unsent`]; this stands until `Sent` releases it.
    Transmit,
    /// End our half of the stream; this stands until `Shut`.
    Shutdown,
    /// Drop the stream: it is over.
    Close,
    /// Nothing, until the world acts or [`Wire::deadline`] comes.
    Wait,
}

impl Wire<'_> {
    /// Takes note of what happened, at `now`. A deadline that has come is dealt with first.
    #[inline(never)]
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        let has_passed = self.c.timers.advance(now);
        if has_passed || input == Input::Timeout {
            while let Some(expired) = self.c.timers.expired() {
                self.expire(expired);
            }
        }
        match input {
            Input::Received(n) => self.received(n),
            Input::Sent(n) => self.sent(n),
            Input::Shut => self.step(Event::Shut),
            Input::PeerClosed => {
                self.c.ended = true;
                self.c.fresh = true;
            }
            Input::Drain => {
                self.c.draining = true;
                self.c.last = true;
                self.c.fresh = true;
            }
            Input::Timeout => {}
        }
        if self.c.state == State::Lingering && self.c.ended {
            self.step(Event::PeerDone);
        }
    }

    /// What to do next. `Ready` is said once for each change; the rest stands until it is done.
    // rfc9112-9.6-staged-close
    // rfc9112-9.5-graceful-timeout
    // rfc6455-7.1.1-clean-close
    pub fn poll_output(&mut self) -> Output {
        if self.c.state == State::Closed {
            return Output::Close;
        }
        if self.c.fresh && self.can_pull() {
            self.c.fresh = false;
            return Output::Ready;
        }
        if self.has_output() {
            // rfc6455-6.1-transmit
            return Output::Transmit;
        }
        if self.c.state == State::Flushing {
            return Output::Shutdown;
        }
        Output::Wait
    }

    /// The nearest deadline, whatever else is to be done: how long to wait at most.
    pub fn deadline(&self) -> Option<Instant> {
        self.c.timers.deadline()
    }

    /// Whether it is between two requests, and the peer has all that we said.
    pub fn is_idle(&self) -> bool {
        self.c.state == State::Idle && !self.has_output()
    }

    /// Whether the driver should read at all.
    pub fn wants_input(&self) -> bool {
        !self.c.ended && self.c.state != State::Closed
    }

    /// A head is only pulled while there is room for its answer's, so that an error can always
    /// be answered; a burst of requests is answered in one write until then.
    // rfc9112-9.5-sustain-under-load
    fn can_pull(&self) -> bool {
        match self.c.state {
            State::Idle | State::Head => self.has_room_for_head(),
            State::Exchange | State::Draining | State::WebSocket | State::Closing => true,
            State::Flushing | State::Lingering | State::Closed => false,
        }
    }

    pub(super) fn has_room_for_head(&self) -> bool {
        self.room() >= usize::from(self.limits.answer_head_bytes_max)
    }

    fn received(&mut self, n: usize) {
        // rfc9112-9.6-ignore-after-own-close
        if matches!(self.c.state, State::Flushing | State::Lingering | State::Closed) {
            return;
        }
        let end = self.c.received.end.saturating_add(n);
        self.c.received.end = end.min(self.receive.len());
        self.c.fresh = true;
        #[cfg(feature = "ws")]
        if matches!(self.c.timers.awaits(), Awaits::Silence | Awaits::Pong) {
            self.c.timers.expect_anew(Awaits::Silence, self.limits);
        }
    }

    fn sent(&mut self, n: usize) {
        self.release_sent(n);
        let sent = self.c.write_step.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        self.c.write_step = sent % WRITE_STEP_BYTES;
        if self.has_output() {
            if sent >= WRITE_STEP_BYTES {
                self.c.timers.begin_write(self.limits);
            }
        } else {
            self.c.timers.stop_write();
            match self.c.state {
                State::Idle => self.expect_request(),
                State::Flushing => self.expect_end(),
                _ => {}
            }
        }
        // Who waits for room can go on.
        self.c.fresh |= self.c.state.is_served();
    }

    /// Takes `n` bytes of output away, and lays out the rest by how long it is and not by how it
    /// came and went: room for an answer must not depend on what left in one write.
    fn release_sent(&mut self, n: usize) {
        let standing = self.c.unsent;
        if n < standing {
            shift(self.send, n, standing - n);
        }
        let beyond = n.saturating_sub(standing);
        self.c.tail = self.c.tail.get(beyond..).unwrap_or_default();
        self.c.unsent = standing.saturating_sub(n);
        let free = self.send.get_mut(self.c.unsent..).unwrap_or_default();
        if !self.c.tail.is_empty() && self.c.tail.len() <= free.len() {
            copy(free, self.c.tail);
            self.c.unsent += self.c.tail.len();
            self.c.tail = &[];
        }
    }

    /// Deals with a deadline that has come. It stops first, so that none comes twice.
    fn expire(&mut self, expired: Expired) {
        let awaited = match expired {
            Expired::Handler => {
                self.c.timers.stop_handler();
                return self.refuse_with(Status::SERVICE_UNAVAILABLE, b"");
            }
            // rfc9112-9.5-close-anytime
            // rfc6455-7.1.1-close-any-means
            Expired::Write => {
                self.c.timers.stop_write();
                return self.step(Event::Abort);
            }
            Expired::Peer(awaited) => awaited,
        };
        self.c.timers.expect_nothing();
        match awaited {
            Awaits::Head => self.refuse(Violation::RequestTimeout),
            Awaits::Content if self.c.state == State::Exchange => {
                self.refuse(Violation::RequestTimeout);
            }
            #[cfg(feature = "ws")]
            Awaits::Silence => self.ping(),
            #[cfg(feature = "ws")]
            Awaits::Pong => self.fail(Violation::NoPong),
            #[cfg(feature = "ws")]
            Awaits::Message => self.fail(Violation::MessageTooSlow),
            Awaits::End => self.step(Event::Abort),
            // Nothing is owed to a peer that is idle, or that lets us wait for what is dropped.
            _ => self.step(Event::PeerDone),
        }
    }
}
