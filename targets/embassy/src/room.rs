//! The places of one server: who has which, and who waits for one.
//!
//! A place is the memory in which requests are read and answered. It is not a socket: a server may
//! have a socket more than places, and then there is one that listens while all places are taken.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Context, Poll};

use embassy_sync::waitqueue::AtomicWaker;
use samewire::Instant;
use samewire::app::places::{Entry, Overload, Place, Places, Rest};

/// The memory of one connection, apart from the network stack's.
pub(crate) struct Buffers<'p> {
    pub(crate) receive: &'p mut [u8],
    pub(crate) send: &'p mut [u8],
}

/// `N` places.
pub(crate) struct Room<'p, const N: usize> {
    places: RefCell<Places<[Place; N]>>,
    /// By place, while nobody is there.
    buffers: [Cell<Option<Buffers<'p>>>; N],
    /// By place: whoever is there has to leave.
    leaves: [Cell<bool>; N],
    overload: Overload,
    /// It is one room of several, and its places alone are no crowd.
    is_part: bool,
    /// Wakes who waits for a place. All connections of a room are one task.
    left: AtomicWaker,
}

/// Idle or not, as a connection says it.
pub(crate) trait Resting {
    fn rests(&self, index: usize, since: Option<Instant>);
}

/// A connection's place in a room of whatever size.
pub(crate) struct Seat<'r> {
    room: &'r dyn Resting,
    index: usize,
    rest: Rest,
}

/// What becomes of a newcomer.
pub(crate) enum Entered<'p> {
    /// It has this place and this memory.
    Place(usize, Buffers<'p>),
    /// There is no place; it may come again after so many seconds.
    Refused(u16),
}

impl<'p, const N: usize> Room<'p, N> {
    /// Nobody is there. Each place needs its memory, too: [`furnish`](Self::furnish).
    pub(crate) const fn new(overload: Overload) -> Self {
        Self {
            places: RefCell::new(Places::new([Place::Free; N])),
            buffers: [const { Cell::new(None) }; N],
            leaves: [const { Cell::new(false) }; N],
            overload,
            is_part: false,
            left: AtomicWaker::new(),
        }
    }

    /// One room of several, in which newcomers wait.
    pub(crate) fn part() -> Self {
        Self { is_part: true, ..Self::new(Overload::Wait) }
    }

    /// Puts memory into a place that nobody has had so far.
    pub(crate) fn furnish(&self, index: usize, buffers: Buffers<'p>) {
        if let Some(place) = self.buffers.get(index) {
            place.set(Some(buffers));
        }
    }

    /// Waits for a place, or for the word that there is none.
    pub(crate) async fn enter(&self) -> Entered<'p> {
        poll_fn(|cx| self.poll_enter(cx)).await
    }

    fn poll_enter(&self, cx: &Context<'_>) -> Poll<Entered<'p>> {
        let entry = self.places.borrow_mut().enter(crate::clock::now(), self.overload);
        match entry {
            Entry::Enter(index) => {
                // What a place is given back with is there when it is free.
                if let Some(buffers) = self.buffers.get(index).and_then(Cell::take) {
                    return Poll::Ready(Entered::Place(index, buffers));
                }
            }
            Entry::Evict(index) => {
                if let Some(leaves) = self.leaves.get(index) {
                    leaves.set(true);
                }
                // It is part of this task.
                cx.waker().wake_by_ref();
            }
            Entry::Refuse(seconds) => return Poll::Ready(Entered::Refused(seconds)),
            Entry::Wait => {}
        }
        self.left.register(cx.waker());
        Poll::Pending
    }

    /// Gives a place back.
    pub(crate) fn leave(&self, index: usize, buffers: Buffers<'p>) {
        self.furnish(index, buffers);
        if let Some(leaves) = self.leaves.get(index) {
            leaves.set(false);
        }
        self.places.borrow_mut().leave(index);
        self.left.wake();
    }

    /// Ready when the connection in this place has to leave.
    pub(crate) async fn is_wanted(&self, index: usize) {
        poll_fn(|_| match self.leaves.get(index).is_some_and(Cell::get) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// Places taken, and all of them, if the last newcomer has made it a crowd.
    pub(crate) fn crowd(&self) -> Option<(usize, usize)> {
        let places = self.places.borrow();
        (!self.is_part && places.has_become_crowded()).then(|| (places.used(), places.max()))
    }

    pub(crate) fn seat(&self, index: usize) -> Seat<'_> {
        Seat { room: self, index, rest: Rest::new() }
    }
}

impl<const N: usize> Resting for Room<'_, N> {
    fn rests(&self, index: usize, since: Option<Instant>) {
        self.places.borrow_mut().set_idle(index, since);
    }
}

impl Seat<'_> {
    /// Bytes have moved.
    pub(crate) fn moved(&mut self) {
        self.rest.moved();
    }

    /// The connection waits, between two requests or not.
    pub(crate) fn rests(&mut self, is_idle: bool) {
        if self.rest.changes(is_idle) {
            self.room.rests(self.index, is_idle.then(crate::clock::now));
        }
    }
}
