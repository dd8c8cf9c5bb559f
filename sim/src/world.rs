//! Servers, clients, network and time on one thread: the whole world of a run.
//!
//! Nothing moves but in [`World::run`] and [`World::pass`]. The same calls in the same order have
//! the same results, byte for byte.

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};
use std::time::Duration;

use samewire::app::{App, serve};
use samewire::{Instant, Limits};

use crate::client::Client;
use crate::clock::{VirtualClock, WallClock, later};
use crate::executor::Executor;
use crate::network::Network;
use crate::stream::{Delivery, Stream, Wire};

/// A server that runs an app, and whatever connects to it.
pub struct World<A> {
    server: Rc<Server<A>>,
    clock: VirtualClock,
    executor: RefCell<Executor>,
    network: Network,
    wires: RefCell<Vec<Weak<Wire>>>,
}

/// What the connections of a server have in common.
struct Server<A> {
    app: A,
    limits: Limits,
    receive_bytes: usize,
    send_bytes: usize,
    /// Memory of connections that have ended, for the next ones.
    buffers: RefCell<Vec<Buffers>>,
}

/// The memory lent to one connection.
struct Buffers {
    receive: Vec<u8>,
    send: Vec<u8>,
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
}

impl Options {
    /// These limits, the smallest buffers that they allow, the fixed wall clock.
    pub fn new(limits: Limits) -> Self {
        Self { limits, receive_bytes: 0, send_bytes: 0, wall_clock: WallClock::default() }
    }
}

impl<A: App + 'static> World<A> {
    /// A world at time zero with this app, without connections.
    pub fn new(app: A, limits: Limits) -> Self {
        Self::with(app, Options::new(limits))
    }

    /// As [`new`](Self::new), with all that can be chosen.
    pub fn with(app: A, options: Options) -> Self {
        let Options { limits, receive_bytes, send_bytes, wall_clock } = options;
        let receive_bytes = limits.receive_bytes_min().max(receive_bytes);
        let send_bytes = limits.send_bytes_min().max(send_bytes);
        let buffers = RefCell::default();
        Self {
            server: Rc::new(Server { app, limits, receive_bytes, send_bytes, buffers }),
            clock: VirtualClock::new(wall_clock),
            executor: RefCell::default(),
            network: Network::default(),
            wires: RefCell::default(),
        }
    }

    /// Opens a connection; the server accepts it when the world runs.
    pub fn connect(&self) -> Client {
        self.connect_with(Delivery::default())
    }

    /// As [`connect`](Self::connect), with bytes that travel in this way.
    pub fn connect_with(&self, delivery: Delivery) -> Client {
        let (stream, wire) = Stream::new(delivery);
        let mut wires = self.wires.borrow_mut();
        // Now and then is enough to keep the list as short as there are connections.
        if wires.len() == wires.capacity() {
            wires.retain(|wire| wire.strong_count() > 0);
        }
        wires.push(Rc::downgrade(&wire));
        let connection = connection(Rc::clone(&self.server), stream, self.clock.clone());
        self.executor.borrow_mut().spawn(connection);
        Client::new(wire, self.network.clone())
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

    /// Asks each connection to finish what it has begun and to close, as a server does that stops.
    pub fn drain(&self) {
        self.wires.borrow().iter().filter_map(Weak::upgrade).for_each(|wire| wire.drain());
    }

    /// Now, in this world.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Connections that the server has not done with.
    pub fn connections(&self) -> usize {
        self.executor.borrow().tasks()
    }

    /// The app, to look at what requests have made of it.
    pub fn app(&self) -> &A {
        &self.server.app
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

impl<A> Server<A> {
    fn lend(&self) -> Buffers {
        self.buffers.borrow_mut().pop().unwrap_or_else(|| Buffers {
            receive: vec![0; self.receive_bytes],
            send: vec![0; self.send_bytes],
        })
    }
}

/// One connection from accept to close.
async fn connection<A: App>(server: Rc<Server<A>>, mut stream: Stream, clock: VirtualClock) {
    let mut timer = clock.timer();
    let mut buffers = server.lend();
    let Buffers { receive, send } = &mut buffers;
    serve(&server.app, &mut stream, &mut timer, receive, send, &server.limits).await;
    server.buffers.borrow_mut().push(buffers);
}
