//! The boards of whoever runs us: `boards.toml`, in the current folder or the nearest one above it.
//!
//! ```toml
//! [board.netduino]
//! about = "a Cortex-M4"
//! command = ["qemu-system-arm", "-M", "netduinoplus2", "-kernel", "netduino.elf"]
//! ```
//!
//! A board is reached by [the link](samewire_link) on the standard input and output of its command,
//! which runs in the file's folder. `docs/new-board.md` leads to one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Lines};
use crate::requirement::toml_error;
use crate::subject::emulator::Program;
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
    /// What speaks the link.
    pub(crate) program: Program,
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
    command: Spanned<Vec<String>>,
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
    for (name, Entry { about, command }) in file.board {
        let mut error = |at, message: String, hint: &str| {
            let span = lines.span(at);
            errors.push(Diagnostic::new(shown, source, span, message, hint.to_owned()));
        };
        let (at, name) = (name.span(), name.into_inner());
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_plain) {
            let message = format!("`{name}` cannot be the name of a board");
            error(at, message, "lower-case letters, digits and hyphens make one");
        } else if is_taken(&name) {
            error(at, format!("`{name}` is a target that is always there"), "name it otherwise");
        }
        let at = command.span();
        let Some((program, arguments)) = command.get_ref().split_first() else {
            error(at, "a command of no words".to_owned(), "name the program and its arguments");
            continue;
        };
        let remedy = format!("{shown} names it as the command of {name}");
        let program = Program {
            path: within(folder, program),
            arguments: arguments.to_vec(),
            folder: Some(folder.to_owned()),
            remedy,
        };
        boards.push(Board { name, about, program });
    }
    if errors.is_empty() { Ok(boards) } else { Err(errors) }
}

/// A program that is named by a path is in the file's folder, wherever we are; others are searched
/// for where programs are.
fn within(folder: &Path, program: &str) -> PathBuf {
    let path = Path::new(program);
    if path.components().count() > 1 { folder.join(path) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::path::{Path, PathBuf};

    #[test]
    fn boards_are_read_by_name() {
        let source = "[board.b]\ncommand = [\"./run\", \"-x\"]\n\
                      [board.a-2]\nabout = \"A two\"\ncommand = [\"qemu\"]\n";
        let boards = parse("boards.toml", source, Path::new("/somewhere")).unwrap();
        let [a, b] = &boards[..] else { panic!("{boards:?}") };
        assert_eq!((a.name.as_str(), a.about.as_str()), ("a-2", "A two"));
        assert_eq!((&a.program.path, a.program.arguments.len()), (&PathBuf::from("qemu"), 0));
        assert_eq!(b.program.path, PathBuf::from("/somewhere/./run"));
        assert_eq!(b.program.arguments, ["-x"]);
        assert_eq!(b.program.folder.as_deref(), Some(Path::new("/somewhere")));
        assert!(parse("boards.toml", "", Path::new("")).is_ok_and(|boards| boards.is_empty()));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let table = [
            ("[board.Net]\ncommand = [\"a\"]\n", "boards.toml:1:8", "cannot be the name"),
            ("[board.core]\ncommand = [\"a\"]\n", "boards.toml:1:8", "always there"),
            ("[board.a]\ncommand = []\n", "boards.toml:2:11", "a command of no words"),
            ("[board.a]\nserial = \"x\"\n", "boards.toml:2:1", "unknown field `serial`"),
            ("[board.a]\n", "boards.toml:1:1", "missing field `command`"),
        ];
        for (source, place, what) in table {
            let errors = parse("boards.toml", source, Path::new("")).unwrap_err();
            let shown = errors.iter().map(ToString::to_string).collect::<String>();
            assert!(shown.contains(place) && shown.contains(what), "{source}: {shown}");
        }
    }
}
