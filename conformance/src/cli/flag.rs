//! One flag is one value: its name, its help and its effect stand together, and the parser, both
//! helps and the hint at a near name all read the same table.

use std::ffi::OsString;
use std::io::Write;

use super::Stop;
use crate::diagnostic::nearest;
use crate::exit::Exit;

/// A flag of a command whose options are a `T`.
pub(super) struct Flag<T> {
    /// Without the dashes.
    pub(super) name: &'static str,
    /// How its value is called, if it takes one.
    pub(super) value: Option<&'static str>,
    /// One line for `-h`.
    pub(super) short: &'static str,
    /// Sentences for `--help`.
    pub(super) long: &'static str,
    /// Sets it; the value is empty for a flag without one.
    pub(super) apply: fn(&mut T, String) -> Result<(), String>,
}

/// A command: what it is called with, and what it says of itself.
pub(super) struct Command<T: 'static> {
    /// As on the command line.
    pub(super) name: &'static str,
    /// Its arguments, as in a usage line; empty if it takes none.
    pub(super) arguments: &'static str,
    /// One line.
    pub(super) short: &'static str,
    /// Paragraphs for `--help`.
    pub(super) long: &'static str,
    /// In the order of the help.
    pub(super) flags: &'static [Flag<T>],
    /// Takes an argument.
    pub(super) argument: fn(&mut T, String) -> Result<(), String>,
    /// Does it.
    pub(super) run: fn(T, &mut dyn Write) -> Result<Exit, Stop>,
}

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<T> {
    /// To do it, with these options.
    Run(T),
    /// `-h`
    ShortHelp,
    /// `--help`
    LongHelp,
}

impl<T: Default> Command<T> {
    /// Reads the arguments behind the command's name.
    pub(super) fn parse(
        &self,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Asked<T>, String> {
        let mut options = T::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        let next = |parser: &mut lexopt::Parser| -> Result<Option<Word>, String> {
            Ok(match parser.next().map_err(|why| why.to_string())? {
                None => None,
                Some(lexopt::Arg::Short(short)) => Some(Word::Short(short)),
                Some(lexopt::Arg::Long(long)) => Some(Word::Long(long.to_owned())),
                Some(lexopt::Arg::Value(value)) => Some(Word::Argument(text(value)?)),
            })
        };
        while let Some(word) = next(&mut parser)? {
            match word {
                Word::Short('h') => return Ok(Asked::ShortHelp),
                Word::Long(long) if long == "help" => return Ok(Asked::LongHelp),
                Word::Argument(argument) => (self.argument)(&mut options, argument)?,
                Word::Short(short) => return Err(self.unknown(&format!("-{short}"))),
                Word::Long(long) => {
                    let Some(flag) = self.flags.iter().find(|flag| flag.name == long) else {
                        return Err(self.unknown(&format!("--{long}")));
                    };
                    let value =
                        match flag.value {
                            None => String::new(),
                            Some(value) => text(parser.value().map_err(|_| {
                                format!("--{long} takes a value: --{long} {value}")
                            })?)?,
                        };
                    (flag.apply)(&mut options, value).map_err(|why| format!("--{long}: {why}"))?;
                }
            }
        }
        Ok(Asked::Run(options))
    }

    fn unknown(&self, word: &str) -> String {
        let names = self.flags.iter().map(|flag| flag.name).chain(["help"]);
        match nearest(word.trim_start_matches('-'), names) {
            Some(name) => format!("{} has no flag {word}; did you mean --{name}?", self.name),
            None => format!("{} has no flag {word}; see samewire {} -h", self.name, self.name),
        }
    }
}

enum Word {
    Short(char),
    Long(String),
    Argument(String),
}

fn text(word: OsString) -> Result<String, String> {
    word.into_string().map_err(|word| format!("{} is not UTF-8", word.display()))
}

/// For a command that takes no arguments.
pub(super) fn no_argument<T>(_: &mut T, argument: String) -> Result<(), String> {
    Err(format!("nothing is to be done with `{argument}`"))
}

/// Reads a number.
pub(super) fn number<N: std::str::FromStr>(value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("`{value}` is no number that can be used here"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Asked, Command};

    /// Parses words that stand for options to run with.
    pub(crate) fn run<T: Default>(command: &Command<T>, words: &[&str]) -> Result<T, String> {
        match command.parse(words.iter().map(Into::into))? {
            Asked::Run(options) => Ok(options),
            Asked::ShortHelp | Asked::LongHelp => Err("help".into()),
        }
    }
}
