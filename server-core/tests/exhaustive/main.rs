//! Where the space of inputs is small, all of it: every short string in every slot of the grammar
//! beside an oracle, and every way to cut a message in three.
//!
//! `cargo test` tries all strings of up to two bytes, and behind each pair a third byte of every
//! class; `cargo ci exhaustive` tries all strings of three bytes.

#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../support/mod.rs"]
mod support;

mod chunk_slots;
mod cuts;
mod head_slots;
mod slot;
