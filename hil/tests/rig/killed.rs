//! A run that is killed leaves nothing behind: no stand-in, no worker.

use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::desk::Desk;
use crate::scratch::Scratch;

/// Makes a run of this program that listens to a board for ever.
const LISTEN: &str = "--listen-for-ever";
/// All that the run starts has this in its environment.
const MARK: &str = "SAMEWIRE_RIG_TEST_RUN";
const LONG: Duration = Duration::from_secs(60);

pub(crate) const TRIALS: &[(&str, fn())] =
    &[("a_run_that_is_killed_leaves_nothing_behind", a_run_that_is_killed_leaves_nothing_behind)];

pub(crate) fn listen_if_asked() -> Option<ExitCode> {
    if std::env::args_os().nth(1)? != LISTEN {
        return None;
    }
    let mut desk = Desk::new(&[]);
    let mut is_heard = false;
    let heard = desk.board.listen(None, &mut |_| {
        if !is_heard {
            println!("listening");
            is_heard = true;
        }
        ControlFlow::Continue(())
    });
    eprintln!("{heard:?}");
    Some(ExitCode::FAILURE)
}

/// The processes with this mark.
fn marked(mark: &str) -> Vec<String> {
    let mark = format!("{MARK}={mark}");
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let has_mark = |folder: &std::fs::DirEntry| {
        // Who has ended in between, or is somebody else's, has none.
        let environment = std::fs::read(folder.path().join("environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|one| one == mark.as_bytes())
    };
    let names = processes.filter(has_mark);
    names.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}

fn a_run_that_is_killed_leaves_nothing_behind() {
    let mark = std::process::id().to_string();
    let mut command = Command::new(std::env::current_exe().unwrap());
    // Whoever is killed takes no folder away; so it has its own in ours.
    let folder = Scratch::new();
    command.arg(LISTEN).env(MARK, &mark).env("TMPDIR", folder.path()).stdout(Stdio::piped());
    let mut run = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(run.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "listening\n");
    // The run, the board that Node plays, and the worker.
    let before = marked(&mark);
    assert_eq!(before.len(), 3, "{before:?}");
    run.kill().unwrap();
    run.wait().unwrap();
    let began = Instant::now();
    while !marked(&mark).is_empty() {
        assert!(began.elapsed() < LONG, "{:?} are left", marked(&mark));
        std::thread::yield_now();
    }
}
