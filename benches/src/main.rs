//! Instruction counts, by callgrind.
fn main() {}
