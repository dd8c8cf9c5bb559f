//! What each frame does: order, acknowledgement, channels, time.

use crate::arrivals::{Arrivals, Turn};
use crate::channel::{Channel, Violation};
use crate::crc;
use crate::event::{Cause, Event};
use crate::frame::{CRC_BYTES, Frame, kind};
use crate::hello::HELLO_BYTES;
use crate::session::{Bounds, Phase, Session};
use crate::settings::Settings;
use crate::timer::Timer;
use crate::window::{Window, data_bytes_max};
use crate::writer::{Source, Writer};

/// An event without the bytes that belong to it.
pub(crate) enum Happened {
    Event(Event<'static>),
    /// The frame is a line of log.
    Log,
}

/// Both sides of a link, the reading of bytes apart.
#[derive(Debug)]
pub(crate) struct Machine<
    const CHANNELS: usize,
    const RING: usize,
    const FRAME: usize,
    const WINDOW: usize,
> {
    session: Session,
    channels: [Channel<RING>; CHANNELS],
    window: Window<FRAME, WINDOW>,
    writer: Writer,
    arrivals: Arrivals,
    timer: Timer,
    tick: Option<u64>,
    tick_done: Option<Option<u64>>,
    /// How often something was lost.
    repairs: u32,
}

impl<const CHANNELS: usize, const RING: usize, const FRAME: usize, const WINDOW: usize>
    Machine<CHANNELS, RING, FRAME, WINDOW>
{
    const ROOM: Bounds = {
        assert!(CHANNELS >= 1 && CHANNELS <= 0xff && RING >= 1 && RING <= 0xffff);
        assert!(FRAME >= HELLO_BYTES + CRC_BYTES && FRAME <= 0xffff);
        Bounds { frame_bytes_max: FRAME as u16, credit: RING as u32, channels: CHANNELS as u8 }
    };

    pub(crate) const fn new(settings: Settings) -> Self {
        Self {
            session: Session::new(settings, Self::ROOM),
            channels: [const { Channel::FREE }; CHANNELS],
            window: Window::EMPTY,
            writer: Writer::new(),
            arrivals: Arrivals::NONE,
            timer: Timer::IDLE,
            tick: None,
            tick_done: None,
            repairs: 0,
        }
    }

    pub(crate) fn restart(&mut self, session: u32) {
        self.session.restart(session);
        self.clear();
    }

    /// Forgets all that was on its way.
    fn clear(&mut self) {
        self.channels.iter_mut().for_each(Channel::free);
        self.window.clear();
        self.writer.abandon();
        self.arrivals = Arrivals::NONE;
        self.timer.reset();
        (self.tick, self.tick_done) = (None, None);
    }

    fn fail(&mut self, cause: Cause) {
        self.session.fail(cause);
        self.clear();
    }

    pub(crate) fn is_up(&self) -> bool {
        self.session.phase == Phase::Up
    }

    pub(crate) fn repairs(&self) -> u32 {
        self.repairs
    }

    pub(crate) fn deadline(&self) -> Option<u64> {
        self.timer.deadline()
    }

    pub(crate) fn register_in(&self) -> u32 {
        self.session.register_in
    }

    /// Why the link broke, once.
    pub(crate) fn untold(&mut self) -> Option<Cause> {
        self.session.untold()
    }

    /// Whether the end of this frame must not be taken yet. A recording heeds no credit, and does not
    /// wait until a channel is free: it waits outside instead.
    pub(crate) fn must_wait(&self, (letter, number, bytes): (u8, u8, usize)) -> bool {
        let at = number.checked_sub(1).map(usize::from);
        let Some(channel) = at.and_then(|at| self.channels.get(at)) else { return false };
        // What can never fit is no frame of data, or a violation.
        let is_late = if letter == kind::OPEN {
            channel.is_leaving()
        } else {
            bytes <= RING && !channel.has_room(bytes)
        };
        self.session.is_recorded && is_late
    }

    /// Something came in that is no frame of this session.
    pub(crate) fn on_bad(&mut self) {
        if self.is_up() {
            self.arrivals.ask_again();
        }
    }

    /// A frame whose CRC is right.
    pub(crate) fn on_frame(&mut self, now: u64, bytes: &[u8]) -> Option<Happened> {
        if bytes.first() == Some(&kind::HELLO) {
            if matches!(self.session.phase, Phase::Broken(_)) {
                return None;
            }
            let peer = self.session.on_hello(bytes).unwrap_or_else(|cause| {
                self.fail(cause);
                None
            })?;
            self.timer.reset();
            return Some(Happened::Event(Event::Up(peer)));
        }
        if !self.is_up() {
            return None;
        }
        let Some((seq, ack, frame)) = Frame::decode(bytes) else {
            self.fail(Cause::Violation);
            return None;
        };
        if self.window.acknowledge(ack) {
            self.timer.reset();
            if self.window.is_awaiting() {
                self.timer.start(now, self.session.settings.retransmit_ms);
            }
        }
        if frame == Frame::Nak {
            self.repairs = self.repairs.saturating_add(1);
            self.window.rewind();
            self.timer.stop();
        }
        if !frame.is_numbered() {
            return None;
        }
        match self.arrivals.take(seq) {
            Turn::Next => {}
            Turn::Again => return None,
            Turn::Early => {
                if self.session.is_recorded {
                    self.fail(Cause::Lost);
                } else {
                    self.arrivals.ask_again();
                }
                return None;
            }
        }
        self.accept(&frame).unwrap_or_else(|Violation| {
            self.fail(Cause::Violation);
            None
        })
    }

    /// A frame in its turn.
    fn accept(&mut self, frame: &Frame<'_>) -> Result<Option<Happened>, Violation> {
        let is_board = self.session.is_board();
        let credit = self.session.bounds.credit;
        let event = match *frame {
            Frame::Open(number) => {
                let channel = self.channel(number).ok_or(Violation)?;
                if !is_board || !channel.is_free() {
                    return Err(Violation);
                }
                channel.open(credit);
                Event::Opened(number)
            }
            Frame::Data(number, bytes) => {
                let is_news = self.channel(number).ok_or(Violation)?.on_data(bytes)?;
                return Ok(is_news.then_some(Happened::Event(Event::Readable(number))));
            }
            Frame::Fin(number) => {
                let is_news = self.channel(number).ok_or(Violation)?.on_fin()?;
                return Ok(is_news.then_some(Happened::Event(Event::Readable(number))));
            }
            Frame::Rst(number) => {
                let is_news = self.channel(number).ok_or(Violation)?.on_rst()?;
                return Ok(is_news.then_some(Happened::Event(Event::Reset(number))));
            }
            Frame::End(number) => {
                self.channel(number).ok_or(Violation)?.on_end()?;
                return Ok(None);
            }
            Frame::Credit(number, bytes) => {
                self.channel(number).ok_or(Violation)?.on_credit(bytes)?;
                return Ok(None);
            }
            Frame::Tick(time) if is_board => Event::Tick(time),
            Frame::TickDone(deadline) if !is_board => Event::TickDone(deadline),
            Frame::Log(_) => return Ok(Some(Happened::Log)),
            Frame::Metric(id, value) => Event::Metric(id, value),
            _ => return Err(Violation),
        };
        Ok(Some(Happened::Event(event)))
    }

    pub(crate) fn channel(&mut self, number: u8) -> Option<&mut Channel<RING>> {
        self.channels.get_mut(usize::from(number.checked_sub(1)?))
    }

    /// Notices that time has passed.
    pub(crate) fn expire(&mut self, now: u64) {
        if !self.timer.rings(now) {
            return;
        }
        if self.session.phase == Phase::Greeting {
            self.session.greet_again();
        } else if self.timer.retries() > self.session.settings.retries_max {
            self.fail(Cause::Silent);
        } else {
            self.repairs = self.repairs.saturating_add(1);
            self.window.rewind();
        }
    }

    /// The next byte on the wire.
    pub(crate) fn next_byte(&mut self, now: u64) -> Option<u8> {
        loop {
            let source = self.writer.source();
            if source == Source::Nothing && !self.begin(now) {
                return None;
            }
            if let Some(byte) = self.writer.next(self.window.pinned()) {
                return Some(byte);
            }
            if source == Source::Window {
                self.window.unpin(self.session.is_recorded);
            }
        }
    }

    /// Begins the next frame; whether there is one.
    fn begin(&mut self, now: u64) -> bool {
        if let Some(hello) = self.session.hello() {
            let crc = crc::finish(crc::update(crc::START, &hello));
            self.writer.begin_small(&hello, crc, true);
            if self.session.phase == Phase::Greeting {
                self.timer.start(now, self.session.settings.retransmit_ms);
            }
            return true;
        }
        if !self.is_up() {
            return false;
        }
        if self.session.is_recorded {
            self.arrivals.hush();
        }
        let register = self.session.register_out;
        let seal = |frame: &[u8]| crc::finish(crc::update(register, frame));
        let is_nak = self.arrivals.take_nak();
        self.flush();
        if !is_nak && self.window.is_due() {
            self.window.pin();
            self.window.seal(self.arrivals.expected(), seal);
            self.writer.begin_window();
            if !self.session.is_recorded {
                self.timer.start_if_idle(now, self.session.settings.retransmit_ms);
            }
        } else if is_nak || self.arrivals.ack_is_due() {
            self.repairs = self.repairs.saturating_add(u32::from(is_nak));
            let small = [if is_nak { kind::NAK } else { kind::ACK }, 0, self.arrivals.expected()];
            self.writer.begin_small(&small, seal(&small), false);
        } else {
            return false;
        }
        self.arrivals.told();
        true
    }

    /// Hands over what is due, while there is room.
    fn flush(&mut self) {
        for (number, channel) in (1..=u8::MAX).zip(&mut self.channels) {
            while let Some(frame) = channel.due(number) {
                if !self.window.push(&frame) {
                    return;
                }
                channel.done();
            }
        }
        if let Some(deadline) = self.tick_done
            && self.window.push(&Frame::TickDone(deadline))
        {
            self.tick_done = None;
        }
        if let Some(time) = self.tick
            && self.window.push(&Frame::Tick(time))
        {
            self.tick = None;
        }
    }

    pub(crate) fn open(&mut self) -> Option<u8> {
        if !self.is_up() || self.session.is_board() {
            return None;
        }
        self.flush();
        let (number, channel) = (1..=self.session.bounds.channels)
            .zip(&mut self.channels)
            .find(|(_, channel)| channel.is_free())?;
        self.window.push(&Frame::Open(number)).then(|| {
            channel.open(self.session.bounds.credit);
            number
        })
    }

    pub(crate) fn write(&mut self, number: u8, bytes: &[u8]) -> usize {
        if !self.is_up() {
            return 0;
        }
        self.flush();
        let frame_bytes_max = usize::from(self.session.bounds.frame_bytes_max);
        let mut written = 0;
        loop {
            let rest = bytes.get(written..).unwrap_or_default();
            let at = number.checked_sub(1).map(usize::from);
            let Some(channel) = at.and_then(|at| self.channels.get_mut(at)) else { return 0 };
            let most = rest.len().min(channel.credit());
            let Some(some @ [_, ..]) = rest.get(..most) else { return written };
            let mut count = self.window.append(number, some, frame_bytes_max);
            if count == 0 {
                count = most.min(data_bytes_max(frame_bytes_max));
                let Some(some) = some.get(..count) else { return written };
                if !self.push_spare(&Frame::Data(number, some)) {
                    return written;
                }
            }
            if let Some(channel) = self.channel(number) {
                channel.spend(count);
            }
            written += count;
        }
    }

    /// Hands a frame over that must leave one place for those that time and channels need.
    pub(crate) fn push_spare(&mut self, frame: &Frame<'_>) -> bool {
        self.is_up() && self.window.room() > 1 && self.window.push(frame)
    }

    /// How long a text is that one frame takes.
    pub(crate) fn log_bytes_max(&self) -> usize {
        data_bytes_max(usize::from(self.session.bounds.frame_bytes_max))
    }

    pub(crate) fn tick(&mut self, time: u64) {
        self.tick = Some(time);
    }

    pub(crate) fn tick_done(&mut self, deadline: Option<u64>) {
        self.tick_done = Some(deadline);
    }

    /// Whether all that was handed over has arrived.
    pub(crate) fn is_delivered(&self) -> bool {
        let is_due = |(number, channel): (u8, &Channel<RING>)| channel.due(number).is_some();
        self.window.is_empty()
            && (self.tick, self.tick_done) == (None, None)
            && !(1..=u8::MAX).zip(&self.channels).any(is_due)
    }
}
