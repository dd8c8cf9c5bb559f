#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod boards;
mod chip;

#[cfg(feature = "rig")]
pub mod attached;
#[cfg(feature = "rig")]
pub mod board;
#[cfg(feature = "rig")]
pub mod choice;
#[cfg(feature = "esp")]
pub mod esp;
#[cfg(feature = "rig")]
pub mod greet;
#[cfg(feature = "rig")]
pub mod image;
#[cfg(feature = "rig")]
pub mod job;
#[cfg(feature = "rig")]
pub mod ladder;
#[cfg(feature = "rig")]
pub mod lease;
#[cfg(feature = "rig")]
pub mod listen;
#[cfg(all(test, feature = "rig"))]
#[path = "../tests/rig/elf.rs"]
mod made;
#[cfg(feature = "rig")]
mod power;
#[cfg(all(test, feature = "rig"))]
#[path = "../tests/rig/scratch.rs"]
mod scratch;
#[cfg(feature = "rig")]
pub mod serial;
#[cfg(feature = "rig")]
pub mod stand_in;
#[cfg(feature = "rig")]
mod tally;
#[cfg(feature = "rig")]
pub mod trouble;
#[cfg(feature = "rig")]
pub mod uf2;
#[cfg(feature = "rig")]
mod usb;

pub use chip::Chip;
#[cfg(feature = "rig")]
pub use {
    board::Board, choice::choose, image::Image, job::run_if_asked, tally::Tally, trouble::Trouble,
};
