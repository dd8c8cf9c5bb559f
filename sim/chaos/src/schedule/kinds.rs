//! The kinds of things that a seed turns on and off.
//!
//! Swarm testing: were everything in every run, each would hide the others (a reset ends a
//! connection before a slow reader shows anything). So each seed has about half of the kinds.

use crate::random::Random;

macro_rules! kinds {
    ($($name:ident: $text:literal,)+) => {
        /// A kind of fault, or of work.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the table of names says it")]
        pub enum Kind { $($name,)+ }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// In words.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

kinds! {
    OneByte: "one-byte segments",
    Segments: "segments",
    Coalesce: "coalescing",
    Delay: "delay",
    Loss: "loss",
    HalfClose: "half-close",
    Reset: "reset",
    SlowReader: "slow reader",
    SlowWriter: "slow writer",
    Window: "small window",
    ZeroWindow: "zero window",
    ShortWrites: "short writes",
    Hang: "a client that never closes",
    Mute: "a client that answers no pings",
    Flood: "floods",
    Jump: "clock jumps",
    WallClock: "a wall clock that is set",
    Peripherals: "peripherals that break",
    Drain: "a server that is stopped",
    FewPlaces: "few places",
    TimersFirst: "timers before bytes",
    Pipelines: "pipelines",
    Contents: "contents",
    Malformed: "malformed requests",
    WebSockets: "WebSockets",
    Chat: "rooms",
    Events: "server-sent events",
    SlowHandlers: "handlers that never answer",
    Pauses: "idle clients",
}

/// The kinds of one seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swarm(u64);

impl Swarm {
    /// Each kind with the same chance as not.
    pub(crate) fn new(random: &mut Random) -> Self {
        Self(random.bits())
    }

    /// Whether this kind is on.
    pub(crate) fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u32 & 1 == 1
    }
}

const _: () = assert!(Kind::ALL.len() <= 64);
