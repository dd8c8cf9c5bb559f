//! HTTP/1.1 and WebSocket for small machines, as a state machine without I/O.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

#[cfg(test)]
extern crate std;

pub mod app;
pub mod buffer;
pub mod connection;
pub mod error;
pub mod http;
pub mod limits;
mod macros;
pub mod time;
#[cfg(feature = "ws")]
pub mod ws;

#[cfg(feature = "json")]
pub use app::json::Json;
pub use app::transport::{Clock, Gone, Transport};
#[cfg(feature = "ws")]
pub use app::websocket::{Message, WebSocket};
pub use app::{
    App, Body, Bytes, Exchange, Interrupted, Problem, Rendered, Request, Respond, Response, Result,
    Text, serve,
};
pub use error::{Misuse, Violation};
pub use http::status::Status;
pub use limits::Limits;
pub use time::Instant;
