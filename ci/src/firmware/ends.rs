//! However a run of the suite on an emulated board is broken off, nothing of it goes on: signals as
//! a terminal sends them, to the runner and all that it has started, and to the runner alone, even
//! the one that nobody hears.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// What all processes of a run have in their environment.
const MARK: &str = "SAMEWIRE_RUN";
/// Far more than starting or ending takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Breaks runs on this board off.
pub(super) fn break_off(workspace: &Workspace, board: &str, emulator: &str) -> Result<(), Failure> {
    for (signal, is_for_all) in [
        ("INT", true),
        ("TERM", true),
        ("HUP", true),
        ("INT", false),
        ("TERM", false),
        ("KILL", false),
    ] {
        let whom = if is_for_all { "all" } else { "runner" };
        let mark = format!("{MARK}={}-{board}-{signal}-{whom}", std::process::id());
        let mut runner = start(workspace, board, &mark)?;
        let outcome = until(|| marked(&mark).iter().any(|name| name == emulator))
            .then(|| send(signal, &runner, is_for_all))
            .ok_or_else(|| Failure::new(format!("{board} does not start")));
        let outcome = outcome.and_then(|sent| sent).and_then(|()| {
            let has_ended = until(|| !matches!(runner.try_wait(), Ok(None)));
            let goes_on = || Failure::new(format!("{board} goes on after SIG{signal} to {whom}"));
            if has_ended { Ok(()) } else { Err(goes_on()) }
        });
        if outcome.is_err() {
            let _ = runner.kill();
        }
        let _ = runner.wait();
        outcome?;
        if !until(|| marked(&mark).is_empty()) {
            let left = marked(&mark).join(", ");
            return Err(Failure::new(format!("SIG{signal} to {whom} leaves behind: {left}")));
        }
    }
    println!("{board}: broken off by six signals, nothing is left behind");
    Ok(())
}

/// A run that takes longer than any of this, as the leader of a group of processes.
fn start(workspace: &Workspace, board: &str, mark: &str) -> Result<Child, Failure> {
    // Under `nohup` we ignore one of the signals, and what we start would as well.
    let mut command = Command::new("env");
    command.arg("--default-signal").arg(workspace.release("samewire"));
    command.args(["check", "--target", board, "--cuts", "every"]).process_group(0);
    let (name, value) = mark.split_once('=').unwrap_or_default();
    command.env(name, value).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| Failure::new(format!("samewire: {error}")))
}

fn send(signal: &str, runner: &Child, is_for_all: bool) -> Result<(), Failure> {
    let id = runner.id();
    let whom = if is_for_all { format!("-{id}") } else { id.to_string() };
    let status = Command::new("kill").args(["-s", signal, "--", &whom]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Failure::new(format!("kill -s {signal} {whom}"))),
    }
}

/// The names of all processes with this mark that still run.
fn marked(mark: &str) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let name = |process: fs::DirEntry| {
        // Those of others cannot be read, and one that has ended has none.
        let environment = fs::read(process.path().join("environ")).ok()?;
        environment.split(|&byte| byte == 0).find(|&variable| variable == mark.as_bytes())?;
        let line = fs::read(process.path().join("cmdline")).ok()?;
        let program = line.split(|&byte| byte == 0 || byte == b' ').next().unwrap_or_default();
        let program = String::from_utf8_lossy(program).into_owned();
        Some(program.rsplit('/').next().unwrap_or_default().to_owned())
    };
    processes.flatten().filter_map(name).collect()
}

/// Waits for something that will soon be so.
fn until(mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > PATIENCE {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}
