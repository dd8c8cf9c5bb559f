//! One channel: a connection in both directions, its credit, and what was received and not read.
//!
//! A number is free for the next connection only when both sides have said that they speak no more
//! of the last one, by END or RST. So nothing of one connection is ever taken for the next.

use crate::frame::Frame;
use crate::ring::Ring;

/// What we have said, or will say as soon as there is room for a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    Open,
    /// FIN is due.
    Finishing,
    Finished,
    /// RST is due.
    Resetting,
    /// END is due.
    Ending,
    /// We speak no more of it.
    Left,
}

/// What the peer has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    Open,
    Finished,
    Left,
}

/// What can be read from a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// So many bytes were moved out.
    Bytes(usize),
    /// Nothing now.
    Nothing,
    /// All was read, and the peer sends no more.
    End,
    /// There is no connection on this channel: it was reset, or it ended on both sides.
    Gone,
}

/// The peer did what it must not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation;

/// One channel, whose receiver has room for `RING` bytes.
#[derive(Debug)]
pub(crate) struct Channel<const RING: usize> {
    ours: Ours,
    theirs: Theirs,
    /// Whether the application has seen the end of what the peer sent.
    is_read: bool,
    /// How many bytes we may send.
    credit: u32,
    /// How many bytes were read and not given back as credit.
    freed: u16,
    ring: Ring<RING>,
}

impl<const RING: usize> Channel<RING> {
    pub(crate) const FREE: Self = Self {
        ours: Ours::Left,
        theirs: Theirs::Left,
        is_read: false,
        credit: 0,
        freed: 0,
        ring: Ring::EMPTY,
    };

    pub(crate) fn is_free(&self) -> bool {
        self.ours == Ours::Left && self.theirs == Theirs::Left
    }

    /// Whether the peer is through with a connection, and we are not.
    pub(crate) fn is_leaving(&self) -> bool {
        self.ours != Ours::Left && self.theirs == Theirs::Left
    }

    /// Whether there is a connection that we have not left.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.ours, Ours::Left | Ours::Resetting | Ours::Ending)
    }

    /// Begins a connection. `is_free` must hold.
    pub(crate) fn open(&mut self, credit: u32) {
        self.ours = Ours::Open;
        self.theirs = Theirs::Open;
        self.is_read = false;
        self.credit = credit;
        self.freed = 0;
        self.ring.clear();
    }

    /// Forgets everything.
    pub(crate) fn free(&mut self) {
        self.ours = Ours::Left;
        self.theirs = Theirs::Left;
        self.ring.clear();
    }

    /// How many bytes may be sent now.
    pub(crate) fn credit(&self) -> usize {
        if self.ours != Ours::Open {
            return 0;
        }
        usize::try_from(self.credit).unwrap_or(usize::MAX)
    }

    /// So many bytes were sent.
    pub(crate) fn spend(&mut self, bytes: usize) {
        self.credit = self.credit.saturating_sub(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    pub(crate) fn read(&mut self, into: &mut [u8]) -> Read {
        if !self.is_open() {
            return Read::Gone;
        }
        if self.ring.is_empty() {
            if self.theirs == Theirs::Open {
                return Read::Nothing;
            }
            self.is_read = true;
            self.end_if_over();
            return Read::End;
        }
        let count = self.ring.pop(into);
        self.freed = self.freed.saturating_add(u16::try_from(count).unwrap_or(u16::MAX));
        Read::Bytes(count)
    }

    pub(crate) fn finish(&mut self) {
        if self.ours == Ours::Open {
            self.ours = Ours::Finishing;
        }
    }

    pub(crate) fn reset(&mut self) {
        if self.is_open() {
            self.ours = Ours::Resetting;
            self.ring.clear();
        }
    }

    /// The frame that is due on this channel, whose number this is.
    pub(crate) fn due(&self, number: u8) -> Option<Frame<'static>> {
        match self.ours {
            Ours::Finishing => return Some(Frame::Fin(number)),
            Ours::Resetting => return Some(Frame::Rst(number)),
            Ours::Ending => return Some(Frame::End(number)),
            Ours::Left => return None,
            Ours::Open | Ours::Finished => {}
        }
        // Half of it at a time: a frame for each byte would be dear, and to wait for all would stop
        // a sender whose window is as large as our ring.
        let is_due = self.theirs == Theirs::Open && usize::from(self.freed) >= RING.div_ceil(2);
        is_due.then_some(Frame::Credit(number, self.freed))
    }

    /// What was due is on its way.
    pub(crate) fn done(&mut self) {
        self.ours = match self.ours {
            Ours::Finishing => Ours::Finished,
            Ours::Resetting | Ours::Ending | Ours::Left => Ours::Left,
            Ours::Open | Ours::Finished => {
                self.freed = 0;
                self.ours
            }
        };
        self.end_if_over();
    }

    /// When both halves have ended and the application knows it, the number is given back.
    fn end_if_over(&mut self) {
        if self.ours == Ours::Finished && self.is_read {
            self.ours = Ours::Ending;
        }
    }

    /// Whether the bytes would fit, or be dropped.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        !self.is_open() || bytes <= self.ring.room()
    }

    /// Takes bytes of the peer; whether there is anything to read.
    pub(crate) fn on_data(&mut self, bytes: &[u8]) -> Result<bool, Violation> {
        match self.theirs {
            // What was on its way when we left.
            Theirs::Open if !self.is_open() => Ok(false),
            Theirs::Open if self.ring.push(bytes) => Ok(!bytes.is_empty()),
            _ => Err(Violation),
        }
    }

    /// The peer's half ends; whether that is news to the application.
    pub(crate) fn on_fin(&mut self) -> Result<bool, Violation> {
        if self.theirs != Theirs::Open {
            return Err(Violation);
        }
        self.theirs = Theirs::Finished;
        Ok(self.is_open())
    }

    /// The peer has dropped the connection; whether that is news to the application.
    pub(crate) fn on_rst(&mut self) -> Result<bool, Violation> {
        if self.theirs == Theirs::Left {
            return Err(Violation);
        }
        self.theirs = Theirs::Left;
        self.ring.clear();
        let is_news = self.is_open();
        if is_news {
            self.ours = Ours::Ending;
        }
        Ok(is_news)
    }

    /// The peer is through with the connection.
    pub(crate) fn on_end(&mut self) -> Result<(), Violation> {
        // It answers our RST, or both halves have ended.
        let is_after_fin = self.theirs == Theirs::Finished && self.ours != Ours::Open;
        let is_answer = self.theirs == Theirs::Open && self.ours == Ours::Left;
        if !is_after_fin && !is_answer {
            return Err(Violation);
        }
        self.theirs = Theirs::Left;
        Ok(())
    }

    pub(crate) fn on_credit(&mut self, bytes: u16) -> Result<(), Violation> {
        if self.theirs == Theirs::Left {
            return Err(Violation);
        }
        self.credit = self.credit.saturating_add(bytes.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, Read, Violation};
    use crate::frame::Frame;

    fn open() -> Channel<8> {
        let mut channel = Channel::FREE;
        channel.open(4);
        channel
    }

    fn read(channel: &mut Channel<8>) -> Read {
        channel.read(&mut [0; 3])
    }

    #[test]
    fn ends_when_both_halves_have_and_all_was_read() {
        let mut channel = open();
        assert_eq!(channel.on_data(b"abcd"), Ok(true));
        assert_eq!(channel.on_fin(), Ok(true));
        channel.finish();
        assert_eq!(channel.due(1), Some(Frame::Fin(1)));
        channel.done();
        assert_eq!((channel.due(1), channel.on_end()), (None, Ok(())));
        assert_eq!([read(&mut channel), read(&mut channel)], [Read::Bytes(3), Read::Bytes(1)]);
        assert!(!channel.is_free());
        assert_eq!(read(&mut channel), Read::End);
        assert_eq!(channel.due(1), Some(Frame::End(1)));
        channel.done();
        assert!(channel.is_free());
        assert_eq!(read(&mut channel), Read::Gone);
    }

    #[test]
    fn the_end_of_the_peer_is_read_as_often_as_it_is_asked_for() {
        let mut channel = open();
        assert_eq!((read(&mut channel), channel.on_fin()), (Read::Nothing, Ok(true)));
        assert_eq!([read(&mut channel), read(&mut channel)], [Read::End, Read::End]);
        channel.finish();
        channel.done();
        assert_eq!(channel.due(1), Some(Frame::End(1)), "it was read before we finished");
    }

    #[test]
    fn a_reset_is_answered_and_what_was_on_its_way_is_dropped() {
        let mut channel = open();
        channel.reset();
        assert_eq!((channel.on_data(b"late"), read(&mut channel)), (Ok(false), Read::Gone));
        assert_eq!(channel.due(2), Some(Frame::Rst(2)));
        channel.done();
        assert!(!channel.is_free());
        assert_eq!(channel.on_fin(), Ok(false));
        assert_eq!(channel.on_end(), Ok(()));
        assert!(channel.is_free());

        let mut channel = open();
        assert_eq!((channel.on_data(b"ab"), channel.on_rst()), (Ok(true), Ok(true)));
        assert_eq!((read(&mut channel), channel.due(2)), (Read::Gone, Some(Frame::End(2))));
    }

    #[test]
    fn resets_that_cross_free_the_channel() {
        let mut channel = open();
        channel.reset();
        channel.done();
        assert_eq!(channel.on_rst(), Ok(false));
        assert!(channel.is_free());
    }

    #[test]
    fn credit_is_given_back_by_halves() {
        let mut channel = open();
        assert_eq!(channel.on_data(b"abcdefgh"), Ok(true));
        read(&mut channel);
        assert_eq!(channel.due(1), None, "three of eight");
        read(&mut channel);
        assert_eq!(channel.due(1), Some(Frame::Credit(1, 6)));
        channel.done();
        assert_eq!(channel.due(1), None);
        assert_eq!(channel.on_fin(), Ok(true));
        read(&mut channel);
        assert_eq!(channel.due(1), None, "nothing more comes");
    }

    #[test]
    fn what_a_peer_must_not_do_is_a_violation() {
        let mut free = Channel::<8>::FREE;
        assert_eq!(free.on_data(b"x"), Err(Violation));
        assert_eq!((free.on_fin(), free.on_rst()), (Err(Violation), Err(Violation)));
        assert_eq!((free.on_end(), free.on_credit(1)), (Err(Violation), Err(Violation)));

        let mut channel = open();
        assert_eq!(channel.on_data(b""), Ok(false), "nothing to read");
        assert_eq!(channel.on_data(b"123456789"), Err(Violation), "more than its credit");
        assert_eq!(channel.on_end(), Err(Violation), "before FIN");
        assert_eq!(channel.on_fin(), Ok(true));
        assert_eq!((channel.on_data(b"x"), channel.on_fin()), (Err(Violation), Err(Violation)));
    }

    #[test]
    fn no_more_is_sent_than_there_is_credit_for() {
        let mut channel = open();
        channel.spend(3);
        assert_eq!(channel.credit(), 1);
        assert_eq!((channel.on_credit(10), channel.credit()), (Ok(()), 11));
        channel.finish();
        assert_eq!(channel.credit(), 0, "nothing behind FIN");
    }
}
