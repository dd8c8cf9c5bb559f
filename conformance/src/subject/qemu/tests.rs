//! A shell stands in for the emulator's monitor, and listeners of ours for the board's ports.

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::board::{BARE, DEMO};
use super::{Board, Connection, Machine, Qemu, Running};
use crate::subject::emulator::{Emulator, Program, Trouble};
use crate::subject::socket::Socket;
use crate::subject::{Channel, Delivery, Received, Subject, Unreachable};

/// Shorter than any board takes that stands still until it is asked something else.
const PATIENCE: Duration = Duration::from_millis(200);

const LIVES: &str = "while read word; do echo 'VM status: running'; echo '(qemu)'; done";
const DIES: &str = "read word; echo 'no memory' >&2; exit 3";
const PANICS: &str = "read word; echo 'panicked at main.rs' >&2; exit 101";

/// A connection to a board whose demo does this, when its bare port is asked.
fn connect(monitor: &str, demo: impl FnOnce(TcpStream) + Send + 'static) -> Connection {
    let (ask, asked): (Sender<()>, Receiver<()>) = channel();
    let (tell, told) = channel();
    let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (whole, bare) = (listen(), listen());
    let ports = [(DEMO, &whole), (BARE, &bare)]
        .map(|(port, listener)| (port, listener.local_addr().unwrap().port()));
    let program = Program {
        path: "sh".into(),
        arguments: vec!["-c".into(), monitor.into()],
        folder: None,
        remedy: String::new(),
    };
    let machine = Machine::stand_in(Emulator::start_with_monitor(&program).unwrap(), ports);
    let socket = Socket::connect(machine.address(DEMO), Delivery::Whole).unwrap();
    thread::spawn(move || {
        let stream = whole.accept().unwrap().0;
        if asked.recv().is_ok() {
            demo(stream);
            tell.send(()).unwrap();
        }
    });
    thread::spawn(move || {
        for stream in bare.incoming() {
            let mut stream = stream.unwrap();
            stream.read_exact(&mut [0]).unwrap();
            // Whoever asks again gets an answer, too.
            if ask.send(()).is_ok() {
                let _ = told.recv();
            }
            stream.write_all(b"on every wire.\n").unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    Connection { socket, running: Rc::new(RefCell::new(Running::new(machine))) }
}

#[test]
fn what_comes_only_when_the_board_moves_again_has_come() {
    let mut connection = connect(LIVES, |mut stream| stream.write_all(b"late").unwrap());
    let mut into = Vec::new();
    assert_eq!(connection.receive(&mut into, PATIENCE), Received::Bytes);
    assert_eq!(into, b"late");
}

#[test]
fn an_end_that_comes_only_then_is_the_end() {
    let mut connection = connect(LIVES, drop);
    assert_eq!(connection.receive(&mut Vec::new(), PATIENCE), Received::End);
}

#[test]
fn silence_is_silence_if_the_board_answers_meanwhile() {
    let mut connection = connect(LIVES, std::mem::forget);
    assert_eq!(connection.receive(&mut Vec::new(), Duration::ZERO), Received::Quiet);
    assert_eq!(connection.receive(&mut Vec::new(), PATIENCE), Received::Quiet);
    let mut qemu = Qemu { board: Board::Arm, running: Some(Rc::clone(&connection.running)) };
    assert_eq!(qemu.lost(), None);
}

#[test]
fn time_that_nobody_asked_for_is_counted() {
    let mut connection = connect(LIVES, std::mem::forget);
    let mut qemu = Qemu { board: Board::Arm, running: Some(Rc::clone(&connection.running)) };
    let ago = |seconds| Instant::now() - Duration::from_secs(seconds);
    connection.running.borrow_mut().touched = ago(20);
    connection.send(b"x");
    connection.running.borrow_mut().touched = ago(30);
    connection.touch(Duration::from_secs(10));
    let still = qemu.stood_still();
    assert!((40..41).contains(&still.as_secs()), "{still:?}");
    connection.touch(Duration::from_secs(10));
    assert_eq!(qemu.stood_still(), still, "who is faster than allowed has not stood still");
}

#[test]
fn silence_of_an_emulator_that_has_died_is_no_verdict() {
    let mut connection = connect(DIES, drop);
    assert_eq!(connection.receive(&mut Vec::new(), PATIENCE), Received::Quiet);
    let mut qemu = Qemu { board: Board::Arm, running: Some(Rc::clone(&connection.running)) };
    let why = "sh has ended: exit status: 3: no memory".to_owned();
    assert_eq!(qemu.lost(), Some(Unreachable(why)));
}

#[test]
fn silence_of_firmware_that_has_panicked_is_a_failure() {
    let mut connection = connect(PANICS, drop);
    let receive = std::panic::AssertUnwindSafe(|| {
        connection.receive(&mut Vec::new(), PATIENCE);
    });
    let panicked = std::panic::catch_unwind(receive).unwrap_err();
    let what = panicked.downcast_ref::<String>().map(String::as_str);
    assert_eq!(what, Some("panicked at main.rs"));
    let running = connection.running.borrow();
    assert!(matches!(running.trouble, Some(Trouble::Panicked(_))));
}
