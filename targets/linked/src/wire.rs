//! What stands between a line and the server: it carries frames between the bytes and the link, lets
//! virtual time pass from deadline to deadline, and says when nothing moves any more.

use samewire::{Instant, Limits};
use samewire_link::{Event, Link, Read, Settings};

use crate::board::{End, Mark, Memory};
use crate::line::Line;
use crate::metric;
use crate::order::{self, ORDER_BYTES, Order};
use crate::pace::{Delivery, Pace};

/// What a browser sends comes in one read, as it does from a network.
pub(crate) const INPUT_BYTES: usize = 512;

/// Orders and one connection.
type WireLink = Link<2, INPUT_BYTES, 128, 4>;

/// What is not the server.
pub(crate) struct Wire {
    link: WireLink,
    /// Virtual time.
    now: Instant,
    /// Until when time passes, if the runner waits for that.
    tick: Option<Instant>,
    /// What was measured and is still to be told.
    metrics: [Option<(u16, u64)>; 5],
    /// Bytes of the two buffers.
    room: (usize, usize),
    limits: Limits,
    delivery: Delivery,
    /// A connection that nobody serves yet.
    opened: Option<u8>,
    served: Served,
}

/// The connection that is served, or was served last.
struct Served {
    channel: u8,
    pace: Pace,
    /// When the server wants to be polled again, and the work beside it.
    deadlines: [Option<Instant>; 2],
    /// There may be something to do.
    is_due: bool,
    /// The server waits to get rid of bytes.
    is_blocked: bool,
    /// The runner has dropped the connection.
    is_gone: bool,
    /// The server is through with it.
    is_over: bool,
}

impl Served {
    const NONE: Self = Self { is_over: true, ..Self::new(0, Delivery::Whole) };

    const fn new(channel: u8, delivery: Delivery) -> Self {
        Self {
            channel,
            pace: Pace::new(delivery),
            deadlines: [None; 2],
            is_due: true,
            is_blocked: false,
            is_gone: false,
            is_over: false,
        }
    }
}

impl Wire {
    pub(crate) const fn new(settings: Settings) -> Self {
        Self {
            link: WireLink::new(settings),
            now: Instant::ZERO,
            tick: None,
            metrics: [None; 5],
            room: (0, 0),
            limits: Limits::SMALL,
            delivery: Delivery::Whole,
            opened: None,
            served: Served::NONE,
        }
    }

    /// Begins anew in this session, as one that was never up.
    pub(crate) fn restart(&mut self, session: u32) {
        self.link.restart(session);
        (self.now, self.tick, self.metrics) = (Instant::ZERO, None, [None; 5]);
        (self.limits, self.delivery) = (Limits::SMALL, Delivery::Whole);
        (self.opened, self.served) = (None, Served::NONE);
    }

    /// Tells how large the buffers are that each connection is lent.
    pub(crate) fn has_room(&mut self, receive: usize, send: usize) {
        self.room = (receive, send);
    }

    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Whether there is a connection to be served next.
    pub(crate) fn is_opened(&self) -> bool {
        self.opened.is_some()
    }

    /// Begins to serve the connection that was opened; the limits for it.
    pub(crate) fn accept(&mut self) -> Option<Limits> {
        let channel = self.opened.take()?;
        self.served = Served::new(channel, self.delivery);
        Some(self.limits)
    }

    /// Whether the server has something to do: bytes or time have come, or it may read on.
    pub(crate) fn take_due(&mut self) -> bool {
        let served = &mut self.served;
        if served.is_over || !(served.is_due || served.pace.grant()) {
            return false;
        }
        (served.is_due, served.deadlines) = (false, [None; 2]);
        true
    }

    /// The server waits until then, at the latest, or the work beside it does; whether that has
    /// come.
    pub(crate) fn wait_until(&mut self, deadline: Instant, is_beside: bool) -> bool {
        let [server, beside] = &mut self.served.deadlines;
        *(if is_beside { beside } else { server }) = Some(deadline);
        self.now >= deadline
    }

    /// Reads what has come for the server, at most what may be read now.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Read {
        let Served { channel, pace, is_gone, .. } = &mut self.served;
        if *is_gone {
            return Read::Gone;
        }
        let count = pace.readable(into.len());
        let Some(into @ [_, ..]) = into.get_mut(..count) else { return Read::Nothing };
        let read = self.link.read(*channel, into);
        if let Read::Bytes(count) = read {
            pace.has_read(count);
        }
        read
    }

    /// Hands over bytes of the server; how many. Nothing if the connection is gone.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Option<usize> {
        let Served { channel, pace, is_gone, is_blocked, .. } = &mut self.served;
        if *is_gone {
            return None;
        }
        let bytes = bytes.get(..pace.writable(bytes.len())).unwrap_or_default();
        let count = self.link.write(*channel, bytes);
        pace.has_written(count);
        *is_blocked = count == 0 && !bytes.is_empty();
        Some(count)
    }

    /// Ends the server's half. Nothing if the connection is gone.
    pub(crate) fn finish(&mut self) -> Option<()> {
        self.link.finish(self.served.channel);
        (!self.served.is_gone).then_some(())
    }

    /// The server is through. As a kernel does: a FIN if all that came was read, else a RST.
    pub(crate) fn leave(&mut self) {
        self.served.is_over = true;
        let channel = self.served.channel;
        let has_unread = self.served.pace.readable(1) > 0
            && matches!(self.link.read(channel, &mut [0]), Read::Bytes(_));
        if has_unread {
            self.link.reset(channel);
        } else {
            self.link.finish(channel);
            self.drop_unread();
        }
    }

    /// Nobody reads any more, and the runner must not wait for room.
    fn drop_unread(&mut self) {
        let mut bytes = [0; 32];
        while let Read::Bytes(_) = self.link.read(self.served.channel, &mut bytes) {}
    }

    /// What is to be sent next; how many bytes.
    pub(crate) fn transmit(&mut self, now: u64, frames: &mut [u8]) -> usize {
        self.link.transmit(now, frames)
    }

    /// When to receive at the latest, though nothing has come.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.link.deadline()
    }

    /// Hands over a line of log; whether there was room for it.
    pub(crate) fn log(&mut self, line: &[u8]) -> bool {
        self.link.is_up() && self.link.log(line)
    }

    /// Goes on towards what the runner waits for; whether there was anything to do.
    pub(crate) fn pass<L: Line>(&mut self) -> bool {
        let Some(until) = self.tick else { return false };
        // What the server said must be out before time passes.
        if !self.link.is_delivered() {
            return false;
        }
        let deadlines = self.served.deadlines.into_iter().flatten();
        let deadline = deadlines.min().filter(|_| !self.served.is_over);
        if let Some(deadline) = deadline
            && self.now < deadline
            && deadline <= until
        {
            self.now = deadline;
            self.served.is_due = true;
            return true;
        }
        self.now = self.now.max(until);
        for measured in &mut self.metrics {
            if let Some((metric, value)) = *measured {
                if !self.link.metric(metric, value) {
                    return true;
                }
                *measured = None;
            }
        }
        L::mark(Mark::Lap);
        self.link.tick_done(deadline.map(Instant::as_millis));
        self.tick = None;
        true
    }

    /// The server looks again, because there may be room for what it could not get rid of.
    pub(crate) fn unblock(&mut self) {
        self.served.is_due |= core::mem::take(&mut self.served.is_blocked);
    }

    /// Takes what the runner says from the front of these bytes, up to what the server has to see
    /// first.
    pub(crate) fn receive<L: Line>(&mut self, line: &mut L, bytes: &mut &[u8]) -> Result<(), End> {
        loop {
            let mut rest = *bytes;
            let event = self.link.poll_event(line.now(), &mut rest);
            // What comes behind these must find the server as they have left it.
            let is_last =
                matches!(event, None | Some(Event::Opened(_) | Event::Reset(_) | Event::Tick(_)));
            match event {
                Some(Event::Opened(channel)) if channel != order::CHANNEL => {
                    self.opened = Some(channel);
                }
                Some(Event::Readable(order::CHANNEL)) => self.obey(line)?,
                Some(Event::Readable(_)) if self.served.is_over => self.drop_unread(),
                Some(Event::Readable(_)) => self.served.is_due = true,
                Some(Event::Reset(_)) => {
                    (self.served.is_gone, self.served.is_due) = (true, true);
                }
                Some(Event::Tick(time)) => self.tick = Some(Instant::from_millis(time)),
                Some(Event::Broken(cause)) => return Err(End::Link(cause)),
                _ => {}
            }
            *bytes = rest;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Whether the server has something to look at.
    pub(crate) fn is_due(&self) -> bool {
        self.served.is_due
    }

    /// Takes orders. They are short, and come whole.
    fn obey<L: Line>(&mut self, line: &mut L) -> Result<(), End> {
        let mut order = [0; ORDER_BYTES];
        while let Read::Bytes(ORDER_BYTES) = self.link.read(order::CHANNEL, &mut order) {
            match Order::decode(order).ok_or(End::Order(order))? {
                Order::Limit(place, value) => order::set(&mut self.limits, place, value),
                Order::Default => (self.limits, self.delivery) = (Limits::SMALL, Delivery::Whole),
                Order::Bytes => self.delivery = Delivery::Bytes,
                Order::Cut(at) => self.delivery = Delivery::Cut(at),
                Order::Stall(bytes) => self.take_only(Some(bytes)),
                Order::Resume => self.take_only(None),
                Order::Measure => self.measure(line.memory()),
            }
        }
        Ok(())
    }

    /// The client takes so many bytes more, or all: the server may get rid of some now.
    fn take_only(&mut self, bytes: Option<u64>) {
        self.served.pace.take_only(bytes);
        self.served.is_due = true;
    }

    fn measure(&mut self, memory: Option<Memory>) {
        let (receive, send) = self.room;
        self.metrics = [
            memory.map(|memory| (metric::STATIC_BYTES, memory.static_bytes as u64)),
            memory.map(|memory| (metric::STACK_BYTES, memory.stack_bytes as u64)),
            Some((metric::READS, self.served.pace.reads())),
            Some((metric::RECEIVE_BYTES, receive as u64)),
            Some((metric::SEND_BYTES, send as u64)),
        ];
    }
}
