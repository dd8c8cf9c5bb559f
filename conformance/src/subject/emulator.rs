//! An emulator as a process of ours: it has a pipe in each direction, and it never outlives us.
//! Dropping it kills it. Where nothing is dropped, because we were killed ourselves, its input ends:
//! firmware that reads the end of its input ends the emulator, and where the emulator's monitor
//! reads it, a shell between us says `quit`.

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use samewire_linked::PANICKED;

use super::Unreachable;
use super::link::stream::SILENT_MAX;

/// Passes on what we say, and the last word when we are gone. Signals from the terminal reach it
/// too, and are not for it.
const LAST_WORD: &str = "trap '' HUP INT TERM; cat; echo quit";

/// What is to be started: an emulator, or whatever stands for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Where it runs, if not where we do.
    pub(crate) folder: Option<PathBuf>,
    /// What helps if it is not there.
    pub(crate) remedy: String,
}

impl Program {
    /// One of QEMU's, with these arguments.
    pub(crate) fn qemu(name: &str, arguments: Vec<String>) -> Self {
        let remedy = "on Debian, `cargo ci setup` brings it".to_owned();
        Self { path: name.into(), arguments, folder: None, remedy }
    }

    /// As it is called in messages.
    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn spawn(&self, input: Stdio) -> Result<Child, Unreachable> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Unreachable(format!("there is no {}: {}", self.path.display(), self.remedy))
            }
            _ => Unreachable(format!("cannot start {}: {error}", self.path.display())),
        })
    }
}

/// A running emulator.
pub(crate) struct Emulator {
    /// Its name.
    program: String,
    child: Child,
    /// `None` once it has been dropped.
    input: Option<ChildStdin>,
    /// The shell between us and a monitor.
    shell: Option<Child>,
    output: Receiver<Vec<u8>>,
    errors: Receiver<Vec<u8>>,
    silent_max: Duration,
}

/// Why an emulator is of no more use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The firmware has panicked, and what it said: a fault of what is tested.
    Panicked(String),
    /// The emulator died or hangs, or the firmware speaks no link: no verdict on anything.
    Lost(Unreachable),
}

impl From<Trouble> for Unreachable {
    /// Before a connection is open, a panic is no verdict on anything.
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Panicked(what) => Self(format!("the firmware has panicked: {what}")),
            Trouble::Lost(why) => why,
        }
    }
}

impl Emulator {
    /// Starts a program.
    ///
    /// # Errors
    ///
    /// It is not there, with its remedy, or cannot be started.
    pub(crate) fn start(program: &Program) -> Result<Self, Unreachable> {
        let mut child = program.spawn(Stdio::piped())?;
        let input = child.stdin.take();
        Ok(Self::new(program.name(), child, input, None))
    }

    /// Starts a program whose standard input is a monitor that knows `quit`.
    ///
    /// # Errors
    ///
    /// It is not there, with its remedy, or cannot be started; or there is no shell.
    pub(crate) fn start_with_monitor(program: &Program) -> Result<Self, Unreachable> {
        let shell = Program {
            path: "sh".into(),
            arguments: vec!["-c".to_owned(), LAST_WORD.to_owned()],
            folder: None,
            remedy: "a monitor needs a shell".to_owned(),
        };
        let mut shell = shell.spawn(Stdio::piped())?;
        let (input, between) = (shell.stdin.take(), shell.stdout.take());
        match program.spawn(between.map_or(Stdio::null(), Stdio::from)) {
            Ok(child) => Ok(Self::new(program.name(), child, input, Some(shell))),
            Err(why) => {
                drop(input);
                let _ = shell.wait();
                Err(why)
            }
        }
    }

    fn new(
        program: String,
        mut child: Child,
        input: Option<ChildStdin>,
        shell: Option<Child>,
    ) -> Self {
        let (output, errors) = (listen(child.stdout.take()), listen(child.stderr.take()));
        Self { program, child, input, shell, output, errors, silent_max: SILENT_MAX }
    }

    /// Hands bytes over.
    ///
    /// # Errors
    ///
    /// It has died.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let written = self.input.as_mut().map(|input| input.write_all(bytes));
        if let Some(Ok(())) = written { Ok(()) } else { Err(self.post_mortem()) }
    }

    /// Waits for bytes.
    ///
    /// # Errors
    ///
    /// It has died, or says nothing for too long.
    pub(crate) fn read(&mut self) -> Result<Vec<u8>, Trouble> {
        match self.output.recv_timeout(self.silent_max) {
            Ok(bytes) => Ok(bytes),
            Err(RecvTimeoutError::Disconnected) => Err(self.post_mortem()),
            Err(RecvTimeoutError::Timeout) => {
                let seconds = self.silent_max.as_secs();
                Err(self.lost(&format!("{} says nothing for {seconds} s", self.program)))
            }
        }
    }

    /// All that it says from here on; what is left to read is the end.
    pub(crate) fn output(&mut self) -> Receiver<Vec<u8>> {
        std::mem::replace(&mut self.output, channel().1)
    }

    /// Waits until it has ended; what it died of.
    pub(crate) fn post_mortem(&mut self) -> Trouble {
        let status = match self.child.wait() {
            Ok(status) => status,
            Err(error) => {
                return self.lost(&format!("{} cannot be awaited: {error}", self.program));
            }
        };
        if status.code() == Some(PANICKED) {
            return Trouble::Panicked(self.last_words());
        }
        self.lost(&format!("{} has ended: {status}", self.program))
    }

    /// Ends it, and says why, with the first line of what it said and the log of all.
    pub(crate) fn lost(&mut self, why: &str) -> Trouble {
        // Where it has died already, there is nothing left to end.
        let _ = self.child.kill();
        let words = self.last_words();
        let mut message = why.to_owned();
        if let Some(line) = words.lines().next() {
            message += &format!(": {line}");
        }
        if words.lines().count() > 1
            && let Some(log) = self.keep(&words)
        {
            message += &format!(" (all of it: {})", log.display());
        }
        Trouble::Lost(Unreachable(message))
    }

    /// Writes a log that outlives us.
    fn keep(&self, words: &str) -> Option<PathBuf> {
        let name = format!("{}-{}.log", self.program, self.child.id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, words).ok().map(|()| path)
    }

    /// All that it said on its standard error, to the end of it.
    fn last_words(&self) -> String {
        let bytes: Vec<u8> = self.errors.iter().flatten().collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(shell) = &mut self.shell {
            // It ends by the end of its input.
            self.input = None;
            let _ = shell.wait();
        }
    }
}

/// Reads until the end, on a thread of its own: a pipe cannot be waited for with a deadline.
fn listen(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (send, receive): (Sender<Vec<u8>>, _) = channel();
    std::thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut bytes) {
            if send.send(bytes.get(..count).unwrap_or_default().to_vec()).is_err() {
                return;
            }
        }
    });
    receive
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Emulator, Program, Trouble};
    use crate::subject::Unreachable;
    use std::time::Duration;

    /// A shell stands in for an emulator.
    fn script(script: &str) -> Program {
        let arguments = vec!["-c".into(), script.into()];
        Program { path: "sh".into(), arguments, folder: None, remedy: String::new() }
    }

    fn shell(words: &str) -> Emulator {
        Emulator::start(&script(words)).expect("every Unix has a shell")
    }

    fn lost(emulator: &mut Emulator) -> String {
        match emulator.read() {
            Err(Trouble::Lost(Unreachable(why))) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bytes_go_both_ways() {
        let mut cat = shell("exec cat");
        assert_eq!(cat.write(b"abc"), Ok(()));
        assert_eq!(cat.read(), Ok(b"abc".to_vec()));
    }

    #[test]
    fn what_is_not_there_is_told_with_its_remedy() {
        let remedy = "bring it".to_owned();
        let none = Program { path: "no-such-emulator".into(), remedy, ..script("") };
        let why = Unreachable("there is no no-such-emulator: bring it".into());
        assert_eq!(Emulator::start(&none).err(), Some(why));
    }

    #[test]
    fn one_that_dies_is_lost_and_one_whose_firmware_panics_is_not() {
        let why = lost(&mut shell("echo out of memory >&2; exit 3"));
        assert_eq!(why, "sh has ended: exit status: 3: out of memory");
        let mut panicked = shell("echo panicked at main.rs >&2; exit 101");
        assert_eq!(panicked.read(), Err(Trouble::Panicked("panicked at main.rs".into())));
    }

    #[test]
    fn one_that_hangs_is_killed() {
        let mut hung = shell("echo one >&2; echo two >&2; exec cat");
        hung.silent_max = Duration::from_millis(300);
        let why = lost(&mut hung);
        assert!(why.starts_with("sh says nothing for 0 s: one (all of it: "), "{why}");
        let log = why.rsplit(' ').next().and_then(|path| path.strip_suffix(')')).unwrap();
        assert_eq!(std::fs::read_to_string(log).unwrap(), "one\ntwo");
        std::fs::remove_file(log).unwrap();
        assert!(hung.child.wait().is_ok_and(|status| !status.success()));
    }

    #[test]
    fn a_monitor_hears_us_and_the_last_word() {
        // It exits by `quit` only, not by the end of its input.
        let words = "while read word; do echo $word; test $word = quit && exit 7; done; exec cat";
        let mut monitor = Emulator::start_with_monitor(&script(words)).unwrap();
        assert_eq!(monitor.write(b"info\n"), Ok(()));
        assert_eq!(monitor.read(), Ok(b"info\n".to_vec()));
        // As if we were gone.
        monitor.input = None;
        assert_eq!(monitor.read(), Ok(b"quit\n".to_vec()));
        assert_eq!(monitor.child.wait().unwrap().code(), Some(7));
    }

    #[test]
    fn one_that_reads_the_end_of_its_input_ends() {
        let (mut cat, mut other) = (shell("cat; exit 7"), shell("exec cat"));
        // As if we were gone: nothing is dropped of it but the pipe.
        std::mem::swap(&mut cat.input, &mut other.input);
        drop(other);
        assert_eq!(cat.child.wait().unwrap().code(), Some(7));
    }
}
