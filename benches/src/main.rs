//! Samewire's codecs beside its peers': instructions by callgrind, and times of heads.
//!
//! `cargo run --release -p samewire-benches` prints the tables of `docs/performance.md`, and fails
//! if a ratio is over its aim. Instructions are the same on every run and on a busy machine; times are
//! those of works that take turns.

mod callgrind;
mod frame;
mod head;
mod portable;
mod time;
mod trial;
mod utf8;

use std::path::Path;
use std::process::ExitCode;

use callgrind::Unavailable;
use trial::{Input, TRIALS, Trial, Work};

/// Rounds of the two runs whose difference is taken.
const FEW: u32 = 20;
const MANY: u32 = 220;

/// Our instructions beside the fewest of a peer, and beside them without the feature `simd`.
const RATIO_MAX: f64 = 1.0;
const PORTABLE_RATIO_MAX: f64 = 1.15;
/// Our time for the long head beside picohttpparser's.
const TIME_RATIO_MAX: f64 = 1.0;

/// Everything was measured, and no ratio is over its aim.
const DONE: u8 = 0;
/// A ratio is over its aim.
const OVER: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;
/// A tool that is needed is not there.
const UNREACHED: u8 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    ExitCode::from(match arguments.as_slice() {
        [] => tables(),
        ["run", work, input, rounds] => run(work, input, rounds),
        _ => {
            eprintln!("usage: cargo run --release -p samewire-benches");
            USAGE
        }
    })
}

/// Measures everything, prints a table for each trial and what is over its aim.
fn tables() -> u8 {
    if cfg!(debug_assertions) || cfg!(not(feature = "simd")) {
        eprintln!("build it with --release and its default features");
        return USAGE;
    }
    match count_all() {
        Ok(mut over) => {
            over.extend(time_heads());
            for line in &over {
                eprintln!("over its aim: {line}");
            }
            if over.is_empty() { DONE } else { OVER }
        }
        Err(unavailable) => {
            eprintln!("{unavailable}");
            UNREACHED
        }
    }
}

/// The tables of instructions. What is over its aim comes back.
fn count_all() -> Result<Vec<String>, Unavailable> {
    let failed = |error: std::io::Error| Unavailable::Failed(error.to_string());
    let program = std::env::current_exe().map_err(failed)?;
    let portable = portable::build(&program)?;
    let mut over = Vec::new();
    for trial in TRIALS {
        println!("{}, instructions:\n", trial.title);
        let peers: Vec<&str> = trial.peers.iter().map(|peer| peer.name).collect();
        let (name, rule) = if trial.has_portable {
            ("samewire | ratio | portable | ratio", " ---: | ---: | ---: | ---: |")
        } else {
            ("samewire | ratio", " ---: | ---: |")
        };
        println!("| input | bytes | {} | {name} |", peers.join(" | "));
        println!("| --- | ---: |{}{rule}", " ---: |".repeat(peers.len()));
        for input in (trial.inputs)() {
            over.extend(row(trial, &input, &program, &portable)?);
        }
        println!();
    }
    Ok(over)
}

/// Prints one row. The ratios are to the fewest instructions that a peer needs.
fn row(
    trial: &Trial,
    input: &Input,
    program: &Path,
    portable: &Path,
) -> Result<Vec<String>, Unavailable> {
    let mut cells = format!("| {} | {} |", input.name, input.bytes.len());
    let mut fewest = u64::MAX;
    for peer in trial.peers {
        let count = instructions(program, peer, input)?;
        fewest = fewest.min(count);
        cells += &format!(" {count} |");
    }
    let mut ours = vec![("", program, RATIO_MAX)];
    if trial.has_portable {
        ours.push(("portable ", portable, PORTABLE_RATIO_MAX));
    }
    let mut over = Vec::new();
    for (how, program, ratio_max) in ours {
        let count = instructions(program, &trial.ours, input)?;
        let ratio = count as f64 / fewest as f64;
        cells += &format!(" {count} | {ratio:.2} |");
        if ratio > ratio_max {
            over.push(format!("{how}{}, {}: {ratio:.3}", trial.title, input.name));
        }
    }
    println!("{cells}");
    Ok(over)
}

/// Instructions for one round. The start of the process costs the same in both runs.
fn instructions(program: &Path, work: &Work, input: &Input) -> Result<u64, Unavailable> {
    let count = |rounds: u32| {
        callgrind::count(program, &["run", work.name, &input.name, &rounds.to_string()])
    };
    Ok(count(MANY)?.saturating_sub(count(FEW)?) / u64::from(MANY - FEW))
}

/// The table of times. The long head must not take longer than picohttpparser's.
fn time_heads() -> Vec<String> {
    let works = [head::INDEXED, head::LEAN, head::HTTPARSE, head::PICOHTTPPARSER_WORK];
    let mut over = Vec::new();
    println!("Request heads, nanoseconds, and the time of samewire with an index beside each:\n");
    println!("| input | {} |", works.map(|work| work.name).join(" | "));
    println!("| ---{} |", " | ---:".repeat(works.len()));
    for (at, input) in head::inputs().iter().enumerate() {
        let times = time::measure(&works, input);
        let mut cells = format!("| {} |", input.name);
        for (nanoseconds, (median, low, high)) in times.nanoseconds.iter().zip(&times.ratios) {
            cells += &format!(" {nanoseconds:.0} ({median:.2}, {low:.2} to {high:.2}) |");
        }
        println!("{cells}");
        match times.ratios.last() {
            Some((median, ..)) if at == 0 && *median > TIME_RATIO_MAX => {
                over.push(format!("time of {} beside picohttpparser: {median:.3}", input.name));
            }
            _ => {}
        }
    }
    println!();
    over
}

/// What runs under callgrind: one work, one input, many rounds.
fn run(work: &str, input: &str, rounds: &str) -> u8 {
    let (Some((work, input)), Ok(rounds)) = (trial::find(work, input), rounds.parse()) else {
        return USAGE;
    };
    (work.run)(&input.bytes, rounds);
    DONE
}
