//! The help, written from the tables of commands and flags.

use std::fmt::Write;

use super::flag::{Command, Flag};

/// The widest line that a help may have.
pub(super) const COLUMNS_MAX: usize = 79;

/// `-h`: a line for each flag.
pub(super) fn short<T>(command: &Command<T>) -> String {
    let mut out = head(command);
    let width = command.flags.iter().map(|flag| spelled(flag).len()).max().unwrap_or(0).max(6);
    for flag in command.flags {
        let _ = writeln!(out, "  {:width$}  {}", spelled(flag), flag.short);
    }
    let _ = writeln!(out, "  {:width$}  this; --help says more", "-h");
    out
}

/// `--help`: the command and its flags, explained.
pub(super) fn long<T>(command: &Command<T>) -> String {
    let mut out = head(command);
    for flag in command.flags {
        let _ = writeln!(out, "  {}", spelled(flag));
        for line in wrap(flag.long, COLUMNS_MAX - 6) {
            let _ = writeln!(out, "      {line}");
        }
        out.push('\n');
    }
    for paragraph in command.long.split("\n\n") {
        for line in wrap(paragraph, COLUMNS_MAX) {
            let _ = writeln!(out, "{line}");
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn head<T>(command: &Command<T>) -> String {
    let Command { name, arguments, short, flags, .. } = command;
    let space = if arguments.is_empty() { "" } else { " " };
    let options = if flags.is_empty() { "" } else { " [FLAGS]" };
    format!("{short}\n\nUsage: samewire {name}{space}{arguments}{options}\n\n")
}

fn spelled<T>(flag: &Flag<T>) -> String {
    match flag.value {
        Some(value) => format!("--{} {value}", flag.name),
        None => format!("--{}", flag.name),
    }
}

/// Breaks a text into lines, between words.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn wraps_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible", 8), ["incomprehensible"]);
        assert_eq!(wrap("", 8), [""]);
    }
}
