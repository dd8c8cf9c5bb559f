//! The doors of a link: bytes in and events out, frames out, and what an application says.

use crate::channel::Read;
use crate::event::Event;
use crate::frame::Frame;
use crate::machine::{Happened, Machine};
use crate::reader::{Reader, Received};
use crate::settings::Settings;

/// What fits a board: two connections, 256 bytes of each unread, four frames of 128 bytes on the
/// way. About 1.3 KB.
pub type BoardLink = Link<2, 256, 128, 4>;

/// What suits a computer: sixteen connections, and what a fast carrier holds. About 80 KB.
pub type HostLink = Link<16, 4096, 1024, 16>;

/// One end of a link. It does no I/O and asks no clock: `now` is any clock's milliseconds, and
/// may stand still where nothing is ever lost.
///
/// `CHANNELS` connections at a time, numbered from 1; `RING` bytes of each that were received and
/// not read; frames of `FRAME` bytes, of which 8 are not data; `WINDOW` of them on their way, a
/// power of two. The two ends may differ in all of these.
///
/// The law: after bytes have come or [`deadline`](Self::deadline) has, take events until there is
/// none; then let the application speak; then [`transmit`](Self::transmit) until it gives nothing.
#[derive(Debug)]
pub struct Link<const CHANNELS: usize, const RING: usize, const FRAME: usize, const WINDOW: usize> {
    reader: Reader<FRAME>,
    machine: Machine<CHANNELS, RING, FRAME, WINDOW>,
}

impl<const CHANNELS: usize, const RING: usize, const FRAME: usize, const WINDOW: usize>
    Link<CHANNELS, RING, FRAME, WINDOW>
{
    /// A link that begins to look for its peer.
    pub const fn new(settings: Settings) -> Self {
        Self { reader: Reader::NEW, machine: Machine::new(settings) }
    }

    /// Begins anew, as one that was never up: what was on its way is dropped, all channels are free.
    /// The peer hears [`Broken`](Event::Broken).
    pub fn restart(&mut self, session: u32) {
        self.machine.restart(session);
    }

    /// Takes bytes from the front of `input` until something has happened, or all are taken; an
    /// empty `input` asks what time has done. It says `Broken` once, and takes and ignores bytes
    /// from there on.
    ///
    /// Bytes of a recording stay in `input` while there is no room for them: read and transmit, then
    /// go on.
    pub fn poll_event(&mut self, now: u64, input: &mut &[u8]) -> Option<Event<'_>> {
        self.machine.expire(now);
        loop {
            if let Some(cause) = self.machine.untold() {
                return Some(Event::Broken(cause));
            }
            let (&byte, rest) = input.split_first()?;
            if self.reader.ended_by(byte).is_some_and(|frame| self.machine.must_wait(frame)) {
                return None;
            }
            *input = rest;
            match self.reader.push(byte, self.machine.register_in()) {
                Received::More => {}
                Received::Bad => self.machine.on_bad(),
                Received::Frame => match self.machine.on_frame(now, self.reader.frame()) {
                    None => {}
                    Some(Happened::Event(event)) => return Some(event),
                    Some(Happened::Log) => return Some(Event::Log(self.reader.body())),
                },
            }
        }
    }

    /// Writes what is to be sent; how many bytes. Any space will do: a frame may go in pieces.
    pub fn transmit(&mut self, now: u64, out: &mut [u8]) -> usize {
        let mut count = 0;
        for place in out {
            let Some(byte) = self.machine.next_byte(now) else { break };
            *place = byte;
            count += 1;
        }
        count
    }

    /// When to poll again though nothing has come: something is to be sent again then.
    pub fn deadline(&self) -> Option<u64> {
        self.machine.deadline()
    }

    /// How often something was lost, on its way here or there, and was sent again or asked for.
    pub fn repairs(&self) -> u32 {
        self.machine.repairs()
    }

    /// Whether the peer is there and hears us.
    pub fn is_up(&self) -> bool {
        self.machine.is_up()
    }

    /// Whether the peer has all that was handed over; its acknowledgement has come.
    pub fn is_delivered(&self) -> bool {
        self.machine.is_delivered()
    }

    /// Opens a connection; its channel. Nothing if all are in use, the link is not up, or this is
    /// the board.
    pub fn open(&mut self) -> Option<u8> {
        self.machine.open()
    }

    /// Hands over bytes for a channel; how many of them. The others find room when the peer has
    /// read, or acknowledged, what went before.
    pub fn write(&mut self, channel: u8, bytes: &[u8]) -> usize {
        self.machine.write(channel, bytes)
    }

    /// Moves out what has come in on a channel. Reading is what lets the peer send more.
    pub fn read(&mut self, channel: u8, into: &mut [u8]) -> Read {
        self.machine.channel(channel).map_or(Read::Gone, |channel| channel.read(into))
    }

    /// Ends our half of a connection, behind all that was written. The channel is free for another
    /// one when both halves have ended and both sides have read to the end.
    pub fn finish(&mut self, channel: u8) {
        if let Some(channel) = self.machine.channel(channel) {
            channel.finish();
        }
    }

    /// Drops a connection, and what was not read of it.
    pub fn reset(&mut self, channel: u8) {
        if let Some(channel) = self.machine.channel(channel) {
            channel.reset();
        }
    }

    /// Tells the board what time it is, in milliseconds, behind all that was written. The next one
    /// goes when the answer has come.
    pub fn tick(&mut self, time: u64) {
        self.machine.tick(time);
    }

    /// Tells the host that nothing moves any more, and when it will.
    pub fn tick_done(&mut self, deadline: Option<u64>) {
        self.machine.tick_done(deadline);
    }

    /// Hands over a line of log, cut to what one frame takes; whether there was room for it. What
    /// was handed over arrives, in its place among all else.
    pub fn log(&mut self, text: &[u8]) -> bool {
        let most = text.len().min(self.machine.log_bytes_max());
        self.machine.push_spare(&Frame::Log(text.get(..most).unwrap_or_default()))
    }

    /// Hands over a measurement; whether there was room for it.
    pub fn metric(&mut self, id: u16, value: u64) -> bool {
        self.machine.push_spare(&Frame::Metric(id, value))
    }
}
