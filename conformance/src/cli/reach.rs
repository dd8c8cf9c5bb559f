//! Which targets are asked for, and which of them are there: one that is named must be, one that
//! `all` brings in need not.

use std::sync::Arc;

use samewire_hil::boards::Row;

use super::{Stop, boards};
use crate::exit::Exit;
use crate::run::Summary;
use crate::targets::Target;

/// Stands for every target.
const ALL: &str = "all";

/// A target that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    target: Target,
    /// It was named, or is always there.
    is_required: bool,
}

/// Those that are there, and a summary of each that is not.
pub(super) struct Reached {
    pub(super) targets: Vec<Target>,
    pub(super) absent: Vec<Summary>,
}

/// Reaches the targets of these names; without any, those that need nothing but cargo.
///
/// # Errors
///
/// A name is none; or a target that is required is not there, which is told before any begins.
pub(super) fn reach(names: &[String]) -> Result<Reached, Stop> {
    let asked = asked(names, if names.is_empty() { Vec::new() } else { boards()? })?;
    let mut reached = Reached { targets: Vec::new(), absent: Vec::new() };
    for Asked { target, is_required } in asked {
        match target.try_open() {
            Ok(()) => reached.targets.push(target),
            Err(why) if is_required => {
                let message = format!("error: {}: {why}", target.name());
                return Err(Stop { exit: Exit::Unreachable, message });
            }
            Err(why) => reached.absent.push(Summary {
                name: target.name().to_owned(),
                absent: Some(why.to_string()),
                ..Summary::default()
            }),
        }
    }
    Ok(reached)
}

/// The targets of these names, each once.
fn asked(names: &[String], boards: Vec<Arc<Row>>) -> Result<Vec<Asked>, Stop> {
    let required = |target| Asked { target, is_required: true };
    let mut asked: Vec<Asked> = Vec::new();
    if names.is_empty() {
        return Ok(Target::DEFAULT.iter().cloned().map(required).collect());
    }
    for name in names.iter().filter(|name| *name != ALL) {
        let target = Target::named(name, &boards)
            .map_err(|why| Stop::usage(format_args!("--target: {why}")))?;
        if asked.iter().all(|one| one.target != target) {
            asked.push(required(target));
        }
    }
    if names.iter().any(|name| name == ALL) {
        for target in Target::all(&boards) {
            if asked.iter().all(|one| one.target != target) {
                let is_required = Target::DEFAULT.contains(&target);
                asked.push(Asked { target, is_required });
            }
        }
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked};
    use crate::targets::Target;

    fn names(words: &[&str]) -> Result<Vec<(String, bool)>, String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let asked = asked(&words, Vec::new()).map_err(|stop| stop.message)?;
        let name = |Asked { target, is_required }: Asked| (target.name().to_owned(), is_required);
        Ok(asked.into_iter().map(name).collect())
    }

    fn required(names: &[&str]) -> Vec<(String, bool)> {
        names.iter().map(|&name| (name.to_owned(), true)).collect()
    }

    #[test]
    fn targets_are_named_once() {
        assert_eq!(names(&[]), Ok(required(&["core", "host"])));
        assert_eq!(names(&["host", "core", "host"]), Ok(required(&["host", "core"])));
        let why = "error: --target: did you mean url:http://a?";
        assert_eq!(names(&["http://a"]), Err(why.to_owned()));
    }

    #[test]
    fn all_are_all_that_are_listed_and_what_is_named_is_required() {
        let all = names(&["all", "qemu-arm"]).unwrap();
        let is_required = |name: &str| all.iter().find(|one| one.0 == name).map(|one| one.1);
        for name in ["qemu-arm", "core", "host"] {
            assert_eq!(is_required(name), Some(true), "{name}");
        }
        for name in ["microbit", "qemu-riscv", "rp2040-emu", "rp2040", "esp32c3"] {
            assert_eq!(is_required(name), Some(false), "{name}");
        }
        assert_eq!(all.len(), Target::all(&[]).count());
    }
}
