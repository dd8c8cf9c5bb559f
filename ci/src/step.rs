//! One step: its heading, its time, and the processes it runs.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
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

/// Builds an image of that name. One that is too large for its memory is said to be that, and where
/// to begin.
pub(crate) fn link(command: &mut Command, image: &str) -> Result<(), Failure> {
    let line = command_line(command);
    println!("$ {line}");
    let building = command.stderr(Stdio::piped()).spawn().and_then(Child::wait_with_output);
    let Output { status, stderr, .. } =
        building.map_err(|error| Failure::new(format!("{line}: {error}")))?;
    let words = String::from_utf8_lossy(&stderr);
    eprint!("{words}");
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(match overflow(&words) {
        Some(overflow) => format!(
            "image {image} does not fit: {overflow}; lower its limits or lend smaller buffers, or \
             tell its memory.x of more"
        ),
        None => line,
    }))
}

/// What the linker says of a section for which there is no room.
fn overflow(words: &str) -> Option<&str> {
    let line = words.lines().find(|line| line.contains("will not fit in region"))?;
    line.split_once("error: ").map(|(_, what)| what.trim())
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
pub(crate) fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{command_line, link, overflow, read, run, step};
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
    fn an_image_that_does_not_fit_is_said_to_be_too_large() {
        let said =
            "rust-lld: error: section '.bss' will not fit in region 'RAM': overflowed by 968 bytes";
        let mut linker = Command::new("sh");
        linker.args(["-c", &format!("echo noise >&2; echo \"{said}\" >&2; exit 1")]);
        let failure = link(&mut linker, "microbit").unwrap_err().to_string();
        let begin = "image microbit does not fit: section '.bss' will not fit in region 'RAM': \
                     overflowed by 968 bytes; lower its limits";
        assert!(failure.starts_with(begin), "{failure}");
        assert_eq!(overflow("error: expected `;`"), None);
        assert_eq!(link(&mut Command::new("false"), "x").unwrap_err().to_string(), "false");
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
