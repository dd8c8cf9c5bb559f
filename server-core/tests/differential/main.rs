//! Beside its peers: whatever Samewire accepts, httparse, hyper and tungstenite accept, with the
//! same meaning. They may accept more. Where they do not, a reviewed entry says why.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/streams.rs"]
mod streams;
#[path = "../support/whole.rs"]
mod whole;

mod divergences;
mod frames;
mod framing;
mod heads;
