//! An event in words, and of which kind it is: the kind decides how it is drawn.

use serde::{Serialize, Serializer};

use samewire_chaos::Schedule;
use samewire_chaos::schedule::{Act, Line};
use samewire_chaos::trace::{Bite, Hook, What};

use super::state::time;

/// How an event is drawn. The scripts know these by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Opens,
    Act,
    Sends,
    Arrives,
    Reads,
    Writes,
    Takes,
    Ends,
    Breaks,
    Fault,
    Place,
    Heard,
    Board,
    World,
    Wrong,
}

impl Kind {
    /// All of them, by their numbers.
    pub(super) const NAMES: [&str; 15] = [
        "opens", "act", "sends", "arrives", "reads", "writes", "takes", "ends", "breaks", "fault",
        "place", "heard", "board", "world", "wrong",
    ];
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(*self as u8)
    }
}

/// An event: how far a stream has come by it, or what it is in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    Until(usize),
    Words(String),
}

/// What an event is.
pub(super) fn tell(schedule: &Schedule, what: What) -> (Kind, Told) {
    let words = |kind, words: &str| (kind, Told::Words(words.to_owned()));
    match what {
        What::Opens => words(Kind::Opens, "connects"),
        What::Acts { act, .. } => (Kind::Act, Told::Words(act_of(schedule, act))),
        What::Sends(until) => (Kind::Sends, Told::Until(until)),
        What::Arrives(until) => (Kind::Arrives, Told::Until(until)),
        What::Reads(until) => (Kind::Reads, Told::Until(until)),
        What::Writes(until) => (Kind::Writes, Told::Until(until)),
        What::Takes(until) => (Kind::Takes, Told::Until(until)),
        What::Shuts => words(Kind::Ends, "the client ends its half"),
        What::Finishes => words(Kind::Ends, "the end of the client's half arrives"),
        What::Ends => words(Kind::Ends, "the server ends its half"),
        What::Resets => words(Kind::Breaks, "the client resets"),
        What::Breaks => words(Kind::Breaks, "the connection is broken"),
        What::Drops { resets: true } => words(Kind::Breaks, "the server lets go, and resets"),
        What::Drops { resets: false } => words(Kind::Ends, "the server lets go"),
        What::Bites(bite) => words(
            Kind::Fault,
            match bite {
                Bite::Lost => "all from here on is lost",
                Bite::WindowShut => "the client takes nothing",
                Bite::WindowOpens => "the client takes bytes again",
                Bite::PingUnanswered => "a ping is left unanswered",
                Bite::Unsaid => "the client ends before it has said all",
            },
        ),
        What::Enters(place) => (Kind::Place, Told::Words(format!("gets place {place}"))),
        What::Waits => words(Kind::Place, "waits for a place"),
        What::Refused => words(Kind::Place, "is told to come again"),
        What::Evicted => words(Kind::Place, "gives its place to another"),
        What::Leaves(place) => (Kind::Place, Told::Words(format!("leaves place {place}"))),
        What::Blocks => words(Kind::Place, "no room to write"),
        What::Hears(hook) => (Kind::Heard, Told::Words(heard(hook))),
        What::Lamp { works: true } => words(Kind::Board, "the lamp is switched"),
        What::Lamp { works: false } => words(Kind::Fault, "the lamp does not obey"),
        What::Bus { works: true, call } => {
            (Kind::Board, Told::Words(format!("the thermometer answers call {call}")))
        }
        What::Bus { works: false, call } => {
            (Kind::Fault, Told::Words(format!("the thermometer fails at call {call}")))
        }
        What::Jumps(millis) => {
            (Kind::World, Told::Words(format!("the clock jumps by {}", time(millis))))
        }
        What::Sets(seconds) => {
            (Kind::World, Told::Words(format!("the wall clock is set by {seconds} s")))
        }
        What::Drains => words(Kind::World, "the server is told to stop"),
        What::Calms => words(Kind::World, "faults stop"),
        What::Starves => words(Kind::Wrong, "what must happen has not happened"),
        What::Spins => words(Kind::Wrong, "nothing comes to rest"),
        What::Panics => words(Kind::Wrong, "panic"),
        What::Stops { tasks, places, .. } => {
            (Kind::World, Told::Words(format!("the end: {tasks} tasks, {places} places taken")))
        }
    }
}

/// What a client does, without what it deserves.
pub(super) fn act_of(schedule: &Schedule, act: usize) -> String {
    match schedule.lines.get(act) {
        Some(Line::Act(_, Act::Ask(ask))) => {
            let text = ask.to_string();
            text.split(" -> ").next().unwrap_or_default().to_owned()
        }
        Some(Line::Act(_, Act::Raw(bytes, _))) => {
            format!("raw {}", bytes.escape_ascii()).chars().take(40).collect()
        }
        Some(Line::Act(_, act)) => act.to_string(),
        // Acts of floods have no lines.
        _ => "begins to ask".to_owned(),
    }
}

fn heard(hook: Hook) -> String {
    match hook {
        Hook::ServerStart => "the server begins".to_owned(),
        Hook::ServerStop => "the server has stopped".to_owned(),
        Hook::Request => "a head is complete".to_owned(),
        Hook::Ended(0) => "the request is over, unanswered".to_owned(),
        Hook::Ended(status) => format!("the request is over: {status}"),
        Hook::WsConnect => "the WebSocket is open".to_owned(),
        Hook::WsMessage => "a message has come".to_owned(),
        Hook::WsDisconnect => "the WebSocket is over".to_owned(),
        Hook::Crowded => "the places are nearly all taken".to_owned(),
    }
}
