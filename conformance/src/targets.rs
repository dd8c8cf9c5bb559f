//! The targets of `samewire check` by name, and whether each is ready.

use std::sync::Arc;

use samewire_demo::Demo;
use samewire_hil::boards::{Reach, Row};

use crate::boards;
use crate::subject::core::Core;
use crate::subject::host::Host;
use crate::subject::microbit;
use crate::subject::qemu::{Board, Qemu};
use crate::subject::sim::Sim;
use crate::subject::url::Url;
use crate::subject::{OpenOptions, Subject, Time, Unreachable};

/// A server that cases can be replayed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The demo in memory, with virtual time.
    Core,
    /// The same behind the faulty world's network.
    Sim,
    /// The demo over TCP, in this process.
    Host,
    /// The demo on an emulated Cortex-M0, with virtual time.
    Microbit,
    /// The demo on an emulated board, over TCP.
    Qemu(Board),
    /// The demo on a board that `boards.toml` names, or whose chip is its name.
    Board(Arc<Row>),
    /// Any server: its full name, `url:http://HOST:PORT`.
    Url(String),
}

/// How the targets of a URL are spelled, in lists.
const URL: &str = "url:http://HOST:PORT";

/// Those with a name of their own.
const NAMED: [Target; 6] = [
    Target::Core,
    Target::Sim,
    Target::Host,
    Target::Microbit,
    Target::Qemu(Board::Arm),
    Target::Qemu(Board::Riscv),
];

impl Target {
    /// What `check` replays on, if it is told nothing.
    pub const DEFAULT: &[Self] = &[Self::Core, Self::Host];

    /// The target of this name: one of ours, one of these boards, or a URL.
    ///
    /// # Errors
    ///
    /// Which there are.
    pub fn named(name: &str, boards: &[Arc<Row>]) -> Result<Self, String> {
        if let Some(target) = NAMED.iter().find(|target| target.name() == name) {
            return Ok(target.clone());
        }
        if let Some(board) = boards.iter().find(|board| board.name == name) {
            return Ok(Self::Board(Arc::clone(board)));
        }
        if let Some(board) = boards::without_row(name) {
            return Ok(Self::Board(Arc::new(board)));
        }
        let always = NAMED.iter().map(|target| target.name().to_owned());
        let attached = boards::without_rows().map(|row| row.name);
        let names = always.chain(attached).chain(boards.iter().map(|one| one.name.clone()));
        let there_are = format!("there are {} and {URL}", names.collect::<Vec<_>>().join(", "));
        match name {
            _ if name.starts_with("url:") => Url::parse(name).map(|_| Self::Url(name.into())),
            _ if name.starts_with("http://") => Err(format!("did you mean url:{name}?")),
            _ => Err(format!("there is no target `{name}`; {there_are}")),
        }
    }

    /// All that there are by name, these boards among them; any board of a chip stands for those of
    /// the file with that chip, and so is left out if there are any.
    pub fn all(boards: &[Arc<Row>]) -> impl Iterator<Item = Self> {
        let chip = |row: &Row| match &row.reach {
            Reach::Rig(setup) if setup.stand_in.is_none() => Some(setup.chip),
            _ => None,
        };
        let named: Vec<_> = boards.iter().filter_map(|row| chip(row)).collect();
        let attached = boards::without_rows()
            .filter(move |row| chip(row).is_none_or(|chip| !named.contains(&chip)));
        let boards = attached.map(Arc::new).chain(boards.iter().cloned());
        NAMED.iter().cloned().chain(boards.map(Self::Board))
    }

    /// As on the command line.
    pub fn name(&self) -> &str {
        match self {
            Self::Core => "core",
            Self::Sim => "sim",
            Self::Host => "host",
            Self::Microbit => "microbit",
            Self::Qemu(board) => board.name(),
            Self::Board(board) => &board.name,
            Self::Url(name) => name,
        }
    }

    /// Whether it runs our server, whose bytes are the same everywhere.
    pub fn is_ours(&self) -> bool {
        !matches!(self, Self::Url(_))
    }

    /// Whose clock it runs by.
    pub fn time(&self) -> Time {
        match self {
            Self::Board(board) => boards::time(board),
            Self::Core | Self::Sim | Self::Microbit => Time::Virtual,
            Self::Host | Self::Qemu(_) | Self::Url(_) => Time::Real,
        }
    }

    /// A subject for one thread.
    pub fn subject(&self) -> Box<dyn Subject> {
        match self {
            Self::Core => Box::new(Core::new("core", Demo::new)),
            Self::Sim => Box::new(Sim::new("sim", Demo::new)),
            Self::Host => Box::new(Host::new("host", Demo::new)),
            Self::Microbit => Box::new(microbit::subject("microbit")),
            Self::Qemu(board) => Box::new(Qemu::new(*board)),
            Self::Board(board) => boards::subject(board),
            Self::Url(name) => match Url::parse(name) {
                Ok(url) => Box::new(url),
                Err(why) => unreachable!("`named` has read it: {why}"),
            },
        }
    }

    /// Opens a connection, to see whether anything is there.
    ///
    /// # Errors
    ///
    /// What is in the way.
    pub fn try_open(&self) -> Result<(), Unreachable> {
        self.subject().open(&OpenOptions::default()).map(drop)
    }
}

/// Whether a target that is always there has this name.
pub(crate) fn is_taken(name: &str) -> bool {
    NAMED.iter().any(|target| target.name() == name)
}

/// The list that `samewire targets` prints.
pub fn list(boards: &[Arc<Row>]) -> String {
    let mut out = String::new();
    let attached = boards::without_rows().map(Arc::new);
    let boards = attached.chain(boards.iter().cloned()).map(Target::Board);
    for target in NAMED.iter().cloned().chain(boards) {
        let what = match &target {
            Target::Core => "the demo in memory, virtual time, every cut",
            Target::Sim => "the same in segments of a few bytes, both ways",
            Target::Host => "the demo over TCP on a free loopback port",
            Target::Microbit => "the demo on an emulated Cortex-M0, virtual time",
            Target::Qemu(Board::Arm) => "the demo on an emulated Cortex-M board, over TCP",
            Target::Qemu(Board::Riscv) => "the demo on an emulated RISC-V board, over TCP",
            Target::Board(board) => &board.about,
            Target::Url(_) => continue,
        };
        let lacks = target.try_open().err();
        let state = if lacks.is_some() { "not ready" } else { "ready" };
        out.push_str(&format!("{:<22} {state:<10} {what}\n", target.name()));
        if let Some(why) = lacks {
            out.push_str(&format!("{:<33} {why}\n", ""));
        }
    }
    out.push_str(&format!("{URL:<22} {:<10} any server, of any vendor\n", "as named"));
    out.push_str("\nBoards of your own go into boards.toml: docs/boards.md, docs/new-board.md\n");
    out
}

#[cfg(test)]
mod tests {
    use super::{NAMED, Target};

    #[test]
    fn names_stand_for_targets() {
        for target in &NAMED {
            assert_eq!(Target::named(target.name(), &[]).as_ref(), Ok(target));
        }
        let url = "url:http://127.0.0.1:1";
        assert_eq!(Target::named(url, &[]), Ok(Target::Url(url.into())));
    }

    #[test]
    fn unknown_names_are_answered_with_what_there_is() {
        let table = [
            ("hots", "there is no target"),
            ("url:ftp://a", "spelled url:http://HOST:PORT"),
            ("http://127.0.0.1:1", "did you mean url:http://127.0.0.1:1?"),
            (
                "rp2350",
                "there are core, sim, host, microbit, qemu-arm, qemu-riscv, rp2040-emu, rp2040",
            ),
        ];
        for (name, expected) in table {
            let why = Target::named(name, &[]).unwrap_err();
            assert!(why.contains(expected), "{name}: {why}");
        }
    }
}
