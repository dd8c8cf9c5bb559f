//! One step: its heading, its time, and the processes it runs.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use crate::failure::Failure;

/// Runs `work` between a heading and a line with its time.
pub(crate) fn step(name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("== {name}");
    let start = Instant::now();
    let outcome = work();
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!("== {name}: {word}, {:.1} s\n", start.elapsed().as_secs_f32());
    // The last line goes to stderr: nothing of stdout may come after it.
    let _ = std::io::stdout().flush();
    outcome.map_err(|failure| failure.within(name))
}

/// Runs a process with our own output, and fails with its command line.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = command_line(command);
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure::new(line)),
        Err(error) => Err(Failure::new(format!("{line}: {error}"))),
    }
}

/// Runs a process for what it prints to stdout. All that it printed is shown if it fails.
pub(crate) fn read(command: &mut Command) -> Result<String, Failure> {
    let line = command_line(command);
    match command.output() {
        Ok(Output { status, stdout, .. }) if status.success() => {
            Ok(String::from_utf8_lossy(&stdout).into_owned())
        }
        Ok(Output { stdout, stderr, .. }) => {
            print!("{}", String::from_utf8_lossy(&stdout));
            eprint!("{}", String::from_utf8_lossy(&stderr));
            Err(Failure::new(line))
        }
        Err(error) => Err(Failure::new(format!("{line}: {error}"))),
    }
}

/// The command as a person would type it: without the folders of the program.
fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{command_line, read, run, step};
    use crate::failure::Failure;

    #[test]
    fn failure_names_the_step_and_the_command() {
        let outcome = step("colours", || run(Command::new("false").arg("--red")));
        assert_eq!(outcome.unwrap_err().to_string(), "colours failed: false --red");
    }

    #[test]
    fn missing_program_is_a_failure_not_a_crash() {
        let outcome = run(&mut Command::new("no-such-program-here"));
        assert!(outcome.unwrap_err().to_string().starts_with("no-such-program-here: "));
    }

    #[test]
    fn success_passes_through() -> Result<(), Failure> {
        step("nothing", || Ok(()))?;
        assert_eq!(read(Command::new("echo").arg("a b"))?, "a b\n");
        Ok(())
    }

    #[test]
    fn command_line_drops_the_folder_of_the_program() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["test", "-p", "x"]);
        assert_eq!(command_line(&command), "cargo test -p x");
    }
}
