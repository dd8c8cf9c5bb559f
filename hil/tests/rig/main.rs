//! The rig with all that a board has but the board: workers that are real processes, leases of
//! processes that are killed.

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
    let trials = trials.into_iter().map(|(name, trial)| {
        Trial::test(name, move || {
            trial();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
