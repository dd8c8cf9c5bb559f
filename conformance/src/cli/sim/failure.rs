//! A run that failed: made small, told, drawn, and written down.

use std::fs;
use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use samewire_chaos::oracle::Failure;
use samewire_chaos::shrink::{Shrunk, shrink};
use samewire_chaos::trace::{Event, NONE};
use samewire_chaos::{Schedule, Trace};
use samewire_demo::Demo;

use super::Sim;
use super::picture::{self, Played};
use crate::cli::Stop;
use crate::fixtures::Fixtures;
use crate::regress::{Fixture, Found, fixture};
use crate::swarm;

/// Events that are shown before a failure.
const EVENTS_SHOWN: usize = 40;

/// Runs that are spent on making a schedule small: a few seconds.
const RUNS_MAX: usize = 5_000;

/// A failure: the command, what is wrong, the schedule, and what came before.
pub(super) fn report(
    sim: &Sim,
    (name, seed): (&str, Option<u64>),
    schedule: &Schedule,
    failure: Failure,
    without: &[&str],
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let left_out: String = without.iter().map(|name| format!(" --without {name}")).collect();
    writeln!(out, "FAIL samewire sim {name}{left_out}")?;
    let (small, failure) =
        if sim.whole { (schedule.clone(), failure) } else { smaller(schedule, failure, without) };
    let trace = swarm::play(&small);
    writeln!(out, "  {failure}\n\n{small}")?;
    last_events(&trace, &failure, out)?;
    let name = format!("{name}{left_out}");
    let played = Played { name: &name, schedule: &small, trace: &trace, failure: Some(&failure) };
    picture::write(sim, &played)?;
    match seed {
        Some(seed) if !sim.whole => write_down(seed, &played, &failure),
        _ => Ok(()),
    }
}

/// Writes a fixture into the checkout, if we are in one. What is played from a file has its file.
fn write_down(seed: u64, played: &Played<'_>, failure: &Failure) -> Result<(), Stop> {
    let checkout = Fixtures::find(None).ok().and_then(|fixtures| fixtures.folder);
    let Some(folder) = checkout else {
        eprintln!("in a checkout this would have been written down as a fixture");
        return Ok(());
    };
    let Played { name, schedule, trace, .. } = *played;
    let (named, command) = (format!("{}-{seed}", failure.oracle), format!("samewire sim {name}"));
    let found = Found { name: &named, command: &command, schedule, trace, failure };
    let Fixture { file, text, why_no_case } = fixture(&found, Demo::new);
    let path = folder.join("regress").join(file);
    let written = fs::create_dir_all(folder.join("regress")).and_then(|()| fs::write(&path, text));
    written.map_err(|why| Stop::usage(format_args!("{}: {why}", path.display())))?;
    let why = why_no_case.map_or_else(String::new, |why| format!("; no case, since {why}"));
    eprintln!("written: {}{why}", path.display());
    Ok(())
}

/// The smallest schedule that fails like this one, and how it says so.
fn smaller(schedule: &Schedule, failure: Failure, without: &[&str]) -> (Schedule, Failure) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    // What is wrong may be a panic, and hundreds of them say no more than the first.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut last = failure;
    let Shrunk { schedule: small, runs, is_minimal } = shrink(
        schedule,
        RUNS_MAX,
        |smaller| match judged(smaller, last.oracle, without) {
            Err(found) if is_alike(&found, &last) => {
                last = found;
                true
            }
            _ => false,
        },
        |progress| {
            bar.set_message(format!("{} lines, {} runs", progress.lines, progress.runs));
            bar.tick();
        },
    );
    std::panic::set_hook(hook);
    bar.finish_and_clear();
    let (from, to) = (schedule.lines.len(), small.lines.len());
    let more = if is_minimal { "" } else { "; with more runs it might be smaller" };
    eprintln!("{to} lines of {from} fail like this, after {runs} runs{more}");
    (small, last)
}

/// Judges a schedule; twice, if the second time is what it failed by.
fn judged(schedule: &Schedule, oracle: &str, without: &[&str]) -> Result<(), Failure> {
    let trace = swarm::play(schedule);
    swarm::judged(schedule, &trace, without)?;
    if oracle == swarm::REPEATS { swarm::repeats(schedule, &trace) } else { Ok(()) }
}

/// Whether two runs fail by the same oracle, or by the same invariant.
fn is_alike(one: &Failure, other: &Failure) -> bool {
    let invariant = |failure: &Failure| {
        let name = failure.wrong.what.split(':').next().unwrap_or_default().to_owned();
        (failure.oracle == swarm::INVARIANTS).then_some(name)
    };
    one.oracle == other.oracle && invariant(one) == invariant(other)
}

/// What happened last, to that connection and to all.
fn last_events(trace: &Trace, failure: &Failure, out: &mut dyn Write) -> Result<(), Stop> {
    let until = trace.events.iter().rposition(|event| event.at <= failure.wrong.at);
    let before = trace.events.get(..=until.unwrap_or_default()).unwrap_or_default();
    let is_shown = |event: &&Event| {
        failure.wrong.connection == NONE
            || [failure.wrong.connection, NONE].contains(&event.connection)
    };
    let mut shown: Vec<_> = before.iter().rev().filter(is_shown).take(EVENTS_SHOWN).collect();
    shown.reverse();
    shown.into_iter().try_for_each(|event| writeln!(out, "{event}"))?;
    Ok(())
}
