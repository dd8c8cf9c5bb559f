//! The compiler's messages for the mistakes that are made most: short, once each, and at the line
//! that is wrong.
//!
//! `TRYBUILD=overwrite cargo test -p samewire-demo --test mistakes` stores them anew. They are those
//! of one compiler, as others word them otherwise: another one has nothing to compare.

use std::process::Command;

/// The compiler whose messages are stored.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn mistakes_are_told_where_they_are_made() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("the compiler");
    if !version.stdout.starts_with(COMPILER.as_bytes()) {
        eprintln!("the messages of {COMPILER} are stored: nothing compared");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
