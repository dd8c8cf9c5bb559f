//! A server on a serial line that loses bytes and outlives its runners, and runners at its other end.
//! All of it is one thread, and time is a number.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};
use samewire::{Clock, Instant, Limits};
use samewire_demo::Demo;
use samewire_link::faults::{Faults, Line as Wire};
use samewire_link::{Cause, Event, HostLink, Read as Taken, Settings};
use samewire_linked::{Order, Serial, Server, metric};

const RECEIVE_BYTES: usize = Limits::SMALL.receive_bytes_min();
const SEND_BYTES: usize = Limits::SMALL.send_bytes_min();

const GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: board\r\n\r\n";

/// As bad as a line gets that is still used.
const BAD: Faults = Faults {
    flips_ppm: 2000,
    losses_ppm: 1000,
    doubles_ppm: 500,
    noise_ppm: 500,
    delay_ms_max: 3,
    stalls_ppm: 500,
};

/// A wire in each direction, and what time it is.
struct Cable {
    now: Cell<u64>,
    to_board: RefCell<Wire>,
    to_runner: RefCell<Wire>,
    /// Came to the board's end, and was not read.
    arrived: RefCell<VecDeque<u8>>,
    /// The board's hardware tells of an error next.
    fails: Cell<bool>,
}

/// The board's end.
struct End(Rc<Cable>);

/// Something was lost, says the hardware.
#[derive(Debug)]
struct Overrun;

impl std::fmt::Display for Overrun {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("overrun")
    }
}

impl std::error::Error for Overrun {}

impl Error for Overrun {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for End {
    type Error = Overrun;
}

impl Read for End {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Overrun> {
        poll_fn(|_| {
            if self.0.fails.take() {
                return Poll::Ready(Err(Overrun));
            }
            let mut arrived = self.0.arrived.borrow_mut();
            arrived.extend(self.0.to_board.borrow_mut().take(self.0.now.get()));
            let count = arrived.len().min(into.len());
            into.iter_mut().zip(arrived.drain(..count)).for_each(|(to, byte)| *to = byte);
            if count == 0 { Poll::Pending } else { Poll::Ready(Ok(count)) }
        })
        .await
    }
}

impl Write for End {
    /// A few bytes at a time, and none on every third occasion.
    async fn write(&mut self, from: &[u8]) -> Result<usize, Overrun> {
        let is_full = self.0.now.get() % 3 == 2;
        poll_fn(|_| if is_full { Poll::Pending } else { Poll::Ready(()) }).await;
        let from = &from[..from.len().min(20)];
        self.0.to_runner.borrow_mut().put(self.0.now.get(), from);
        Ok(from.len())
    }

    async fn flush(&mut self) -> Result<(), Overrun> {
        Ok(())
    }
}

impl Clock for End {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.now.get())
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if self.now() >= deadline { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// A board that runs, and what it is to be told by whoever comes next.
struct Board {
    cable: Rc<Cable>,
    running: Pin<Box<dyn Future<Output = Infallible>>>,
}

impl Board {
    fn start(seed: u64, faults: Faults, words: &'static str) -> Self {
        let cable = Rc::new(Cable {
            now: Cell::new(0),
            to_board: RefCell::new(Wire::new(seed, faults)),
            to_runner: RefCell::new(Wire::new(!seed, faults)),
            arrived: RefCell::default(),
            fails: Cell::new(false),
        });
        let end = || End(Rc::clone(&cable));
        let line = Serial::new(end(), end(), end()).telling(words);
        let running = Box::pin(async move {
            let mut server = Server::with_settings(line, Settings::board(7));
            let (mut receive, mut send) = ([0; RECEIVE_BYTES], [0; SEND_BYTES]);
            server.serve_all(Demo::new, &mut receive, &mut send).await;
            unreachable!("this line never ends")
        });
        Self { cable, running }
    }

    /// A millisecond passes.
    fn step(&mut self) {
        self.cable.now.set(self.cable.now.get() + 1);
        let mut context = Context::from_waker(Waker::noop());
        assert!(self.running.as_mut().poll(&mut context).is_pending());
    }
}

/// A runner, with one connection beside the orders.
struct Runner {
    link: Box<HostLink>,
    orders: u8,
    came: Vec<u8>,
    logged: Vec<String>,
    metrics: Vec<(u16, u64)>,
    deadline: Option<u64>,
    broken: Option<Cause>,
}

impl Runner {
    /// Begins, and brings the link up.
    fn begin(board: &mut Board, session: u32) -> Self {
        let link = Box::new(HostLink::new(Settings::host(session)));
        let (came, logged, metrics) = (Vec::new(), Vec::new(), Vec::new());
        let mut runner =
            Self { link, orders: 0, came, logged, metrics, deadline: None, broken: None };
        runner.wait(board, |runner| runner.link.is_up());
        runner.orders = runner.link.open().expect("a channel for orders");
        runner
    }

    /// Opens a connection behind these orders, and waits until nothing moves.
    fn open(&mut self, board: &mut Board, orders: &[Order]) -> u8 {
        for order in orders {
            let bytes = order.encode();
            assert_eq!(self.link.write(self.orders, &bytes), bytes.len());
        }
        let channel = self.link.open().expect("a channel");
        self.settle(board);
        channel
    }

    /// Asks for `/hello`; what comes back.
    fn ask(&mut self, board: &mut Board, channel: u8) -> String {
        assert_eq!(self.link.write(channel, GET), GET.len());
        self.settle(board);
        String::from_utf8(std::mem::take(&mut self.came)).expect("text")
    }

    /// Waits until nothing moves.
    fn settle(&mut self, board: &mut Board) {
        self.deadline = None;
        self.link.tick(0);
        self.wait(board, |runner| runner.deadline.is_some());
    }

    /// A minute at most, of which a good line takes none.
    fn wait(&mut self, board: &mut Board, is_done: impl Fn(&Self) -> bool) {
        for _ in 0..60_000 {
            self.exchange(board);
            if is_done(self) {
                return;
            }
            assert_eq!(self.broken, None);
        }
        panic!("nothing comes: {:?}", self.link);
    }

    fn exchange(&mut self, board: &mut Board) {
        let now = board.cable.now.get();
        let mut bytes = [0; 4096];
        while let count @ 1.. = self.link.transmit(now, &mut bytes) {
            board.cable.to_board.borrow_mut().put(now, &bytes[..count]);
        }
        board.step();
        let came = board.cable.to_runner.borrow_mut().take(board.cable.now.get());
        let mut rest = &came[..];
        while let Some(event) = self.link.poll_event(board.cable.now.get(), &mut rest) {
            match event {
                Event::TickDone(deadline) => self.deadline = Some(deadline.unwrap_or(u64::MAX)),
                Event::Log(line) => self.logged.push(String::from_utf8_lossy(line).into_owned()),
                Event::Metric(id, value) => self.metrics.push((id, value)),
                Event::Broken(cause) => self.broken = Some(cause),
                Event::Readable(channel) => {
                    while let Taken::Bytes(count) = self.link.read(channel, &mut bytes) {
                        self.came.extend_from_slice(&bytes[..count]);
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_lost_is_sent_again() {
    let mut expected = None;
    for seed in 0..50 {
        let mut board = Board::start(seed, if seed == 0 { Faults::default() } else { BAD }, "");
        let mut runner = Runner::begin(&mut board, 1);
        let channel = runner.open(&mut board, &[]);
        let answers: Vec<String> = (0..5).map(|_| runner.ask(&mut board, channel)).collect();
        assert!(
            answers[0].ends_with("{\"message\":\"Hello, World!\"}"),
            "seed {seed}: {answers:?}"
        );
        assert_eq!(*expected.get_or_insert_with(|| answers.clone()), answers, "seed {seed}");
    }
}

#[test]
fn hardware_that_tells_of_losses_is_read_on() {
    let mut board = Board::start(0, Faults::default(), "");
    let mut runner = Runner::begin(&mut board, 1);
    let channel = runner.open(&mut board, &[]);
    board.cable.fails.set(true);
    assert!(runner.ask(&mut board, channel).starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(!board.cable.fails.get());
}

#[test]
fn each_runner_finds_the_board_as_if_it_had_just_begun() {
    let mut board = Board::start(0, Faults::default(), "");
    let mut first = Runner::begin(&mut board, 1);
    let idle = u64::from(Limits::SMALL.idle_ms_max);
    let channel = first.open(&mut board, &[Order::Bytes, Order::Limit(14, 7)]);
    assert_eq!(first.deadline, Some(7));
    // Killed in the middle of a request, with an answer on its way.
    first.link.write(channel, &[GET, &GET[..20]].concat());
    (0..4).for_each(|_| first.exchange(&mut board));
    board.cable.to_runner.borrow_mut().cut();
    drop(first);

    for session in 2..5 {
        let mut next = Runner::begin(&mut board, session);
        let channel = next.open(&mut board, &[]);
        assert_eq!(next.deadline, Some(idle), "session {session}");
        assert!(next.ask(&mut board, channel).starts_with("HTTP/1.1 200 OK\r\n"));
        let order = Order::Measure.encode();
        assert_eq!(next.link.write(next.orders, &order), order.len());
        next.settle(&mut board);
        assert!(next.metrics.contains(&(metric::READS, 1)), "whole again: {:?}", next.metrics);
    }
}

#[test]
fn the_first_runner_hears_what_the_board_has_to_tell() {
    let words = "panicked at main.rs:7:\nout of pins";
    let mut board = Board::start(0, Faults::default(), words);
    let mut runner = Runner::begin(&mut board, 1);
    runner.open(&mut board, &[]);
    assert_eq!(runner.logged, ["panicked at main.rs:7:", "out of pins"]);
    let mut second = Runner::begin(&mut board, 2);
    second.open(&mut board, &[]);
    assert_eq!(second.logged, [""; 0]);
}
