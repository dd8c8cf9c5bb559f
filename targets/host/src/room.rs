//! One worker's places for connections, shared by its door and by those who have one.

use std::cell::RefCell;
use std::rc::Rc;

use samewire::app::places::{Entry, Overload, Place, Places, Rest};

use crate::clock::WorkerClock;

/// The places of a worker.
#[derive(Debug)]
pub(crate) struct Room {
    places: RefCell<Places<Vec<Place>>>,
    overload: Overload,
    clock: WorkerClock,
}

/// A place that a connection has; it is free again when dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    room: Rc<Room>,
    index: usize,
    rest: Rest,
}

impl Room {
    /// So many places, and what to do when they are taken.
    pub(crate) fn new(connections_max: usize, overload: Overload, clock: WorkerClock) -> Self {
        let places = RefCell::new(Places::new(vec![Place::Free; connections_max]));
        Self { places, overload, clock }
    }

    /// Decides on a newcomer. The place of one who may enter is [`taken`](Self::taken) then.
    pub(crate) fn enter(&self) -> Entry {
        self.places.borrow_mut().enter(self.clock.now(), self.overload)
    }

    /// The place that somebody has entered.
    pub(crate) fn taken(self: &Rc<Self>, index: usize) -> Taken {
        Taken { room: Rc::clone(self), index, rest: Rest::new() }
    }

    /// Places taken, and all of them, if the last newcomer has made it a crowd.
    pub(crate) fn crowd(&self) -> Option<(usize, usize)> {
        let places = self.places.borrow();
        places.has_become_crowded().then(|| (places.used(), places.max()))
    }

    /// Whether nobody has to leave or to be turned away for one more.
    pub(crate) fn has_room(&self) -> bool {
        let places = self.places.borrow();
        places.used() < places.max()
    }
}

impl Taken {
    /// Bytes have moved.
    pub(crate) const fn moved(&mut self) {
        self.rest.moved();
    }

    /// The connection waits, between two requests or not.
    pub(crate) fn rests(&mut self, is_idle: bool) {
        if self.rest.changes(is_idle) {
            let since = is_idle.then(|| self.room.clock.now());
            self.room.places.borrow_mut().set_idle(self.index, since);
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.places.borrow_mut().leave(self.index);
    }
}

#[cfg(test)]
mod tests {
    use super::Room;
    use crate::clock::{WallClock, WorkerClock};
    use samewire::app::places::{Entry, Overload};
    use std::rc::Rc;

    #[test]
    fn whoever_works_stays_and_whoever_is_idle_leaves_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let overload = Overload::Refuse { retry_after_s: 5, evicts_after_ms: Some(0) };
            let clock = WorkerClock::new(WallClock::Absent);
            let room = Rc::new(Room::new(2, overload, clock));
            let (Entry::Enter(0), Entry::Enter(1)) = (room.enter(), room.enter()) else {
                panic!("there is room")
            };
            let (mut works, mut idle) = (room.taken(0), room.taken(1));
            works.rests(false);
            idle.rests(true);
            assert_eq!([room.enter(), room.enter()], [Entry::Evict(1), Entry::Wait]);
            assert!(!room.has_room());
            drop(idle);
            assert_eq!(room.enter(), Entry::Enter(1));
            let idle = room.taken(1);
            works.rests(true);
            works.rests(false);
            assert_eq!(room.enter(), Entry::Refuse(5), "neither is idle");
            drop((works, idle));
            assert!(room.has_room());
        });
    }
}
