//! What images for boards at a cable have in common, whatever their chip is. The images themselves
//! know of pins, clocks and cables, and of nothing else.
//!
//! Over the [link] a board is under test: time is the runner's, and the thermometer says what the
//! cases expect, because their bytes must be those of every target. The lamp is real. Over the
//! [network] time and the thermometer are real, too, and all connections share one app.
#![no_std]
#![forbid(unsafe_code)]

mod credentials;
mod journal;
mod kept;
pub mod link;
pub mod network;
mod wiring;

pub use credentials::{Credentials, Fault};
pub use journal::{Journal, Told};
pub use kept::{Before, Kept};
pub use wiring::Wiring;
