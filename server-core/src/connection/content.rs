//! What the application pulls of a request: its head, then its content, piece by piece or in one.

use super::state::{Event, State};
use super::timers::Awaits;
use super::{Answer, Content, Span, Wire};
use crate::buffer::shift;
use crate::error::Violation;
use crate::http::chunked::{Chunked, Progress};
use crate::http::framing::Framing;
use crate::http::head::Parsed;
use crate::http::normal::decode_unreserved;
use core::ops::Range;

/// The next part of a request's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes, by their place in the receive buffer; [`Wire::took`] says how many were used.
    Data(Range<usize>),
    /// Not here yet.
    More,
    /// The content is complete.
    End,
    /// There will be no more of this request: it was refused, or the time is up.
    Broken,
}

/// A request's content, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collected {
    /// Not all of it is here yet.
    More,
    /// It is at the front of the receive buffer, so many bytes.
    Whole(usize),
    /// There will be no more of this request.
    Broken,
}

impl Wire<'_> {
    /// A whole, judged head, by its length: it stands at the first unread byte. `None` until one
    /// is here; an error has been answered then already.
    // rfc9110-5.3-no-apply-before-headers-complete
    // rfc6455-7.2.2-abort-closes
    // rfc9112-9.6-ignore-after-client-close
    // rfc9112-9.5-watch-for-close
    #[inline(never)]
    pub fn head(&mut self) -> Option<usize> {
        if !matches!(self.c.state, State::Idle | State::Head) {
            return None;
        }
        if !self.has_room_for_head() {
            self.c.fresh = true;
            return None;
        }
        let Span { start, end } = self.c.received;
        let unread = self.receive.get(start..end).unwrap_or_default();
        if unread.is_empty() {
            self.c.fresh = false;
            self.hang_up_if_over();
            return None;
        }
        match self.c.head.parse(unread, self.limits) {
            Parsed::Complete(n) => {
                let removed = self.normalize_target();
                self.begin_exchange(n - removed)
            }
            Parsed::Violation(violation) => {
                self.step(Event::HeadBegun);
                self.refuse(violation);
                None
            }
            Parsed::Incomplete => {
                // Empty lines are no head yet: an idle connection may bring them.
                if !self.c.head.is_started() {
                    self.hang_up_if_over();
                } else if self.c.state == State::Idle {
                    self.step(Event::HeadBegun);
                    self.c.fresh = false;
                }
                if self.c.ended && self.c.state == State::Head {
                    self.refuse(Violation::Incomplete);
                }
                None
            }
        }
    }

    #[inline(never)]
    fn hang_up_if_over(&mut self) {
        if self.c.state == State::Idle && (self.c.ended || self.c.draining) {
            self.step(Event::PeerDone);
        }
    }

    /// Brings the target into its normal form, and says by how many bytes that made it shorter.
    fn normalize_target(&mut self) -> usize {
        if self.c.head.has_plain_target() {
            return 0;
        }
        let (start, target) = (self.c.received.start, self.c.head.target());
        let line = self.receive.get_mut(start..start + target.end).unwrap_or_default();
        let removed = decode_unreserved(line, target.start);
        self.c.head.shorten_target(removed);
        self.consume(removed);
        removed
    }

    // rfc9112-6.3-absent-framing-zero
    // rfc9112-9.3-persist-decision
    // rfc9112-9.6-honour-client-close
    // rfc9110-3.3-no-identity-per-connection
    fn begin_exchange(&mut self, head_bytes: usize) -> Option<usize> {
        let (content, read_all) = match self.c.head.framing() {
            Framing::None => (Content::Length(0), true),
            // rfc9110-8.6-cl-overflow
            // rfc5789-5-patch-bounded
            Framing::Length(n) if n > self.limits.content_bytes_max => {
                self.step(Event::HeadBegun);
                self.refuse(Violation::ContentTooLarge);
                return None;
            }
            Framing::Length(n) => (Content::Length(n), n == 0),
            Framing::Chunked => (Content::Chunked(Chunked::new(self.limits)), false),
        };
        self.step(Event::HeadComplete);
        self.c.requests = self.c.requests.saturating_add(1);
        self.c.last = self.c.draining
            || !self.c.head.persists()
            || self.c.requests >= self.limits.requests_max;
        (self.c.content, self.c.read_all) = (content, read_all);
        (self.c.answer, self.c.continued, self.c.held) = (Answer::Due, false, 0);
        if !read_all || self.c.head.upgrades() {
            // Whatever the limits allow must fit behind the head, however requests were packed.
            let behind = self.receive.len().saturating_sub(self.c.received.start + head_bytes);
            if behind < self.limits.piece_bytes_min() {
                self.compact();
            }
        }
        Some(head_bytes)
    }

    /// Consumes the head itself, when its bytes are frozen or copied.
    pub fn pass_head(&mut self, head_bytes: usize) {
        self.consume(head_bytes);
    }

    /// The next part of the content. Asking is what sends `100 Continue`.
    #[inline(never)]
    pub fn piece(&mut self) -> Piece {
        if !matches!(self.c.state, State::Exchange | State::Draining) {
            return Piece::Broken;
        }
        if !self.c.read_all && self.c.answer == Answer::Due {
            self.invite();
        }
        let piece = self.next_piece();
        match piece {
            Piece::More => self.c.timers.expect(Awaits::Content, self.limits),
            Piece::Broken => {}
            Piece::Data(_) => self.c.timers.expect_nothing(),
            Piece::End => {
                self.c.timers.expect_nothing();
                self.c.read_all = true;
            }
        }
        piece
    }

    fn next_piece(&mut self) -> Piece {
        loop {
            let Span { start, end } = self.c.received;
            let unread = self.receive.get(start..end).unwrap_or_default();
            let left = match &mut self.c.content {
                Content::Length(0) => return Piece::End,
                Content::Length(left) => *left,
                Content::Chunked(chunked) => match chunked.advance(unread) {
                    (n, Progress::Data) => {
                        let left = chunked.data_left();
                        self.consume(n);
                        left
                    }
                    (n, Progress::More) => {
                        self.consume(n);
                        return self.starve();
                    }
                    (n, Progress::End) => {
                        self.consume(n);
                        self.c.content = Content::Length(0);
                        continue;
                    }
                    (_, Progress::Violation(violation)) => {
                        self.refuse(violation);
                        return Piece::Broken;
                    }
                },
                #[cfg(feature = "ws")]
                Content::Frames(_) => return Piece::End,
            };
            let Span { start, end } = self.c.received;
            if start == end {
                return self.starve();
            }
            let n = usize::try_from(left).unwrap_or(usize::MAX).min(end - start);
            return Piece::Data(start..start + n);
        }
    }

    // rfc9112-6.3-short-body-incomplete
    fn starve(&mut self) -> Piece {
        if !self.c.ended {
            return Piece::More;
        }
        if self.c.state == State::Draining {
            self.step(Event::PeerDone);
        } else {
            self.refuse(Violation::Incomplete);
        }
        Piece::Broken
    }

    /// Counts `n` bytes of the last piece as used.
    pub fn took(&mut self, n: usize) {
        self.consume(n);
        let left = match &mut self.c.content {
            Content::Length(left) => left,
            Content::Chunked(chunked) => chunked.left(),
            #[cfg(feature = "ws")]
            Content::Frames(_) => return,
        };
        *left = left.saturating_sub(n as u64);
    }

    /// Gathers the content at the front of the receive buffer.
    #[inline(never)]
    pub fn collect(&mut self) -> Collected {
        let bytes_max = self.limits.collected_bytes_max as usize;
        // A declared length is judged before the peer is invited to send it.
        if let Content::Length(left) = self.c.content
            && left.saturating_add(self.c.held as u64) > bytes_max as u64
        {
            self.refuse(Violation::ContentTooLarge);
        }
        loop {
            let range = match self.piece() {
                Piece::Data(range) => range,
                Piece::More => return Collected::More,
                Piece::End => return Collected::Whole(self.c.held),
                Piece::Broken => return Collected::Broken,
            };
            let held = self.c.held;
            if held + range.len() > bytes_max {
                self.refuse(Violation::ContentTooLarge);
                return Collected::Broken;
            }
            let behind = self.receive.get_mut(held..).unwrap_or_default();
            shift(behind, range.start - held, range.len());
            self.c.held += range.len();
            self.took(range.len());
        }
    }

    /// Reads and drops what is left of the content after an early answer. Only a call to finish
    /// can have made that the last answer: none that is known to be is followed by this.
    // rfc9112-9.3-drain-or-close
    // rfc9110-9.3.1-no-private-get-body
    pub fn drain(&mut self) {
        while self.c.state == State::Draining {
            match self.piece() {
                Piece::Data(range) => self.took(range.len()),
                Piece::End if self.c.last => self.step(Event::AnsweredLast),
                Piece::End => self.step(Event::Drained),
                Piece::More | Piece::Broken => return,
            }
        }
    }

    /// Keeps so many bytes at the front of the receive buffer, all of which have been taken.
    pub(crate) fn hold(&mut self, bytes: usize) {
        self.c.held = bytes.min(self.c.received.start);
    }

    /// Gives back what was held: the application is done with it.
    pub(crate) fn release(&mut self) {
        self.c.held = 0;
    }
}
