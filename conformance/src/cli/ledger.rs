//! `samewire ledger`: what each requirement rests on.

use std::io::Write;
use std::path::PathBuf;

use super::Stop;
use super::flag::{Command, Flag, no_argument};
use crate::exit::Exit;
use crate::ledger::Ledger;
use crate::suite::Suite;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    json: Option<PathBuf>,
    fixtures: Option<PathBuf>,
}

pub(super) const COMMAND: Command<Options> = Command {
    name: "ledger",
    arguments: "",
    short: "List what each requirement rests on: proofs, and code",
    long: "A requirement is proven if a case or an invariant holds it and the code says where it \
           decides, claimed if there is one of the two, open if there is neither, and an exception \
           if it is refused on purpose. What was written down from memory is proven only beside \
           somebody else's implementation.\n\n\
           Ends with 1 if too few of the MUSTs and MUST NOTs of a profile are proven.",
    flags: &[JSON, FIXTURES],
    argument: no_argument,
    run,
};

const JSON: Flag<Options> = Flag {
    name: "json",
    value: Some("FILE"),
    short: "write the ledger as JSON",
    long: "Write the ledger to this file as JSON: each requirement with its level, profile and \
           status, its proofs, and the places in the code that decide.",
    apply: |options, value| {
        options.json = Some(value.into());
        Ok(())
    },
};

const FIXTURES: Flag<Options> = Flag {
    name: "fixtures",
    value: Some("DIR"),
    short: "read cases and requirements from this folder",
    long: "Read cases and requirements from this folder instead of the fixtures of the checkout \
           around, or those in this program.",
    apply: |options, value| {
        options.fixtures = Some(value.into());
        Ok(())
    },
};

fn run(options: Options, out: &mut dyn Write) -> Result<Exit, Stop> {
    let suite =
        Suite::load(options.fixtures.as_deref()).map_err(|errors| Stop::fixtures(&errors))?;
    let ledger = Ledger::of(&suite).map_err(|errors| Stop::fixtures(&errors))?;
    if let Some(path) = &options.json {
        let text = format!("{:#}\n", ledger.to_json());
        std::fs::write(path, text).map_err(|error| {
            Stop::usage(format_args!("cannot write {}: {error}", path.display()))
        })?;
    }
    writeln!(out, "{ledger}")?;
    let is_short = ledger.shares().any(|share| share.is_short());
    Ok(if is_short { Exit::CaseFailed } else { Exit::AsExpected })
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Options};
    use crate::cli::flag::tests::run;

    #[test]
    fn takes_a_file_for_json_and_a_folder() {
        let expected = Options { json: Some("f".into()), fixtures: Some("d".into()) };
        assert_eq!(run(&COMMAND, &["--json", "f", "--fixtures", "d"]), Ok(expected));
    }
}
