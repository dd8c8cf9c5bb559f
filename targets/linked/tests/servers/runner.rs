//! A board in a thread, at one end of the link, and a runner at the other, that does by hand what
//! `samewire check` does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use samewire::{App, Limits};
use samewire_link::{Event, HostLink, Read, Settings};
use samewire_linked::{Board, End, Memory, Order, Server};

/// The board's end of a stream.
pub(crate) struct Pipe {
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
pub(crate) struct Runner {
    pub(crate) link: Box<HostLink>,
    pub(crate) input: Sender<Vec<u8>>,
    output: Receiver<Vec<u8>>,
    pub(crate) board: JoinHandle<End>,
    pub(crate) orders: u8,
    pub(crate) metrics: BTreeMap<u16, u64>,
    /// What the server said, by channel.
    came: BTreeMap<u8, Vec<u8>>,
    /// Where that is all, and where it is because the server has dropped the connection.
    pub(crate) ended: BTreeSet<u8>,
    pub(crate) reset: BTreeSet<u8>,
    /// When something happens on the board by itself.
    pub(crate) deadline: Option<u64>,
    now: u64,
}

impl Runner {
    /// A board with so many places, each with memory for [`Limits::SMALL`].
    pub(crate) fn start<A: App, const PLACES: usize, const CHANNELS: usize>(
        make_app: impl Fn() -> A + Send + 'static,
    ) -> Self {
        let (input, board_input) = channel();
        let (board_output, output) = channel();
        let pipe = Pipe { input: board_input, rest: Vec::new(), output: board_output };
        let board = std::thread::spawn(move || {
            let mut receive = vec![0; PLACES * Limits::SMALL.receive_bytes_min()];
            let mut send = vec![0; PLACES * Limits::SMALL.send_bytes_min()];
            let mut server = Server::<_, PLACES, CHANNELS>::side_by_side(pipe, Settings::board(0));
            server.run(make_app, &mut receive, &mut send)
        });
        let link = Box::new(HostLink::new(Settings::host(1)));
        let mut runner = Self {
            link,
            input,
            output,
            board,
            orders: 0,
            metrics: BTreeMap::new(),
            came: BTreeMap::new(),
            ended: BTreeSet::new(),
            reset: BTreeSet::new(),
            deadline: None,
            now: 0,
        };
        while !runner.link.is_up() {
            runner.exchange();
        }
        runner.orders = runner.link.open().expect("a channel for orders");
        runner
    }

    /// Opens a connection behind these orders.
    pub(crate) fn open(&mut self, orders: &[Order]) -> u8 {
        orders.iter().for_each(|order| self.order(*order));
        // The last connection's number is free when the board has said so.
        loop {
            let channel = self.link.open();
            if let Some(channel) = channel {
                // Of the last one that had this number.
                self.came.remove(&channel);
                self.ended.remove(&channel);
                self.reset.remove(&channel);
            }
            self.settle();
            if let Some(channel) = channel {
                return channel;
            }
        }
    }

    pub(crate) fn order(&mut self, order: Order) {
        assert_eq!(self.link.write(self.orders, &order.encode()), order.encode().len());
    }

    /// Sends bytes, and waits until nothing moves; what came on this channel.
    pub(crate) fn send(&mut self, channel: u8, bytes: &[u8]) -> String {
        assert_eq!(self.link.write(channel, bytes), bytes.len());
        self.settle();
        self.came(channel)
    }

    /// What came on this channel since this was asked last.
    pub(crate) fn came(&mut self, channel: u8) -> String {
        String::from_utf8(self.came.remove(&channel).unwrap_or_default()).expect("text")
    }

    /// Waits until nothing moves.
    pub(crate) fn settle(&mut self) {
        self.pass_to(self.now);
    }

    /// Lets it be so late, and waits until nothing moves.
    pub(crate) fn pass_to(&mut self, millis: u64) {
        self.now = millis;
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
                Event::Reset(channel) => {
                    self.reset.insert(channel);
                }
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
                Read::Bytes(count) => {
                    self.came.entry(channel).or_default().extend_from_slice(&bytes[..count]);
                }
                Read::End => {
                    self.ended.insert(channel);
                    return;
                }
                Read::Nothing | Read::Gone => return,
            }
        }
    }

    /// Leaves, and sees how the board ends.
    pub(crate) fn leave(self) -> End {
        drop(self.input);
        self.board.join().expect("no panic")
    }
}
