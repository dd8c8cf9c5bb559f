//! The `samewire` command.
fn main() {}
