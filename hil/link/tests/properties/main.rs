//! What holds for any traffic and any fault: no byte is lost, doubled or reordered, or the link
//! says that it broke; when the faults stop, all arrives; nobody who does not read stops the others.

#[path = "../support/mod.rs"]
mod support;

mod input;
mod traffic;
