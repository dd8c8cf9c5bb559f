//! The targets of `samewire check` by name, and whether each is ready.

use samewire_demo::Demo;

use crate::subject::core::Core;
use crate::subject::host::Host;
use crate::subject::url::Url;
use crate::subject::{OpenOptions, Subject, Time, Unreachable};

/// A server that cases can be replayed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The demo in memory, with virtual time.
    Core,
    /// The demo over TCP, in this process.
    Host,
    /// Any server: its full name, `url:http://HOST:PORT`.
    Url(String),
}

/// Names of boards and their stand-ins. They are known, so that nobody takes them for a slip of
/// the pen; this version does not run on them.
const BOARDS: &[&str] = &["microbit", "qemu-arm", "qemu-riscv", "rp2040-emu", "rp2040", "esp32c3"];

/// How the targets of a URL are spelled, in lists.
const URL: &str = "url:http://HOST:PORT";

impl Target {
    /// What `check` replays on, if it is told nothing.
    pub const DEFAULT: &[Self] = &[Self::Core, Self::Host];

    /// The target of this name.
    ///
    /// # Errors
    ///
    /// Which there are.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "core" => Ok(Self::Core),
            "host" => Ok(Self::Host),
            _ if name.starts_with("url:") => Url::parse(name).map(|_| Self::Url(name.into())),
            _ if BOARDS.contains(&name) => Err(format!(
                "{name} is a board, and board support is not part of this version; there are \
                 core, host and {URL}"
            )),
            _ if name.starts_with("http://") => Err(format!("did you mean url:{name}?")),
            _ => Err(format!("there is no target `{name}`; there are core, host and {URL}")),
        }
    }

    /// As on the command line.
    pub fn name(&self) -> &str {
        match self {
            Self::Core => "core",
            Self::Host => "host",
            Self::Url(name) => name,
        }
    }

    /// Whether it runs our server, whose bytes are the same everywhere.
    pub fn is_ours(&self) -> bool {
        !matches!(self, Self::Url(_))
    }

    /// Whose clock it runs by.
    pub fn time(&self) -> Time {
        if *self == Self::Core { Time::Virtual } else { Time::Real }
    }

    /// A subject for one thread.
    pub fn subject(&self) -> Box<dyn Subject> {
        match self {
            Self::Core => Box::new(Core::new("core", Demo::new)),
            Self::Host => Box::new(Host::new("host", Demo::new)),
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

/// The list that `samewire targets` prints.
pub fn list() -> String {
    let mut out = String::new();
    let about = [
        (Target::Core, "the demo in memory, virtual time, every cut"),
        (Target::Host, "the demo over TCP on a free loopback port"),
    ];
    for (target, what) in about {
        let state = match target.try_open() {
            Ok(()) => "ready".into(),
            Err(why) => format!("not ready: {why}"),
        };
        out.push_str(&format!("{:<22} {state:<10} {what}\n", target.name()));
    }
    out.push_str(&format!("{URL:<22} {:<10} any server, of any vendor\n", "as named"));
    out.push_str("\nBoards and emulated boards are not part of this version.\n");
    out
}

#[cfg(test)]
mod tests {
    use super::{BOARDS, Target};

    #[test]
    fn names_stand_for_targets() {
        for target in Target::DEFAULT {
            assert_eq!(Target::named(target.name()).as_ref(), Ok(target));
        }
        let url = "url:http://127.0.0.1:1";
        assert_eq!(Target::named(url), Ok(Target::Url(url.into())));
    }

    #[test]
    fn unknown_names_are_answered_with_what_there_is() {
        let table = [
            ("hots", "there is no target"),
            ("url:ftp://a", "spelled url:http://HOST:PORT"),
            ("http://127.0.0.1:1", "did you mean url:http://127.0.0.1:1?"),
            ("rp2040", "board support is not part of this version"),
        ];
        for (name, expected) in table {
            let why = Target::named(name).unwrap_err();
            assert!(why.contains(expected), "{name}: {why}");
        }
        assert!(BOARDS.iter().all(|board| Target::named(board).is_err()));
    }
}
