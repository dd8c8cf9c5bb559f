use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use samewire_link::{BoardLink, Event, Settings};

use super::Bridge;
use crate::subject::Unreachable;
use crate::subject::emulator::Trouble;
use crate::subject::link::stream::{Ear, Stream};

/// A board in a thread of its own, which begins anew when a client says anything: a few times, and
/// each time with these words.
struct Played {
    to_board: Sender<Vec<u8>>,
    from_board: Option<Receiver<Vec<u8>>>,
}

/// The channel of orders.
const ORDERS: u8 = 1;

impl Played {
    fn start(words: &'static [&'static str], dies: bool) -> Self {
        let (to_board, come) = channel::<Vec<u8>>();
        let (goes, from_board) = channel();
        std::thread::spawn(move || {
            let mut session = 1;
            let mut link = Box::new(BoardLink::new(Settings::board(session)));
            loop {
                let (mut out, mut some) = (Vec::new(), [0; 256]);
                while let count @ 1.. = link.transmit(0, &mut some) {
                    out.extend_from_slice(&some[..count]);
                }
                if !out.is_empty() && goes.send(out).is_err() {
                    return;
                }
                let Ok(bytes) = come.recv() else { return };
                let (mut input, mut is_anew) = (&bytes[..], false);
                while let Some(event) = link.poll_event(0, &mut input) {
                    match event {
                        Event::Up(_) if session > 1 => {
                            assert!(words.iter().all(|line| link.log(line.as_bytes())));
                        }
                        Event::Tick(_) => link.tick_done(None),
                        Event::Readable(ORDERS) => {}
                        Event::Readable(_) => is_anew = true,
                        _ => {}
                    }
                }
                if is_anew {
                    if dies {
                        return;
                    }
                    session += 1;
                    *link = BoardLink::new(Settings::board(session));
                }
            }
        });
        Self { to_board, from_board: Some(from_board) }
    }
}

impl Stream for Played {
    fn settings(&self) -> Settings {
        Settings::host(70)
    }

    fn now(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        // One that is dead is heard to be.
        let _ = self.to_board.send(bytes.to_vec());
        Ok(())
    }

    fn read(&mut self, _: Option<u64>) -> Result<Vec<u8>, Trouble> {
        Err(self.lost("it is gone"))
    }

    fn ear(&mut self) -> Result<Ear, Trouble> {
        let heard = self.from_board.take().ok_or_else(|| self.lost("it is heard already"))?;
        Ok(Box::new(move || heard.recv().ok()))
    }

    fn lost(&mut self, why: &str) -> Trouble {
        Trouble::Lost(Unreachable(why.into()))
    }
}

/// What the bridge ends with when a client speaks to this board.
fn end_of(words: &'static [&'static str], dies: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut client = TcpStream::connect(listener.local_addr().expect("one")).expect("a listener");
    client.write_all(b"GET").expect("room for it");
    let mut bridge = Bridge::to(Box::new(Played::start(words, dies))).expect("it answers");
    let mut log = Vec::new();
    let ended = bridge.serve(listener, |line| log.push(line.to_owned()));
    assert_eq!(log, [""; 0], "they are in the error");
    ended.expect_err("there is no board any more").to_string()
}

#[test]
fn a_board_that_begins_anew_is_told_with_its_words() {
    let remedy = "\n  look at the cable and at `samewire monitor`, and begin anew";
    let table: [(&[&str], &str); 3] = [
        (
            &["panicked at src/main.rs:1:2:", "no lamp"],
            "the board has begun anew: panicked at src/main.rs:1:2: no lamp",
        ),
        (&["hung until the watchdog bit"], "the board has begun anew: hung until the watchdog bit"),
        (&[], "the board has begun anew"),
    ];
    for (words, why) in table {
        assert_eq!(end_of(words, false), format!("{why}{remedy}"));
    }
}

#[test]
fn a_board_that_is_gone_is_told_at_once() {
    assert_eq!(end_of(&[], true), "it is gone");
}
