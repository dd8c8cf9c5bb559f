//! A deterministic world for Samewire: the executor.
#![forbid(unsafe_code)]

pub mod executor;
