//! A server at one end of the link, in a thread, and a runner at the other, that does by hand what
//! `samewire check` does.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use samewire::{App, Json, Limits, Queue, Time};
use samewire_demo::Demo;
use samewire_link::{Event, HostLink, Read, Settings};
use samewire_linked::{Board, End, Memory, Order, Server, metric, places};

const RECEIVE_BYTES: usize = Limits::SMALL.receive_bytes_min();
const SEND_BYTES: usize = Limits::SMALL.send_bytes_min();

const GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: board\r\n\r\n";

/// The board's end of a stream.
struct Pipe {
    input: Receiver<Vec<u8>>,
    /// What has come and was not taken.
    rest: Vec<u8>,
    output: Sender<Vec<u8>>,
}

impl Board for Pipe {
    fn read(&mut self, into: &mut [u8]) -> usize {
        if self.rest.is_empty() {
            self.rest = self.input.recv().unwrap_or_default();
        }
        let count = self.rest.len().min(into.len());
        into[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        count
    }

    fn write(&mut self, from: &[u8]) {
        // Nobody there to read it: the input has ended, too.
        let _ = self.output.send(from.to_vec());
    }

    fn memory(&mut self) -> Option<Memory> {
        Some(Memory { static_bytes: 11, stack_bytes: 22 })
    }
}

/// The runner's end.
struct Runner {
    link: Box<HostLink>,
    input: Sender<Vec<u8>>,
    output: Receiver<Vec<u8>>,
    board: JoinHandle<End>,
    orders: u8,
    metrics: BTreeMap<u16, u64>,
    /// What the server said, and whether that is all.
    came: Vec<u8>,
    has_ended: bool,
    deadline: Option<u64>,
}

impl Runner {
    fn start() -> Self {
        Self::start_with(Demo::new)
    }

    fn start_with<A: App>(make_app: impl Fn() -> A + Send + 'static) -> Self {
        let (input, board_input) = channel();
        let (board_output, output) = channel();
        let pipe = Pipe { input: board_input, rest: Vec::new(), output: board_output };
        let board = std::thread::spawn(move || {
            let (mut receive, mut send) = ([0; RECEIVE_BYTES], [0; SEND_BYTES]);
            Server::new(pipe).run(make_app, &mut receive, &mut send)
        });
        let link = Box::new(HostLink::new(Settings::host(1)));
        let mut runner = Self {
            link,
            input,
            output,
            board,
            orders: 0,
            metrics: BTreeMap::new(),
            came: Vec::new(),
            has_ended: false,
            deadline: None,
        };
        while !runner.link.is_up() {
            runner.exchange();
        }
        runner.orders = runner.link.open().expect("a channel for orders");
        runner
    }

    /// Opens a connection behind these orders.
    fn open(&mut self, orders: &[Order]) -> u8 {
        orders.iter().for_each(|order| self.order(*order));
        // The last connection's number is free when the board has said so.
        loop {
            let channel = self.link.open();
            self.pass_to(0);
            if let Some(channel) = channel {
                return channel;
            }
        }
    }

    fn order(&mut self, order: Order) {
        assert_eq!(self.link.write(self.orders, &order.encode()), order.encode().len());
    }

    /// Sends bytes, and waits until nothing moves; what came.
    fn send(&mut self, channel: u8, bytes: &[u8]) -> String {
        assert_eq!(self.link.write(channel, bytes), bytes.len());
        self.pass_to(0);
        String::from_utf8(std::mem::take(&mut self.came)).expect("text")
    }

    /// Lets it be so late, and waits until nothing moves.
    fn pass_to(&mut self, millis: u64) {
        self.link.tick(millis);
        while !self.exchange() {}
    }

    /// Sends and takes; whether nothing moves any more.
    fn exchange(&mut self) -> bool {
        let mut bytes = [0; 4096];
        while let count @ 1.. = self.link.transmit(0, &mut bytes) {
            self.input.send(bytes[..count].to_vec()).expect("a board that runs");
        }
        let came = self.output.recv().expect("a board that runs");
        let (mut rest, mut is_still) = (&came[..], false);
        while let Some(event) = self.link.poll_event(0, &mut rest) {
            match event {
                Event::TickDone(deadline) => (is_still, self.deadline) = (true, deadline),
                Event::Metric(id, value) => drop(self.metrics.insert(id, value)),
                Event::Readable(channel) => self.take(channel),
                Event::Broken(cause) => panic!("{cause:?}"),
                _ => {}
            }
        }
        is_still
    }

    fn take(&mut self, channel: u8) {
        let mut bytes = [0; 4096];
        loop {
            match self.link.read(channel, &mut bytes) {
                Read::Bytes(count) => self.came.extend_from_slice(&bytes[..count]),
                read => return self.has_ended |= read == Read::End,
            }
        }
    }

    /// Leaves, and sees how the board ends.
    fn leave(self) -> End {
        drop(self.input);
        self.board.join().expect("no panic")
    }
}

#[test]
fn answers_and_ends_with_its_stream() {
    let mut runner = Runner::start();
    let channel = runner.open(&[]);
    let answer = runner.send(channel, GET);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT"),
        "{answer}"
    );
    assert!(answer.ends_with("\r\n\r\n{\"message\":\"Hello, World!\"}"), "{answer}");
    assert!(!runner.has_ended);
    assert_eq!(runner.leave(), End::Stream);
}

#[test]
fn time_is_the_runners() {
    let mut runner = Runner::start();
    runner.open(&[]);
    let idle = u64::from(Limits::SMALL.idle_ms_max);
    assert_eq!(runner.deadline, Some(idle));
    runner.pass_to(idle - 1);
    assert!(!runner.has_ended);
    runner.pass_to(idle);
    assert!(runner.has_ended);
}

#[test]
fn orders_hold_for_the_next_connection() {
    let mut runner = Runner::start();
    let place = places(&Limits { idle_ms_max: 7, ..Limits::SMALL })
        .iter()
        .zip(places(&Limits::SMALL))
        .position(|(one, other)| *one != other)
        .expect("one differs");
    let place = u8::try_from(place).expect("few limits");
    let first = runner.open(&[Order::Limit(place, 7), Order::Bytes]);
    assert_eq!(runner.deadline, Some(7));
    runner.send(first, GET);
    runner.order(Order::Measure);
    runner.pass_to(0);
    assert_eq!(runner.metrics[&metric::READS], GET.len() as u64);
    runner.link.reset(first);

    let second = runner.open(&[Order::Default, Order::Cut(5)]);
    assert_eq!(runner.deadline, Some(Limits::SMALL.idle_ms_max.into()));
    runner.send(second, GET);
    runner.order(Order::Measure);
    runner.pass_to(0);
    assert_eq!(runner.metrics[&metric::READS], 2);
}

#[test]
fn a_client_that_stops_reading_gets_no_byte_more() {
    let mut runner = Runner::start();
    let channel = runner.open(&[]);
    runner.order(Order::Stall(10));
    assert_eq!(runner.send(channel, GET), "HTTP/1.1 2");
    runner.order(Order::Resume);
    runner.pass_to(0);
    assert!(runner.came.starts_with(b"00 OK\r\n"));
}

#[test]
fn measures_what_the_board_can_tell() {
    let mut runner = Runner::start();
    runner.order(Order::Measure);
    runner.pass_to(0);
    let (receive, send) = (RECEIVE_BYTES as u64, SEND_BYTES as u64);
    let expected = [
        (metric::STATIC_BYTES, 11),
        (metric::STACK_BYTES, 22),
        (metric::READS, 0),
        (metric::RECEIVE_BYTES, receive),
        (metric::SEND_BYTES, send),
    ];
    assert_eq!(runner.metrics, BTreeMap::from(expected));
}

#[test]
fn an_order_that_is_none_is_the_end() {
    let mut runner = Runner::start();
    assert_eq!(runner.link.write(runner.orders, b"?nonsense"), 9);
    let mut bytes = [0; 64];
    while let count @ 1.. = runner.link.transmit(0, &mut bytes) {
        runner.input.send(bytes[..count].to_vec()).expect("a board that runs");
    }
    assert_eq!(runner.board.join().expect("no panic"), End::Order(*b"?nonsense"));
}

/// Counts seconds, and what is asked of it.
#[derive(Default)]
struct Counting {
    seconds: Cell<u8>,
    asked: Queue<u8, 2>,
    done: Cell<u8>,
}

samewire::app! { for counting: Counting;
    background => count;
    background => work;
    get "/" => tell;
}

async fn count(app: &Counting, time: Time<'_>) {
    let mut second = time.every(Duration::from_secs(1));
    while second.tick().await {
        app.seconds.set(app.seconds.get() + 1);
    }
}

async fn work(app: &Counting, time: Time<'_>) {
    while let Some(amount) = app.asked.next(time).await {
        app.done.set(app.done.get() + amount);
    }
}

async fn tell(app: &Counting) -> Json<[u8; 2]> {
    app.asked.push(5).expect("room");
    // What is left for the work beside the server is done before the next thing comes.
    std::future::poll_fn(|_| if app.done.get() == 0 { Poll::Pending } else { Poll::Ready(()) })
        .await;
    Json([app.done.replace(0), app.seconds.get()])
}

#[test]
fn work_beside_the_server_has_its_time_and_its_turn() {
    let mut runner = Runner::start_with(Counting::default);
    let channel = runner.open(&[]);
    assert_eq!(runner.deadline, Some(1000));
    for (until, expected) in [(2500, "[5,2]"), (3000, "[5,3]")] {
        runner.pass_to(until);
        let answer = runner.send(channel, b"GET / HTTP/1.1\r\nHost: board\r\n\r\n");
        assert!(answer.ends_with(expected), "{answer}");
    }
}
