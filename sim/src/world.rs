//! Servers, clients, network and time on one thread: the whole world of a run.
//!
//! Nothing moves but in [`World::run`] and [`World::pass`]. The same calls in the same order have
//! the same results, byte for byte.

use std::cell::RefCell;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::{Rc, Weak};
use std::time::Duration;

use samewire::app::{App, FixedEntropy};
use samewire::{Instant, Limits};

use crate::client::Client;
use crate::clock::{VirtualClock, WallClock, later};
use crate::executor::Executor;
use crate::network::Network;
use crate::server::Server;
use crate::stream::{Delivery, Stream, Wire};

/// A server that runs an app, and whatever connects to it.
pub struct World<A> {
    server: Rc<Server<A>>,
    clock: VirtualClock,
    executor: RefCell<Executor>,
    network: Network,
    wires: RefCell<Vec<Weak<Wire>>>,
}

/// What a world can be told before it begins.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The bounds of each connection.
    pub limits: Limits,
    /// Bytes of receive buffer of each connection, if more than `Limits::receive_bytes_min`.
    pub receive_bytes: usize,
    /// Bytes of send buffer of each connection, if more than `Limits::send_bytes_min`.
    pub send_bytes: usize,
    /// What the server knows of the time of day.
    pub wall_clock: WallClock,
    /// The random bytes that each connection begins with.
    pub entropy: FixedEntropy,
}

impl Options {
    /// These limits, the smallest buffers that they allow, the fixed wall clock, and the random
    /// bytes of every target of `samewire check`.
    pub fn new(limits: Limits) -> Self {
        let (wall_clock, entropy) = (WallClock::default(), FixedEntropy::EXAMPLE);
        Self { limits, receive_bytes: 0, send_bytes: 0, wall_clock, entropy }
    }
}

impl<A: App + 'static> World<A> {
    /// A world at time zero with this app, without connections.
    pub fn new(app: A, limits: Limits) -> Self {
        Self::with(app, Options::new(limits))
    }

    /// As [`new`](Self::new), with all that can be chosen.
    pub fn with(app: A, options: Options) -> Self {
        let clock = VirtualClock::new(options.wall_clock);
        let mut executor = Executor::new();
        let server = Server::start(app, options, &clock, &mut executor);
        let (executor, network) = (RefCell::new(executor), Network::default());
        Self { server, clock, executor, network, wires: RefCell::default() }
    }

    /// Opens a connection; the server accepts it when the world runs.
    pub fn connect(&self) -> Client {
        self.connect_with(Delivery::default())
    }

    /// As [`connect`](Self::connect), with bytes that travel in this way.
    pub fn connect_with(&self, delivery: Delivery) -> Client {
        self.connect_from(IpAddr::V4(Ipv4Addr::LOCALHOST), delivery)
    }

    /// As [`connect_with`](Self::connect_with), from this address; others come from this machine
    /// itself.
    pub fn connect_from(&self, peer: IpAddr, delivery: Delivery) -> Client {
        let (stream, wire) = Stream::new(peer, delivery);
        let client = Client::new(Rc::clone(&wire), self.network.clone());
        let Some(connection) = self.server.connection(stream, &self.clock) else {
            // Nobody listens any more.
            wire.reset();
            return client;
        };
        let mut wires = self.wires.borrow_mut();
        // Now and then is enough to keep the list as short as there are connections.
        if wires.len() == wires.capacity() {
            wires.retain(|wire| wire.strong_count() > 0);
        }
        wires.push(Rc::downgrade(&wire));
        self.executor.borrow_mut().spawn(connection);
        client
    }

    /// Asks each connection to finish what it has begun and to close, as a server does that stops:
    /// new ones are refused, and when the last one has ended, the app's background work closes.
    pub fn drain(&self) {
        self.server.drain();
        self.wires.borrow().iter().filter_map(Weak::upgrade).for_each(|wire| wire.drain());
    }
}

impl<A> World<A> {
    /// Runs until nothing moves at this point in time: all that was sent has arrived, and all that
    /// the server can do was done.
    ///
    /// # Panics
    ///
    /// With the panic of a handler, and if things never come to rest.
    pub fn run(&self) {
        loop {
            if let Err(livelock) = self.executor.borrow_mut().run_until_stalled() {
                panic!("{livelock}");
            }
            if !self.network.deliver_next() {
                return;
            }
        }
    }

    /// Runs, and lets time pass: at each deadline on the way the world runs until nothing moves.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn pass(&self, duration: Duration) {
        let until = later(self.clock.now(), duration);
        self.run();
        while self.clock.next_deadline().is_some_and(|deadline| deadline <= until) {
            self.clock.advance_to_next_deadline();
            self.run();
        }
        self.clock.advance_to(until);
    }

    /// The nearest deadline that somebody waits for, if anybody does.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.clock.next_deadline()
    }

    /// Jumps to the nearest deadline and runs. False if nobody waits for any.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn pass_to_next_deadline(&self) -> bool {
        let passed = self.clock.advance_to_next_deadline();
        if passed {
            self.run();
        }
        passed
    }

    /// Bytes that were sent to the server on the connection on which most were.
    pub fn longest_sent(&self) -> usize {
        self.network.longest()
    }

    /// Now, in this world.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Connections that the server has not done with.
    pub fn connections(&self) -> usize {
        self.server.connections()
    }

    /// The app, to look at what requests have made of it.
    pub fn app(&self) -> &A {
        self.server.app()
    }
}

impl<A> fmt::Debug for World<A> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("World")
            .field("now", &self.now())
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
