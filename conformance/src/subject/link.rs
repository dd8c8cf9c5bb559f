//! A server behind [the link](samewire_link): a board, or an emulator of one, on virtual time.
//!
//! Each verb ends by a TICK, and the board answers that when nothing moves any more, so quiet is as
//! exact as in memory. How input is cut and which limits hold go before each connection as orders,
//! on a channel of their own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use samewire::Limits;
use samewire_link::{Cause, Event, HostLink, Read, Settings};

use super::emulator::{Emulator, Trouble};
use super::orders::{self, Order};
use super::{Channel, Delivery, OpenOptions, Received, Subject, Time, Unreachable};
use crate::case::Need;

/// Any but the board's, which is 0.
const SESSION: u32 = 1;

/// What a board measures: the identifiers of METRIC.
pub(crate) mod metric {
    pub(crate) const STACK_BYTES: u16 = 2;
    pub(crate) const READS: u16 = 3;
    pub(crate) const RECEIVE_BYTES: u16 = 4;
    pub(crate) const SEND_BYTES: u16 = 5;
}

/// An emulated board, started when it is needed, and again when its firmware has panicked.
pub struct Linked {
    name: String,
    start: Box<dyn Fn() -> Result<Emulator, Unreachable>>,
    wire: Option<Rc<RefCell<Wire>>>,
}

impl Linked {
    /// A subject of this name, started so.
    pub(crate) fn new(
        name: impl Into<String>,
        start: impl Fn() -> Result<Emulator, Unreachable> + 'static,
    ) -> Self {
        Self { name: name.into(), start: Box::new(start), wire: None }
    }

    fn wire(&mut self) -> Result<Rc<RefCell<Wire>>, Unreachable> {
        if let Some(wire) = &self.wire
            && wire.borrow().trouble.is_none()
        {
            return Ok(Rc::clone(wire));
        }
        let mut wire = Wire::new((self.start)()?);
        wire.greet().map_err(unreachable)?;
        let wire = Rc::new(RefCell::new(wire));
        self.wire = Some(Rc::clone(&wire));
        Ok(wire)
    }
}

/// Before a connection is open, a panic is no verdict on anything.
fn unreachable(trouble: Trouble) -> Unreachable {
    match trouble {
        Trouble::Panicked(what) => Unreachable(format!("the firmware has panicked: {what}")),
        Trouble::Lost(why) => why,
    }
}

impl Subject for Linked {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Ok(None)
    }

    fn fits(&mut self, limits: &Limits) -> Result<Option<String>, Unreachable> {
        let wire = self.wire()?;
        let mut wire = wire.borrow_mut();
        let mut room = |id| wire.measure(id).map_err(unreachable);
        let (receive, send) = (room(metric::RECEIVE_BYTES)?, room(metric::SEND_BYTES)?);
        let needs = [limits.receive_bytes_min(), limits.send_bytes_min()];
        let fits = |need: usize, room: u64| u64::try_from(need).is_ok_and(|need| need <= room);
        let [to_receive, to_send] = needs;
        let fit = fits(to_receive, receive) && fits(to_send, send);
        Ok((!fit).then(|| {
            format!(
                "its limits need {to_receive} + {to_send} bytes of buffers, of which the board has \
                 {receive} + {send}"
            )
        }))
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let wire = self.wire()?;
        wire.borrow_mut().open(options).map_err(unreachable)?;
        Ok(Box::new(Connection { wire, counts: options.delivery == Delivery::Bytes }))
    }

    fn lost(&mut self) -> Option<Unreachable> {
        match self.wire.as_ref()?.borrow().trouble.clone()? {
            Trouble::Lost(why) => Some(why),
            Trouble::Panicked(_) => None,
        }
    }
}

/// Our end of the link, with at most one connection beside the orders.
struct Wire {
    emulator: Emulator,
    link: Box<HostLink>,
    /// Virtual time, which goes on from connection to connection.
    now: Duration,
    metrics: BTreeMap<u16, u64>,
    orders: u8,
    channel: Option<u8>,
    /// For the board, which has no room for it yet.
    unsent: Vec<u8>,
    /// The client's half ends behind that.
    is_finishing: bool,
    inbox: Vec<u8>,
    end: Received,
    trouble: Option<Trouble>,
}

impl Wire {
    fn new(emulator: Emulator) -> Self {
        Self {
            emulator,
            link: Box::new(HostLink::new(Settings::host(SESSION))),
            now: Duration::ZERO,
            metrics: BTreeMap::new(),
            orders: 0,
            channel: None,
            unsent: Vec::new(),
            is_finishing: false,
            inbox: Vec::new(),
            end: Received::Quiet,
            trouble: None,
        }
    }

    /// Brings the link up, and opens the channel for orders.
    fn greet(&mut self) -> Result<(), Trouble> {
        self.flush()?;
        while !self.link.is_up() {
            self.exchange()?;
        }
        match self.link.open() {
            Some(channel) => self.orders = channel,
            None => return Err(self.emulator.lost("the board has no channel")),
        }
        self.measure(metric::SEND_BYTES).map(drop)
    }

    fn open(&mut self, options: &OpenOptions) -> Result<(), Trouble> {
        for order in orders::before(options) {
            self.order(order)?;
        }
        (self.is_finishing, self.end) = (false, Received::Quiet);
        self.unsent.clear();
        self.inbox.clear();
        // The last connection's number is free when the board has said so.
        loop {
            self.channel = self.link.open();
            self.settle()?;
            if self.channel.is_some() {
                return Ok(());
            }
        }
    }

    /// Gives an order, which goes with what comes next.
    fn order(&mut self, order: Order) -> Result<(), Trouble> {
        let bytes = order.encode();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let count = self.link.write(self.orders, rest);
            rest = rest.get(count..).unwrap_or_default();
            if count == 0 {
                self.settle()?;
            }
        }
        Ok(())
    }

    /// Asks what the board has measured.
    fn measure(&mut self, id: u16) -> Result<u64, Trouble> {
        self.order(Order::Measure)?;
        self.settle()?;
        match self.metrics.get(&id) {
            Some(&value) => Ok(value),
            None => Err(self.emulator.lost(&format!("the board does not measure {id}"))),
        }
    }

    /// Hands over what is unsent, and runs the board until nothing moves.
    fn push(&mut self) -> Result<(), Trouble> {
        let Some(channel) = self.channel else { return Ok(()) };
        loop {
            let count = self.link.write(channel, &self.unsent);
            self.unsent.drain(..count);
            if self.unsent.is_empty() && self.is_finishing {
                self.link.finish(channel);
            }
            self.settle()?;
            // What a server that waits for something else does not take stays here.
            if count == 0 || self.unsent.is_empty() {
                return Ok(());
            }
        }
    }

    /// Lets it be now on the board, and waits until nothing moves there.
    fn settle(&mut self) -> Result<(), Trouble> {
        self.link.tick(u64::try_from(self.now.as_millis()).unwrap_or(u64::MAX));
        while !self.exchange()? {}
        Ok(())
    }

    /// Sends what is to be sent.
    fn flush(&mut self) -> Result<(), Trouble> {
        let mut frames = Vec::new();
        let mut some = [0; 4096];
        while let count @ 1.. = self.link.transmit(0, &mut some) {
            frames.extend_from_slice(some.get(..count).unwrap_or_default());
        }
        if frames.is_empty() { Ok(()) } else { self.emulator.write(&frames) }
    }

    /// Sends, waits for something, and takes it; whether the board says that nothing moves.
    fn exchange(&mut self) -> Result<bool, Trouble> {
        self.flush()?;
        let bytes = self.emulator.read()?;
        let mut rest = &bytes[..];
        let mut is_still = false;
        while let Some(event) = self.link.poll_event(0, &mut rest) {
            match event {
                Event::TickDone(_) => is_still = true,
                Event::Reset(channel) if Some(channel) == self.channel => {
                    self.end = Received::Reset;
                }
                Event::Readable(channel) if Some(channel) == self.channel => self.take(channel),
                Event::Metric(id, value) => {
                    self.metrics.insert(id, value);
                }
                Event::Broken(cause) => return Err(self.broken(cause)),
                _ => {}
            }
        }
        Ok(is_still)
    }

    fn broken(&mut self, cause: Cause) -> Trouble {
        self.emulator.lost(&format!("the link to the board is broken ({cause:?})"))
    }

    /// Reads at once, so that credit never runs out.
    fn take(&mut self, channel: u8) {
        let mut some = [0; 4096];
        loop {
            match self.link.read(channel, &mut some) {
                Read::Bytes(count) => {
                    self.inbox.extend_from_slice(some.get(..count).unwrap_or_default());
                }
                Read::End => {
                    self.end = Received::End;
                    return;
                }
                Read::Nothing | Read::Gone => return,
            }
        }
    }

    /// Does this, if there is still a board to do it with.
    ///
    /// # Panics
    ///
    /// With the firmware's words, if it panics: it is the server that is tested, and its panic is
    /// its failure, as it is in memory.
    fn attempt(&mut self, act: impl FnOnce(&mut Self) -> Result<(), Trouble>) {
        if self.trouble.is_some() {
            return;
        }
        if let Err(trouble) = act(self) {
            self.end = Received::Reset;
            self.trouble = Some(trouble.clone());
            if let Trouble::Panicked(what) = trouble {
                std::panic::resume_unwind(Box::new(what));
            }
        }
    }
}

/// One connection. A subject has one at a time.
struct Connection {
    wire: Rc<RefCell<Wire>>,
    /// Reads are counted only where that says something.
    counts: bool,
}

impl Channel for Connection {
    fn send(&mut self, bytes: &[u8]) {
        self.wire.borrow_mut().attempt(|wire| {
            wire.unsent.extend_from_slice(bytes);
            wire.push()
        });
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> Received {
        let mut wire = self.wire.borrow_mut();
        if wire.inbox.is_empty() {
            return wire.end;
        }
        into.append(&mut wire.inbox);
        Received::Bytes
    }

    fn pass(&mut self, time: Duration) {
        self.wire.borrow_mut().attempt(|wire| {
            wire.now += time;
            wire.settle()?;
            // Time may have made room.
            if wire.unsent.is_empty() { Ok(()) } else { wire.push() }
        });
    }

    fn shut(&mut self) {
        self.wire.borrow_mut().attempt(|wire| {
            wire.is_finishing = true;
            wire.push()
        });
    }

    fn reset(&mut self) {
        self.wire.borrow_mut().attempt(|wire| {
            if let Some(channel) = wire.channel {
                wire.link.reset(channel);
            }
            wire.end = Received::Reset;
            wire.settle()
        });
    }

    fn stall(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.wire.borrow_mut().attempt(|wire| {
            wire.order(Order::Stall(bytes))?;
            wire.settle()
        });
    }

    fn resume(&mut self) {
        self.wire.borrow_mut().attempt(|wire| {
            wire.order(Order::Resume)?;
            wire.settle()?;
            wire.push()
        });
    }

    fn reads(&self) -> Option<u64> {
        let mut reads = None;
        if self.counts {
            self.wire.borrow_mut().attempt(|wire| {
                reads = Some(wire.measure(metric::READS)?);
                Ok(())
            });
        }
        reads
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut wire = self.wire.borrow_mut();
        if let Some(channel) = wire.channel.take() {
            // It goes with the orders of the next one.
            wire.link.reset(channel);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::Linked;
    use crate::subject::emulator::Emulator;
    use crate::subject::{OpenOptions, Subject};

    /// A shell stands in for an emulator.
    fn open(script: &'static str) -> String {
        let start = move || Emulator::start("sh", &["-c".into(), script.into()], "");
        let opened = Linked::new("shell", start).open(&OpenOptions::default());
        opened.err().map(|why| why.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_speaks_no_link_cannot_be_reached() {
        assert_eq!(open("exec head -c 1"), "sh has ended: exit status: 0");
        assert_eq!(open("echo no room >&2; exit 2"), "sh has ended: exit status: 2: no room");
        assert_eq!(open("echo oh >&2; exit 101"), "the firmware has panicked: oh");
        // A line that echoes is one end of the link, twice.
        assert_eq!(open("exec cat"), "the link to the board is broken (Role)");
    }
}
