//! `samewire targets`: what cases can be replayed on.

use super::boards;
use super::flag::{Command, no_argument};
use crate::exit::Exit;
use crate::targets;

pub(super) const COMMAND: Command<()> = Command {
    name: "targets",
    arguments: "",
    short: "List the targets, and whether each is ready",
    long: "Boards that boards.toml names, in this folder or the nearest above it, are among them; \
           docs/new-board.md tells how to write one.",
    flags: &[],
    argument: no_argument,
    run: |(), out| {
        write!(out, "{}", targets::list(&boards()?))?;
        Ok(Exit::AsExpected)
    },
};
