//! The short way to ask an app something in a test.

use std::net::IpAddr;
use std::time::Duration;

use samewire::app::App;
use samewire::{Instant, Limits};

use crate::answer::Answer;
use crate::client::Client;
use crate::clock::later;
use crate::events::Events;
use crate::request::Request;
use crate::stream::Delivery;
use crate::visitor::Visitor;
use crate::websocket::WebSocket;
use crate::world::World;

/// What a test expects is waited for so long, in the time of the world.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// An app in a world of its own, to be asked one thing at a time.
///
/// Each request has a connection of its own; a [`Visitor`] keeps one. Where the app waits, time jumps
/// to the next deadline, so an answer comes at once, be it the server's 503. What is not as expected
/// panics, and shows what came.
///
/// ```
/// use samewire_sim::Sim;
///
/// let sim = Sim::new(samewire_demo::Demo::new());
/// sim.get("/hello").expect(200).expect_field("Content-Type", "application/json");
/// sim.get("/nowhere").expect(404);
/// sim.request("POST", "/").json(&[1, 2, 3]).send().expect(200).expect_body("[1,2,3]");
/// ```
///
/// For anything beyond it (floods, resets, bytes that are no HTTP) talk to the [`World`].
#[derive(Debug)]
pub struct Sim<A> {
    world: World<A>,
    delivery: Delivery,
}

impl<A: App + 'static> Sim<A> {
    /// A world with this app and [`Limits::SMALL`], those of a board.
    pub fn new(app: A) -> Self {
        Self::with_limits(app, Limits::SMALL)
    }

    /// A world with this app and these limits.
    pub fn with_limits(app: A, limits: Limits) -> Self {
        Self::of(World::new(app, limits))
    }

    /// The app of this world.
    pub fn of(world: World<A>) -> Self {
        Self { world, delivery: Delivery::default() }
    }

    /// The same, with bytes to the server that travel in this way, on all connections from now on.
    #[must_use]
    pub fn delivered(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// Asks `GET target`.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn get(&self, target: &str) -> Answer {
        self.request("GET", target).send()
    }

    /// Asks `HEAD target`.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn head(&self, target: &str) -> Answer {
        self.request("HEAD", target).send()
    }

    /// Asks `DELETE target`.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn delete(&self, target: &str) -> Answer {
        self.request("DELETE", target).send()
    }

    /// Asks `POST target` with this content.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn post(&self, target: &str, content: impl AsRef<[u8]>) -> Answer {
        self.request("POST", target).content(content).send()
    }

    /// Asks `PUT target` with this content.
    ///
    /// # Panics
    ///
    /// If no answer comes.
    #[track_caller]
    pub fn put(&self, target: &str, content: impl AsRef<[u8]>) -> Answer {
        self.request("PUT", target).content(content).send()
    }

    /// A request to complete, then to send.
    pub fn request(&self, method: &str, target: &str) -> Request<'_, A> {
        Request::new(self, None, method, target)
    }

    /// Opens a WebSocket.
    ///
    /// # Panics
    ///
    /// If the server does not agree to it.
    #[track_caller]
    pub fn ws(&self, target: &str) -> WebSocket<'_, A> {
        self.request("GET", target).ws()
    }

    /// Listens to server-sent events.
    ///
    /// # Panics
    ///
    /// If the server does not send any.
    #[track_caller]
    pub fn events(&self, target: &str) -> Events<'_, A> {
        self.request("GET", target).events()
    }

    /// A client that keeps its connection and its cookies, as a browser does.
    pub fn visitor(&self) -> Visitor<'_, A> {
        Visitor::new(self)
    }

    /// Lets time pass, for what the app does by the clock.
    pub fn pass(&self, duration: Duration) {
        self.world.pass(duration);
    }

    /// Asks the server to finish what it has begun and to close all connections.
    pub fn drain(&self) {
        self.world.drain();
        self.world.run();
    }

    /// The app, to look at what requests have made of it.
    pub fn app(&self) -> &A {
        self.world.app()
    }

    /// The world that the app lives in.
    pub fn world(&self) -> &World<A> {
        &self.world
    }

    /// Opens a connection, for bytes of any kind.
    pub fn connect(&self) -> Client {
        self.world.connect_with(self.delivery.clone())
    }

    /// As [`connect`](Self::connect), from this address.
    pub(crate) fn connect_from(&self, peer: IpAddr) -> Client {
        self.world.connect_from(peer, self.delivery.clone())
    }

    /// Until when to wait for what is expected now.
    pub(crate) fn patience(&self) -> Instant {
        later(self.world.now(), WAIT_MAX)
    }

    /// Jumps to the next deadline, if that is not beyond this moment.
    pub(crate) fn wait(&self, until: Instant) -> bool {
        let is_due = self.world.next_deadline().is_some_and(|deadline| deadline <= until);
        is_due && self.world.pass_to_next_deadline()
    }
}
