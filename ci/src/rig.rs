//! The rig, tested for what it does about boards that fail it: with the RP2040 that Node plays, the
//! real image, and the real probe-rs; and curl and a browser served by it. No hardware is asked for.

use crate::bridge::Bridge;
use crate::clients;
use crate::emulator::{self, FOLDER as BOARD};
use crate::failure::Failure;
use crate::firmware;
use crate::step::{run, step};
use crate::workspace::Workspace;

const PACKAGE: &str = "samewire-hil";
const FEATURES: [&str; 4] = ["-p", PACKAGE, "--features", "esp"];
/// The commands for boards.
const COMMANDS: [&str; 4] = ["-p", "samewire-conformance", "--features", "esp"];
/// The board that is played.
const STAND_IN: &str = "rp2040-emu";
/// By these the tests know the images.
const IMAGES: [(&str, &str); 2] =
    [("SAMEWIRE_RP2040_IMAGE", "rp2040"), ("SAMEWIRE_ESP32C3_IMAGE", "esp32c3")];

/// Builds the images, runs all of the rig's tests with them, replays the suite on one as a person with
/// a board does, and lets other people's clients talk to it through a bridge.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    if !emulator::is_there(workspace) {
        return Err(Failure::new(format!("{BOARD} is not installed: cargo ci setup")));
    }
    step("rig", || {
        let mut images = Vec::new();
        for (variable, image) in IMAGES {
            images.push((variable, firmware::build_one(workspace, image, false)?));
        }
        let test = |arguments: &[&str]| {
            let mut test = workspace.cargo();
            test.envs(images.iter().map(|(variable, image)| (variable, image)));
            run(test.args(["test", "--quiet"]).args(arguments))
        };
        test(&FEATURES)?;
        // The commands, as a person types them, on boards that fail.
        test(&[&COMMANDS[..], &["--lib", "--test", "rig"]].concat())
    })?;
    step("rp2040-emu", || {
        let mut samewire = workspace.cargo();
        samewire.args(["run", "--quiet"]).args(COMMANDS);
        run(samewire.args(["--", "check", "--target", STAND_IN, "--cuts", "whole"]))
    })?;
    bridge(workspace)
}

/// Lets other people's clients talk to the board through a bridge.
pub(crate) fn bridge(workspace: &Workspace) -> Result<(), Failure> {
    step("bridge", || {
        firmware::build_one(workspace, "rp2040", false)?;
        let bridge = Bridge::start(workspace, &COMMANDS, STAND_IN)?;
        clients::meet(workspace, STAND_IN, bridge.address)?;
        bridge.interrupt()
    })
}

/// What is compiled for boards alone, judged: no other step of the gate sees it.
pub(crate) fn clippy(workspace: &Workspace) -> Result<(), Failure> {
    let mut clippy = workspace.cargo();
    clippy.args(["clippy", "--quiet", "--all-targets"]).args(FEATURES).args(COMMANDS);
    run(clippy.args(["--", "-D", "warnings"]))
}

/// And its documentation.
pub(crate) fn docs(workspace: &Workspace) -> Result<(), Failure> {
    let mut docs = workspace.cargo();
    docs.env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--quiet", "--no-deps"]);
    run(docs.args(FEATURES).args(COMMANDS))
}

/// The same, where the board's packages are.
pub(crate) fn check_if_there(workspace: &Workspace) -> Result<(), Failure> {
    if emulator::is_there(workspace) {
        return check(workspace);
    }
    println!("the rig is not tested, without {BOARD}: `cargo ci setup`");
    Ok(())
}
