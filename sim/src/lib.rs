//! A deterministic world for Samewire: executor, virtual clock, in-memory network, clients.
//!
//! A [`Sim`] asks an app something in one line, for the app's own tests:
//!
//! ```
//! use samewire_sim::Sim;
//!
//! let sim = Sim::new(samewire_demo::Demo::new());
//! sim.get("/hello").expect(200).expect_body(r#"{"message":"Hello, World!"}"#);
//!
//! let mut ws = sim.ws("/ws");
//! ws.send("Hello");
//! ws.expect_text("Hello");
//! ws.close(1000);
//! ```
//!
//! | to try | there is |
//! | --- | --- |
//! | a request | [`Sim::get`] and the like, [`Sim::request`] with fields, cookies, JSON |
//! | a connection that stays, cookies, pipelining | [`Sim::visitor`] |
//! | a WebSocket, server-sent events | [`Sim::ws`], [`Sim::events`] |
//! | that nothing depends on how bytes are cut | [`Request::every_cut`](request::Request::every_cut), [`every_cut`](fn@every_cut) |
//! | what the app does by the clock | [`Sim::pass`] |
//! | a server that stops | [`Sim::drain`] |
//! | floods, slow readers, resets, bytes that are no HTTP | [`World`] |
//!
//! A [`World`] has any number
//! of clients that speak bytes, a time that jumps, and a say in how bytes are cut on their way.
//! All of it runs the very `serve` that runs on TCP and on boards, on one thread, and in microseconds.
#![forbid(unsafe_code)]

pub mod answer;
pub mod client;
pub mod clock;
pub mod cut;
pub mod events;
pub mod executor;
mod flow;
mod frame;
mod network;
pub mod request;
mod server;
pub mod sim;
pub mod stream;
pub mod visitor;
pub mod websocket;
pub mod world;

pub use answer::Answer;
pub use client::Client;
pub use clock::WallClock;
pub use cut::every_cut;
pub use sim::Sim;
pub use stream::{Delivery, End};
pub use world::World;
