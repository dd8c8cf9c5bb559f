//! A deterministic world for Samewire: executor, virtual clock, in-memory network, clients.
//!
//! A [`Sim`] asks an app something in one line, for the app's own tests:
//!
//! ```
//! use samewire_sim::Sim;
//!
//! let answer = Sim::new(samewire_demo::Demo::new()).get("/hello").expect(200);
//! assert_eq!(answer.field("Content-Type"), Some("application/json"));
//! assert_eq!(answer.body(), r#"{"message":"Hello, World!"}"#);
//! ```
//!
//! A [`World`] has any number
//! of clients that speak bytes, a time that jumps, and a say in how bytes are cut on their way.
//! Both run the very `serve` that runs on TCP and on boards, on one thread, and in microseconds.
#![forbid(unsafe_code)]

pub mod answer;
pub mod client;
pub mod clock;
pub mod executor;
mod flow;
mod network;
mod server;
pub mod sim;
pub mod stream;
pub mod world;

pub use answer::Answer;
pub use client::Client;
pub use clock::WallClock;
pub use sim::Sim;
pub use stream::{Delivery, End};
pub use world::World;
