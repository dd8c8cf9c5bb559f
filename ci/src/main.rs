//! `cargo ci`: what CI runs, you run.
fn main() {}
