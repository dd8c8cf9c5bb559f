//! All strings of three bytes in each slot of the grammar, beside an oracle. `cargo test` tries all
//! of two, and every class of byte behind them.

use crate::failure::Failure;
use crate::step::{run, step};
use crate::workspace::Workspace;

/// The tests that `cargo test` leaves out, each with what it counted.
const TEST: [&str; 9] = [
    "test",
    "--release",
    "-p",
    "samewire",
    "--test",
    "exhaustive",
    "--",
    "--ignored",
    "--nocapture",
];

/// Minutes, on all cores.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    step("exhaustive", || run(workspace.cargo().args(TEST)))
}
