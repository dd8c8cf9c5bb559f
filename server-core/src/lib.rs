//! HTTP/1.1 and WebSocket for small machines, as a state machine without I/O.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod app;
pub mod buffer;
pub mod connection;
pub mod error;
pub mod http;
pub mod limits;
pub mod time;
#[cfg(feature = "ws")]
pub mod ws;

pub use app::transport::{Clock, Gone, Transport};
pub use error::{Misuse, Violation};
pub use limits::Limits;
pub use time::Instant;
