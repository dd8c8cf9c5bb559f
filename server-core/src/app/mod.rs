//! What a user writes, and what a driver provides.

pub mod transport;
