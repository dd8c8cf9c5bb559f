//! HTTP/1.1 and WebSocket for small machines, as a state machine without I/O.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod error;
pub mod http;
pub mod limits;
pub mod time;
#[cfg(feature = "ws")]
pub mod ws;

pub use error::{Misuse, Violation};
pub use limits::Limits;
pub use time::Instant;
