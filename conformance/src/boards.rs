//! The boards of whoever runs us: those of `boards.toml`, in the current folder or the nearest one
//! above it, and those that need no row, because their chip is all there is to know.
//!
//! ```toml
//! [board.netduino]
//! about = "a Cortex-M4"
//! command = ["qemu-system-arm", "-M", "netduinoplus2", "-kernel", "netduino.elf"]
//!
//! [board.panel]
//! about = "the panel on the desk"
//! http = "192.168.1.20:80"
//!
//! [board.desk]
//! about = "a Pico with a debug probe"
//! chip = "rp2040"
//! probe = "2e8a:000c:E6614C775B333D35"
//! ```
//!
//! A board with a command is reached by [the link](samewire_link) on the command's standard input and
//! output; it runs in the file's folder. One with an address is there already, and is reached over
//! TCP. One with a chip is in the rig: it can be flashed and reset, and is reached by the link on its
//! serial port. `docs/new-board.md` and `docs/boards.md` lead there.

use std::path::{Path, PathBuf};

use samewire_hil::boards::{FILE, Program, Reach, Row, Setup, folder, parse};
use samewire_hil::{Chip, boards};

use crate::diagnostic::{Diagnostic, Lines};
use crate::subject::emulator::{self, Emulator};
use crate::subject::link::Linked;
use crate::subject::link::stream::{Source, Stream};
use crate::subject::remote::Remote;
use crate::subject::{Subject, Time, rig};
use crate::targets::is_taken;

const HINT: &str = "docs/boards.md shows how it is written";

/// What a program without the rig says of boards that need it.
pub const BUILD_WITH: &str =
    "boards are a feature: `cargo install --path conformance --features boards`";

/// The board that is always there: an RP2040 of software, which the rig flashes like any other.
pub const STAND_IN: &str = "rp2040-emu";
/// What plays it, in a checkout.
const EMULATOR: &str = "hil/rp2040-emu/main.mjs";

/// The boards of the file that is nearest; none if there is no file.
///
/// # Errors
///
/// All that is wrong with it.
pub fn find() -> Result<Vec<Row>, Vec<Diagnostic>> {
    let here = std::env::current_dir().unwrap_or_default();
    let Some(folder) = folder(&here) else { return Ok(Vec::new()) };
    let path = folder.join(FILE);
    let shown = if folder == here { FILE.to_owned() } else { path.display().to_string() };
    match std::fs::read_to_string(&path) {
        Ok(source) => read(&shown, &source, folder),
        Err(error) => {
            let message = format!("cannot be read: {error}");
            Err(vec![Diagnostic::of_file(&shown, message, HINT.to_owned())])
        }
    }
}

/// Reads a file of this folder; `shown` is the file as the reader would name it.
fn read(shown: &str, source: &str, folder: &Path) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let is_taken = |name: &str| is_taken(name) || without_row(name).is_some();
    let lines = Lines::new(source);
    parse(source, folder, is_taken).map_err(|wrongs| {
        let shown = |boards::Wrong { at, message, hint }| {
            Diagnostic::new(shown, source, lines.span(at), message, hint)
        };
        wrongs.into_iter().map(shown).collect()
    })
}

/// The board of this name that needs no row.
pub fn without_row(name: &str) -> Option<Row> {
    let (setup, about) = match Chip::named(name) {
        Some(chip) => (Setup::of(chip), format!("the {} that is attached", chip.name())),
        None if name == STAND_IN => {
            let stand_in = Program {
                path: "node".into(),
                arguments: vec![checkout().join(EMULATOR).display().to_string()],
                folder: checkout(),
            };
            let setup = Setup { stand_in: Some(stand_in), ..Setup::of(Chip::Rp2040) };
            (setup, "an emulated RP2040 that the rig flashes, virtual time".to_owned())
        }
        None => return None,
    };
    Some(Row { name: name.to_owned(), about, reach: Reach::Rig(setup) })
}

/// Those of them that lists name.
pub fn without_rows() -> impl Iterator<Item = Row> {
    let chips = Chip::ALL.into_iter().map(Chip::name);
    std::iter::once(STAND_IN).chain(chips).filter_map(without_row)
}

/// Where this program was built.
fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A subject for one thread.
pub(crate) fn subject(row: &Row) -> Box<dyn Subject> {
    match source(row, "check --target") {
        Ok(source) => Box::new(Linked::from_source(&row.name, source)),
        Err(address) => match Remote::new(&row.name, address) {
            Ok(remote) => Box::new(remote),
            Err(why) => unreachable!("`parse` has read it: {why}"),
        },
    }
}

/// Streams to a board that is taken for this command.
///
/// # Errors
///
/// It has a network and no link: its address.
pub(crate) fn source<'r>(row: &'r Row, command: &str) -> Result<Box<dyn Source>, &'r str> {
    match &row.reach {
        Reach::Command(program) => {
            let program = emulator::Program {
                path: program.path.clone(),
                arguments: program.arguments.clone(),
                folder: Some(program.folder.clone()),
                remedy: format!("{FILE} names it as the command of {}", row.name),
            };
            Ok(Box::new(move || -> Result<Box<dyn Stream>, _> {
                Ok(Box::new(Emulator::start(&program)?))
            }))
        }
        Reach::Http(address) => Err(address),
        Reach::Rig(_) => Ok(rig::source(row, format!("samewire {command} {}", row.name))),
    }
}

/// Whose clock it runs by.
pub(crate) fn time(row: &Row) -> Time {
    match row.reach {
        Reach::Command(_) | Reach::Rig(_) => Time::Virtual,
        Reach::Http(_) => Time::Real,
    }
}

/// Whether several can be had at a time, one for each thread.
pub(crate) fn is_many(row: &Row) -> bool {
    match &row.reach {
        Reach::Command(_) => true,
        Reach::Http(_) => false,
        Reach::Rig(setup) => setup.stand_in.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::{STAND_IN, read, without_row, without_rows};
    use samewire_hil::boards::Reach;
    use std::path::Path;

    #[test]
    fn what_is_wrong_with_a_file_is_pointed_at() {
        let table = [
            ("[board.Net]\ncommand = [\"a\"]\n", "boards.toml:1:8", "cannot be the name"),
            ("[board.core]\ncommand = [\"a\"]\n", "boards.toml:1:8", "always there"),
            ("[board.pico]\ncommand = [\"a\"]\n", "boards.toml:1:8", "always there"),
            ("[board.a]\ncommand = []\n", "boards.toml:2:11", "a command of no words"),
            ("[board.a]\nspeed = \"x\"\n", "boards.toml:2:1", "unknown field `speed`"),
        ];
        for (source, place, what) in table {
            let errors = read("boards.toml", source, Path::new("")).unwrap_err();
            let shown = errors.iter().map(ToString::to_string).collect::<String>();
            assert!(shown.contains(place) && shown.contains(what), "{source}: {shown}");
        }
    }

    #[test]
    fn chips_and_the_stand_in_need_no_row() {
        let names: Vec<String> = without_rows().map(|row| row.name).collect();
        assert_eq!(names, [STAND_IN, "rp2040", "esp32c3"]);
        let Some(Reach::Rig(pico)) = without_row("pico").map(|row| row.reach) else { panic!() };
        assert_eq!(pico.stand_in, None);
        let Some(Reach::Rig(emu)) = without_row(STAND_IN).map(|row| row.reach) else { panic!() };
        let main = emu.stand_in.map(|program| program.arguments.concat()).unwrap_or_default();
        assert!(Path::new(&main).is_file(), "{main}");
        assert_eq!(without_row("desk"), None);
    }
}
