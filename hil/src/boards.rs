//! The boards of whoever runs us: `boards.toml`, in the current folder or the nearest one above it.
//!
//! ```toml
//! [board.desk]
//! chip = "rp2040"
//! probe = "2e8a:000c:E6614103E7"
//! serial = "/dev/ttyACM0"
//! power = ["uhubctl", "-l", "1-1", "-p", "2", "-a", "cycle"]
//!
//! [board.netduino]
//! command = ["qemu-system-arm", "-M", "netduinoplus2", "-kernel", "netduino.elf"]
//!
//! [board.panel]
//! http = "192.168.1.20:80"
//! ```
//!
//! A board with a chip is one that the rig flashes, resets and recovers. One with a command alone
//! speaks [the link](../../link/README.md) on that command's standard streams, and one with an
//! address alone is there already: neither is touched.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::Chip;

/// The name of the file.
pub const FILE: &str = "boards.toml";

/// How fast the link is on a UART, in bits a second, if nothing else is said.
pub const BAUD: u32 = 921_600;

/// A board that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As on the command line.
    pub name: String,
    /// What it is, for lists.
    pub about: String,
    /// How it is reached.
    pub reach: Reach,
}

/// How a board is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This speaks the link on its standard streams.
    Command(Program),
    /// Over TCP, at this `HOST:PORT`.
    Http(String),
    /// By the rig.
    Rig(Setup),
}

/// A board in the rig. What is `None` is looked for among what is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// What it is.
    pub chip: Chip,
    /// How much flash it has.
    pub flash_kib: u32,
    /// The debug probe, as probe-rs selects it: `VID:PID:SERIAL`.
    pub probe: Option<String>,
    /// The serial port: a path, or `tcp:HOST:PORT`.
    pub serial: Option<String>,
    /// In bits a second, where the port is a UART.
    pub baud: u32,
    /// Where its server is, if it has a network: `HOST:PORT`.
    pub http: Option<String>,
    /// Takes its power away, and gives it back.
    pub power: Option<Program>,
    /// Stands in for the board, and says on its standard output where its probe and its ports are.
    pub stand_in: Option<Program>,
}

impl Setup {
    /// A board with this chip, of which nothing else is known.
    pub const fn of(chip: Chip) -> Self {
        Self {
            chip,
            flash_kib: chip.flash_kib(),
            probe: None,
            serial: None,
            baud: BAUD,
            http: None,
            power: None,
            stand_in: None,
        }
    }
}

/// A program to start, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its file, or the name that is searched for.
    pub path: PathBuf,
    /// What it is told.
    pub arguments: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// In bytes of the file.
    pub at: Range<usize>,
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// The folder of the nearest file, from this folder upwards.
pub fn folder(here: &Path) -> Option<&Path> {
    here.ancestors().find(|folder| folder.join(FILE).is_file())
}

/// Reads a file that stands in this folder. Names that are taken are refused.
///
/// # Errors
///
/// All that is wrong with it, or the one thing by which it is no TOML of this kind.
pub fn parse(
    source: &str,
    folder: &Path,
    is_taken: impl Fn(&str) -> bool,
) -> Result<Vec<Row>, Vec<Wrong>> {
    let file: File = toml::from_str(source).map_err(|error| {
        let hint = "docs/boards.md shows how it is written".to_owned();
        let at = error.span().unwrap_or(0..source.len());
        vec![Wrong { at, message: error.message().to_owned(), hint }]
    })?;
    let (mut rows, mut wrongs) = (Vec::new(), Vec::new());
    for (name, entry) in file.board {
        let about = entry.about.clone();
        match judge(&name, &is_taken).and_then(|()| entry.reach(folder, &name)) {
            Ok(reach) => rows.push(Row { name: name.into_inner(), about, reach }),
            Err(wrong) => wrongs.push(wrong),
        }
    }
    if wrongs.is_empty() { Ok(rows) } else { Err(wrongs) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    board: BTreeMap<Spanned<String>, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    #[serde(default)]
    about: String,
    command: Option<Spanned<Vec<String>>>,
    http: Option<Spanned<String>>,
    chip: Option<Spanned<String>>,
    flash_kib: Option<Spanned<u32>>,
    probe: Option<Spanned<String>>,
    serial: Option<Spanned<String>>,
    baud: Option<Spanned<u32>>,
    power: Option<Spanned<Vec<String>>>,
    stand_in: Option<Spanned<Vec<String>>>,
}

fn wrong(at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Wrong {
    Wrong { at, message: message.into(), hint: hint.into() }
}

/// Whether a board can have this name.
fn judge(name: &Spanned<String>, is_taken: &impl Fn(&str) -> bool) -> Result<(), Wrong> {
    let (at, name) = (name.span(), name.get_ref());
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(is_plain) {
        let message = format!("`{name}` cannot be the name of a board");
        return Err(wrong(at, message, "lower-case letters, digits and hyphens make one"));
    }
    if is_taken(name) {
        let message = format!("`{name}` is a target that is always there");
        return Err(wrong(at, message, "name it otherwise"));
    }
    Ok(())
}

impl Entry {
    fn reach(self, folder: &Path, name: &Spanned<String>) -> Result<Reach, Wrong> {
        if let Some(chip) = &self.chip {
            return self.setup(folder, chip).map(Reach::Rig);
        }
        let of_the_rig = [
            self.flash_kib.as_ref().map(Spanned::span),
            self.probe.as_ref().map(Spanned::span),
            self.serial.as_ref().map(Spanned::span),
            self.baud.as_ref().map(Spanned::span),
            self.power.as_ref().map(Spanned::span),
            self.stand_in.as_ref().map(Spanned::span),
        ];
        if let Some(at) = of_the_rig.into_iter().flatten().next() {
            let message = format!("which chip does `{}` have?", name.get_ref());
            return Err(wrong(at, message, format!("say chip = {}", chips())));
        }
        match (self.command, self.http) {
            (Some(command), None) => program(folder, &command).map(Reach::Command),
            (None, Some(address)) => host_and_port(&address).map(Reach::Http),
            (None, None) | (Some(_), Some(_)) => {
                let message = format!("how is `{}` reached?", name.get_ref());
                Err(wrong(name.span(), message, "give it either a command or http, or a chip"))
            }
        }
    }

    fn setup(&self, folder: &Path, chip: &Spanned<String>) -> Result<Setup, Wrong> {
        let Some(known) = Chip::named(chip.get_ref()) else {
            let message = format!("there is no image for the chip `{}`", chip.get_ref());
            return Err(wrong(chip.span(), message, format!("there is one for {}", chips())));
        };
        if let Some(command) = &self.command {
            let hint = "a program that plays a board with a chip is its stand-in";
            return Err(wrong(command.span(), "a chip speaks the link itself", hint));
        }
        let setup = Setup::of(known);
        Ok(Setup {
            flash_kib: positive(self.flash_kib.as_ref())?.unwrap_or(setup.flash_kib),
            probe: self.probe.as_ref().map(selector).transpose()?,
            serial: self.serial.as_ref().map(port).transpose()?,
            baud: positive(self.baud.as_ref())?.unwrap_or(setup.baud),
            http: self.http.as_ref().map(host_and_port).transpose()?,
            power: self.power.as_ref().map(|words| program(folder, words)).transpose()?,
            stand_in: self.stand_in.as_ref().map(|words| program(folder, words)).transpose()?,
            ..setup
        })
    }
}

/// The chips, as a hint names them.
fn chips() -> String {
    Chip::ALL.map(|chip| format!("\"{}\"", chip.name())).join(" or ")
}

fn positive(number: Option<&Spanned<u32>>) -> Result<Option<u32>, Wrong> {
    match number {
        Some(zero) if *zero.get_ref() == 0 => {
            Err(wrong(zero.span(), "none at all", "leave it out"))
        }
        number => Ok(number.map(|number| *number.get_ref())),
    }
}

/// A probe is named by its numbers and its own serial number: whoever takes the first one found
/// flashes the neighbour's board one day.
fn selector(probe: &Spanned<String>) -> Result<String, Wrong> {
    let is_number = |text: &str| text.len() == 4 && u16::from_str_radix(text, 16).is_ok();
    let mut parts = probe.get_ref().splitn(3, ':');
    let vendor = parts.next().is_some_and(is_number);
    let product = parts.next().and_then(|product| product.split('-').next()).is_some_and(is_number);
    if vendor && product && parts.next().is_some_and(|serial| !serial.is_empty()) {
        return Ok(probe.get_ref().clone());
    }
    let message = format!("`{}` selects no probe", probe.get_ref());
    Err(wrong(probe.span(), message, "spell it VID:PID:SERIAL; `samewire boards` lists them"))
}

fn port(serial: &Spanned<String>) -> Result<String, Wrong> {
    let text = serial.get_ref();
    let is_good = match text.strip_prefix("tcp:") {
        Some(address) => is_address(address),
        None => !text.is_empty(),
    };
    if is_good {
        return Ok(text.clone());
    }
    let message = format!("`{text}` is no serial port");
    Err(wrong(serial.span(), message, "a path such as /dev/ttyACM0, or tcp:HOST:PORT"))
}

fn host_and_port(address: &Spanned<String>) -> Result<String, Wrong> {
    if is_address(address.get_ref()) {
        return Ok(address.get_ref().clone());
    }
    let message = format!("`{}` is no address", address.get_ref());
    Err(wrong(address.span(), message, "spell it HOST:PORT"))
}

/// Whether this is a host with or without a port; what lies behind it is tried when it is reached.
fn is_address(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') => (host, Some(port)),
        _ => (text, None),
    };
    let is_host = !host.is_empty() && !host.contains(|c: char| c == '/' || c.is_whitespace());
    is_host && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0))
}

/// A program that is named by a path is in the file's folder, wherever we are; others are searched
/// for where programs are.
fn program(folder: &Path, words: &Spanned<Vec<String>>) -> Result<Program, Wrong> {
    let Some((first, rest)) = words.get_ref().split_first() else {
        let hint = "name the program and its arguments";
        return Err(wrong(words.span(), "a command of no words", hint));
    };
    let path = Path::new(first);
    let path = if path.components().count() > 1 { folder.join(path) } else { path.to_owned() };
    Ok(Program { path, arguments: rest.to_vec(), folder: folder.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{BAUD, Reach, Row, Wrong, parse};
    use crate::Chip;
    use std::path::{Path, PathBuf};

    fn read(source: &str) -> Result<Vec<Row>, Vec<Wrong>> {
        parse(source, Path::new("/somewhere"), |name| name == "core")
    }

    #[test]
    fn boards_are_read_by_name() {
        let source = "[board.c]\nhttp = \"127.0.0.1:80\"\n\
                      [board.b]\ncommand = [\"./run\", \"-x\"]\n\
                      [board.a-2]\nabout = \"A two\"\ncommand = [\"qemu\"]\n";
        let rows = read(source).unwrap();
        let [a, b, c] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((a.name.as_str(), a.about.as_str()), ("a-2", "A two"));
        let Reach::Command(program) = &a.reach else { panic!("{a:?}") };
        assert_eq!((&program.path, program.arguments.len()), (&PathBuf::from("qemu"), 0));
        let Reach::Command(program) = &b.reach else { panic!("{b:?}") };
        assert_eq!(program.path, PathBuf::from("/somewhere/./run"));
        assert_eq!(program.arguments, ["-x"]);
        assert_eq!(program.folder, Path::new("/somewhere"));
        assert_eq!(c.reach, Reach::Http("127.0.0.1:80".into()));
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn a_chip_puts_a_board_into_the_rig() {
        let source = "[board.desk]\nchip = \"pico\"\nprobe = \"2e8a:000c:E66\"\n\
                      serial = \"tcp:127.0.0.1:7\"\nhttp = \"169.254.7.1:80\"\n\
                      power = [\"uhubctl\", \"-a\", \"cycle\"]\nflash-kib = 16384\n";
        let rows = read(source).unwrap();
        let [Row { reach: Reach::Rig(setup), .. }] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((setup.chip, setup.flash_kib, setup.baud), (Chip::Rp2040, 16_384, BAUD));
        assert_eq!(setup.probe.as_deref(), Some("2e8a:000c:E66"));
        assert_eq!(setup.serial.as_deref(), Some("tcp:127.0.0.1:7"));
        assert_eq!(setup.http.as_deref(), Some("169.254.7.1:80"));
        assert_eq!(setup.power.as_ref().unwrap().arguments, ["-a", "cycle"]);
        let rows = read("[board.c3]\nchip = \"esp32c3\"\n").unwrap();
        let [Row { reach: Reach::Rig(setup), .. }] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((setup.chip, &setup.probe, &setup.serial), (Chip::Esp32c3, &None, &None));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let table = [
            ("[board.Net]\ncommand = [\"a\"]\n", "Net", "cannot be the name"),
            ("[board.core]\ncommand = [\"a\"]\n", "core", "always there"),
            ("[board.a]\ncommand = []\n", "[]", "a command of no words"),
            ("[board.a]\nhttp = \"a/b\"\n", "\"a/b\"", "`a/b` is no address"),
            ("[board.a]\nhttp = \"a:0\"\n", "\"a:0\"", "`a:0` is no address"),
            ("[board.a]\nspeed = \"x\"\n", "speed", "unknown field `speed`"),
            ("[board.a]\nserial = \"x\"\n", "\"x\"", "which chip does `a` have?"),
            ("[board.a]\n", "a", "how is `a` reached?"),
            ("[board.a]\nhttp = \"b\"\ncommand = [\"a\"]\n", "a", "how is `a` reached?"),
            ("[board.a]\nchip = \"avr\"\n", "\"avr\"", "there is no image for the chip `avr`"),
            ("[board.a]\nchip = \"pico\"\ncommand = [\"a\"]\n", "[\"a\"]", "speaks the link"),
            ("[board.a]\nchip = \"pico\"\nprobe = \"2e8a\"\n", "\"2e8a\"", "selects no probe"),
            ("[board.a]\nchip = \"pico\"\nprobe = \"2e8a:4:\"\n", "\"2e8a:4:\"", "selects no"),
            ("[board.a]\nchip = \"pico\"\nserial = \"tcp:x:y\"\n", "\"tcp:x:y\"", "no serial port"),
            ("[board.a]\nchip = \"pico\"\nbaud = 0\n", "0", "none at all"),
        ];
        for (source, piece, what) in table {
            let wrongs = read(source).unwrap_err();
            let [Wrong { at, message, hint }] = &wrongs[..] else { panic!("{source}: {wrongs:?}") };
            assert_eq!(&source[at.clone()], piece, "{source}");
            assert!(message.contains(what) && !hint.is_empty(), "{source}: {message}");
        }
    }
}
