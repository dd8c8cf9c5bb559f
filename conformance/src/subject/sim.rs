//! The server behind the faulty world's network, in memory: whatever is sent comes in segments of a
//! few bytes, and whatever is written leaves in fewer than it would.
//!
//! Time is virtual, and quiet is exact. A cut is one more end of a segment.

use std::rc::Rc;
use std::time::Duration;

use samewire::app::App;
use samewire_chaos::ByHand;
use samewire_sim::End;

use super::{Channel, Delivery, OpenOptions, Received, Subject, Time, Unreachable};
use crate::case::Need;

/// An app, made anew for each connection.
pub struct Sim<F> {
    name: String,
    make: F,
}

impl<F> Sim<F> {
    /// A subject of this name, for this app.
    pub fn new(name: impl Into<String>, make: F) -> Self {
        Self { name: name.into(), make }
    }
}

impl<A: App + 'static, F: Fn() -> A> Subject for Sim<F> {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Ok(None)
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        // Each connection is the first one of its app, asked or not.
        let OpenOptions { limits, delivery, fresh: _ } = *options;
        let world = Rc::new(ByHand::new((self.make)(), limits));
        Ok(Box::new(Networked::open(world, delivery)))
    }
}

/// One connection, and the world that it is in.
struct Networked<A> {
    world: Rc<ByHand<A>>,
    connection: u32,
    delivery: Delivery,
    sent: usize,
    /// Nothing can be sent any more.
    shut: bool,
}

impl<A: App + 'static> Networked<A> {
    fn open(world: Rc<ByHand<A>>, delivery: Delivery) -> Self {
        let connection = world.open();
        Self { world, connection, delivery, sent: 0, shut: false }
    }
}

impl<A> Drop for Networked<A> {
    /// As when a program dies.
    fn drop(&mut self) {
        self.world.gone(self.connection);
    }
}

impl<A: App + 'static> Channel for Networked<A> {
    fn send(&mut self, bytes: &[u8]) {
        if !self.shut {
            for piece in self.delivery.pieces(self.sent, bytes) {
                self.world.send(self.connection, piece);
            }
            self.sent += bytes.len();
        }
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> Received {
        if self.world.read(self.connection, into) > 0 {
            return Received::Bytes;
        }
        match self.world.end(self.connection) {
            End::Open => Received::Quiet,
            End::Fin => Received::End,
            End::Reset => Received::Reset,
        }
    }

    fn pass(&mut self, time: Duration) {
        self.world.pass(time);
    }

    fn shut(&mut self) {
        self.shut = true;
        self.world.shut(self.connection);
    }

    fn reset(&mut self) {
        self.shut = true;
        self.world.reset(self.connection);
    }

    fn stall(&mut self, bytes: usize) {
        self.world.stall(self.connection, Some(bytes));
    }

    fn resume(&mut self) {
        self.world.stall(self.connection, None);
    }

    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        Ok(Box::new(Self::open(Rc::clone(&self.world), self.delivery)))
    }
}
