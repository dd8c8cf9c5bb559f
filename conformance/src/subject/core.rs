//! The server in memory: the demo, or any app, in a world of its own for each connection.
//!
//! Time is virtual and quiet is exact. A cut is a cut: the second piece arrives when the server
//! has done all that it can with the first.

use std::rc::Rc;
use std::time::Duration;

use samewire::app::App;
use samewire::{Instant, Limits};
use samewire_sim::world::Options;
use samewire_sim::{Client, Delivery as Wire, End, WallClock, World};

use super::{Channel, Delivery, Due, OpenOptions, Received, Subject, Time, Unreachable};
use crate::case::Need;

/// An app, made anew for each connection.
pub struct Core<F> {
    name: String,
    make: F,
    limits: Limits,
    wall_clock: WallClock,
}

impl<F> Core<F> {
    /// A subject of this name, for this app.
    pub fn new(name: impl Into<String>, make: F) -> Self {
        Self { name: name.into(), make, limits: Limits::SMALL, wall_clock: WallClock::default() }
    }

    /// The same within these bounds, where a case asks for no others.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with another wall clock, or with none.
    pub fn with_wall_clock(self, wall_clock: WallClock) -> Self {
        Self { wall_clock, ..self }
    }
}

impl<A: App + 'static, F: Fn() -> A> Subject for Core<F> {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Ok(None)
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        // Each connection is the first one of its app, asked or not.
        let OpenOptions { limits, delivery, fresh: _ } = *options;
        let world = World::with(
            (self.make)(),
            Options { wall_clock: self.wall_clock, ..Options::new(limits) },
        );
        let delivery = match delivery {
            Delivery::Whole => Wire::default(),
            Delivery::Bytes => Wire { read_bytes_max: 1, one_by_one: true, ..Wire::default() },
            Delivery::Cut(at) => Wire { cuts: vec![at], one_by_one: true, ..Wire::default() },
        };
        Ok(Box::new(InMemory::open(Rc::new(world), delivery)))
    }
}

/// One connection, and the world that it is in.
struct InMemory<A> {
    world: Rc<World<A>>,
    client: Client,
    delivery: Wire,
    /// Nothing can be sent any more.
    shut: bool,
}

impl<A: App + 'static> InMemory<A> {
    fn open(world: Rc<World<A>>, delivery: Wire) -> Self {
        let client = world.connect_with(delivery.clone());
        // The server accepts before the first byte comes, as it would on a network.
        world.run();
        Self { world, client, delivery, shut: false }
    }
}

impl<A: App + 'static> Channel for InMemory<A> {
    fn send(&mut self, bytes: &[u8]) {
        if !self.shut {
            self.client.send(bytes);
            self.world.run();
        }
    }

    fn receive(&mut self, into: &mut Vec<u8>, _: Duration) -> Received {
        if self.client.read(usize::MAX, into) > 0 {
            return Received::Bytes;
        }
        match self.client.end() {
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
        self.client.shut();
        self.world.run();
    }

    fn reset(&mut self) {
        self.shut = true;
        self.client.reset();
        self.world.run();
    }

    fn stall(&mut self, bytes: usize) {
        self.client.stall(bytes);
        self.world.run();
    }

    fn resume(&mut self) {
        self.client.resume();
        self.world.run();
    }

    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        Ok(Box::new(Self::open(Rc::clone(&self.world), self.delivery.clone())))
    }

    fn due(&self) -> Due {
        let left = |deadline: Instant| deadline.duration_since(self.world.now());
        self.world.next_deadline().map_or(Due::Never, |deadline| Due::In(left(deadline)))
    }

    fn reads(&self) -> Option<u64> {
        u64::try_from(self.client.counts().reads).ok()
    }
}
