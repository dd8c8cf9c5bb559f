//! A program that stands in for a board: it says on its standard output where its probe and its
//! ports are, and ends with its standard input. Nothing of it outlives us, however we end.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde::Deserialize;

use crate::boards::{Program, Setup};
use crate::trouble::{Class, Trouble};

/// How long it may take to begin, on a machine that has much else to do.
const BEGIN_MAX: Duration = Duration::from_secs(30);
/// probe-rs's driver of the probe that is reached over TCP: a Glasgow.
const PROBE: &str = "20b7:9db1:tcp:";
/// How long its last words are waited for, should somebody else hold their pipe open.
const WORDS_WAIT: Duration = Duration::from_secs(2);
/// Far more than its addresses take.
const LINE_BYTES_MAX: u64 = 4096;
/// What is kept of its last words.
const WORDS_MAX: usize = 64 * 1024;

/// A running stand-in. Dropping it ends it.
pub struct StandIn {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    words: Receiver<String>,
    addresses: Addresses,
}

/// Where it is reached, each as `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Addresses {
    /// The debug probe.
    pub probe: String,
    /// The UART.
    pub uart: String,
    /// The serial port on USB.
    pub usb: Option<String>,
    /// The network on USB, frame by frame.
    pub net: Option<String>,
}

impl StandIn {
    /// Starts it, and waits until it says where it is.
    ///
    /// # Errors
    ///
    /// It is not there, or ends, or says nothing.
    pub fn start(program: &Program) -> Result<Self, Trouble> {
        let name = program.path.display().to_string();
        let mut command = Command::new(&program.path);
        command.args(&program.arguments).current_dir(&program.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            let what = format!("{name} cannot be started: {error}");
            Trouble::new(Class::Tool, what, "install it; on Debian, `cargo ci setup` brings Node")
        })?;
        let input = child.stdin.take();
        let line = first_line(child.stdout.take());
        let words = last_words(child.stderr.take());
        let mut started = Self {
            name,
            child,
            input,
            words,
            addresses: Addresses {
                probe: String::new(),
                uart: String::new(),
                usb: None,
                net: None,
            },
        };
        let name = &started.name;
        let line = match line.recv_timeout(BEGIN_MAX) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                let what = format!("{name} says nothing for {} s", BEGIN_MAX.as_secs());
                return Err(Trouble::new(Class::TimeOut, what, "start it by hand, and look"));
            }
            Err(RecvTimeoutError::Disconnected) => String::new(),
        };
        match serde_json::from_str(&line) {
            Ok(addresses) => started.addresses = addresses,
            Err(_) => {
                let _ = started.child.kill();
                let words = started.words.recv_timeout(WORDS_WAIT).unwrap_or_default();
                let why = if words.trim().is_empty() { line.trim() } else { reason(&words) };
                let what = format!("{name} does not stand in for a board: {why}");
                let remedy =
                    "`cargo ci setup` installs what it needs; or start it by hand, and look";
                return Err(Trouble::new(Class::Tool, what, remedy));
            }
        }
        Ok(started)
    }

    /// Where it is reached.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Why it ended, if it did: then it is no cable that is to be looked at.
    pub(crate) fn end(&mut self) -> Option<Trouble> {
        let status = self.child.try_wait().ok().flatten()?;
        let words = self.words.recv_timeout(WORDS_WAIT).unwrap_or_default();
        let why = reason(&words);
        let what =
            format!("{}, which stands in for the board, has ended: {status}: {why}", self.name);
        Some(Trouble::new(Class::Gone, what, "start it by hand, and look"))
    }

    /// The board, reached there.
    #[must_use]
    pub fn setup(&self, setup: &Setup) -> Setup {
        Setup {
            probe: Some(format!("{PROBE}{}", self.addresses.probe)),
            serial: Some(format!("tcp:{}", self.addresses.uart)),
            ..setup.clone()
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.input = None;
        // It may have ended by itself, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program died of: Node names itself behind that, others say it last.
fn reason(words: &str) -> &str {
    let error = words.lines().find(|line| line.contains("Error"));
    let last = || words.lines().rfind(|line| !line.trim().is_empty());
    error.or_else(last).unwrap_or_default().trim()
}

/// The first line, read on a thread of its own: a pipe cannot be waited for with a deadline. What
/// comes behind it is read, and thrown away, until the end.
fn first_line(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let Some(pipe) = pipe else { return };
        let (mut pipe, mut line) = (BufReader::new(pipe), String::new());
        if pipe.by_ref().take(LINE_BYTES_MAX).read_line(&mut line).is_ok() {
            let _ = send.send(line);
        }
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    });
    receive
}

/// What it says on its standard error, when that ends.
pub(crate) fn last_words(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let (mut words, mut some) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = pipe.read(&mut some) {
            let room = WORDS_MAX.saturating_sub(words.len());
            words.extend_from_slice(some.get(..count.min(room)).unwrap_or_default());
        }
        let _ = send.send(String::from_utf8_lossy(&words).into_owned());
    });
    receive
}

#[cfg(all(test, unix))]
mod tests {
    use super::StandIn;
    use crate::Chip;
    use crate::boards::{Program, Setup};
    use crate::trouble::Class;
    use std::time::{Duration, Instant};

    fn start(script: &str) -> Result<StandIn, crate::Trouble> {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        StandIn::start(&Program { path: "sh".into(), arguments, folder: "/".into() })
    }

    #[test]
    fn a_program_that_says_where_it_is_is_a_board() {
        let stand_in =
            start(r#"echo '{"probe":"127.0.0.1:1","uart":"127.0.0.1:2"}'; exec cat"#).unwrap();
        let setup = stand_in.setup(&Setup::of(Chip::Rp2040));
        assert_eq!(setup.probe.as_deref(), Some("20b7:9db1:tcp:127.0.0.1:1"));
        assert_eq!(setup.serial.as_deref(), Some("tcp:127.0.0.1:2"));
        assert_eq!(stand_in.addresses().usb, None);
    }

    #[test]
    fn one_that_does_not_is_no_board_and_its_words_say_why() {
        let table = [
            ("echo no such module >&2; exit 1", "no such module"),
            ("echo hello; exec cat", "does not stand in for a board: hello"),
        ];
        for (script, what) in table {
            let trouble = start(script).err().unwrap();
            assert_eq!(trouble.class, Class::Tool, "{script}");
            assert!(trouble.what.contains(what), "{script}: {trouble}");
        }
        let begins = r#"echo '{"probe":"127.0.0.1:1","uart":"127.0.0.1:2"}'"#;
        let mut dies =
            start(&format!("{begins}; echo reset >&2; echo no flash >&2; exit 3")).unwrap();
        let began = Instant::now();
        let end = loop {
            if let Some(end) = dies.end() {
                break end;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it does not end");
        };
        assert_eq!(end.class, Class::Gone);
        assert!(end.what.ends_with("has ended: exit status: 3: no flash"), "{end}");
        let nowhere = Program { path: "/nowhere".into(), arguments: vec![], folder: "/".into() };
        assert_eq!(StandIn::start(&nowhere).err().unwrap().class, Class::Tool);
    }
}
