//! Instructions for one request head, Samewire's parser beside httparse's, by callgrind.
//!
//! `cargo run --release -p samewire-benches` prints the table of `docs/performance.md`. Counts, and
//! not times, because they are the same on every run and on a busy machine.

mod callgrind;
mod head;

use std::hint::black_box;
use std::process::ExitCode;

use callgrind::Unavailable;
use head::{INPUTS, Input, PARSERS, Parser};

/// Rounds of the two runs whose difference is taken.
const FEW: u32 = 100;
const MANY: u32 = 1100;

/// Everything was measured.
const DONE: u8 = 0;
/// The command line is wrong.
const USAGE: u8 = 2;
/// A tool that is needed is not there.
const UNREACHED: u8 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    ExitCode::from(match arguments.as_slice() {
        [] => table(),
        ["run", parser, input, rounds] => run(parser, input, rounds),
        _ => {
            eprintln!("usage: cargo run --release -p samewire-benches");
            USAGE
        }
    })
}

/// Measures every parser with every input and prints one row for each input.
fn table() -> u8 {
    if cfg!(debug_assertions) {
        eprintln!("an unoptimized build measures nothing: add --release");
        return USAGE;
    }
    match INPUTS.iter().map(row).collect::<Result<String, _>>() {
        Ok(rows) => {
            println!("| input | bytes | samewire | httparse | ratio |");
            println!("| --- | ---: | ---: | ---: | ---: |");
            print!("{rows}");
            DONE
        }
        Err(unavailable) => {
            eprintln!("{unavailable}");
            UNREACHED
        }
    }
}

fn row(input: &Input) -> Result<String, Unavailable> {
    let [ours, theirs] = PARSERS;
    let (ours, theirs) = (instructions(ours, input)?, instructions(theirs, input)?);
    let ratio = ours as f64 / theirs as f64;
    Ok(format!("| {} | {} | {ours} | {theirs} | {ratio:.2} |\n", input.name, input.bytes.len()))
}

/// Instructions for one head. The start of the process costs the same in both runs.
fn instructions(parser: &Parser, input: &Input) -> Result<u64, Unavailable> {
    let count =
        |rounds: u32| callgrind::count(&["run", parser.name, input.name, &rounds.to_string()]);
    Ok(count(MANY)?.saturating_sub(count(FEW)?) / u64::from(MANY - FEW))
}

/// What runs under callgrind: one parser, one input, many rounds.
fn run(parser: &str, input: &str, rounds: &str) -> u8 {
    let parser = PARSERS.iter().find(|known| known.name == parser);
    let input = INPUTS.iter().find(|known| known.name == input);
    let (Some(parser), Some(input), Ok(rounds)) = (parser, input, rounds.parse::<u32>()) else {
        return USAGE;
    };
    for _ in 0..rounds {
        let end = (parser.read)(black_box(input.bytes));
        assert_eq!(end, Some(input.bytes.len()), "{} must accept {}", parser.name, input.name);
    }
    DONE
}
