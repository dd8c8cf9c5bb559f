//! The faulty world: one seed decides everything.
//!
//! A seed becomes a [`Schedule`], which is data: who connects when, what each client says, and what
//! goes wrong. [`run`] plays it to any [`App`](samewire::App), on one thread and on a clock that jumps
//! from one deadline to the next, and returns a [`Trace`] of all that happened. [`oracle`]s read the
//! schedule and the trace, and nothing else, and say whether the server did what it owes.
//!
//! ```
//! use samewire::Limits;
//! use samewire_chaos::{generate, judge, run, Watched};
//!
//! let schedule = generate(42);
//! let trace = run(&schedule, Limits::SMALL, |recorder| Watched::new(&schedule, recorder));
//! assert_eq!(judge(&schedule, Limits::SMALL, &trace, &[]), Ok(()));
//! ```
//!
//! Nothing here asks for the time of day, starts a thread or iterates over what has no order. What a
//! user's tests need is [`samewire_sim`], which is small; this is what the server is tried with.
#![forbid(unsafe_code)]

mod agenda;
pub mod by_hand;
mod client;
mod faults;
pub mod oracle;
mod peer;
mod pins;
mod pipe;
mod random;
pub mod reader;
mod said;
pub mod schedule;
pub mod script;
mod server;
pub mod shrink;
pub mod story;
pub mod trace;
mod wall;
pub mod watch;
mod wire;
mod world;

pub use by_hand::ByHand;
pub use oracle::judge;
pub use random::Random;
pub use schedule::{Schedule, generate, keep_alive};
pub use trace::Trace;
pub use watch::Watched;
pub use world::run;
