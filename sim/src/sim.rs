//! The short way to ask an app something in a test.

use std::time::Duration;

use samewire::Limits;
use samewire::app::App;

use crate::answer::{Answer, Parsed};
use crate::client::Client;
use crate::stream::End;
use crate::world::World;

/// An app in a world of its own, to be asked one request at a time.
///
/// Each request has a connection of its own. Where the app waits, time jumps to the next deadline,
/// so an answer comes at once, be it the server's 503. For anything beyond that (pipelining, cuts,
/// WebSocket, many clients) talk to the [`World`].
#[derive(Debug)]
pub struct Sim<A> {
    world: World<A>,
}

impl<A: App + 'static> Sim<A> {
    /// A world with this app and [`Limits::SMALL`], those of a board.
    pub fn new(app: A) -> Self {
        Self::with_limits(app, Limits::SMALL)
    }

    /// A world with this app and these limits.
    pub fn with_limits(app: A, limits: Limits) -> Self {
        Self { world: World::new(app, limits) }
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
        let head = format!("{method} {target} HTTP/1.1\r\nHost: sim\r\n");
        Request { sim: self, head, content: None, to_head: method == "HEAD" }
    }

    /// Lets time pass, for what the app does by the clock.
    pub fn pass(&self, duration: Duration) {
        self.world.pass(duration);
    }

    /// The app, to look at what requests have made of it.
    pub fn app(&self) -> &A {
        self.world.app()
    }

    /// The world that the app lives in.
    pub fn world(&self) -> &World<A> {
        &self.world
    }

    #[track_caller]
    fn ask(&self, client: &Client, to_head: bool) -> Answer {
        self.world.run();
        let mut came = Vec::new();
        loop {
            client.read(usize::MAX, &mut came);
            let ended = client.end() != End::Open;
            match Answer::parse(&came, to_head, ended) {
                Parsed::Answer(answer) => return answer,
                Parsed::Incomplete if !ended && self.world.pass_to_next_deadline() => {}
                Parsed::Incomplete => none("it is incomplete", &came),
                Parsed::Malformed(why) => none(why, &came),
            }
        }
    }
}

/// A request of a [`Sim`].
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'s, A> {
    sim: &'s Sim<A>,
    head: String,
    content: Option<Vec<u8>>,
    to_head: bool,
}

impl<A: App + 'static> Request<'_, A> {
    /// Adds a field line. Nothing is checked, so that a test can send nonsense too.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Adds content, with its Content-Length.
    pub fn content(mut self, content: impl AsRef<[u8]>) -> Self {
        self.content = Some(content.as_ref().to_vec());
        self
    }

    /// Sends the request and takes the answer.
    ///
    /// # Panics
    ///
    /// If none comes, or something that is none.
    #[track_caller]
    pub fn send(mut self) -> Answer {
        if let Some(content) = &self.content {
            self.head.push_str(&format!("Content-Length: {}\r\n", content.len()));
        }
        self.head.push_str("\r\n");
        let client = self.sim.world.connect();
        client.send(&self.head);
        client.send(self.content.unwrap_or_default());
        self.sim.ask(&client, self.to_head)
    }
}

#[track_caller]
fn none(why: &str, came: &[u8]) -> ! {
    panic!("no answer ({why}); this came:\n{}", String::from_utf8_lossy(came))
}
