//! The boards of whoever runs us: `boards.toml`, in the current folder or the nearest one above it.
//!
//! ```toml
//! [board.netduino]
//! about = "a Cortex-M4"
//! command = ["qemu-system-arm", "-M", "netduinoplus2", "-kernel", "netduino.elf"]
//!
//! [board.panel]
//! about = "the panel on the desk"
//! http = "192.168.1.20:80"
//! ```
//!
//! A board with a command is reached by [the link](samewire_link) on the command's standard input and
//! output; it runs in the file's folder. One with an address is there already, and is reached over
//! TCP. `docs/new-board.md` leads to either.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Lines};
use crate::requirement::toml_error;
use crate::subject::emulator::{Emulator, Program};
use crate::subject::link::Linked;
use crate::subject::remote::Remote;
use crate::subject::{Subject, Time};
use crate::targets::is_taken;

/// The name of the file.
const FILE: &str = "boards.toml";
const HINT: &str = "docs/new-board.md shows how it is written";

/// A board that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// As on the command line.
    pub name: String,
    /// What it is, for lists.
    pub about: String,
    pub(crate) reach: Reach,
}

/// How a board is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This speaks the link.
    Command(Program),
    /// Over TCP, at this `HOST:PORT`.
    Http(String),
}

impl Board {
    /// A subject for one thread.
    pub(crate) fn subject(&self) -> Box<dyn Subject> {
        match &self.reach {
            Reach::Command(program) => {
                let program = program.clone();
                Box::new(Linked::new(&self.name, move || Emulator::start(&program)))
            }
            Reach::Http(address) => match Remote::new(&self.name, address) {
                Ok(remote) => Box::new(remote),
                Err(why) => unreachable!("`parse` has read it: {why}"),
            },
        }
    }

    /// Whose clock it runs by.
    pub(crate) fn time(&self) -> Time {
        match self.reach {
            Reach::Command(_) => Time::Virtual,
            Reach::Http(_) => Time::Real,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    board: BTreeMap<Spanned<String>, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    about: String,
    command: Option<Spanned<Vec<String>>>,
    http: Option<Spanned<String>>,
}

/// The boards of the file that is nearest; none if there is no file.
///
/// # Errors
///
/// All that is wrong with it.
pub fn find() -> Result<Vec<Board>, Vec<Diagnostic>> {
    let here = std::env::current_dir().unwrap_or_default();
    let mut folders = here.ancestors();
    let Some(folder) = folders.find(|folder| folder.join(FILE).is_file()) else {
        return Ok(Vec::new());
    };
    let path = folder.join(FILE);
    let shown = if folder == here { FILE.to_owned() } else { path.display().to_string() };
    match std::fs::read_to_string(&path) {
        Ok(source) => parse(&shown, &source, folder),
        Err(error) => {
            let message = format!("cannot be read: {error}");
            Err(vec![Diagnostic::of_file(&shown, message, HINT.to_owned())])
        }
    }
}

/// Reads a file of this folder; `shown` is the file as the reader would name it.
fn parse(shown: &str, source: &str, folder: &Path) -> Result<Vec<Board>, Vec<Diagnostic>> {
    let file: File = toml::from_str(source).map_err(|error| {
        let hint = HINT.to_owned();
        vec![Diagnostic { hint, ..toml_error(shown, source, &error) }]
    })?;
    let lines = Lines::new(source);
    let (mut boards, mut errors) = (Vec::new(), Vec::new());
    for (name, entry) in file.board {
        let about = entry.about.clone();
        let reach = judge(&name).and_then(|()| entry.reach(shown, folder, &name));
        match reach {
            Ok(reach) => boards.push(Board { name: name.into_inner(), about, reach }),
            Err(Wrong { at, message, hint }) => {
                let span = lines.span(at);
                errors.push(Diagnostic::new(shown, source, span, message, hint.to_owned()));
            }
        }
    }
    if errors.is_empty() { Ok(boards) } else { Err(errors) }
}

/// What is wrong with an entry.
struct Wrong {
    /// In bytes of the file.
    at: Range<usize>,
    message: String,
    hint: &'static str,
}

/// Whether a board can have this name.
fn judge(name: &Spanned<String>) -> Result<(), Wrong> {
    let (at, name) = (name.span(), name.get_ref());
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(is_plain) {
        let message = format!("`{name}` cannot be the name of a board");
        return Err(Wrong { at, message, hint: "lower-case letters, digits and hyphens make one" });
    }
    if is_taken(name) {
        let message = format!("`{name}` is a target that is always there");
        return Err(Wrong { at, message, hint: "name it otherwise" });
    }
    Ok(())
}

impl Entry {
    fn reach(self, shown: &str, folder: &Path, name: &Spanned<String>) -> Result<Reach, Wrong> {
        match (self.command, self.http) {
            (Some(command), None) => {
                let Some((program, arguments)) = command.get_ref().split_first() else {
                    let message = "a command of no words".to_owned();
                    let hint = "name the program and its arguments";
                    return Err(Wrong { at: command.span(), message, hint });
                };
                Ok(Reach::Command(Program {
                    path: within(folder, program),
                    arguments: arguments.to_vec(),
                    folder: Some(folder.to_owned()),
                    remedy: format!("{shown} names it as the command of {}", name.get_ref()),
                }))
            }
            (None, Some(address)) => match Remote::new("", address.get_ref()) {
                Ok(_) => Ok(Reach::Http(address.into_inner())),
                Err(_) => {
                    let message = format!("`{}` is no address", address.get_ref());
                    Err(Wrong { at: address.span(), message, hint: "spell it HOST:PORT" })
                }
            },
            (None, None) | (Some(_), Some(_)) => {
                let message = format!("how is `{}` reached?", name.get_ref());
                Err(Wrong { at: name.span(), message, hint: "give it either a command or http" })
            }
        }
    }
}

/// A program that is named by a path is in the file's folder, wherever we are; others are searched
/// for where programs are.
fn within(folder: &Path, program: &str) -> PathBuf {
    let path = Path::new(program);
    if path.components().count() > 1 { folder.join(path) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Reach, parse};
    use std::path::{Path, PathBuf};

    #[test]
    fn boards_are_read_by_name() {
        let source = "[board.c]\nhttp = \"127.0.0.1:80\"\n\
                      [board.b]\ncommand = [\"./run\", \"-x\"]\n\
                      [board.a-2]\nabout = \"A two\"\ncommand = [\"qemu\"]\n";
        let boards = parse("boards.toml", source, Path::new("/somewhere")).unwrap();
        let [a, b, c] = &boards[..] else { panic!("{boards:?}") };
        assert_eq!((a.name.as_str(), a.about.as_str()), ("a-2", "A two"));
        let Reach::Command(program) = &a.reach else { panic!("{a:?}") };
        assert_eq!((&program.path, program.arguments.len()), (&PathBuf::from("qemu"), 0));
        let Reach::Command(program) = &b.reach else { panic!("{b:?}") };
        assert_eq!(program.path, PathBuf::from("/somewhere/./run"));
        assert_eq!(program.arguments, ["-x"]);
        assert_eq!(program.folder.as_deref(), Some(Path::new("/somewhere")));
        assert_eq!(c.reach, Reach::Http("127.0.0.1:80".into()));
        assert!(parse("boards.toml", "", Path::new("")).is_ok_and(|boards| boards.is_empty()));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let table = [
            ("[board.Net]\ncommand = [\"a\"]\n", "boards.toml:1:8", "cannot be the name"),
            ("[board.core]\ncommand = [\"a\"]\n", "boards.toml:1:8", "always there"),
            ("[board.a]\ncommand = []\n", "boards.toml:2:11", "a command of no words"),
            ("[board.a]\nhttp = \"a/b\"\n", "boards.toml:2:8", "`a/b` is no address"),
            ("[board.a]\nserial = \"x\"\n", "boards.toml:2:1", "unknown field `serial`"),
            ("[board.a]\n", "boards.toml:1:8", "how is `a` reached?"),
            (
                "[board.a]\nhttp = \"b\"\ncommand = [\"a\"]\n",
                "boards.toml:1:8",
                "either a command or http",
            ),
        ];
        for (source, place, what) in table {
            let errors = parse("boards.toml", source, Path::new("")).unwrap_err();
            let shown = errors.iter().map(ToString::to_string).collect::<String>();
            assert!(shown.contains(place) && shown.contains(what), "{source}: {shown}");
        }
    }
}
