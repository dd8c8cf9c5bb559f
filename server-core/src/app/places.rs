//! Who gets in when a server has a fixed number of places: the decision, without a network.
//!
//! A driver asks for a place before it serves a connection, says when one begins and ends to be
//! idle, and gives the place back however the connection ended. What it does with the answer is its
//! own matter, and short; what the answer is does not depend on the driver.

use crate::time::Instant;

/// What a server does with a connection that comes when all places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// It waits until there is a place, however long that takes.
    Wait,
    /// It gets the place of somebody who does nothing, or is told to come again.
    Refuse {
        /// It is answered `503` with so many seconds in `Retry-After`.
        retry_after_s: u16,
        /// Milliseconds that a connection must have been idle, between two requests, to give way
        /// instead. It is closed without a word then, as it would be at the end of
        /// [`Limits::idle_ms_max`](crate::Limits::idle_ms_max); of several, the one that has been
        /// idle for longest. `None`: none gives way.
        // rfc9112-9.5-close-anytime
        evicts_after_ms: Option<u32>,
    },
}

impl Overload {
    /// Whoever was idle for a second gives way, else a newcomer is told to come again after one.
    ///
    /// A second, because a client that has just connected is about to ask for something: were it
    /// idle at once, each newcomer would drive out the one before.
    pub const DEFAULT: Self = Self::Refuse { retry_after_s: 1, evicts_after_ms: Some(1000) };
}

impl Default for Overload {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A place for one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nobody is there.
    #[default]
    Free,
    /// A connection that does something.
    Busy,
    /// A connection that has done nothing since then.
    Idle(Instant),
    /// A connection that has to give way, and is not gone yet.
    Leaving,
}

/// The places of a server: an array on a board, a vector on a host. There are never more
/// connections than it has elements.
#[derive(Clone, Debug, Default)]
pub struct Places<S> {
    places: S,
    used: usize,
    /// Of these, those whose connection has to give way.
    leaving: usize,
    /// No place before this one is free.
    free_from: usize,
}

/// Tells a connection that is idle since a moment ago from one that was merely asked again: a driver
/// that polls all of its connections for anything that comes must not make them younger by that.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rest {
    has_moved: bool,
    is_idle: bool,
}

impl Rest {
    /// Of a connection that begins, which is at work.
    pub const fn new() -> Self {
        Self { has_moved: true, is_idle: false }
    }

    /// Bytes have moved.
    pub const fn moved(&mut self) {
        self.has_moved = true;
    }

    /// The connection waits, between two requests or not; whether that is anything new. If so,
    /// [`Places::set_idle`] is to be told.
    pub const fn changes(&mut self, is_idle: bool) -> bool {
        let changes = is_idle != self.is_idle || is_idle && self.has_moved;
        if changes {
            (self.is_idle, self.has_moved) = (is_idle, false);
        }
        changes
    }
}

/// What is to be done with a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It is served in this place, which is taken now.
    Enter(usize),
    /// The connection in this place is to be ended. When it has left, ask again; whoever asks
    /// before that waits, so that one newcomer never drives out two.
    Evict(usize),
    /// It is answered 503, with so many seconds in `Retry-After`, and closed.
    Refuse(u16),
    /// It waits until somebody leaves.
    Wait,
}

/// Of the places, so many hundredths are a crowd.
const CROWD_PERCENT: usize = 80;

impl<S: AsRef<[Place]> + AsMut<[Place]>> Places<S> {
    /// All of these places, which must be free.
    pub const fn new(places: S) -> Self {
        Self { places, used: 0, leaving: 0, free_from: 0 }
    }

    /// Decides on a newcomer.
    pub fn enter(&mut self, now: Instant, overload: Overload) -> Entry {
        if let Some(index) = self.first_free() {
            self.set(index, Place::Busy);
            (self.used, self.free_from) = (self.used + 1, index + 1);
            return Entry::Enter(index);
        }
        let Overload::Refuse { retry_after_s, evicts_after_ms } = overload else {
            return Entry::Wait;
        };
        if self.leaving > 0 {
            return Entry::Wait;
        }
        match (self.longest_idle(), evicts_after_ms) {
            (Some((since, index)), Some(after)) if now.millis_since(since) >= after => {
                self.set(index, Place::Leaving);
                self.leaving += 1;
                Entry::Evict(index)
            }
            _ => Entry::Refuse(retry_after_s),
        }
    }

    /// The connection in this place is idle since then, or is not idle any more. That does not help
    /// one that has to leave.
    pub fn set_idle(&mut self, index: usize, since: Option<Instant>) {
        if !matches!(self.place(index), Place::Free | Place::Leaving) {
            self.set(index, since.map_or(Place::Busy, Place::Idle));
        }
    }

    /// The connection in this place has ended, in whatever way.
    pub fn leave(&mut self, index: usize) {
        let place = self.place(index);
        if place != Place::Free {
            self.leaving -= usize::from(place == Place::Leaving);
            self.set(index, Place::Free);
            self.used -= 1;
            self.free_from = self.free_from.min(index);
        }
    }

    /// Places that are taken.
    pub const fn used(&self) -> usize {
        self.used
    }

    /// Places, taken or free.
    pub fn max(&self) -> usize {
        self.places.as_ref().len()
    }

    /// Whether the newcomer that was let in last has made it a crowd: four of five places are taken
    /// now, and were not before. That is said once for each rise.
    pub fn has_become_crowded(&self) -> bool {
        let crowd = self.max().saturating_mul(CROWD_PERCENT);
        let (used, before) = (self.used, self.used.saturating_sub(1));
        used.saturating_mul(100) >= crowd && before.saturating_mul(100) < crowd
    }

    fn first_free(&self) -> Option<usize> {
        let mut rest = self.places.as_ref().iter().enumerate().skip(self.free_from);
        rest.find(|(_, place)| **place == Place::Free).map(|(index, _)| index)
    }

    fn longest_idle(&self) -> Option<(Instant, usize)> {
        let idle = self.places.as_ref().iter().enumerate();
        idle.filter_map(|(index, place)| match place {
            Place::Idle(since) => Some((*since, index)),
            Place::Free | Place::Busy | Place::Leaving => None,
        })
        .min()
    }

    fn place(&self, index: usize) -> Place {
        self.places.as_ref().get(index).copied().unwrap_or_default()
    }

    fn set(&mut self, index: usize, to: Place) {
        if let Some(place) = self.places.as_mut().get_mut(index) {
            *place = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Overload, Place, Places, Rest};
    use crate::Instant;
    use proptest::prelude::*;
    use std::vec::Vec;

    const fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn full<const N: usize>() -> Places<[Place; N]> {
        let mut places = Places::new([Place::Free; N]);
        for index in 0..N {
            assert_eq!(places.enter(at(0), Overload::DEFAULT), Entry::Enter(index));
        }
        places
    }

    #[test]
    fn a_newcomer_gets_what_the_policy_says() {
        for (overload, expected) in [
            (Overload::DEFAULT, [Entry::Refuse(1), Entry::Evict(1)]),
            (Overload::Wait, [Entry::Wait, Entry::Wait]),
            (
                Overload::Refuse { retry_after_s: 9, evicts_after_ms: None },
                [Entry::Refuse(9), Entry::Refuse(9)],
            ),
        ] {
            let mut places = full::<3>();
            places.set_idle(1, Some(at(10)));
            places.set_idle(2, Some(at(11)));
            let answers = [1009, 1010].map(|now| places.enter(at(now), overload));
            assert_eq!(answers, expected, "{overload:?}");
        }
    }

    #[test]
    fn the_longest_idle_gives_way_and_its_place_goes_to_the_newcomer() {
        let mut places = full::<3>();
        places.set_idle(2, Some(at(1)));
        places.set_idle(0, Some(at(2)));
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Evict(2));
        places.leave(2);
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Enter(2));
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Evict(0));
        places.leave(0);
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Enter(0));
        assert_eq!(places.enter(at(9999), Overload::DEFAULT), Entry::Refuse(1), "none is idle");
    }

    #[test]
    fn one_newcomer_drives_out_one_however_often_it_asks() {
        let mut places = full::<3>();
        (0..3).for_each(|index| places.set_idle(index, Some(at(1))));
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Evict(0));
        for since in [None, Some(at(1)), Some(at(4000))] {
            places.set_idle(0, since);
            assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Wait, "0 is not gone");
        }
        assert_eq!(places.used(), 3);
        places.leave(1);
        assert_eq!(
            places.enter(at(5000), Overload::DEFAULT),
            Entry::Enter(1),
            "a place is a place"
        );
        places.leave(0);
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Enter(0));
        assert_eq!(places.enter(at(5000), Overload::DEFAULT), Entry::Evict(2));
    }

    #[test]
    fn to_be_asked_again_makes_nobody_younger() {
        let mut rest = Rest::new();
        let said = [true, true, false, false, true].map(|is_idle| rest.changes(is_idle));
        assert_eq!(said, [true, false, true, false, true]);
        rest.moved();
        assert_eq!([true, true].map(|is_idle| rest.changes(is_idle)), [true, false]);
    }

    /// Lets one in, and says whether that makes it a crowd.
    fn crowds<const N: usize>(places: &mut Places<[Place; N]>) -> bool {
        places.enter(at(0), Overload::Wait);
        places.has_become_crowded()
    }

    #[test]
    fn eight_of_ten_are_a_crowd_and_each_rise_is_told_once() {
        let mut places = Places::new([Place::Free; 10]);
        let rise: Vec<_> = (1..=10).filter(|_| crowds(&mut places)).collect();
        assert_eq!(rise, [8]);
        (0..3).for_each(|index| places.leave(index));
        assert_eq!((places.used(), crowds(&mut places), crowds(&mut places)), (7, true, false));
        let mut alone = Places::new([Place::Free; 1]);
        assert!(crowds(&mut alone), "the only place is all of them");
    }

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Come,
        Leave(usize),
        Idle(usize),
        Work(usize),
        Pass(u16),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => Just(Act::Come),
            2 => (0..7_usize).prop_map(Act::Leave),
            2 => (0..7_usize).prop_map(Act::Idle),
            1 => (0..7_usize).prop_map(Act::Work),
            1 => (0..1500_u16).prop_map(Act::Pass),
        ];
        prop::collection::vec(act, 0..300)
    }

    proptest! {
        #[test]
        fn never_more_than_there_are_places_and_all_come_back(acts in acts()) {
            let mut places = Places::new([Place::Free; 5]);
            let mut model = [Place::Free; 5];
            let mut now = at(0);
            for act in acts {
                let before = places.used();
                match act {
                    Act::Come => match places.enter(now, Overload::DEFAULT) {
                        Entry::Enter(index) => {
                            prop_assert_eq!(model[index], Place::Free, "given twice");
                            model[index] = Place::Busy;
                            prop_assert_eq!(places.has_become_crowded(), before == 3);
                        }
                        Entry::Evict(index) => {
                            let Place::Idle(since) = model[index] else {
                                return Err(TestCaseError::fail("it is at work"));
                            };
                            prop_assert!(now.millis_since(since) >= 1000);
                            let older = |place: &Place| matches!(place, Place::Idle(s) if *s < since);
                            prop_assert!(!model.iter().any(older));
                            // As a driver does: it ends, and the newcomer asks again.
                            prop_assert_eq!(places.enter(now, Overload::DEFAULT), Entry::Wait);
                            places.leave(index);
                            prop_assert_eq!(places.enter(now, Overload::DEFAULT), Entry::Enter(index));
                            model[index] = Place::Busy;
                        }
                        Entry::Refuse(seconds) => prop_assert_eq!(seconds, 1),
                        Entry::Wait => return Err(TestCaseError::fail("nobody waits")),
                    },
                    Act::Leave(index) => {
                        places.leave(index);
                        if let Some(place) = model.get_mut(index) {
                            *place = Place::Free;
                        }
                    }
                    Act::Idle(index) | Act::Work(index) => {
                        let since = matches!(act, Act::Idle(_)).then_some(now);
                        places.set_idle(index, since);
                        if let Some(place) = model.get_mut(index).filter(|p| **p != Place::Free) {
                            *place = since.map_or(Place::Busy, Place::Idle);
                        }
                    }
                    Act::Pass(millis) => now = now.after_millis(millis.into()),
                }
                let used = model.iter().filter(|place| **place != Place::Free).count();
                prop_assert_eq!(places.used(), used);
                prop_assert!(used <= places.max());
            }
            (0..5).for_each(|index| places.leave(index));
            prop_assert_eq!(places.used(), 0);
            for index in 0..5 {
                prop_assert_eq!(places.enter(now, Overload::DEFAULT), Entry::Enter(index));
            }
        }
    }
}
