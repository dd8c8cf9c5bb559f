//! Messages for many: each is encoded once, into a ring of bytes, and every listener copies it from
//! there into its own send buffer.
//!
//! Whoever publishes never waits. A listener has a cursor and no memory; if its peer reads too
//! slowly it is told how many messages were lost, and goes on with the oldest that is kept.

use core::cell::RefCell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll};

use super::body::Interrupted;
use super::topic::Lagged;
use super::wakers::{Seat, Waiting, Wakers};
use super::websocket::{Outbox, Send};
use crate::error::Misuse;
use ring::{Cursor, Found, Ring, Tag};

pub(super) mod ring;

/// The last messages that all listeners get, in `BYTES` bytes: eight for each message, and its
/// payload.
///
/// Any number can listen, `W` of them woken directly, as with a [`Topic`](super::topic::Topic).
pub struct Broadcast<const BYTES: usize, const W: usize = 8> {
    ring: RefCell<Ring<BYTES>>,
    wakers: Wakers<W>,
}

impl<const BYTES: usize, const W: usize> Broadcast<BYTES, W> {
    /// No message yet.
    pub const fn new() -> Self {
        Self { ring: RefCell::new(Ring::NEW), wakers: Wakers::new() }
    }

    /// Encodes a message for all who listen now: text, bytes, [`Json`](crate::Json). The oldest
    /// ones make room for it.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`] for one that the ring cannot hold; those before it are lost.
    pub fn publish(&self, message: impl Send) -> Result<(), Misuse> {
        self.put(Tag::TO_ALL, message)
    }

    pub(super) fn put(&self, tag: Tag, mut message: impl Send) -> Result<(), Misuse> {
        let tag = Tag { kind: message.kind(), ..tag };
        self.put_rendered(tag, &mut |to| message.render(to))
    }

    #[inline(never)]
    fn put_rendered(
        &self,
        tag: Tag,
        render: &mut dyn FnMut(&mut crate::buffer::Writer<'_>),
    ) -> Result<(), Misuse> {
        // Whoever renders a message by publishing another one is told so.
        let Ok(mut ring) = self.ring.try_borrow_mut() else { return Err(Misuse::AnswerTooLarge) };
        let put = ring.put(tag, render);
        drop(ring);
        self.wakers.wake();
        put
    }

    /// Listens from now on.
    pub fn listen(&self) -> Listener<'_, BYTES, W> {
        Listener { broadcast: self, cursor: self.cursor(), seat: Seat::default() }
    }

    pub(super) fn cursor(&self) -> Cursor {
        self.ring.try_borrow().map_or(Cursor::NEW, |ring| ring.cursor())
    }

    /// Waits in this seat.
    pub(super) const fn waiting<'s>(&'s self, seat: &'s mut Seat) -> Waiting<'s, W> {
        Waiting { wakers: &self.wakers, seat }
    }

    pub(super) fn leave(&self, seat: &mut Seat) {
        self.wakers.leave(seat);
    }

    /// Sends what is there for whom `wants` takes it, in the order of its publication, and waits for
    /// more.
    pub(super) fn poll_deliver(
        &self,
        cursor: &mut Cursor,
        waiting: &mut Waiting<'_, W>,
        wants: &dyn Fn(Tag) -> bool,
        outbox: &mut Outbox<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Lagged, Interrupted>> {
        self.wakers.settle(waiting.seat);
        self.send_all(cursor, wants, outbox).unwrap_or_else(|| {
            self.wakers.register(waiting.seat, cx.waker());
            Poll::Pending
        })
    }

    /// Sends what is there; `None` if that was all, and pending for a slow peer, who need not hear
    /// of more.
    fn send_all(
        &self,
        cursor: &mut Cursor,
        wants: &dyn Fn(Tag) -> bool,
        outbox: &mut Outbox<'_>,
    ) -> Option<Poll<Result<Lagged, Interrupted>>> {
        let ring = self.ring.try_borrow().ok()?;
        loop {
            match ring.find(cursor) {
                Found::Lost(n) => return Some(Poll::Ready(Ok(Lagged(n)))),
                Found::Message(tag, _) if !wants(tag) => {}
                Found::Message(tag, data) => match outbox.poll_frame(tag.kind, data) {
                    Poll::Pending => return Some(Poll::Pending),
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(None)) => return Some(Poll::Ready(Err(Interrupted))),
                    // Too large for these limits, though not for the ring.
                    Poll::Ready(Err(Some(_))) => {
                        ring.pass(cursor);
                        return Some(Poll::Ready(Ok(Lagged(1))));
                    }
                },
                Found::Nothing if !outbox.is_open() => return Some(Poll::Ready(Err(Interrupted))),
                Found::Nothing => return None,
            }
            ring.pass(cursor);
        }
    }
}

impl<const BYTES: usize, const W: usize> Default for Broadcast<BYTES, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const BYTES: usize, const W: usize> fmt::Debug for Broadcast<BYTES, W> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Broadcast").finish_non_exhaustive()
    }
}

/// A cursor in a broadcast.
pub struct Listener<'b, const BYTES: usize, const W: usize = 8> {
    broadcast: &'b Broadcast<BYTES, W>,
    cursor: Cursor,
    seat: Seat,
}

impl<const BYTES: usize, const W: usize> Listener<'_, BYTES, W> {
    /// Sends all messages as they are published, for as long as it is polled; ready only when some
    /// were lost, and to be asked again then. Cancel-safe: a message is sent whole or not at all,
    /// and what was not sent is there the next time.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] once the WebSocket is closing.
    pub fn deliver<'d>(
        &'d mut self,
        outbox: &'d mut Outbox<'_>,
    ) -> impl Future<Output = Result<Lagged, Interrupted>> + Unpin {
        let Self { broadcast, cursor, seat } = self;
        let mut waiting = broadcast.waiting(seat);
        poll_fn(move |cx| broadcast.poll_deliver(&mut *cursor, &mut waiting, &|_| true, outbox, cx))
    }
}

impl<const BYTES: usize, const W: usize> Drop for Listener<'_, BYTES, W> {
    fn drop(&mut self) {
        self.broadcast.leave(&mut self.seat);
    }
}

impl<const BYTES: usize, const W: usize> fmt::Debug for Listener<'_, BYTES, W> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Listener").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
