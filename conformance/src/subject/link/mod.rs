//! A server behind [the link](samewire_link): a board, or an emulator of one, on virtual time.
//!
//! Each verb ends by a TICK, and the board answers that when nothing moves any more, so quiet is as
//! exact as in memory. How input is cut and which limits hold go before each connection as orders,
//! on a channel of their own.

pub(crate) mod stream;
mod wire;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use samewire::Limits;

use super::emulator::Trouble;
use super::{Channel, Delivery, Due, OpenOptions, Received, Subject, Time, Unreachable};
use crate::case::Need;
pub(crate) use samewire_linked::metric;
use stream::Source;
use wire::Wire;

/// A board, reached when it is needed, and again when its firmware has panicked.
pub struct Linked {
    name: String,
    source: Box<dyn Source>,
    wire: Option<Rc<RefCell<Wire>>>,
    /// How often the lines of wires that are no more lost something.
    repairs: u32,
}

impl Linked {
    /// A subject of this name, started so.
    pub(crate) fn new(name: impl Into<String>, source: impl Source + 'static) -> Self {
        Self::from_source(name, Box::new(source))
    }

    /// The same, by whatever is a source.
    pub(crate) fn from_source(name: impl Into<String>, source: Box<dyn Source>) -> Self {
        Self { name: name.into(), source, wire: None, repairs: 0 }
    }

    fn wire(&mut self) -> Result<Rc<RefCell<Wire>>, Unreachable> {
        if let Some(wire) = &self.wire
            && wire.borrow().trouble().is_none()
        {
            return Ok(Rc::clone(wire));
        }
        self.drop_wire();
        let mut wire = Wire::new(self.source.start()?);
        wire.greet()?;
        let wire = Rc::new(RefCell::new(wire));
        self.wire = Some(Rc::clone(&wire));
        Ok(wire)
    }

    /// One that is still held would keep a serial port from being opened again.
    fn drop_wire(&mut self) {
        let repairs = self.wire.take().map_or(0, |wire| wire.borrow().repairs());
        self.repairs = self.repairs.saturating_add(repairs);
    }
}

impl Subject for Linked {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        if need != Need::Several {
            return Ok(None);
        }
        let places = self.wire()?.borrow().places();
        Ok((places < 2).then(|| "it serves one connection at a time".into()))
    }

    fn fits(&mut self, limits: &Limits, connections: usize) -> Result<Option<String>, Unreachable> {
        let wire = self.wire()?;
        let mut wire = wire.borrow_mut();
        let places = wire.places();
        if connections > places {
            let why = format!(
                "it has {connections} connections, and the board serves {places} at a time"
            );
            return Ok(Some(why));
        }
        let receive = wire.measure(metric::RECEIVE_BYTES)?;
        let send = wire.measure(metric::SEND_BYTES)?;
        let needs = [limits.receive_bytes_min(), limits.send_bytes_min()];
        let needs = needs.map(|bytes| bytes.saturating_mul(connections));
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
        let channel = wire.borrow_mut().open(options)?;
        Ok(Box::new(Connection { wire, channel, counts: options.delivery == Delivery::Bytes }))
    }

    fn lost(&mut self) -> Option<Unreachable> {
        match self.wire.as_ref()?.borrow().trouble().cloned()? {
            Trouble::Lost(why) => Some(why),
            Trouble::Panicked(_) => None,
        }
    }

    fn bring_back(&mut self) -> Option<String> {
        self.drop_wire();
        self.source.bring_back()
    }

    fn closing(&mut self) -> Option<String> {
        self.drop_wire();
        let repairs = match self.repairs {
            0 => None,
            1 => Some("1 repair by the link, of what was lost on the line or late".to_owned()),
            n => Some(format!("{n} repairs by the link, of what was lost on the line or late")),
        };
        let told: Vec<String> = [repairs, self.source.closing()].into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// One connection.
struct Connection {
    wire: Rc<RefCell<Wire>>,
    channel: u8,
    /// Reads are counted only where that says something.
    counts: bool,
}

impl Channel for Connection {
    fn send(&mut self, bytes: &[u8]) {
        self.wire.borrow_mut().attempt(|wire| wire.send(self.channel, bytes));
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> Received {
        self.wire.borrow_mut().receive(self.channel, into)
    }

    fn pass(&mut self, time: Duration) {
        self.wire.borrow_mut().attempt(|wire| wire.pass(time));
    }

    fn shut(&mut self) {
        self.wire.borrow_mut().attempt(|wire| wire.shut(self.channel));
    }

    fn reset(&mut self) {
        self.wire.borrow_mut().attempt(|wire| wire.reset(self.channel));
    }

    fn stall(&mut self, bytes: usize) {
        self.wire.borrow_mut().attempt(|wire| wire.stall(self.channel, bytes));
    }

    fn resume(&mut self) {
        self.wire.borrow_mut().attempt(|wire| wire.resume(self.channel));
    }

    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        let channel = self.wire.borrow_mut().join()?;
        Ok(Box::new(Self { wire: Rc::clone(&self.wire), channel, counts: self.counts }))
    }

    fn due(&self) -> Due {
        self.wire.borrow().due()
    }

    fn reads(&self) -> Option<u64> {
        let mut reads = None;
        if self.counts {
            self.wire.borrow_mut().attempt(|wire| {
                reads = Some(wire.reads(self.channel)?);
                Ok(())
            });
        }
        reads
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.wire.borrow_mut().leave(self.channel);
    }
}

#[cfg(test)]
mod tests;
