//! Boards: which there are, and how each is reached. It knows boards and images, and never HTTP:
//! what is said to a board's server is somebody else's.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod boards;
mod chip;

pub use chip::Chip;
