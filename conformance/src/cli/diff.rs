//! `samewire diff`: two targets in lock-step, until they differ.

use std::io::Write;

use super::flag::{Command, Flag, number};
use super::{Stop, boards};
use crate::exit::Exit;
use crate::lockstep::{Conversation, Shown, compare};
use crate::subject::{Subject, Time, Unreachable};
use crate::targets::Target;

/// Seeds, if nobody says how many.
const SEEDS: u64 = 10;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Diff {
    targets: Vec<String>,
    seed: Option<u64>,
    seeds: Option<u64>,
}

pub(super) const COMMAND: Command<Diff> = Command {
    name: "diff",
    arguments: "A B",
    short: "Find the first event at which two targets differ",
    long: "Both hear what the clients of a seed of `samewire sim` said, one connection after the \
           other, at the same moments of a virtual clock. Behind each event they are compared: what \
           they sent, how their streams stand, and when they will do something by themselves. The \
           first difference ends it, with both states and what came before.\n\n\
           Both need a virtual clock: core, microbit, rp2040-emu, or a board over its link.",
    flags: &[
        Flag {
            name: "seed",
            value: Some("S"),
            short: "play this seed",
            long: "Play this seed alone.",
            apply: |diff, value| {
                diff.seed = Some(number(&value)?);
                Ok(())
            },
        },
        Flag {
            name: "seeds",
            value: Some("N"),
            short: "play so many seeds, from 0; 10 without",
            long: "Play so many seeds, from 0; 10 if nothing is said.",
            apply: |diff, value| {
                diff.seeds = Some(number(&value)?);
                Ok(())
            },
        },
    ],
    argument: |diff, argument| {
        diff.targets.push(argument);
        match diff.targets.len() {
            0..=2 => Ok(()),
            _ => Err("two targets at a time".into()),
        }
    },
    run,
};

fn run(diff: Diff, out: &mut dyn Write) -> Result<Exit, Stop> {
    let [one, other] = &*diff.targets else {
        return Err(Stop::usage("which two? as samewire diff core microbit --seed 7"));
    };
    let seeds = match (diff.seed, diff.seeds) {
        (Some(_), Some(_)) => return Err(Stop::usage("--seed is one of them; --seeds are many")),
        (Some(seed), None) => seed..=seed,
        (None, Some(0)) => {
            return Err(Stop { exit: Exit::NothingSelected, message: "no seed was played".into() });
        }
        (None, seeds) => 0..=seeds.unwrap_or(SEEDS) - 1,
    };
    let (mut first, mut second) = (subject(one)?, subject(other)?);
    let (mut events, mut connections) = (0, 0);
    for seed in seeds {
        for (number, conversation) in Conversation::seeded(seed).iter().enumerate() {
            let targets: [&mut dyn Subject; 2] = [&mut *first, &mut *second];
            match compare(targets, conversation).map_err(lost)? {
                Ok(count) => events += count,
                Err(divergence) => {
                    let names = [one.as_str(), other.as_str()];
                    writeln!(out, "seed {seed}, connection {number}:")?;
                    write!(out, "{}", Shown { names, divergence: &divergence })?;
                    writeln!(out, "\nreplay: samewire diff {one} {other} --seed {seed}")?;
                    return Ok(Exit::CaseFailed);
                }
            }
            connections += 1;
        }
    }
    writeln!(out, "{one} and {other}: {events} events of {connections} connections, all the same")?;
    Ok(Exit::AsExpected)
}

/// A target that can be held at a moment.
fn subject(name: &str) -> Result<Box<dyn Subject>, Stop> {
    let target = Target::named(name, &boards()?).map_err(Stop::usage)?;
    if target.time() == Time::Real {
        return Err(Stop::usage(format_args!(
            "{name} runs by the real clock, and lock-step needs a virtual one: take core, microbit, \
             or a board over its link"
        )));
    }
    Ok(target.subject())
}

fn lost(why: Unreachable) -> Stop {
    Stop { exit: Exit::Unreachable, message: format!("error: {why}") }
}

#[cfg(test)]
mod tests {
    use super::COMMAND;
    use crate::cli::flag::tests::run as parse;
    use crate::exit::Exit;

    fn run(words: &[&str]) -> (Exit, String) {
        let mut out = Vec::new();
        let diff = match parse(&COMMAND, words) {
            Ok(diff) => diff,
            Err(why) => return (Exit::Usage, why),
        };
        match super::run(diff, &mut out) {
            Ok(exit) => (exit, String::from_utf8(out).expect("text")),
            Err(stop) => (stop.exit, stop.message),
        }
    }

    #[test]
    fn a_target_is_the_same_as_itself() {
        let (exit, said) = run(&["core", "core", "--seeds", "3"]);
        assert_eq!(exit, Exit::AsExpected, "{said}");
        let events = said.strip_prefix("core and core: ").and_then(|said| said.split(' ').next());
        let events: Option<u64> = events.and_then(|events| events.parse().ok());
        assert!(events.is_some_and(|events| events > 50), "{said}");
    }

    #[test]
    fn slips_are_answered_with_what_to_do() {
        for (words, exit, expected) in [
            (&["core"][..], Exit::Usage, "which two? as samewire diff core microbit"),
            (&["core", "core", "core"], Exit::Usage, "two targets at a time"),
            (
                &["core", "hots"],
                Exit::Usage,
                "there is no target `hots`; there are core, sim, host",
            ),
            (&["core", "host"], Exit::Usage, "host runs by the real clock"),
            (&["core", "core", "--seed", "1", "--seeds", "2"], Exit::Usage, "--seed is one"),
            (&["core", "core", "--seeds", "0"], Exit::NothingSelected, "no seed"),
            (&["core", "core", "--seed", "x"], Exit::Usage, "no number"),
        ] {
            let (end, said) = run(words);
            assert_eq!(end, exit, "{words:?}");
            assert!(said.contains(expected), "{words:?}: {said}");
        }
    }
}
