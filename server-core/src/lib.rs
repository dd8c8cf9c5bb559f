//! HTTP/1.1 and WebSocket for small machines, as a state machine without I/O.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic),
    // A length that a peer gave is compared as the `u64` that it is, never cut to fit.
    deny(
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
    )
)]

// What clippy takes for granted: no `usize` is smaller than the `u32`s that bound lengths.
const _: () = assert!(usize::BITS >= u32::BITS);

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
pub use app::queue::Queue;
pub use app::schema::Valid;
pub use app::time::Time;
pub use app::topic::Topic;
pub use app::transport::{Clock, Gone, Transport};
#[cfg(feature = "ws")]
pub use app::websocket::{Message, WebSocket};
pub use app::{
    App, Body, Bytes, Either, Exchange, FixedEntropy, Interrupted, Problem, ProblemKind, Rendered,
    Request, Respond, Response, Result, Text, select, serve,
};
pub use error::{Misuse, Violation};
pub use http::status::Status;
pub use limits::Limits;
pub use time::Instant;
