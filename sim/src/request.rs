//! A request as a test writes it, and the ways to send it.

use std::net::{IpAddr, Ipv4Addr};

use samewire::app::App;
use serde::Serialize;

use crate::answer::{Answer, Parsed};
use crate::client::Client;
use crate::cut;
use crate::events::Events;
use crate::sim::Sim;
use crate::stream::{Delivery, End};
use crate::visitor::Visitor;
use crate::websocket::{self, WebSocket};

/// A request of a [`Sim`] or of a [`Visitor`].
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'s, A> {
    sim: &'s Sim<A>,
    /// Who keeps the connection, if anybody does.
    visitor: Option<&'s Visitor<'s, A>>,
    head: String,
    cookies: Vec<String>,
    content: Option<Vec<u8>>,
    to_head: bool,
    peer: IpAddr,
}

impl<'s, A: App + 'static> Request<'s, A> {
    pub(crate) fn new(
        sim: &'s Sim<A>,
        visitor: Option<&'s Visitor<'s, A>>,
        method: &str,
        target: &str,
    ) -> Self {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: sim\r\n");
        let (to_head, peer) = (method == "HEAD", IpAddr::V4(Ipv4Addr::LOCALHOST));
        Self { sim, visitor, head, cookies: Vec::new(), content: None, to_head, peer }
    }

    /// Adds a field line. Nothing is checked, so that a test can send nonsense too.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Adds a cookie. All of them are one field line.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// Comes from this address; others come from this machine itself, and a visitor's from where the
    /// visitor is.
    pub fn from(mut self, peer: impl Into<IpAddr>) -> Self {
        self.peer = peer.into();
        self
    }

    /// Adds content, with its Content-Length.
    pub fn content(mut self, content: impl AsRef<[u8]>) -> Self {
        self.content = Some(content.as_ref().to_vec());
        self
    }

    /// Adds this value as JSON, with its Content-Type.
    ///
    /// # Panics
    ///
    /// If it cannot be JSON, as a map whose keys are no text.
    #[track_caller]
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(content) => self.field("Content-Type", "application/json").content(content),
            Err(why) => panic!("the value cannot be JSON: {why}"),
        }
    }

    /// Adds what a WebSocket is asked for with; [`ws`](Self::ws) does so and opens it.
    pub fn upgrade(self) -> Self {
        self.field("Connection", "Upgrade")
            .field("Upgrade", "websocket")
            .field("Sec-WebSocket-Version", "13")
            .field("Sec-WebSocket-Key", websocket::KEY)
    }

    /// Sends the request and takes the answer.
    ///
    /// # Panics
    ///
    /// If none comes, or something that is none.
    #[track_caller]
    pub fn send(self) -> Answer {
        if let Some(visitor) = self.visitor {
            return visitor.ask(self);
        }
        let (sim, to_head) = (self.sim, self.to_head);
        let client = sim.connect_from(self.peer);
        client.send(self.encode());
        ask(sim, &client, &mut Vec::new(), to_head)
    }

    /// Sends the request whole, byte by byte and in two pieces at each offset, every time on a
    /// connection of its own, and takes the answer, which must be the same each time.
    ///
    /// The app is the same, too: what it counts does not begin anew. For more than one request, and
    /// for an app that is not to remember, there is [`every_cut`](cut::every_cut).
    ///
    /// # Panics
    ///
    /// If the answers differ, with both; or if none comes.
    #[track_caller]
    pub fn every_cut(self) -> Answer {
        let (sim, to_head, peer) = (self.sim, self.to_head, self.peer);
        let bytes = self.encode();
        let answer = |delivery: Delivery| {
            let client = sim.world().connect_from(peer, delivery);
            client.send(&bytes);
            ask(sim, &client, &mut Vec::new(), to_head)
        };
        let whole = answer(Delivery::default());
        for (name, delivery) in cut::deliveries(bytes.len()) {
            let cut = answer(delivery);
            assert!(cut == whole, "{name}, this came:\n{cut:?}\n\nand whole, this:\n{whole:?}");
        }
        whole
    }

    /// Opens a WebSocket by this request.
    ///
    /// # Panics
    ///
    /// If the server does not agree to it.
    #[track_caller]
    pub fn ws(self) -> WebSocket<'s, A> {
        let (sim, client) = (self.sim, self.sim.connect_from(self.peer));
        client.send(self.upgrade().encode());
        WebSocket::open(sim, client)
    }

    /// Listens to the events that answer this request.
    ///
    /// # Panics
    ///
    /// If the server does not send any.
    #[track_caller]
    pub fn events(self) -> Events<'s, A> {
        let (sim, client) = (self.sim, self.sim.connect_from(self.peer));
        client.send(self.field("Accept", "text/event-stream").encode());
        Events::open(sim, client)
    }

    /// The bytes of the request.
    pub(crate) fn encode(mut self) -> Vec<u8> {
        if !self.cookies.is_empty() {
            self.head.push_str(&format!("Cookie: {}\r\n", self.cookies.join("; ")));
        }
        if let Some(content) = &self.content {
            self.head.push_str(&format!("Content-Length: {}\r\n", content.len()));
        }
        self.head.push_str("\r\n");
        let mut bytes = self.head.into_bytes();
        bytes.extend(self.content.unwrap_or_default());
        bytes
    }

    pub(crate) fn is_head(&self) -> bool {
        self.to_head
    }
}

/// Takes the next answer; what comes behind it stays in `came`.
#[track_caller]
pub(crate) fn ask<A: App + 'static>(
    sim: &Sim<A>,
    client: &Client,
    came: &mut Vec<u8>,
    to_head: bool,
) -> Answer {
    sim.world().run();
    loop {
        client.read(usize::MAX, came);
        let ended = client.end() != End::Open;
        match Answer::parse(came, to_head, ended) {
            Parsed::Answer(answer, length) => {
                came.drain(..length);
                return answer;
            }
            Parsed::Incomplete if !ended && sim.world().pass_to_next_deadline() => {}
            Parsed::Incomplete => none("it is incomplete", came),
            Parsed::Malformed(why) => none(why, came),
        }
    }
}

/// The head of an answer that goes on, if it has this status; with what came behind it.
#[track_caller]
pub(crate) fn head<A: App + 'static>(
    sim: &Sim<A>,
    client: &Client,
    status: u16,
) -> (Answer, Vec<u8>) {
    sim.world().run();
    let mut came = Vec::new();
    loop {
        client.read(usize::MAX, &mut came);
        match Answer::parse_head(&came) {
            Parsed::Answer(answer, length) => {
                came.drain(..length);
                return (answer.expect(status), came);
            }
            Parsed::Incomplete
                if client.end() == End::Open && sim.world().pass_to_next_deadline() => {}
            Parsed::Incomplete => none("it is incomplete", &came),
            Parsed::Malformed(why) => none(why, &came),
        }
    }
}

#[track_caller]
pub(crate) fn none(why: &str, came: &[u8]) -> ! {
    panic!("no answer ({why}); this came:\n{}", String::from_utf8_lossy(came))
}
