//! Samewire on embassy-net: any [`App`](samewire::App) on a board with a network, and on emulated
//! boards. No heap, no `unsafe`.
//!
//! Four connections at a time on port 80, with [`Limits::SMALL`](samewire::Limits::SMALL):
//!
//! ```
//! # struct Panel;
//! # samewire::app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//! # use embassy_net::Stack;
//! // #[embassy_executor::task]
//! async fn web(stack: Stack<'static>) {
//!     samewire_embassy::serve::<4>(stack, &Panel, 80).await;
//! }
//! ```
//!
//! With limits of its own, a wall clock, memory that is seen in the map of the image, and an end:
//!
//! ```
//! # struct Panel;
//! # samewire::app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//! # use embassy_net::Stack;
//! # fn rtc_seconds() -> Option<u64> { None }
//! use samewire::Limits;
//! use samewire_embassy::{Drain, Pool, Server};
//!
//! const LIMITS: Limits = Limits { head_bytes_max: 4096, ..Limits::SMALL };
//! const RECEIVE: usize = LIMITS.receive_bytes_min();
//! const SEND: usize = LIMITS.send_bytes_min();
//! static UPDATE: Drain = Drain::new(); // `UPDATE.begin()` from anywhere, an interrupt too
//!
//! // The pool is lent by whoever has it: most boards keep one in a `StaticCell`.
//! async fn web(stack: Stack<'static>, pool: &'static mut Pool<6, RECEIVE, SEND>) {
//!     let server = Server::new(&Panel, 80).limits(LIMITS).wall_clock(rtc_seconds).drain(&UPDATE);
//!     server.run(stack, pool).await; // until `UPDATE` has begun and all are answered
//! }
//! ```
//!
//! The stack needs room for as many sockets as the pool has places, and for its spare ones, and its
//! runner must run: `StackResources<4>` is too few for four connections with DHCP, which takes one
//! for itself. The image in `targets/firmware/qemu-arm` is a whole example. What all of it takes of
//! the RAM is a constant: [`Pool::ram_bytes`].
//!
//! **All of it is one task,** the app's background work as well, unless each [`Place`] of a pool is
//! given its own. Either way handlers share the app without locks, and one that computes for long
//! holds up its neighbours.
//!
//! **What a client sees** when all places are taken is a refused connection. If the pool has a spare
//! socket (`Pool<6, RECEIVE, SEND, 1536, 1>`) it gets the place of somebody idle, or a `503` with
//! `Retry-After`: see [`Server::overload`]. A place is free again when its peer has read the answer,
//! has gone away, or has let a deadline of the limits pass; an idle connection gives way after
//! [`Limits::idle_ms_max`](samewire::Limits::idle_ms_max).
#![no_std]
#![forbid(unsafe_code)]

mod clock;
mod drain;
mod pool;
mod room;
mod server;
mod slot;
mod stream;

pub use clock::Monotonic;
pub use drain::Drain;
pub use pool::{Place, Pool, SPARE_TCP_BYTES};
pub use samewire::app::places::Overload;
pub use server::{Server, serve};
