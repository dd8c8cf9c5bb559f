//! The command line: which commands there are, and how each ends.
//!
//! Results go to stdout, everything else to stderr. A command either runs or says in one line why
//! it does not; nothing is half-run.

mod attached;
mod bridge;
mod check;
mod desk;
mod diff;
mod explain;
mod flag;
mod flash;
mod fmt;
pub(crate) mod help;
mod ledger;
mod monitor;
mod reach;
mod serve;
mod sim;
mod targets;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use samewire_hil::boards::Row;

use self::flag::{Asked, Command};
use crate::boards;
use crate::diagnostic::{Diagnostic, nearest};
use crate::exit::Exit;

/// Runs the command line, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut out = io::stdout().lock();
    match dispatch(arguments.into_iter().skip(1).collect(), &mut out) {
        Ok(exit) => exit.into(),
        Err(Stop { exit, message }) => {
            if !message.is_empty() {
                eprintln!("{message}");
            }
            exit.into()
        }
    }
}

/// Why a command did not run to its end.
#[derive(Debug)]
struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    /// An error of whoever typed the command.
    fn usage(message: impl std::fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: format!("error: {message}") }
    }

    /// Errors in fixtures or boards, one below the other.
    fn fixtures(errors: &[Diagnostic]) -> Self {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self { exit: Exit::Usage, message: errors.join("\n\n") }
    }
}

impl From<io::Error> for Stop {
    /// Writing to stdout failed. Whoever closed it, `head` for one, knows that it did.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { exit: Exit::AsExpected, message: String::new() },
            _ => Self::usage(format_args!("cannot write the results: {error}")),
        }
    }
}

/// The boards that a file names.
fn boards() -> Result<Vec<Arc<Row>>, Stop> {
    let boards = boards::find().map_err(|errors| Stop::fixtures(&errors))?;
    Ok(boards.into_iter().map(Arc::new).collect())
}

/// A command, whatever its options are.
trait AnyCommand: Sync {
    fn name(&self) -> &'static str;
    fn arguments(&self) -> &'static str;
    fn short(&self) -> &'static str;
    fn long_help(&self) -> String;
    fn run(&self, arguments: Vec<OsString>, out: &mut dyn Write) -> Result<Exit, Stop>;
}

impl<T: Default> AnyCommand for Command<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn arguments(&self) -> &'static str {
        self.arguments
    }

    fn short(&self) -> &'static str {
        self.short
    }

    fn long_help(&self) -> String {
        help::long(self)
    }

    fn run(&self, arguments: Vec<OsString>, out: &mut dyn Write) -> Result<Exit, Stop> {
        match self.parse(arguments).map_err(Stop::usage)? {
            Asked::Run(options) => return (self.run)(options, out),
            Asked::ShortHelp => write!(out, "{}", help::short(self))?,
            Asked::LongHelp => write!(out, "{}", help::long(self))?,
        }
        Ok(Exit::AsExpected)
    }
}

/// Every command, in the order of the help.
const COMMANDS: &[&dyn AnyCommand] = &[
    &check::COMMAND,
    &targets::COMMAND,
    &ledger::COMMAND,
    &explain::COMMAND,
    &fmt::COMMAND,
    &serve::COMMAND,
    &sim::COMMAND,
    &diff::COMMAND,
    &attached::COMMAND,
    &flash::COMMAND,
    &monitor::COMMAND,
    &bridge::COMMAND,
];

fn command(name: &str) -> Result<&'static dyn AnyCommand, Stop> {
    let found = COMMANDS.iter().find(|command| command.name() == name);
    found.copied().ok_or_else(|| {
        let names = COMMANDS.iter().map(|command| command.name()).chain(["help"]);
        Stop::usage(match nearest(name, names) {
            Some(near) => format!("there is no command `{name}`; did you mean `{near}`?"),
            None => format!("there is no command `{name}`; `samewire -h` lists them"),
        })
    })
}

fn dispatch(mut arguments: Vec<OsString>, out: &mut dyn Write) -> Result<Exit, Stop> {
    if arguments.is_empty() {
        write!(out, "{}", overview())?;
        return Ok(Exit::AsExpected);
    }
    let rest = arguments.split_off(1);
    let first = arguments.first().map(|word| word.to_string_lossy()).unwrap_or_default();
    match (&*first, rest.first()) {
        ("-h" | "--help" | "help", None) => write!(out, "{}", overview())?,
        ("-V" | "--version", _) => writeln!(out, "samewire {}", env!("CARGO_PKG_VERSION"))?,
        ("help", Some(name)) => {
            write!(out, "{}", command(&name.to_string_lossy())?.long_help())?;
        }
        (name, _) => return command(name)?.run(rest, out),
    }
    Ok(Exit::AsExpected)
}

/// What is printed when nothing was asked.
fn overview() -> String {
    let mut out = String::from(
        "One suite of RFC cases for every HTTP and WebSocket server\n\n\
         Usage: samewire COMMAND [FLAGS]\n\n",
    );
    for command in COMMANDS {
        let name = format!("{} {}", command.name(), command.arguments());
        out.push_str(&format!("  {name:<18}{}\n", command.short()));
    }
    out.push_str(&format!("  {:<18}{}\n", "help COMMAND", "Explain a command and its flags"));
    out.push_str(
        "\nEnds with 0 if all is as expected, 1 if a case failed, 2 if the command or a\n\
         fixture is wrong, 3 if a target cannot be reached, 4 if nothing was selected.\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, dispatch, help, overview};
    use crate::exit::Exit;

    fn run(words: &[&str]) -> Result<(Exit, String), (Exit, String)> {
        let mut out = Vec::new();
        match dispatch(words.iter().map(Into::into).collect(), &mut out) {
            Ok(exit) => Ok((exit, String::from_utf8(out).unwrap())),
            Err(stop) => Err((stop.exit, stop.message)),
        }
    }

    #[test]
    fn help_fits_the_screen() {
        let mut texts = vec![overview()];
        for command in COMMANDS {
            texts.push(run(&[command.name(), "-h"]).unwrap().1);
            texts.push(command.long_help());
        }
        for line in texts.iter().flat_map(|text| text.lines()) {
            assert!(line.chars().count() <= help::COLUMNS_MAX, "{line}");
        }
    }

    #[test]
    fn no_argument_and_help_say_what_there_is() {
        assert_eq!(run(&[]).unwrap(), (Exit::AsExpected, overview()));
        assert_eq!(run(&["help"]).unwrap().1, overview());
        let long = run(&["help", "check"]).unwrap().1;
        assert_eq!(run(&["check", "--help"]).unwrap().1, long);
        assert!(run(&["--version"]).unwrap().1.starts_with("samewire 0."));
    }

    #[test]
    fn slips_are_answered_with_the_nearest_name() {
        let table: &[(&[&str], &str)] = &[
            (&["chekc"], "there is no command `chekc`; did you mean `check`?"),
            (&["frobnicate"], "there is no command `frobnicate`; `samewire -h` lists them"),
            (&["help", "fnt"], "there is no command `fnt`; did you mean `fmt`?"),
            (&["check", "--taget", "core"], "check has no flag --taget; did you mean --target?"),
            (&["check", "-x"], "check has no flag -x; see samewire check -h"),
            (&["check", "--target"], "--target takes a value: --target NAME"),
            (&["targets", "core"], "nothing is to be done with `core`"),
        ];
        for (words, message) in table {
            assert_eq!(run(words), Err((Exit::Usage, format!("error: {message}"))), "{words:?}");
        }
    }
}
