//! What the client of one connection does, and when: data, made before anything is played.
//!
//! It comes from a run of the simulator: what of a client arrived at the server there, and when, is
//! what both targets hear. So they hear all that its networks do to bytes, and the same on each.

use std::time::Duration;

use samewire::Limits;
use samewire_chaos::trace::{Bite, Event, Trace, What};
use samewire_chaos::{Watched, generate, run};

/// What a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Sends bytes, in one piece.
    Send(Vec<u8>),
    /// Ends its half of the stream.
    Shut,
    /// Resets the connection.
    Reset,
    /// Reads so many bytes more, and none after those.
    Stall(usize),
    /// Reads again.
    Resume,
}

/// One connection, from the client's side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// What the client does, with the time from the begin, which ascends.
    pub acts: Vec<(Duration, Act)>,
}

impl Conversation {
    /// Those of the simulator's schedule for this seed, by the number of the connection.
    pub fn seeded(seed: u64) -> Vec<Self> {
        let schedule = generate(seed);
        let watched = |recorder: &_| Watched::new(&schedule, recorder);
        let trace = run(&schedule, Limits::SMALL, watched);
        let count = u32::try_from(trace.connections.len()).unwrap_or(u32::MAX);
        (0..count).map(|connection| Self::of(&trace, connection)).collect()
    }

    /// What arrived on this connection. What it had of the client's place among others does not
    /// count: here each is the only one.
    pub fn of(trace: &Trace, connection: u32) -> Self {
        let streams = usize::try_from(connection).ok().and_then(|at| trace.connections.get(at));
        let sent = streams.map_or(&[][..], |streams| &streams.up);
        let (mut opened, mut arrived) = (None, 0);
        let mut act = |event: &Event| match event.what {
            What::Arrives(until) => {
                let bytes = sent.get(arrived..until).unwrap_or_default().to_vec();
                arrived = until;
                Some(Act::Send(bytes))
            }
            What::Finishes => Some(Act::Shut),
            What::Breaks => Some(Act::Reset),
            What::Bites(Bite::WindowShut) => Some(Act::Stall(0)),
            What::Bites(Bite::WindowOpens) => Some(Act::Resume),
            _ => None,
        };
        let mut acts = Vec::new();
        for event in trace.of(connection) {
            let from = *opened.get_or_insert(event.at);
            if let Some(act) = act(event) {
                let is_last = act == Act::Reset;
                acts.push((Duration::from_millis(event.at - from), act));
                if is_last {
                    break;
                }
            }
        }
        Self { acts }
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Conversation};
    use samewire_chaos::trace::{Event, Streams, Trace, What};
    use std::time::Duration;

    #[test]
    fn what_arrived_is_what_is_said() {
        let event = |at, connection, what| Event { at, connection, what };
        let streams = |up: &[u8]| Streams { up: up.to_vec(), ..Streams::default() };
        let trace = Trace {
            events: vec![
                event(3, 1, What::Opens),
                event(4, 0, What::Opens),
                event(5, 1, What::Sends(5)),
                event(6, 1, What::Arrives(2)),
                event(6, 0, What::Arrives(1)),
                event(9, 1, What::Arrives(5)),
                event(9, 1, What::Finishes),
                event(20, 1, What::Breaks),
                event(21, 1, What::Finishes),
            ],
            connections: vec![streams(b"x"), streams(b"hello")],
        };
        let at = Duration::from_millis;
        let acts = [
            (at(3), Act::Send(b"he".to_vec())),
            (at(6), Act::Send(b"llo".to_vec())),
            (at(6), Act::Shut),
            (at(17), Act::Reset),
        ];
        assert_eq!(Conversation::of(&trace, 1).acts, acts);
        assert_eq!(Conversation::of(&trace, 0).acts, [(at(2), Act::Send(b"x".to_vec()))]);
    }

    #[test]
    fn a_seed_is_the_same_each_time_and_seeds_differ() {
        assert_eq!(Conversation::seeded(3), Conversation::seeded(3));
        assert_ne!(Conversation::seeded(3), Conversation::seeded(4));
    }
}
