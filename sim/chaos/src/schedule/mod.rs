//! What is to happen in a run, as data: made from a seed before the run, and all that a run is given.
//!
//! A schedule is a list of [`Line`]s. Each stands for itself: a run takes any of them away without
//! a complaint, which is how a schedule is shrunk, and its text is read back as the same list, which
//! is how one is replayed that no seed has made. Of clients that nobody introduces nothing is done.

mod generate;
mod keep_alive;
mod kinds;
mod read;
mod text;
mod work;

pub use generate::generate;
pub use keep_alive::keep_alive;
pub use kinds::Kind;
pub use read::Unreadable;

/// All that is to happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// In the order of the text; among lines of one client that is the order of its acts.
    pub lines: Vec<Line>,
}

/// One thing of a schedule. Times are milliseconds since the begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// How many connections the server takes, and what it does with more.
    Places(usize, Crowd),
    /// At the same moment the server hears of its timers first, not of the network.
    TimersFirst,
    /// A client connects.
    Client(u32, u64),
    /// A client does something, after all that it did before.
    Act(u32, Act),
    /// What goes wrong with a client's connection.
    Fault(u32, Fault),
    /// Something happens to all.
    At(u64, Happening),
    /// A part of the board does not do this call, counted from 1.
    Breaks(Part, u32),
}

/// What a server does when all places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// Newcomers wait.
    Wait,
    /// They are told to come again.
    Refuse,
    /// They get the place of who is idle, or are told to come again.
    Evict,
}

/// What hangs on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A lamp, on a pin.
    Lamp,
    /// A thermometer, on a bus.
    Bus,
}

/// What a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Sends a request, and goes on without waiting for the answer.
    Ask(Ask),
    /// Sends these bytes as one request.
    Raw(Vec<u8>, Deserves),
    /// Opens a WebSocket on this connection, and waits until it is open.
    Open(String),
    /// Sends a message.
    Say(Say),
    /// Sends a ping with so many bytes.
    Ping(usize),
    /// Closes the WebSocket with this code, and waits for its end.
    End(u16),
    /// Waits until all that was asked is answered.
    Wait,
    /// Waits until so many messages or events have come, of all.
    Hear(usize),
    /// Does nothing for a while.
    Pause(u64),
    /// Ends its half of the stream.
    Shut,
    /// Resets the connection.
    Reset,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Its method.
    pub method: String,
    /// Its target.
    pub target: String,
    /// Its content, if it has any.
    pub content: Option<Content>,
    /// It sends its content once the server wants it: `Expect: 100-continue`.
    pub expects: bool,
    /// It is the last of its connection: `Connection: close`.
    pub closes: bool,
    /// What must come.
    pub deserves: Deserves,
}

/// The content of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// So many bytes that follow from a tag; in chunks of so many, if that is a number.
    Made(Made, Option<usize>),
    /// A JSON text.
    Json(String),
}

/// Bytes that nobody has to write down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// How many.
    pub bytes: usize,
    /// Which. Others have other ones, so that nothing is taken for somebody else's.
    pub tag: u32,
}

/// A message on a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// Made text, in fragments of so many bytes, if that is a number.
    Text(Made, Option<usize>),
    /// The same as binary.
    Binary(Made, Option<usize>),
    /// This text.
    Words(String),
}

/// What a request must get, whatever goes wrong meanwhile, if it gets an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deserves {
    /// One of these.
    pub statuses: Vec<u16>,
    /// With this content, if the status is the first of them.
    pub content: Due,
}

/// The content of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Due {
    /// Whatever it is.
    #[default]
    Any,
    /// That of the request.
    Echo,
    /// This text.
    Text(String),
}

/// What goes wrong with one connection. Offsets count all bytes of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What is sent travels in segments of so many bytes, so many milliseconds apart.
    Segments(usize, u64),
    /// What is sent arrives only at times that are a multiple of this: together.
    Coalesce(u64),
    /// It takes so long to arrive, in both directions.
    Delay(u64),
    /// Nothing of the client arrives from this byte on, nor does anything reach it; after so many
    /// milliseconds it gives up.
    Lose(usize, u64),
    /// The client ends its half of the stream behind this byte, whatever it wanted to send.
    HalfClose(usize),
    /// The connection is reset when so many bytes have arrived.
    ResetUp(usize),
    /// The client resets when so many bytes have come to it.
    ResetDown(usize),
    /// The client takes so many bytes at a time, so many milliseconds apart.
    SlowReader(usize, u64),
    /// So many bytes may be on their way to the client.
    Window(usize),
    /// Behind so many bytes, the client takes none for so long: its window is zero.
    ZeroWindow(usize, u64),
    /// One write of the server hands over so many bytes at most.
    ShortWrites(usize),
    /// The client never ends its half of the stream.
    Hang,
    /// The client does not answer pings.
    Mute,
}

/// What happens to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The clock jumps ahead: whatever was due meanwhile comes at once, late.
    Jump(u64),
    /// The wall clock is set ahead, or back, by so many seconds.
    Set(i64),
    /// So many connections come at once, say as little as the first so many bytes of a request, and
    /// stay for so long.
    Flood(u32, usize, u64),
    /// The server is told to stop.
    Drain,
    /// Faults stop; what was begun must come to an end.
    Calm,
}

impl Made {
    /// The bytes: printable ones, so that they are text too.
    pub fn content(self) -> impl Iterator<Item = u8> {
        let mut state = self.tag.wrapping_mul(0x9e37_79b9) | 1;
        (0..self.bytes).map(move |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            b'0' + u8::try_from(state % 75).unwrap_or_default()
        })
    }
}

impl Deserves {
    /// This status, with whatever content.
    pub fn status(status: u16) -> Self {
        Self { statuses: vec![status], content: Due::Any }
    }
}

impl Ask {
    /// A GET of this target.
    pub fn get(target: impl Into<String>, deserves: Deserves) -> Self {
        let (method, target) = ("GET".into(), target.into());
        Self { method, target, content: None, expects: false, closes: false, deserves }
    }
}

impl Schedule {
    /// The clients that connect, with the time, in the order of the lines.
    pub fn clients(&self) -> impl Iterator<Item = (u32, u64)> {
        self.lines.iter().filter_map(|line| match line {
            Line::Client(client, at) => Some((*client, *at)),
            _ => None,
        })
    }

    /// When faults stop, if that was said; the earliest of them.
    pub fn calm(&self) -> Option<u64> {
        let calms = self.lines.iter().filter_map(|line| match line {
            Line::At(at, Happening::Calm) => Some(*at),
            _ => None,
        });
        calms.min()
    }
}
