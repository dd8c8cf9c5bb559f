//! The states of a connection and the one table of its transitions.
//!
//! ```text
//!  accept -> Idle -> Head -> Exchange -> Idle ...                 requests, one after the other
//!                                 |-> Draining -> Idle            content that nobody read
//!                                 |-> WebSocket -> Closing        frames instead of requests
//!            any of these -> Flushing -> Lingering -> Closed      the close that lets the peer read
//! ```

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Between requests: not a byte of the next one is here.
    Idle,
    /// A request's head has begun.
    Head,
    /// A head is complete, and its answer is not.
    Exchange,
    /// The answer is complete, and content that nobody read is dropped.
    Draining,
    /// Frames are exchanged.
    WebSocket,
    /// Our Close frame is out, the peer's is awaited.
    Closing,
    /// Nothing more is read; output leaves, then our half of the stream ends.
    Flushing,
    /// Our half has ended; what comes is dropped until the peer's half ends.
    Lingering,
    /// Over.
    Closed,
}

impl State {
    /// Whether somebody writes output, and may have to wait for room.
    pub(super) const fn is_served(self) -> bool {
        matches!(self, Self::Exchange | Self::WebSocket | Self::Closing)
    }
}

/// What moves a connection from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Event {
    /// The first bytes of a head came, or what is wrong with it.
    HeadBegun,
    /// A head is complete and stands the test.
    HeadComplete,
    /// An answer is complete, content is read, and the connection goes on.
    Answered,
    /// An answer is complete, content is left that is worth reading.
    AnsweredEarly,
    /// The last answer is complete and nothing is read any more, or an error has been answered.
    AnsweredLast,
    /// What was left of the content is gone.
    Drained,
    /// 101 has been answered.
    Upgraded,
    /// We sent a Close frame before the peer did.
    CloseSent,
    /// Both Close frames have passed, or the peer's rule-breaking has been answered.
    CloseDone,
    /// The peer ended its stream, or let a deadline pass, where nothing is owed to it.
    PeerDone,
    /// All output has left and our half of the stream has ended.
    Shut,
    /// Nothing is worth waiting for: the stream is dropped.
    Abort,
}

impl State {
    /// The state after `event`, or `None` where the event has no meaning.
    pub fn after(self, event: Event) -> Option<Self> {
        if event == Event::Abort {
            return (self != Self::Closed).then_some(Self::Closed);
        }
        let row = ROWS.iter().find(|(from, on, _)| *from == self && *on == event)?;
        Some(row.2)
    }
}

/// Writes the table that decides, and beside it the one that tests and readers see.
macro_rules! transitions {
    ($($from:ident + $event:ident => $to:ident, $section:literal;)*) => {
        /// Searched from the front, which on a board is a third of a match in flash; what happens at
        /// every request stands there.
        static ROWS: &[(State, Event, State)] =
            &[$((State::$from, Event::$event, State::$to)),*];

        /// From, event, to, and the section that asks for it. `Abort` leads from every state but
        /// the last to `Closed` and is not repeated here.
        pub const TRANSITIONS: &[(State, Event, State, &str)] =
            &[$((State::$from, Event::$event, State::$to, $section)),*];
    };
}

transitions! {
    Idle + HeadComplete => Exchange, "RFC 9112 2.2";
    Exchange + Answered => Idle, "RFC 9112 9.3";
    Idle + HeadBegun => Head, "RFC 9112 2.1";
    Idle + PeerDone => Flushing, "RFC 9112 9.5";
    Head + HeadComplete => Exchange, "RFC 9112 2.2";
    Head + AnsweredLast => Flushing, "RFC 9112 2.2";
    Exchange + AnsweredEarly => Draining, "RFC 9112 9.3";
    Exchange + AnsweredLast => Flushing, "RFC 9112 9.6";
    Exchange + Upgraded => WebSocket, "RFC 6455 4.2.2";
    Draining + Drained => Idle, "RFC 9112 9.3";
    Draining + AnsweredLast => Flushing, "RFC 9112 9.6";
    Draining + PeerDone => Flushing, "RFC 9112 8";
    WebSocket + CloseSent => Closing, "RFC 6455 7.1.2";
    WebSocket + CloseDone => Flushing, "RFC 6455 7.1.1";
    WebSocket + PeerDone => Flushing, "RFC 6455 7.1.5";
    Closing + CloseDone => Flushing, "RFC 6455 7.1.1";
    Closing + PeerDone => Flushing, "RFC 6455 7.1.1";
    Flushing + Shut => Lingering, "RFC 9112 9.6";
    Lingering + PeerDone => Closed, "RFC 9112 9.6";
}

#[cfg(test)]
mod tests {
    use super::{Event, State, TRANSITIONS};
    use std::{collections::BTreeSet, fmt::Write, format, string::String};

    /// The table as a graph that `dot` draws.
    fn graph() -> String {
        let mut text = String::from("digraph connection {\n");
        for (from, event, to, section) in TRANSITIONS {
            writeln!(text, "  {from:?} -> {to:?} [label=\"{event:?} ({section})\"];").unwrap();
        }
        text + "}\n"
    }

    #[test]
    fn the_graph_is_the_stored_one() {
        insta::assert_snapshot!(graph());
    }

    #[test]
    fn the_table_says_what_the_match_decides() {
        let rows: BTreeSet<_> =
            TRANSITIONS.iter().map(|row| format!("{:?} {:?}", row.0, row.1)).collect();
        assert_eq!(rows.len(), TRANSITIONS.len(), "a row stands twice");
        for (from, event, to, _) in TRANSITIONS {
            assert_eq!(from.after(*event), Some(*to), "{from:?} {event:?}");
        }
    }

    #[test]
    fn every_state_can_be_reached_and_left() {
        for (from, ..) in TRANSITIONS {
            assert!(*from == State::Idle || TRANSITIONS.iter().any(|row| row.2 == *from));
            assert_eq!(from.after(Event::Abort), Some(State::Closed));
        }
        assert_eq!(State::Closed.after(Event::Abort), None);
    }
}
