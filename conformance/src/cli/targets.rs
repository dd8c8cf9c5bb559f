//! `samewire targets`: what cases can be replayed on.

use super::flag::{Command, no_argument};
use crate::exit::Exit;
use crate::targets;

pub(super) const COMMAND: Command<()> = Command {
    name: "targets",
    arguments: "",
    short: "List the targets, and whether each is ready",
    long: "",
    flags: &[],
    argument: no_argument,
    run: |(), out| {
        write!(out, "{}", targets::list())?;
        Ok(Exit::AsExpected)
    },
};
