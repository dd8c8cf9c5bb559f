//! The board beside its server: it carries frames between the pipes and the link, lets virtual time
//! pass from deadline to deadline, and says when nothing moves any more.

use samewire::{Instant, Limits};
use samewire_gauge::laps::samewire_lap;
use samewire_gauge::stack;
use samewire_link::{Event, Link, Read, Settings};

use crate::die;
use crate::orders::{self, ORDER_BYTES, Order};
use crate::pace::{Delivery, Pace};
use crate::pipes::Pipes;

/// Orders and one connection; 256 bytes of each unread, four frames of 128 bytes on their way.
pub(crate) type BoardLink = Link<2, 256, 128, 4>;

/// What can be measured: the identifiers of METRIC.
#[derive(Clone, Copy)]
#[repr(u16)]
enum Metric {
    /// Bytes of RAM that hold variables.
    Static = 1,
    /// Bytes of stack that were used at most since they were asked for last.
    Stack = 2,
    /// How often the server has read from the last connection.
    Reads = 3,
    /// Bytes of the two buffers that each connection is lent.
    Receive = 4,
    Send = 5,
}

/// What is not the server.
pub(crate) struct Board {
    pipes: Pipes,
    link: BoardLink,
    input: [u8; 256],
    /// What of `input` was not taken yet.
    start: usize,
    end: usize,
    now: Instant,
    /// Until when time passes, if the runner waits for that.
    tick: Option<Instant>,
    metrics: [(Metric, u64); 5],
    /// How many of the metrics are still to be told.
    untold: usize,
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
    /// When the server wants to be polled again.
    deadline: Option<Instant>,
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
    const fn new(channel: u8, delivery: Delivery) -> Self {
        Self {
            channel,
            pace: Pace::new(delivery),
            deadline: None,
            is_due: true,
            is_blocked: false,
            is_gone: false,
            is_over: false,
        }
    }
}

impl Board {
    pub(crate) fn new() -> Self {
        Self {
            pipes: Pipes::open(),
            link: BoardLink::new(Settings::board(0)),
            input: [0; 256],
            start: 0,
            end: 0,
            now: Instant::ZERO,
            tick: None,
            metrics: [(Metric::Static, 0); 5],
            untold: 0,
            limits: Limits::SMALL,
            delivery: Delivery::Whole,
            opened: None,
            served: Served { is_over: true, ..Served::new(0, Delivery::Whole) },
        }
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
        (served.is_due, served.deadline) = (false, None);
        true
    }

    /// The server waits until then, at the latest; whether that has come.
    pub(crate) fn wait_until(&mut self, deadline: Instant) -> bool {
        self.served.deadline = Some(deadline);
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

    /// The server waits: sends, lets time pass, or waits for the runner.
    pub(crate) fn turn(&mut self) {
        let mut frames = [0; 128];
        while let count @ 1.. = self.link.transmit(0, &mut frames) {
            self.pipes.write(frames.get(..count).unwrap_or_default());
        }
        if !self.pass() {
            self.receive();
        }
    }

    /// Goes on towards what the runner waits for; whether there was anything to do.
    fn pass(&mut self) -> bool {
        let Some(until) = self.tick else { return false };
        // What the server said must be out before time passes.
        if !self.link.is_delivered() {
            return false;
        }
        let deadline = self.served.deadline.filter(|_| !self.served.is_over);
        if let Some(deadline) = deadline
            && self.now < deadline
            && deadline <= until
        {
            self.now = deadline;
            self.served.is_due = true;
            return true;
        }
        self.now = self.now.max(until);
        while let Some(&(metric, value)) =
            self.metrics.len().checked_sub(self.untold).and_then(|at| self.metrics.get(at))
        {
            if !self.link.metric(metric as u16, value) {
                return true;
            }
            self.untold -= 1;
        }
        samewire_lap();
        self.link.tick_done(deadline.map(Instant::as_millis));
        self.tick = None;
        true
    }

    /// Takes what the runner says; waits for it, if nothing is left.
    fn receive(&mut self) {
        let is_rest = self.start < self.end;
        if !is_rest {
            (self.start, self.end) = (0, self.pipes.read(&mut self.input));
        }
        let before = self.start;
        self.served.is_due |= core::mem::take(&mut self.served.is_blocked);
        let mut is_more = true;
        while is_more {
            let mut rest = self.input.get(self.start..self.end).unwrap_or_default();
            let event = self.link.poll_event(0, &mut rest);
            let start = self.end - rest.len();
            // What comes behind these must find the server as they have left it.
            is_more =
                !matches!(event, None | Some(Event::Opened(_) | Event::Reset(_) | Event::Tick(_)));
            match event {
                Some(Event::Opened(channel)) if channel != orders::CHANNEL => {
                    self.opened = Some(channel);
                }
                Some(Event::Readable(orders::CHANNEL)) => self.obey(),
                Some(Event::Readable(_)) if self.served.is_over => self.drop_unread(),
                Some(Event::Readable(_)) => self.served.is_due = true,
                Some(Event::Reset(_)) => {
                    (self.served.is_gone, self.served.is_due) = (true, true);
                }
                Some(Event::Tick(time)) => self.tick = Some(Instant::from_millis(time)),
                Some(Event::Broken(cause)) => die(102, format_args!("link: {cause:?}")),
                _ => {}
            }
            self.start = start;
        }
        if is_rest && self.start == before && !self.served.is_due {
            die(102, format_args!("the recording says more than the server reads"));
        }
    }

    /// Takes orders. They are short, and come whole.
    fn obey(&mut self) {
        let mut order = [0; ORDER_BYTES];
        while let Read::Bytes(ORDER_BYTES) = self.link.read(orders::CHANNEL, &mut order) {
            match Order::decode(order) {
                Some(Order::Limit(place, value)) => orders::set(&mut self.limits, place, value),
                Some(Order::Default) => {
                    (self.limits, self.delivery) = (Limits::SMALL, Delivery::Whole);
                }
                Some(Order::Deliver(delivery)) => self.delivery = delivery,
                Some(Order::Stall(bytes)) => self.take_only(Some(bytes)),
                Some(Order::Resume) => self.take_only(None),
                Some(Order::Measure) => self.measure(),
                None => die(102, format_args!("no order: {order:?}")),
            }
        }
    }

    /// The client takes so many bytes more, or all: the server may get rid of some now.
    fn take_only(&mut self, bytes: Option<u64>) {
        self.served.pace.take_only(bytes);
        self.served.is_due = true;
    }

    fn measure(&mut self) {
        self.metrics = [
            (Metric::Static, stack::static_bytes() as u64),
            (Metric::Stack, stack::take_peak_bytes() as u64),
            (Metric::Reads, self.served.pace.reads()),
            (Metric::Receive, crate::RECEIVE_BYTES as u64),
            (Metric::Send, crate::SEND_BYTES as u64),
        ];
        self.untold = self.metrics.len();
    }
}
