//! `cargo ci`: what CI runs, you run.
//!
//! It imports nothing of the project and runs the others as processes. Each step prints its name
//! and its time; when one fails, the last line says which and how to run it alone.

mod bare;
mod beside;
mod bridge;
mod clients;
mod costs;
mod coverage;
mod emulator;
mod exhaustive;
mod failure;
mod firmware;
mod fuzz;
mod gate;
mod images;
mod matrix;
mod mutants;
mod new_board;
mod planted;
mod readme;
mod rig;
mod setup;
mod sim;
mod size;
mod step;
mod tidy;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use workspace::Workspace;

const HELP: &str = "\
cargo ci          everything that must hold before a change lands
cargo ci quick    what fits in two minutes: before each commit
cargo ci tidy     layers, lengths, text, links and decision pages
cargo ci costs    flash, memory, and instructions of each case on an emulated Cortex-M0, beside
                  ci/budgets.toml and what was stored
                    --write      store what was measured: ci/costs.tsv and docs/costs.md
                    --packaged   use Debian's compiler even where rustup has the target
cargo ci size     the part of it that needs no emulator
                    --packaged   as above
                    --symbols I  show the largest parts of image I
cargo ci firmware [IMAGE…]
                  images that run: qemu-arm qemu-riscv microbit rp2040 esp32c3; all, if none is
                  named. esp32c3 joins the network of SAMEWIRE_WIFI_SSID and SAMEWIRE_WIFI_PASSWORD
                    --packaged   as above
                    --load N     run the suite on each under its emulator, then let clients ask it
                                 (reqwest, tungstenite, curl, a browser), then send it N
                                 requests; microbit has no network, and gets the suite alone;
                                 rp2040 and esp32c3 are only built
cargo ci images   what boards are flashed with, as files in target/images: ELF; UF2 for the drive
                  that a Pico is while BOOTSEL is held; all of an ESP32-C3's flash. No network
                    --packaged   as above
cargo ci rig      flashing, leases and recovery, on an RP2040 that Node plays: the real image by the
                  real probe-rs, and faults that end as they should, on the command line, too; then
                  `cargo ci bridge`
cargo ci bridge   other people's clients, curl and a browser among them, on that RP2040: by
                  `samewire bridge`, over its UART
cargo ci beside   our server beside picoserve and edge-http on a Cortex-M0: instructions,
                  flash, RAM, and what each answers
                    --answers    measure nothing: only see that all of them answer
                    --write      renew docs/beside.md with what was measured
                    --packaged   as above
cargo ci new-board
                  follow docs/new-board.md from an empty folder to a green check
cargo ci matrix   the page of `samewire check --html` in a browser; pictures in target/matrix
cargo ci bench    instruction counts beside the peers', by valgrind
cargo ci exhaustive
                  all strings of three bytes in each slot of the grammar: minutes
cargo ci fuzz     look for inputs that a fuzz target does not bear, with libFuzzer
                    --minutes N  for each target; 1 without
                    TARGET…      only these of: head chunked conditions connection frames case
                                 link path query cookies multipart json formats jwt operations
cargo ci sim      the demo in the faulty world, and how fast that is
                    --seeds N    so many seeds; 2000 without
cargo ci coverage lines of the core that its tests and the fixtures run, by LLVM's tools
cargo ci mutants  put faults into the codecs, and see that tests or cases notice: hours
                    --jobs N     at a time; 1 without
                    NAME…        only those with one of these in their name
cargo ci planted  put faults of sim/planted.toml into a copy, and see the simulator find each
                    --without O  with this oracle switched off: which survive then?
                    NAME…        only those with one of these in their name
cargo ci emu      tests of the emulated RP2040
cargo ci setup    bring what the above need on Debian, from packages
cargo ci help     this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Err(failure) = dispatch(&arguments) else { return ExitCode::SUCCESS };
    eprintln!("ci: {failure}");
    ExitCode::FAILURE
}

fn dispatch(arguments: &[&str]) -> Result<(), Failure> {
    let workspace = Workspace::read()?;
    match arguments {
        [] => gate::whole(&workspace),
        ["quick"] => gate::quick(&workspace),
        ["tidy"] => tidy::check(&workspace),
        ["costs", options @ ..] => costs::check(&workspace, &costs::Options::parse(options)?),
        ["size", options @ ..] => size::check(&workspace, size::Options::parse(options)?),
        ["firmware", options @ ..] => {
            firmware::check(&workspace, &firmware::Options::parse(options)?)
        }
        ["images", options @ ..] => images::write(&workspace, &images::Options::parse(options)?),
        ["beside", options @ ..] => beside::check(&workspace, &beside::Options::parse(options)?),
        ["rig"] => rig::check(&workspace),
        ["bridge"] => rig::bridge(&workspace),
        ["new-board"] => new_board::follow(&workspace),
        ["matrix"] => matrix::check(&workspace, true),
        ["bench"] => gate::bench(&workspace),
        ["exhaustive"] => exhaustive::check(&workspace),
        ["fuzz", options @ ..] => fuzz::search(&workspace, &fuzz::Options::parse(options)?),
        ["sim", options @ ..] => sim::check(&workspace, &sim::Options::parse(options)?),
        ["coverage"] => coverage::measure(&workspace),
        ["mutants", options @ ..] => mutants::hunt(&workspace, &mutants::Options::parse(options)?),
        ["planted", options @ ..] => planted::hunt(&workspace, &planted::Options::parse(options)?),
        ["emu"] => emulator::check(&workspace),
        ["setup"] => setup::install(&workspace),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(Failure::new(format!("unknown: {}; see cargo ci help", other.join(" ")))),
    }
}
