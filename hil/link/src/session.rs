//! How the two sides find each other, and notice that one of them is no longer the one it was.
//!
//! A side is up only once a HELLO has told that its own session was heard, so nothing that an
//! earlier session left in a buffer on the way is believed. The CRC of all other frames begins with
//! both sessions: those of another session, or for another, are noise.

use crate::crc;
use crate::event::{Cause, Peer};
use crate::frame::CRC_BYTES;
use crate::hello::{Greeting, HELLO_BYTES, Hello, Role};
use crate::settings::Settings;

/// How far the two sides have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Until the peer has told that it hears us.
    Greeting,
    Up,
    Broken(Cause),
}

/// What a side has room for, or both have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The longest frame, CRC and all, before stuffing.
    pub(crate) frame_bytes_max: u16,
    /// What may be sent on a channel when it is opened.
    pub(crate) credit: u32,
    pub(crate) channels: u8,
}

/// Who speaks with whom.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) settings: Settings,
    pub(crate) phase: Phase,
    /// What we have room for.
    ours: Bounds,
    /// What we go by.
    pub(crate) bounds: Bounds,
    /// The peer hears nothing: it is a recording.
    pub(crate) is_recorded: bool,
    /// The peer's session, once one was heard of.
    heard: Option<u32>,
    pub(crate) register_in: u32,
    pub(crate) register_out: u32,
    hello_is_due: bool,
    /// Whether the application knows that the link is broken.
    is_told: bool,
}

impl Session {
    pub(crate) const fn new(settings: Settings, ours: Bounds) -> Self {
        Self {
            settings,
            phase: Phase::Greeting,
            ours,
            bounds: Bounds { frame_bytes_max: 0, credit: 0, channels: 0 },
            is_recorded: false,
            heard: None,
            register_in: 0,
            register_out: 0,
            hello_is_due: true,
            is_told: false,
        }
    }

    pub(crate) fn restart(&mut self, session: u32) {
        *self = Self::new(Settings { session, ..self.settings }, self.ours);
    }

    /// Why the link broke, once.
    pub(crate) fn untold(&mut self) -> Option<Cause> {
        let Phase::Broken(cause) = self.phase else { return None };
        (!core::mem::replace(&mut self.is_told, true)).then_some(cause)
    }

    pub(crate) fn fail(&mut self, cause: Cause) {
        // One that does not suit us may find that we do not suit it, too.
        self.hello_is_due = self.phase == Phase::Greeting;
        self.phase = Phase::Broken(cause);
    }

    pub(crate) fn greet_again(&mut self) {
        self.hello_is_due = true;
    }

    /// The HELLO that is to be sent now.
    pub(crate) fn hello(&mut self) -> Option<[u8; HELLO_BYTES]> {
        let hello = Hello {
            role: self.settings.role,
            is_recorded: false,
            wants_answer: self.phase != Phase::Up,
            session: self.settings.session,
            heard: self.heard,
            frame_bytes_max: self.ours.frame_bytes_max,
            // Ours fits: it is the size of a ring.
            credit: u16::try_from(self.ours.credit).unwrap_or(u16::MAX),
            channels: self.ours.channels,
            build: self.settings.build,
        };
        core::mem::take(&mut self.hello_is_due).then(|| hello.encode())
    }

    /// Takes a HELLO; the peer, if that brings us up.
    pub(crate) fn on_hello(&mut self, bytes: &[u8]) -> Result<Option<Peer>, Cause> {
        let hello = match Hello::decode(bytes) {
            Greeting::Hello(hello) => hello,
            Greeting::Version(version) => return Err(Cause::Version(version)),
            Greeting::Malformed => return Ok(None),
        };
        let hears_us = hello.heard == Some(self.settings.session);
        if self.phase == Phase::Up {
            // One that was up with us has heard us.
            if Some(hello.session) != self.heard || !hears_us {
                return Err(Cause::Restarted);
            }
            self.hello_is_due |= hello.wants_answer;
            return Ok(None);
        }
        self.judge(&hello)?;
        self.heard = Some(hello.session);
        self.hello_is_due |= hello.wants_answer;
        if !hears_us {
            return Ok(None);
        }
        self.register_in = crc::start(hello.session, self.settings.session);
        self.register_out = crc::start(self.settings.session, hello.session);
        self.is_recorded = hello.is_recorded;
        self.bounds = Bounds {
            frame_bytes_max: hello.frame_bytes_max.min(self.ours.frame_bytes_max),
            credit: if hello.is_recorded { u32::MAX } else { hello.credit.into() },
            channels: hello.channels.min(self.ours.channels),
        };
        self.phase = Phase::Up;
        Ok(Some(Peer { build: hello.build, channels: self.bounds.channels }))
    }

    /// Whether we can speak with one who says this.
    fn judge(&self, hello: &Hello) -> Result<(), Cause> {
        if hello.role == self.settings.role {
            return Err(Cause::Role);
        }
        if self.settings.expects.is_some_and(|expected| expected != hello.build) {
            return Err(Cause::Build(hello.build));
        }
        let is_small = usize::from(hello.frame_bytes_max) < HELLO_BYTES + CRC_BYTES;
        if is_small || hello.channels == 0 { Err(Cause::TooSmall) } else { Ok(()) }
    }

    pub(crate) fn is_board(&self) -> bool {
        self.settings.role == Role::Board
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Phase, Session};
    use crate::event::Cause;
    use crate::hello::{Greeting, Hello};
    use crate::settings::Settings;

    const ROOM: Bounds = Bounds { frame_bytes_max: 128, credit: 256, channels: 2 };

    fn pair() -> (Session, Session) {
        let host = Settings::host(8).build(*b"the host");
        let board = Settings::board(7).build(*b"theboard");
        let large = Bounds { frame_bytes_max: 1024, credit: 4096, channels: 16 };
        (Session::new(host, large), Session::new(board, ROOM))
    }

    /// Carries HELLOs until neither side has one to say; how many.
    fn greet(host: &mut Session, board: &mut Session) -> Result<usize, Cause> {
        let mut count = 0;
        loop {
            let before = count;
            if let Some(hello) = host.hello() {
                count += 1;
                board.on_hello(&hello)?;
            }
            if let Some(hello) = board.hello() {
                count += 1;
                host.on_hello(&hello)?;
            }
            if count == before {
                return Ok(count);
            }
        }
    }

    fn changed(hello: [u8; 24], change: impl Fn(&mut Hello)) -> [u8; 24] {
        let Greeting::Hello(mut hello) = Hello::decode(&hello) else { panic!("no HELLO") };
        change(&mut hello);
        hello.encode()
    }

    #[test]
    fn three_hellos_bring_both_up_with_the_smaller_bounds() {
        let (mut host, mut board) = pair();
        assert_eq!(greet(&mut host, &mut board), Ok(3));
        for side in [&host, &board] {
            assert_eq!((side.phase, side.bounds.channels), (Phase::Up, 2));
            assert_eq!(side.bounds.frame_bytes_max, 128);
        }
        assert_eq!((host.bounds.credit, board.bounds.credit), (256, 4096));
        assert_eq!((host.register_in, host.register_out), (board.register_out, board.register_in));
        assert_ne!(host.register_in, host.register_out);
    }

    #[test]
    fn a_hello_that_has_not_heard_this_session_brings_nobody_up() {
        let (mut host, mut board) = pair();
        let first = board.hello().expect("a HELLO");
        for heard in [None, Some(1)] {
            let stale = changed(first, |hello| (hello.heard, hello.session) = (heard, 6));
            assert_eq!(host.on_hello(&stale), Ok(None));
        }
        assert_eq!(host.phase, Phase::Greeting);
        assert!(greet(&mut host, &mut board).is_ok());
        assert_eq!((host.phase, board.phase), (Phase::Up, Phase::Up));
    }

    #[test]
    fn a_peer_that_begins_anew_is_noticed_even_under_its_old_number() {
        for session in [7, 9] {
            let (mut host, mut board) = pair();
            assert_eq!(greet(&mut host, &mut board), Ok(3));
            board.restart(session);
            let hello = board.hello().expect("a HELLO");
            assert_eq!(host.on_hello(&hello), Err(Cause::Restarted));
        }
    }

    #[test]
    fn a_side_that_is_up_repeats_itself_for_one_that_missed_it() {
        let (mut host, mut board) = pair();
        let first = host.hello().expect("a HELLO");
        assert_eq!(board.on_hello(&first), Ok(None));
        let answer = board.hello().expect("a HELLO");
        assert!(host.on_hello(&answer).is_ok_and(|peer| peer.is_some()));
        host.hello().expect("the one that is lost");
        board.greet_again();
        assert_eq!(greet(&mut host, &mut board), Ok(2));
        assert_eq!(board.phase, Phase::Up);
    }

    #[test]
    fn who_does_not_suit_is_told_apart() {
        let (mut host, mut board) = pair();
        let good = board.hello().expect("a HELLO");
        let mut other = good;
        other[1] = 9;
        let table = [
            (other, Cause::Version(9)),
            (host.hello().expect("a HELLO"), Cause::Role),
            (changed(good, |hello| hello.frame_bytes_max = 27), Cause::TooSmall),
            (changed(good, |hello| hello.channels = 0), Cause::TooSmall),
        ];
        for (hello, cause) in table {
            assert_eq!(host.on_hello(&hello), Err(cause));
        }
        host.settings = host.settings.expects(*b"another!");
        assert_eq!(host.on_hello(&good), Err(Cause::Build(*b"theboard")));
        host.fail(Cause::Build(*b"theboard"));
        assert!(host.hello().is_some(), "the peer shall know, too");
        assert_eq!((host.untold().is_some(), host.untold()), (true, None));
    }
}
