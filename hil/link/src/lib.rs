#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

#[cfg(any(test, feature = "faults"))]
extern crate std;

mod arrivals;
mod channel;
mod cobs;
mod crc;
mod event;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
mod frame;
mod hello;
mod link;
mod machine;
mod reader;
pub mod record;
mod ring;
mod session;
mod settings;
mod timer;
mod window;
mod writer;

pub use channel::Read;
pub use event::{Cause, Event, Peer};
pub use frame::Frame;
pub use hello::{Build, Role};
pub use link::{BoardLink, HostLink, Link};
pub use settings::Settings;
