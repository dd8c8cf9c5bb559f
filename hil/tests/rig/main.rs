//! The rig with all that a board has but the board: workers that are real processes, leases of
//! processes that are killed, and the RP2040 that Node plays, flashed by the real probe-rs.

mod drives;
mod elf;
mod emulated;
mod leases;
mod scratch;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(end) = samewire_hil::run_if_asked() {
        return end;
    }
    if let Some(end) = leases::hold_if_asked() {
        return end;
    }
    let trials: [(&str, fn()); 1] =
        [("who_is_killed_holds_nothing", leases::who_is_killed_holds_nothing)];
    let trials = trials
        .into_iter()
        .chain(drives::TRIALS.iter().copied())
        .chain(emulated::TRIALS.iter().copied());
    let trials = trials.map(|(name, trial)| {
        Trial::test(name, move || {
            trial();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
