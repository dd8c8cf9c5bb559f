//! The rig with all that a board has but the board: workers that are real processes, leases of
//! processes that are killed, and the RP2040 that Node plays, flashed by the real probe-rs.

mod desk;
mod drives;
mod elf;
mod emulated;
#[cfg(all(unix, feature = "esp"))]
mod espressif;
mod firmware;
#[cfg(target_os = "linux")]
mod killed;
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
    #[cfg(target_os = "linux")]
    if let Some(end) = killed::listen_if_asked() {
        return end;
    }
    let groups = [
        leases::TRIALS,
        drives::TRIALS,
        emulated::TRIALS,
        #[cfg(target_os = "linux")]
        killed::TRIALS,
        #[cfg(all(unix, feature = "esp"))]
        espressif::TRIALS,
    ];
    let trials = groups.concat().into_iter().map(|trial| (trial, true));
    let has_image = firmware::path().is_some();
    let trials = trials.chain(firmware::TRIALS.iter().map(|trial| (*trial, has_image)));
    #[cfg(all(unix, feature = "esp"))]
    let trials = {
        let has_image = espressif::path().is_some();
        trials.chain(espressif::OF_IMAGE.iter().map(move |trial| (*trial, has_image)))
    };
    let trials = trials.map(|((name, trial), is_ready)| {
        let run = move || {
            trial();
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(!is_ready)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
