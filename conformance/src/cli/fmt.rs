//! `samewire fmt`: case files in canonical form.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Stop;
use super::flag::{Command, Flag};
use crate::case::print::format;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::fixtures::{Fixtures, Formatted};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    files: Vec<PathBuf>,
    fixtures: Option<PathBuf>,
    check: bool,
}

pub(super) const COMMAND: Command<Options> = Command {
    name: "fmt",
    arguments: "[FILES…]",
    short: "Write case files in canonical form",
    long: "FILES are case files or folders; without any, those of the checkout around. Nothing is \
           written if one of them has an error.\n\n\
           With --check, ends with 1 if a file is not in canonical form.",
    flags: &[CHECK, FIXTURES],
    argument: |options, argument| {
        options.files.push(argument.into());
        Ok(())
    },
    run,
};

const CHECK: Flag<Options> = Flag {
    name: "check",
    value: None,
    short: "only name the files that would change",
    long: "Write nothing; name the files that are not in canonical form, and end with 1 if there \
           are any.",
    apply: |options, _| {
        options.check = true;
        Ok(())
    },
};

const FIXTURES: Flag<Options> = Flag {
    name: "fixtures",
    value: Some("DIR"),
    short: "format the files in this folder",
    long: "Format the files in this folder, the same as naming it among FILES.",
    apply: |options, value| {
        options.fixtures = Some(value.into());
        Ok(())
    },
};

fn run(options: Options, out: &mut dyn Write) -> Result<Exit, Stop> {
    let named: Vec<&PathBuf> = options.files.iter().chain(&options.fixtures).collect();
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    if named.is_empty() {
        files = folder(None).map_err(|errors| Stop::fixtures(&errors))?;
    }
    for path in named {
        let found = if path.is_dir() { folder(Some(path)) } else { file(path).map(|f| vec![f]) };
        match found {
            Ok(found) => files.extend(found),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(Stop::fixtures(&errors));
    }
    let mut exit = Exit::AsExpected;
    for Formatted { path, shown, text, .. } in files.iter().filter(|file| !file.unchanged) {
        if options.check {
            writeln!(out, "{shown} is not in canonical form")?;
            exit = Exit::CaseFailed;
        } else {
            std::fs::write(path, text)
                .map_err(|error| Stop::usage(format_args!("cannot write {shown}: {error}")))?;
            writeln!(out, "{shown}")?;
        }
    }
    Ok(exit)
}

fn folder(path: Option<&Path>) -> Result<Vec<Formatted>, Vec<Diagnostic>> {
    Fixtures::find(path)?.formatted()
}

fn file(path: &Path) -> Result<Formatted, Vec<Diagnostic>> {
    let shown = path.to_string_lossy().into_owned();
    let source = std::fs::read_to_string(path).map_err(|error| {
        let hint = "name a case file, or a folder of them".to_owned();
        vec![Diagnostic::of_file(&shown, format!("cannot be read: {error}"), hint)]
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = format(&name, &shown, &source)?;
    Ok(Formatted { path: path.to_owned(), shown, unchanged: text == source, text })
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Options};
    use crate::cli::flag::tests::run;

    #[test]
    fn each_flag_has_its_effect() {
        let expected = Options { files: vec!["a".into()], fixtures: Some("d".into()), check: true };
        assert_eq!(run(&COMMAND, &["a", "--check", "--fixtures", "d"]), Ok(expected));
    }
}
