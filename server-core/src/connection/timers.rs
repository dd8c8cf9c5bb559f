//! Named deadlines. Each is absolute once it runs; one whose peer is not at fault stands still.
//!
//! A deadline is kept as the time that is left of it, so that pausing it is simply not running it,
//! and a connection of many years needs no more than 32 bits for each.

use crate::limits::Limits;
use crate::time::Instant;

/// What the connection waits for the peer to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Awaits {
    /// Nothing: it is not the peer's turn.
    Nothing,
    /// The first byte of a request.
    Request,
    /// The rest of a head.
    Head,
    /// Content that a handler wants, or that is drained.
    Content,
    /// The peer's end of stream, after ours.
    End,
    /// Any sign of life on a WebSocket.
    #[cfg(feature = "ws")]
    Silence,
    /// A sign of life after our ping.
    #[cfg(feature = "ws")]
    Pong,
    /// The rest of a WebSocket message.
    #[cfg(feature = "ws")]
    Message,
    /// The answer to our Close frame.
    #[cfg(feature = "ws")]
    Close,
}

/// Which deadline has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expired {
    /// The peer did not do what was awaited.
    Peer(Awaits),
    /// The handler did not begin an answer.
    Handler,
    /// The peer did not take our output.
    Write,
}

/// The deadlines of one connection.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Timers {
    awaits: Awaits,
    handler_runs: bool,
    write_runs: bool,
    /// Content may be awaited many times within one request: then this is what is left of all of
    /// these waits together.
    peer: u32,
    handler: u32,
    write: u32,
    now: Instant,
}

impl Timers {
    /// Nothing runs yet.
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            now,
            peer: 0,
            handler: 0,
            write: 0,
            awaits: Awaits::Nothing,
            handler_runs: false,
            write_runs: false,
        }
    }

    /// The time until which all of it has been advanced.
    pub(super) const fn now(&self) -> Instant {
        self.now
    }

    /// What the peer is waited for.
    #[cfg(feature = "ws")]
    pub(super) const fn awaits(&self) -> Awaits {
        self.awaits
    }

    /// Lets time pass up to `now`, and says whether any has: time that goes back is taken as
    /// standing still.
    pub(super) fn advance(&mut self, now: Instant) -> bool {
        if now <= self.now {
            return false;
        }
        let passed = now.millis_since(self.now);
        self.now = now;
        if self.awaits != Awaits::Nothing {
            self.peer = self.peer.saturating_sub(passed);
        }
        if self.handler_counts() {
            self.handler = self.handler.saturating_sub(passed);
        }
        if self.write_runs {
            self.write = self.write.saturating_sub(passed);
        }
        true
    }

    /// The deadline that has come, the peer's first.
    pub(super) fn expired(&self) -> Option<Expired> {
        if self.awaits != Awaits::Nothing && self.peer == 0 {
            return Some(Expired::Peer(self.awaits));
        }
        if self.write_runs && self.write == 0 {
            return Some(Expired::Write);
        }
        (self.handler_counts() && self.handler == 0).then_some(Expired::Handler)
    }

    /// The nearest deadline.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let peer = if self.awaits == Awaits::Nothing { u32::MAX } else { self.peer };
        let write = if self.write_runs { self.write } else { u32::MAX };
        let handler = if self.handler_counts() { self.handler } else { u32::MAX };
        let left = peer.min(write).min(handler);
        (left != u32::MAX).then(|| self.now.after_millis(left))
    }

    /// Waits for the peer to do something, from now on. What is awaited already goes on.
    pub(super) fn expect(&mut self, awaits: Awaits, limits: &Limits) {
        if self.awaits != awaits {
            self.expect_anew(awaits, limits);
        }
    }

    /// The same, from the beginning.
    pub(super) fn expect_anew(&mut self, awaits: Awaits, limits: &Limits) {
        self.awaits = awaits;
        self.peer = match awaits {
            // The time for content is one for the whole request: `begin_exchange` sets it.
            Awaits::Nothing | Awaits::Content => return,
            Awaits::Request => limits.idle_ms_max,
            Awaits::Head => limits.head_ms_max,
            Awaits::End => limits.linger_ms_max,
            #[cfg(feature = "ws")]
            Awaits::Silence => limits.ping_ms,
            #[cfg(feature = "ws")]
            Awaits::Pong => limits.pong_ms_max,
            #[cfg(feature = "ws")]
            Awaits::Message => limits.message_ms_max,
            #[cfg(feature = "ws")]
            Awaits::Close => limits.close_ms_max,
        };
    }

    /// It is no longer the peer's turn.
    pub(super) fn expect_nothing(&mut self) {
        self.awaits = Awaits::Nothing;
    }

    /// A head is complete: the handler's time begins, and that for all the content.
    pub(super) fn begin_exchange(&mut self, limits: &Limits) {
        self.awaits = Awaits::Nothing;
        self.peer = limits.body_ms_max;
        self.handler = limits.handler_ms_max;
        self.handler_runs = true;
    }

    /// The handler that is about to begin has less time than others.
    pub(super) fn limit_handler(&mut self, millis_max: u32) {
        self.handler = self.handler.min(millis_max);
    }

    /// The answer has begun, or there will be none.
    pub(super) fn stop_handler(&mut self) {
        self.handler_runs = false;
    }

    /// Output stands, from now on, for the peer to take.
    pub(super) fn begin_write(&mut self, limits: &Limits) {
        self.write = limits.write_ms_max;
        self.write_runs = true;
    }

    /// No output stands.
    pub(super) fn stop_write(&mut self) {
        self.write_runs = false;
    }

    /// Whether output stands.
    pub(super) const fn write_runs(&self) -> bool {
        self.write_runs
    }

    /// A handler that waits for content is not slow.
    fn handler_counts(&self) -> bool {
        self.handler_runs && !matches!(self.awaits, Awaits::Content)
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaits, Expired, Timers};
    use crate::{Instant, Limits};

    const LIMITS: Limits =
        Limits { body_ms_max: 30, handler_ms_max: 50, head_ms_max: 10, ..Limits::SMALL };

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_deadline_is_absolute_and_comes_exactly_at_its_time() {
        let mut timers = Timers::new(at(0));
        timers.expect(Awaits::Head, &LIMITS);
        timers.advance(at(9));
        timers.expect(Awaits::Head, &LIMITS);
        assert_eq!((timers.expired(), timers.deadline()), (None, Some(at(10))));
        timers.advance(at(10));
        assert_eq!(timers.expired(), Some(Expired::Peer(Awaits::Head)));
    }

    #[test]
    fn the_handler_is_not_slow_while_it_waits_for_content() {
        let mut timers = Timers::new(at(0));
        timers.begin_exchange(&LIMITS);
        timers.advance(at(20));
        timers.expect(Awaits::Content, &LIMITS);
        timers.advance(at(40));
        timers.expect_nothing();
        assert_eq!(timers.deadline(), Some(at(70)));
        timers.advance(at(69));
        timers.expect(Awaits::Content, &LIMITS);
        assert_eq!(timers.deadline(), Some(at(79)), "waits for content add up");
        timers.advance(at(79));
        assert_eq!(timers.expired(), Some(Expired::Peer(Awaits::Content)));
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let mut timers = Timers::new(at(100));
        timers.expect(Awaits::Head, &LIMITS);
        timers.advance(at(50));
        assert_eq!(timers.deadline(), Some(at(110)));
    }
}
