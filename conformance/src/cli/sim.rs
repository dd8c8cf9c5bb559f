//! `samewire sim`: the demo in the faulty world, seed by seed.

mod failure;
mod picture;

use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use samewire_chaos::oracle;
use samewire_chaos::{Schedule, generate, keep_alive};

use self::picture::Played;
use super::Stop;
use super::flag::{Command, Flag, no_argument, number};
use crate::exit::Exit;
use crate::swarm::{self, INVARIANTS, REPEATS, Total};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sim {
    seeds: u64,
    from: u64,
    seed: Option<u64>,
    schedule: Option<String>,
    without: Vec<String>,
    jobs: Option<NonZero<usize>>,
    trace: bool,
    whole: bool,
    html: Option<PathBuf>,
    pcap: Option<PathBuf>,
    figures: bool,
}

impl Default for Sim {
    fn default() -> Self {
        Self {
            seeds: 1000,
            from: 0,
            seed: None,
            schedule: None,
            without: Vec::new(),
            jobs: None,
            trace: false,
            whole: false,
            html: None,
            pcap: None,
            figures: false,
        }
    }
}

pub(super) const COMMAND: Command<Sim> = Command {
    name: "sim",
    arguments: "",
    short: "Run the demo in a faulty world, seed by seed",
    long: "A seed decides everything: which clients come, what they say, and what goes wrong with \
           their connections, the clock and the board. It becomes a schedule, which is text; a run \
           is given that and nothing else, and is the same each time. First comes what the schedule \
           has, then faults stop and everything must end. Oracles judge what has happened.\n\n\
           The first seed that fails ends the run: one line says how to play it again, then comes \
           what the oracle says, the schedule made as small as it still fails, and what happened \
           last. In a checkout it is also written as a fixture into fixtures/regress, ready to \
           commit: as a case where one connection can say it, else as a schedule.",
    flags: &[SEEDS, FROM, SEED, SCHEDULE, WITHOUT, JOBS, TRACE, WHOLE, HTML, PCAP, FIGURES],
    argument: no_argument,
    run,
};

const SEEDS: Flag<Sim> = Flag {
    name: "seeds",
    value: Some("N"),
    short: "run so many seeds, on all cores; 1000 without",
    long: "Run so many seeds, on all cores; 1000 if nothing is said.",
    apply: |sim, value| {
        sim.seeds = number(&value)?;
        Ok(())
    },
};

const FROM: Flag<Sim> = Flag {
    name: "from",
    value: Some("S"),
    short: "begin with this seed; 0 without",
    long: "Begin with this seed; 0 if nothing is said.",
    apply: |sim, value| {
        sim.from = number(&value)?;
        Ok(())
    },
};

const SEED: Flag<Sim> = Flag {
    name: "seed",
    value: Some("S"),
    short: "run this seed alone, and print its schedule",
    long: "Run this seed alone, twice, and print its schedule and the hash of its trace.",
    apply: |sim, value| {
        sim.seed = Some(number(&value)?);
        Ok(())
    },
};

const SCHEDULE: Flag<Sim> = Flag {
    name: "schedule",
    value: Some("F"),
    short: "run the schedule in this file",
    long: "Run the schedule in this file, as --seed prints one. Lines may be changed or left out.",
    apply: |sim, value| {
        sim.schedule = Some(value);
        Ok(())
    },
};

const WITHOUT: Flag<Sim> = Flag {
    name: "without",
    value: Some("ORACLE"),
    short: "leave this oracle out; may come more than once",
    long: "Leave this oracle out; may come more than once. A name that is none is answered with \
           those there are.",
    apply: |sim, value| {
        if !names().any(|name| name == value) {
            return Err(format!("there are {}", names().collect::<Vec<_>>().join(", ")));
        }
        sim.without.push(value);
        Ok(())
    },
};

const JOBS: Flag<Sim> = Flag {
    name: "jobs",
    value: Some("N"),
    short: "on so many threads; one for each core without",
    long: "Run on so many threads at a time; one for each core if nothing is said.",
    apply: |sim, value| {
        sim.jobs = Some(number(&value)?);
        Ok(())
    },
};

const TRACE: Flag<Sim> = Flag {
    name: "trace",
    value: None,
    short: "print all that happened, with --seed or --schedule",
    long: "Print all that happened, event by event, with --seed or --schedule.",
    apply: |sim, _| {
        sim.trace = true;
        Ok(())
    },
};

const WHOLE: Flag<Sim> = Flag {
    name: "whole",
    value: None,
    short: "leave a schedule that fails as it is",
    long: "Leave a schedule that fails as it is: neither make it small nor write a fixture.",
    apply: |sim, _| {
        sim.whole = true;
        Ok(())
    },
};

const HTML: Flag<Sim> = Flag {
    name: "html",
    value: Some("F"),
    short: "draw the run, or what failed, as a page",
    long: "Draw the run of --seed or --schedule, or the first that failed, as a page for a browser: \
           a lane for each connection, with the bytes that went up and down, faults, requests, \
           frames and deadlines. It is one file that needs no network.",
    apply: |sim, value| {
        sim.html = Some(value.into());
        Ok(())
    },
};

const PCAP: Flag<Sim> = Flag {
    name: "pcap",
    value: Some("F"),
    short: "write the same as a capture for Wireshark",
    long: "Write the run of --seed or --schedule, or the first that failed, as a capture for \
           Wireshark (pcapng): packets as they pass the server's door, with the world's times, and \
           comments on what clients do and which faults bite.",
    apply: |sim, value| {
        sim.pcap = Some(value.into());
        Ok(())
    },
};

const FIGURES: Flag<Sim> = Flag {
    name: "figures",
    value: None,
    short: "measure the simulator, on one core",
    long: "Measure the simulator, on one core: requests in a second, and how much faster its clock \
           goes than yours, on connections that are kept and with faults.",
    apply: |sim, _| {
        sim.figures = true;
        Ok(())
    },
};

/// What can be left out.
fn names() -> impl Iterator<Item = &'static str> {
    oracle::ALL.iter().map(|oracle| oracle.name()).chain([INVARIANTS, REPEATS])
}

fn run(sim: Sim, out: &mut dyn Write) -> Result<Exit, Stop> {
    if sim.figures {
        return figures(out);
    }
    let without: Vec<&str> = sim.without.iter().map(String::as_str).collect();
    if let Some(file) = &sim.schedule {
        let text = fs::read_to_string(file);
        let text = text.map_err(|why| Stop::usage(format_args!("{file}: {why}")))?;
        let schedule: Schedule =
            text.parse().map_err(|why| Stop::usage(format_args!("{file}: {why}")))?;
        return alone(&schedule, &format!("--schedule {file}"), &sim, &without, out);
    }
    if let Some(seed) = sim.seed {
        return alone(&generate(seed), &format!("--seed {seed}"), &sim, &without, out);
    }
    many(&sim, &without, out)
}

/// One schedule, twice.
fn alone(
    schedule: &Schedule,
    name: &str,
    sim: &Sim,
    without: &[&str],
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let trace = swarm::play(schedule);
    let mut judged = swarm::judged(schedule, &trace, without);
    if judged.is_ok() && !without.contains(&REPEATS) {
        judged = swarm::repeats(schedule, &trace);
    }
    if sim.trace {
        trace.events.iter().try_for_each(|event| writeln!(out, "{event}"))?;
        writeln!(out)?;
    }
    if let Err(failure) = judged {
        failure::report(sim, (name, sim.seed), schedule, failure, without, out)?;
        return Ok(Exit::CaseFailed);
    }
    picture::write(sim, &Played { name, schedule, trace: &trace, failure: None })?;
    write!(out, "{schedule}")?;
    writeln!(out, "\n{name} passed: {} events, trace {:016x}", trace.events.len(), trace.hash())?;
    Ok(Exit::AsExpected)
}

fn many(sim: &Sim, without: &[&str], out: &mut dyn Write) -> Result<Exit, Stop> {
    if sim.seeds == 0 {
        return Ok(Exit::NothingSelected);
    }
    let bar = ProgressBar::with_draw_target(Some(sim.seeds), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("sim {wide_bar} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    let cores = || thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let (jobs, began) = (sim.jobs.unwrap_or_else(cores).get(), Instant::now());
    let mut found = None;
    let seeds = sim.from..sim.from.saturating_add(sim.seeds);
    let total = swarm::swarm(seeds, jobs, without, |total, one| {
        bar.set_position(total.seeds);
        found = one;
        found.is_none()
    });
    bar.finish_and_clear();
    if let Some(found) = found {
        let schedule = generate(found.seed);
        let name = format!("--seed {}", found.seed);
        let which = (&*name, Some(found.seed));
        failure::report(sim, which, &schedule, found.failure, without, out)?;
        return Ok(Exit::CaseFailed);
    }
    if sim.html.is_some() || sim.pcap.is_some() {
        eprintln!("nothing failed, so there is nothing to draw; --seed draws one that passes");
    }
    writeln!(out, "{}", summary(&total, began.elapsed()))?;
    Ok(Exit::AsExpected)
}

fn summary(total: &Total, took: Duration) -> String {
    let Total { seeds, said, millis, .. } = *total;
    let rate = per_second(seeds, took);
    format!(
        "sim {seeds} seeds passed: {said} requests and messages, {} hours of theirs in {:.1} s, \
         {rate} seeds a second",
        millis / 3_600_000,
        took.as_secs_f64(),
    )
}

fn per_second(count: u64, took: Duration) -> u128 {
    u128::from(count) * 1_000_000 / took.as_micros().max(1)
}

/// Requests of the workload that is measured.
const CLIENTS: u32 = 8;
/// See above.
const REQUESTS: u32 = 25_000;
/// See above.
const THINK_MS: u64 = 100;

/// Measures on one core: connections that are kept, and seeds with faults.
fn figures(out: &mut dyn Write) -> Result<Exit, Stop> {
    let schedule = keep_alive(CLIENTS, REQUESTS, THINK_MS, 100);
    let began = Instant::now();
    let trace = swarm::play(&schedule);
    let ran = began.elapsed();
    let judged = swarm::judged(&schedule, &trace, &[]);
    let both = began.elapsed();
    if let Err(failure) = judged {
        writeln!(out, "FAIL samewire sim --figures\n  {failure}")?;
        return Ok(Exit::CaseFailed);
    }
    let requests = u64::from(CLIENTS) * u64::from(REQUESTS);
    writeln!(out, "{CLIENTS} clients, each {REQUESTS} times GET /hello, {THINK_MS} ms to think")?;
    writeln!(out, "  {} requests a second on one core", per_second(requests, ran))?;
    writeln!(out, "  {} with every oracle", per_second(requests, both))?;
    writeln!(
        out,
        "  {} times as fast as real time",
        u128::from(trace.end()) / ran.as_millis().max(1)
    )?;
    let began = Instant::now();
    let total = swarm::swarm(0..2000, 1, &[], |_, _| true);
    let took = began.elapsed();
    writeln!(out, "2000 seeds with faults, every oracle")?;
    writeln!(out, "  {} seeds a second on one core", per_second(total.seeds, took))?;
    writeln!(out, "  {} requests and messages a second", per_second(total.said, took))?;
    writeln!(
        out,
        "  {} times as fast as real time",
        u128::from(total.millis) / took.as_millis().max(1)
    )?;
    Ok(Exit::AsExpected)
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Sim};
    use crate::cli::flag::tests::run;

    #[test]
    fn each_flag_has_its_effect() {
        let some = |text: &str| Some(text.to_owned());
        let table: &[(&[&str], Sim)] = &[
            (&[], Sim { seeds: 1000, ..Sim::default() }),
            (&["--seeds", "9"], Sim { seeds: 9, ..Sim::default() }),
            (&["--from", "9"], Sim { from: 9, ..Sim::default() }),
            (&["--seed", "9"], Sim { seed: Some(9), ..Sim::default() }),
            (&["--schedule", "f"], Sim { schedule: some("f"), ..Sim::default() }),
            (
                &["--without", "lost", "--without", "repeats"],
                Sim { without: vec!["lost".into(), "repeats".into()], ..Sim::default() },
            ),
            (&["--jobs", "2"], Sim { jobs: 2.try_into().ok(), ..Sim::default() }),
            (&["--trace"], Sim { trace: true, ..Sim::default() }),
            (&["--figures"], Sim { figures: true, ..Sim::default() }),
        ];
        for (words, expected) in table {
            assert_eq!(run(&COMMAND, words).as_ref(), Ok(expected), "{words:?}");
        }
        for words in [["--seeds", "x"], ["--jobs", "0"], ["--without", "x"], ["--seed", "-1"]] {
            assert!(run(&COMMAND, &words).is_err(), "{words:?}");
        }
    }
}
