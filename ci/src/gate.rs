//! The steps of the gate, cheap ones first: the first that fails ends it.

use crate::failure::Failure;
use crate::readme::{self, run_as_written};
use crate::step::{run, step};
use crate::workspace::Workspace;
use crate::{beside, costs, emulator, firmware, fuzz, matrix, new_board, rig, sim, size, tidy};

/// Packages outside the default members, whose tests `cargo test` alone does not run.
const APART: [&str; 10] = [
    "-p",
    "samewire-attached",
    "-p",
    "samewire-ci",
    "-p",
    "samewire-benches",
    "-p",
    "samewire-embassy",
    "-p",
    "samewire-examples",
];

/// What the core is built with, other than by default and with everything.
const FEATURES: [&[&str]; 3] = [&[], &["--features", "json"], &["--features", "ws"]];

/// Everything that must hold before a change lands.
pub(crate) fn whole(workspace: &Workspace) -> Result<(), Failure> {
    let cargo = |arguments: &[&str]| run(workspace.cargo().args(arguments));
    format_and_tidy(workspace)?;
    step("clippy", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
        rig::clippy(workspace)?;
        clippy_for_boards(workspace)
    })?;
    features(workspace)?;
    step("docs", || {
        let mut command = workspace.cargo();
        command.env("RUSTDOCFLAGS", "-D warnings");
        run(command.args(["doc", "--quiet", "--workspace", "--no-deps"]))?;
        rig::docs(workspace)
    })?;
    step("test", || {
        run_as_written(workspace, readme::TEST)?;
        // Alone it is built as for boards, without what the host driver asks of it.
        cargo(&["test", "--quiet", "-p", "samewire"])?;
        cargo(&[&["test", "--quiet"][..], &APART].concat())
    })?;
    step("check", || {
        run_as_written(workspace, readme::CHECK)?;
        cargo(&["run", "--release", "--", "fmt", "--check"])
    })?;
    step("ledger", || cargo(&["run", "--release", "--", "ledger"]))?;
    sim::check(workspace, &sim::Options::gate())?;
    fuzz::gate(workspace)?;
    matrix::check(workspace, false)?;
    costs::check(workspace, &costs::Options::default())?;
    firmware::check(workspace, &firmware::Options::gate())?;
    emulator::check_if_there(workspace)?;
    rig::check_if_there(workspace)?;
    beside::check(workspace, &beside::Options::gate())?;
    new_board::follow_if_there(workspace)?;
    println!("ci: all steps passed");
    Ok(())
}

/// What fits in two minutes. The replay of every fixture is left to the whole gate.
pub(crate) fn quick(workspace: &Workspace) -> Result<(), Failure> {
    let cargo = |arguments: &[&str]| run(workspace.cargo().args(arguments));
    format_and_tidy(workspace)?;
    step("clippy", || cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]))?;
    step("unit tests", || cargo(&["test", "--quiet", "--lib", "--bins"]))?;
    println!("ci: all quick steps passed");
    Ok(())
}

/// Instruction counts, by the benches package. They need valgrind.
pub(crate) fn bench(workspace: &Workspace) -> Result<(), Failure> {
    let arguments = ["run", "--release", "-p", "samewire-benches"];
    step("bench", || run(workspace.cargo().args(arguments)))
}

fn format_and_tidy(workspace: &Workspace) -> Result<(), Failure> {
    step("format", || {
        run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
        for manifest in workspace.firmwares() {
            let mut firmware = workspace.cargo();
            run(firmware.args(["fmt", "--all", "--check", "--manifest-path"]).arg(manifest))?;
        }
        Ok(())
    })?;
    step("tidy", || tidy::check(workspace))
}

/// The images that nothing runs, judged as if they were for this machine: clippy rarely has the
/// libraries of a board, and without them it cannot judge the others. Their sections have names that
/// only ELF knows, and without a board's target only the profile that aborts compiles.
fn clippy_for_boards(workspace: &Workspace) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let mut command = workspace.cargo();
    command.args(["clippy", "--quiet", "--release", "--all-features", "--no-deps"]);
    command.args(["-p", size::PACKAGE]);
    command.arg("--target-dir").arg(workspace.target.join("firmware"));
    command.arg("--manifest-path").arg(workspace.firmware());
    run(command.args(["--", "-D", "warnings"]))
}

/// The core without its features, and with each alone.
fn features(workspace: &Workspace) -> Result<(), Failure> {
    step("features", || {
        for features in FEATURES {
            let mut command = workspace.cargo();
            command.args(["clippy", "--quiet", "-p", "samewire", "--no-default-features"]);
            run(command.args(features).args(["--", "-D", "warnings"]))?;
        }
        Ok(())
    })
}
