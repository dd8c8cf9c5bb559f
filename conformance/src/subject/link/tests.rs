use std::panic::{AssertUnwindSafe, catch_unwind};

use samewire_link::{BoardLink, Event, Settings};

use super::stream::{Ear, Stream};
use super::{Linked, metric};
use crate::subject::emulator::Trouble;
use crate::subject::{OpenOptions, Subject, Unreachable};

/// A board in this thread, which begins anew when it is sent anything, and says these words first.
struct Played {
    link: Box<BoardLink>,
    words: &'static [&'static str],
    is_anew: bool,
}

/// The channel of orders.
const ORDERS: u8 = 1;

impl Played {
    fn new(words: &'static [&'static str]) -> Self {
        Self { link: Box::new(BoardLink::new(Settings::board(1))), words, is_anew: false }
    }
}

impl Stream for Played {
    fn settings(&self) -> Settings {
        Settings::host(7)
    }

    fn now(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let mut input = bytes;
        while let Some(event) = self.link.poll_event(0, &mut input) {
            match event {
                Event::Up(_) if self.is_anew => {
                    assert!(self.words.iter().all(|line| self.link.log(line.as_bytes())));
                }
                Event::Readable(channel) if channel != ORDERS => {
                    *self.link = BoardLink::new(Settings::board(2));
                    self.is_anew = true;
                    return Ok(());
                }
                Event::Tick(_) => {
                    assert!(self.link.metric(metric::SEND_BYTES, 4096));
                    self.link.tick_done(None);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read(&mut self, _: Option<u64>) -> Result<Vec<u8>, Trouble> {
        let (mut bytes, mut some) = (Vec::new(), [0; 256]);
        while let count @ 1.. = self.link.transmit(0, &mut some) {
            bytes.extend_from_slice(&some[..count]);
        }
        if bytes.is_empty() { Err(self.lost("it has nothing to say")) } else { Ok(bytes) }
    }

    fn ear(&mut self) -> Result<Ear, Trouble> {
        Err(self.lost("it does not run by itself"))
    }

    fn lost(&mut self, why: &str) -> Trouble {
        Trouble::Lost(Unreachable(why.into()))
    }
}

/// Sends something to a board that begins anew by it: what the client is told, and the runner.
fn restart(words: &'static [&'static str]) -> (Option<String>, Option<Unreachable>) {
    let start = move || -> Result<Box<dyn Stream>, _> { Ok(Box::new(Played::new(words))) };
    let mut linked = Linked::new("played", start);
    let mut channel = linked.open(&OpenOptions::default()).unwrap();
    let sent = catch_unwind(AssertUnwindSafe(|| channel.send(b"GET")));
    drop(channel);
    (sent.err().and_then(|cause| cause.downcast::<String>().ok().map(|what| *what)), linked.lost())
}

#[test]
fn what_a_board_panicked_of_is_its_servers_failure() {
    let words = "panicked at src/main.rs:1:2:\nno lamp";
    assert_eq!(restart(&["panicked at src/main.rs:1:2:", "no lamp"]), (Some(words.into()), None));
}

#[test]
fn so_is_a_fault() {
    let words = "panicked by a hard fault: pc 0";
    assert_eq!(restart(&["panicked by a hard fault: pc 0"]), (Some(words.into()), None));
}

#[test]
fn a_board_that_begins_anew_for_another_reason_is_lost() {
    let why = "the board has begun anew: hung until the watchdog bit";
    assert_eq!(restart(&["hung until the watchdog bit"]), (None, Some(Unreachable(why.into()))));
}

#[cfg(unix)]
mod shell {
    use super::{Linked, OpenOptions, Stream, Subject};
    use crate::subject::emulator::{Emulator, Program};

    /// A shell stands in for an emulator.
    fn open(script: &'static str) -> String {
        let arguments = vec!["-c".into(), script.into()];
        let program = Program { path: "sh".into(), arguments, folder: None, remedy: String::new() };
        let start =
            move || -> Result<Box<dyn Stream>, _> { Ok(Box::new(Emulator::start(&program)?)) };
        let opened = Linked::new("shell", start).open(&OpenOptions::default());
        opened.err().map(|why| why.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_speaks_no_link_cannot_be_reached() {
        assert_eq!(open("exec head -c 1"), "sh has ended: exit status: 0");
        assert_eq!(open("echo no room >&2; exit 2"), "sh has ended: exit status: 2: no room");
        assert_eq!(open("echo oh >&2; exit 101"), "the firmware has panicked: oh");
        // A line that echoes is one end of the link, twice.
        assert_eq!(open("exec cat"), "the link to the board is broken (Role)");
    }
}
