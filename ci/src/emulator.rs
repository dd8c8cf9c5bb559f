//! The RP2040 that Node plays, for want of a board: its packages, and its own tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::step::{run, step};
use crate::workspace::Workspace;

/// Its folder, and in there what says which packages it needs, and where they go.
pub(crate) const FOLDER: &str = "hil/rp2040-emu";
const LOCK: &str = "package-lock.json";
const PACKAGES: &str = "node_modules";
/// A copy of the lock file by which the packages were brought: they are renewed when it changes.
const BROUGHT_BY: &str = ".brought-by";

/// Brings the packages, if they are not those of the lock file.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    let folder = folder(workspace);
    if is_fresh(workspace) {
        println!("{FOLDER} is installed");
        return Ok(());
    }
    // From the registry, as the lock file has them; scripts of packages are not for us to run.
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
    run(&mut npm)?;
    fs::copy(folder.join(LOCK), folder.join(PACKAGES).join(BROUGHT_BY))
        .map_err(|error| Failure::new(format!("{FOLDER}: {error}")))?;
    Ok(())
}

/// Its own tests, which need no firmware.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    if !is_there(workspace) {
        return Err(Failure::new(format!("{FOLDER} is not installed: cargo ci setup")));
    }
    step("emu", || {
        run(Command::new("npm").args(["test", "--silent"]).current_dir(folder(workspace)))
    })
}

/// The same, where its packages are.
pub(crate) fn check_if_there(workspace: &Workspace) -> Result<(), Failure> {
    if is_there(workspace) {
        return check(workspace);
    }
    println!("{FOLDER} is not tested, since it is not installed: `cargo ci setup`");
    Ok(())
}

/// Whether it can run.
pub(crate) fn is_there(workspace: &Workspace) -> bool {
    let has_node = Command::new("node").arg("--version").output().is_ok();
    has_node && folder(workspace).join(PACKAGES).is_dir()
}

fn is_fresh(workspace: &Workspace) -> bool {
    let folder = folder(workspace);
    let lock = fs::read(folder.join(LOCK));
    let brought_by = fs::read(folder.join(PACKAGES).join(BROUGHT_BY));
    matches!((lock, brought_by), (Ok(lock), Ok(brought_by)) if lock == brought_by)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join(FOLDER)
}
