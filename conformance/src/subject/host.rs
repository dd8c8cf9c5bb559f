//! Our server over TCP: started in this process on a free loopback port, once for each set of
//! limits and each way to read, and once more for each connection that asks for a fresh app.
//!
//! Writing single bytes to a socket proves nothing, the kernel joins them. Byte by byte means here
//! that the server's transport hands over one byte a read, and the reads are counted.

use std::rc::Rc;
use std::time::Duration;

use samewire::app::App;
use samewire::{FixedEntropy, Limits};
use samewire_host::{Entropy, Running, Server, WallClock};
use samewire_sim::clock::EXAMPLE_DATE;

use super::socket::{self, Socket};
use super::{Channel, Delivery, OpenOptions, Received, Subject, Time, Unreachable};
use crate::case::Need;

/// An app, made anew for each server that is started.
pub struct Host<F> {
    name: String,
    make: F,
    limits: Limits,
    servers: Vec<(Limits, usize, Rc<Running>)>,
}

impl<F> Host<F> {
    /// A subject of this name, for this app. Nothing is started before it is needed.
    pub fn new(name: impl Into<String>, make: F) -> Self {
        Self { name: name.into(), make, limits: Limits::SMALL, servers: Vec::new() }
    }

    /// The same within these bounds, where a case asks for no others.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

impl<A, F> Host<F>
where
    A: App + 'static,
    F: Fn() -> A + Clone + Send + Sync + 'static,
{
    fn start(&self, limits: Limits, read_bytes_max: usize) -> Result<Running, Unreachable> {
        Server::new(self.make.clone())
            .bind("127.0.0.1:0")
            .limits(limits)
            .wall_clock(WallClock::Fixed(EXAMPLE_DATE))
            .entropy(Entropy::Fixed(FixedEntropy::EXAMPLE))
            .read_bytes_max(read_bytes_max)
            .start()
            .map_err(|why| Unreachable(format!("cannot start our server: {why}")))
    }
}

impl<A, F> Subject for Host<F>
where
    A: App + 'static,
    F: Fn() -> A + Clone + Send + Sync + 'static,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Real
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        Ok(socket::lacks(need))
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let OpenOptions { limits, delivery, fresh } = *options;
        let read_bytes_max = if delivery == Delivery::Bytes { 1 } else { usize::MAX };
        let found =
            self.servers.iter().find(|(l, read, _)| (l, *read) == (&limits, read_bytes_max));
        let server = match found {
            Some((.., server)) if !fresh => Rc::clone(server),
            _ => {
                let server = Rc::new(self.start(limits, read_bytes_max)?);
                // A fresh one ends with its connection: nobody else is to find what that has left.
                if !fresh {
                    self.servers.push((limits, read_bytes_max, Rc::clone(&server)));
                }
                server
            }
        };
        // The server cuts what it reads; the client sends each step at once.
        let sent = if delivery == Delivery::Bytes { Delivery::Whole } else { delivery };
        let reads_before = server.counts().reads;
        let socket = Socket::connect(server.local_addr(), sent)?;
        Ok(Box::new(Counted { socket, server, reads_before: Some(reads_before) }))
    }
}

/// A connection whose reads on the server's side are counted. One subject has one replay at a time, so
/// the server's numbers are this connection's and those of the connections that it has opened.
struct Counted {
    socket: Socket,
    server: Rc<Running>,
    /// `None` where another connection counts.
    reads_before: Option<u64>,
}

impl Channel for Counted {
    fn send(&mut self, bytes: &[u8]) {
        self.socket.send(bytes);
    }

    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        self.socket.receive(into, patience)
    }

    fn pass(&mut self, time: Duration) {
        self.socket.pass(time);
    }

    fn shut(&mut self) {
        self.socket.shut();
    }

    fn reset(&mut self) {
        self.socket.reset();
    }

    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        let (socket, server) = (self.socket.again()?, Rc::clone(&self.server));
        Ok(Box::new(Self { socket, server, reads_before: None }))
    }

    fn reads(&self) -> Option<u64> {
        Some(self.reads_before.map_or(0, |before| self.server.counts().reads - before))
    }
}
