//! `samewire explain`: what a case asks, and why it matters.

use std::io::Write;

use super::Stop;
use super::check::selected;
use super::flag::{Command, Flag};
use crate::exit::Exit;
use crate::explain::explain;
use crate::suite::Suite;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Explain {
    cases: Vec<String>,
    fixtures: Option<std::path::PathBuf>,
}

pub(super) const COMMAND: Command<Explain> = Command {
    name: "explain",
    arguments: "CASE",
    short: "Tell what a case asks, what it proves and why it matters",
    long: "CASE is an id, as check prints it, or a file or folder of several.",
    flags: &[FIXTURES],
    argument: |options, argument| {
        options.cases.push(argument);
        Ok(())
    },
    run,
};

const FIXTURES: Flag<Explain> = Flag {
    name: "fixtures",
    value: Some("DIR"),
    short: "read cases from this folder",
    long: "Read cases from this folder instead of the fixtures of the checkout around, or those \
           in this program.",
    apply: |options, value| {
        options.fixtures = Some(value.into());
        Ok(())
    },
};

fn run(options: Explain, out: &mut dyn Write) -> Result<Exit, Stop> {
    if options.cases.is_empty() {
        return Err(Stop::usage("which case? samewire explain http/fields/whitespace, for one"));
    }
    let suite =
        Suite::load(options.fixtures.as_deref()).map_err(|errors| Stop::fixtures(&errors))?;
    for (index, one) in selected(&suite, &options.cases)?.iter().enumerate() {
        let space = if index == 0 { "" } else { "\n\n" };
        write!(out, "{space}{}", explain(&suite, one.file, one.case))?;
    }
    Ok(Exit::AsExpected)
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Explain};
    use crate::cli::flag::tests::run;

    #[test]
    fn takes_cases_and_a_folder() {
        let expected = Explain { cases: vec!["a".into()], fixtures: Some("d".into()) };
        assert_eq!(run(&COMMAND, &["a", "--fixtures", "d"]), Ok(expected));
    }
}
