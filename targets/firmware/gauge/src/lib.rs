//! What an image on a Cortex-M0 lets be measured: between which marks a server runs, for a plugin of
//! the emulator that counts instructions, and how much of the RAM is used.
#![no_std]

pub mod laps;
pub mod stack;
