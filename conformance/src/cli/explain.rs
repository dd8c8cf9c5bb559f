//! `samewire explain`: what a case asks and why it matters, or what a requirement rests on.

use std::io::Write;

use super::Stop;
use super::check::selected;
use super::flag::{Command, Flag};
use crate::case::parse::is_requirement;
use crate::diagnostic::nearest;
use crate::exit::Exit;
use crate::explain;
use crate::fixtures::Fixtures;
use crate::ledger::Ledger;
use crate::suite::Suite;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Explain {
    ids: Vec<String>,
    fixtures: Option<std::path::PathBuf>,
}

pub(super) const COMMAND: Command<Explain> = Command {
    name: "explain",
    arguments: "ID",
    short: "Tell what a case proves, or what a requirement rests on",
    long: "ID is that of a case, as check prints it, or a file or folder of several: what happens, \
           why it matters, and which requirements it proves. Or it is that of a requirement, as \
           fixtures/requirements.toml lists them: what is asked, which cases and invariants prove \
           it, and where in the code it is decided.",
    flags: &[FIXTURES],
    argument: |options, argument| {
        options.ids.push(argument);
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
    if options.ids.is_empty() {
        return Err(Stop::usage("which case? samewire explain http/fields/whitespace, for one"));
    }
    let fixtures = Fixtures::find(options.fixtures.as_deref());
    let fixtures = fixtures.map_err(|errors| Stop::fixtures(&errors))?;
    // What is asked for may be in order, though another file is not.
    let (suite, errors) = Suite::read_what_can_be(fixtures);
    // Without the requirements of this project its code cannot be joined with them.
    let ledger = Ledger::of(&suite).ok();
    let mut texts = Vec::new();
    for id in &options.ids {
        if let Some(requirement) = suite.requirement(id) {
            let entry = ledger.as_ref().and_then(|ledger| ledger.entry(id));
            texts.push(explain::requirement(requirement, entry));
            continue;
        }
        let cases = match selected(&suite, std::slice::from_ref(id)) {
            Err(_) if !errors.is_empty() => return Err(Stop::fixtures(&errors)),
            Err(_) if is_requirement(id) => return Err(unknown(&suite, id)),
            cases => cases?,
        };
        let cases = cases.iter();
        texts.extend(cases.map(|one| explain::case(&suite, ledger.as_ref(), one.file, one.case)));
    }
    write!(out, "{}", texts.join("\n\n"))?;
    Ok(Exit::AsExpected)
}

fn unknown(suite: &Suite, id: &str) -> Stop {
    let known = suite.requirements.iter().map(|requirement| &*requirement.id);
    let message = match nearest(id, known) {
        Some(near) => format!("error: no requirement `{id}`; did you mean `{near}`?"),
        None => format!("error: no requirement `{id}`; requirements.toml lists them"),
    };
    Stop { exit: Exit::NothingSelected, message }
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Explain};
    use crate::cli::flag::tests::run;

    #[test]
    fn takes_ids_and_a_folder() {
        let expected = Explain { ids: vec!["a".into()], fixtures: Some("d".into()) };
        assert_eq!(run(&COMMAND, &["a", "--fixtures", "d"]), Ok(expected));
    }
}
