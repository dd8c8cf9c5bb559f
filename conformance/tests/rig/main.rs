//! The commands for boards, as a person types them, against boards that fail: a firmware that hangs
//! or crashes, probes and ports that vanish, lines that lose bytes, images of another kind, runs that
//! are killed. Each must end within a minute with its class, its remedy and its exit code, and leave
//! no process and no lease behind. The board is the RP2040 that Node plays, with the real image.

mod bench;
mod desk;
mod faults;
mod killed;
mod logs;
mod network;
mod played;
mod wrong;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A name that says what holds, and what shows it.
type Named = (&'static str, fn());

fn main() -> ExitCode {
    if let Some(end) = network::relay_if_asked() {
        return end;
    }
    // Without an image there is nothing to be flashed.
    let has_image = bench::image().is_some();
    let is_apart = |what: &str, why_not: Option<String>| {
        why_not.is_none_or(|why| {
            eprintln!("{what} is not tried, since a user may have no namespace here: {why}");
            false
        })
    };
    let groups = [
        (faults::TRIALS, has_image),
        (wrong::TRIALS, has_image),
        (killed::TRIALS, has_image),
        (logs::TRIALS, has_image),
        (network::TRIALS, has_image),
        (desk::TRIALS, has_image && is_apart("what is attached", desk::why_not())),
        (network::APART, has_image && is_apart("the network on USB", network::why_not())),
    ];
    let trials = groups.iter().flat_map(|(group, is_ready)| {
        group.iter().map(move |&(name, trial)| {
            let run = move || {
                trial();
                Ok(())
            };
            Trial::test(name, run).with_ignored_flag(!is_ready)
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
