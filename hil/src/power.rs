//! The command that takes a board's power away and gives it back.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::boards::Program;
use crate::stand_in::last_words;
use crate::trouble::{Class, Trouble};

/// How long it may take: a board should be without power for a second or two.
const CYCLE_MAX: Duration = Duration::from_secs(10);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Runs it to its end.
///
/// # Errors
///
/// It is not there, fails, or takes too long.
pub(crate) fn cycle(program: &Program) -> Result<(), Trouble> {
    cycle_within(CYCLE_MAX, program)
}

fn cycle_within(most: Duration, program: &Program) -> Result<(), Trouble> {
    let name = program.path.display();
    let trouble = |class, what: String| {
        Trouble::new(class, what, "run the command of power in boards.toml by hand, and look")
    };
    let mut command = Command::new(&program.path);
    command.args(&program.arguments).current_dir(&program.folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| trouble(Class::Tool, format!("{name} cannot be started: {error}")))?;
    let words = last_words(child.stderr.take());
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                let words = words.recv_timeout(LOOK).unwrap_or_default();
                let first = words.lines().next().unwrap_or_default().to_owned();
                return Err(trouble(Class::Tool, format!("{name} has failed: {status}: {first}")));
            }
            Ok(None) if began.elapsed() < most => std::thread::sleep(LOOK),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                let seconds = most.as_secs();
                return Err(trouble(
                    Class::TimeOut,
                    format!("{name} takes longer than {seconds} s"),
                ));
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{CYCLE_MAX, cycle_within};
    use crate::boards::Program;
    use crate::trouble::Class;
    use std::time::Duration;

    fn shell(script: &str) -> Program {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        Program { path: "sh".into(), arguments, folder: "/".into() }
    }

    #[test]
    fn a_command_is_run_to_its_end_or_killed() {
        assert_eq!(cycle_within(CYCLE_MAX, &shell("exit 0")), Ok(()));
        let failed = cycle_within(CYCLE_MAX, &shell("echo no hub >&2; exit 1")).unwrap_err();
        assert_eq!(failed.class, Class::Tool);
        assert!(failed.what.starts_with("sh has failed: exit status: 1"), "{failed}");
        let hangs = cycle_within(Duration::ZERO, &shell("exec cat /dev/zero")).unwrap_err();
        assert_eq!(hangs.class, Class::TimeOut);
        let nowhere = Program { path: "/nowhere".into(), ..shell("") };
        assert_eq!(cycle_within(CYCLE_MAX, &nowhere).unwrap_err().class, Class::Tool);
    }
}
