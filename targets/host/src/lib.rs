//! Samewire on Linux, macOS and Windows: any [`App`](samewire::app::App) on TCP.
//!
//! ```no_run
//! # async fn run() -> Result<(), samewire_host::StartError> {
//! samewire_host::serve(samewire_demo::Demo::new, "127.0.0.1:8080").await
//! # }
//! ```
//!
//! A [`Server`] has more to choose from, and starts from any thread, whether or not an async
//! runtime is there: its workers bring their own.
//!
//! **Each worker has an app of its own.** A worker is one thread with one single-threaded runtime,
//! and the app that it made there, so handlers share state without locks, as on a board. One worker
//! is the default. With more of them, what two requests should both see must live outside the app,
//! in something that threads can share. Its background work runs there as well, once for each worker.
//!
//! **One more than there are places** gets the place of whoever was idle for a second, or is answered
//! `503`: [`Server::overload`]. **A server that stops** finishes what it has begun: [`Running::stop`],
//! Ctrl-C and SIGTERM.
#![forbid(unsafe_code)]

mod clock;
mod counters;
mod door;
mod drain;
mod entropy;
mod error;
mod listener;
mod phase;
mod room;
mod running;
mod server;
mod signals;
mod stream;
mod worker;

pub use clock::WallClock;
pub use counters::Counts;
pub use entropy::Entropy;
pub use error::StartError;
pub use running::Running;
pub use samewire::app::places::Overload;
pub use server::{Server, serve};
