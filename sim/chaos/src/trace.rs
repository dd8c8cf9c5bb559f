//! What happened in a run, as one list of events: oracles, the timeline, the capture and the one who
//! shrinks read this and nothing else.
//!
//! The bytes of each connection stand in two streams, and events say how far each of them has come.
//! So nothing is copied, and any event can be joined with the bytes that it is about.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

/// All that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// In order.
    pub events: Vec<Event>,
    /// By the number of the connection.
    pub connections: Vec<Streams>,
}

/// The bytes of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Whose it is: the number of a client in the schedule, or more for one of a flood.
    pub client: u32,
    /// All that the client sent.
    pub up: Vec<u8>,
    /// All that the server wrote.
    pub down: Vec<u8>,
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since the begin.
    pub at: u64,
    /// The connection, or [`NONE`].
    pub connection: u32,
    /// What it was.
    pub what: What,
}

/// In place of a connection: the event is none of any.
pub const NONE: u32 = u32::MAX;

/// What can happen. Numbers of bytes count a stream from its begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The client connects.
    Opens,
    /// The client says something.
    Acts {
        /// The number of its line.
        act: usize,
        /// Where it ends in the stream.
        until: usize,
    },
    /// The client has put so much on its way.
    Sends(usize),
    /// The client ends its half of the stream.
    Shuts,
    /// The client resets.
    Resets,
    /// So much has arrived at the server.
    Arrives(usize),
    /// The end of the client's half has.
    Finishes,
    /// A reset has, or the server finds nobody there.
    Breaks,
    /// The client has taken so much.
    Takes(usize),
    /// A fault bites.
    Bites(Bite),
    /// The server has a place for the connection.
    Enters(usize),
    /// It has to wait for one.
    Waits,
    /// It is told to come again.
    Refused,
    /// It gives its place to somebody else.
    Evicted,
    /// The server has read so much.
    Reads(usize),
    /// The server has written so much.
    Writes(usize),
    /// The server has more to write, and there is no room.
    Blocks,
    /// The server ends its half of the stream.
    Ends,
    /// The server has let go of the connection.
    Drops {
        /// With a reset, since it had not read everything.
        resets: bool,
    },
    /// Its place is free.
    Leaves(usize),
    /// A layer around all handlers hears of something.
    Hears(Hook),
    /// The lamp is switched.
    Lamp {
        /// It is done.
        works: bool,
    },
    /// The thermometer is asked.
    Bus {
        /// It answers.
        works: bool,
        /// For the how manieth time.
        call: u32,
    },
    /// The clock jumps ahead by so many milliseconds.
    Jumps(u64),
    /// The wall clock is set by so many seconds.
    Sets(i64),
    /// The server is told to stop.
    Drains,
    /// Faults stop.
    Calms,
    /// All that must happen has not happened in the time that there is.
    Starves,
    /// Nothing comes to rest at this moment.
    Spins,
    /// The server or its app has panicked.
    Panics,
    /// The run is over.
    Stops {
        /// Tasks that are left.
        tasks: usize,
        /// There are timers left.
        timers: bool,
        /// Places that are taken.
        places: usize,
    },
}

/// How a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bite {
    /// What is sent from here on is lost.
    Lost,
    /// The client takes nothing for now.
    WindowShut,
    /// It takes something again.
    WindowOpens,
    /// It does not answer a ping.
    PingUnanswered,
    /// What it wanted to send is dropped behind its end.
    Unsaid,
}

/// What a layer hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// The server begins.
    ServerStart,
    /// The server has served its last connection.
    ServerStop,
    /// A request's head is complete.
    Request,
    /// A request is over, with this status or 0.
    Ended(u16),
    /// A WebSocket is open.
    WsConnect,
    /// A message has come.
    WsMessage,
    /// A WebSocket is over.
    WsDisconnect,
    /// The places are nearly all taken.
    Crowded,
}

impl Trace {
    /// A number that differs if anything does: the same on every machine.
    pub fn hash(&self) -> u64 {
        let mut hash = Hash::new();
        for Event { at, connection, what } in &self.events {
            let [kind, one, other] = what.words();
            hash.word(*at);
            hash.word(u64::from(*connection) << 32 | kind);
            hash.word(one);
            hash.word(other);
        }
        for Streams { client, up, down } in &self.connections {
            hash.word(u64::from(*client));
            hash.bytes(up);
            hash.bytes(down);
        }
        hash.0
    }

    /// The events of one connection.
    pub fn of(&self, connection: u32) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.connection == connection)
    }

    /// When the run ended.
    pub fn end(&self) -> u64 {
        self.events.last().map_or(0, |event| event.at)
    }
}

impl What {
    /// As numbers: which, and its two.
    fn words(self) -> [u64; 3] {
        let pair = |kind, number: usize| [kind, number as u64, 0];
        match self {
            Self::Opens => [1, 0, 0],
            Self::Acts { act, until } => [2, act as u64, until as u64],
            Self::Sends(until) => pair(3, until),
            Self::Shuts => [4, 0, 0],
            Self::Resets => [5, 0, 0],
            Self::Arrives(until) => pair(6, until),
            Self::Finishes => [7, 0, 0],
            Self::Breaks => [8, 0, 0],
            Self::Takes(until) => pair(9, until),
            Self::Bites(bite) => [10, bite as u64, 0],
            Self::Enters(place) => pair(11, place),
            Self::Waits => [12, 0, 0],
            Self::Refused => [13, 0, 0],
            Self::Evicted => [14, 0, 0],
            Self::Reads(until) => pair(15, until),
            Self::Writes(until) => pair(16, until),
            Self::Blocks => [17, 0, 0],
            Self::Ends => [18, 0, 0],
            Self::Drops { resets } => [19, resets.into(), 0],
            Self::Leaves(place) => pair(20, place),
            Self::Hears(hook) => hook.words(),
            Self::Lamp { works } => [22, works.into(), 0],
            Self::Bus { works, call } => [23, works.into(), call.into()],
            Self::Jumps(millis) => [24, millis, 0],
            Self::Sets(seconds) => [25, seconds.cast_unsigned(), 0],
            Self::Drains => [26, 0, 0],
            Self::Calms => [27, 0, 0],
            Self::Starves => [28, 0, 0],
            Self::Spins => [29, 0, 0],
            Self::Panics => [30, 0, 0],
            Self::Stops { tasks, timers, places } => {
                [31, (tasks as u64) << 32 | places as u64, timers.into()]
            }
        }
    }
}

impl Hook {
    fn words(self) -> [u64; 3] {
        let (which, status) = match self {
            Self::ServerStart => (0, 0),
            Self::ServerStop => (1, 0),
            Self::Request => (2, 0),
            Self::Ended(status) => (3, status),
            Self::WsConnect => (4, 0),
            Self::WsMessage => (5, 0),
            Self::WsDisconnect => (6, 0),
            Self::Crowded => (7, 0),
        };
        [21, which, status.into()]
    }
}

impl fmt::Display for Event {
    /// One line: the time, the connection, what.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:>8} ms  ", self.at)?;
        match self.connection {
            NONE => write!(to, "     ")?,
            connection => write!(to, "{connection:>4} ")?,
        }
        write!(to, "{:?}", self.what)
    }
}

/// Multiply and mix, a word at a time: it need not be a good hash, only a quick and a stable one.
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    const fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 29;
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| self.word(u64::from(*byte)));
    }
}

/// Writes a trace. Clones write the same one.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Rc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    trace: RefCell<Trace>,
    now: Cell<u64>,
    /// Whose future is polled.
    current: Cell<u32>,
}

impl Recorder {
    /// Notes that something happened to a connection now.
    pub(crate) fn note(&self, connection: u32, what: What) {
        self.0.trace.borrow_mut().events.push(Event { at: self.0.now.get(), connection, what });
    }

    /// Notes that something happened, to the connection that the server is busy with.
    pub fn note_current(&self, what: What) {
        self.note(self.0.current.get(), what);
    }

    /// From now on the server is busy with this connection.
    pub(crate) fn set_current(&self, connection: u32) {
        self.0.current.set(connection);
    }

    /// It is this late.
    pub(crate) fn set_now(&self, millis: u64) {
        self.0.now.set(millis);
    }

    /// The bytes of a connection.
    pub(crate) fn streams(&self, connection: u32) -> RefMut<'_, Streams> {
        RefMut::map(self.0.trace.borrow_mut(), |trace| &mut trace.connections[connection as usize])
    }

    /// Begins a connection of this client.
    pub(crate) fn open(&self, client: u32) -> u32 {
        let mut trace = self.0.trace.borrow_mut();
        trace.connections.push(Streams { client, ..Streams::default() });
        u32::try_from(trace.connections.len() - 1).unwrap_or(NONE)
    }

    /// What was written, which begins anew.
    pub(crate) fn take(&self) -> Trace {
        self.0.trace.take()
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Hook, NONE, Recorder, Trace, What};

    #[test]
    fn the_hash_tells_any_two_traces_apart() {
        let whats = [
            What::Opens,
            What::Sends(1),
            What::Sends(2),
            What::Arrives(1),
            What::Acts { act: 1, until: 2 },
            What::Acts { act: 2, until: 1 },
            What::Hears(Hook::Ended(200)),
            What::Hears(Hook::Ended(500)),
            What::Hears(Hook::Request),
            What::Drops { resets: true },
            What::Drops { resets: false },
        ];
        let mut hashes: Vec<_> = whats
            .into_iter()
            .flat_map(|what| {
                [(0, 0), (1, 0), (0, 1)].map(|(at, connection)| (at, connection, what))
            })
            .map(|(at, connection, what)| {
                let events = vec![Event { at, connection, what }];
                Trace { events, ..Trace::default() }.hash()
            })
            .collect();
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn bytes_count_and_the_hash_is_pinned() {
        let recorder = Recorder::default();
        let connection = recorder.open(7);
        recorder.streams(connection).up.extend(b"hello world");
        recorder.note(NONE, What::Calms);
        let mut trace = recorder.take();
        assert_eq!(trace.hash(), 16_630_675_856_386_957_864);
        trace.connections[0].up[10] = b'x';
        assert_ne!(trace.hash(), 16_630_675_856_386_957_864);
    }
}
