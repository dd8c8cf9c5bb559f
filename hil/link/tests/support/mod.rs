//! Two ends, two lines and a clock, with applications that know which byte must come next.

use samewire_link::faults::{Faults, Line};
use samewire_link::{Cause, Event, Link, Read, Settings};

/// Small enough that short streams reach every bound, and unlike each other.
pub(crate) type Host = Link<4, 96, 64, 8>;
pub(crate) type Board = Link<3, 40, 48, 4>;

/// What one connection is to carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) host_bytes: usize,
    pub(crate) board_bytes: usize,
    /// The host drops it after so many bytes of its own.
    pub(crate) reset_at: Option<usize>,
    /// The board does not read it.
    pub(crate) is_stalled: bool,
}

/// One end of one connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct End {
    pub(crate) sent: usize,
    pub(crate) received: usize,
    is_finished: bool,
    /// The peer's end was read.
    pub(crate) is_ended: bool,
    pub(crate) is_reset: bool,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) plan: Plan,
    channel: u8,
    pub(crate) host: End,
    pub(crate) board: Option<End>,
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) host: Box<Host>,
    pub(crate) board: Box<Board>,
    pub(crate) down: Line,
    pub(crate) up: Line,
    plans: std::vec::IntoIter<Plan>,
    pub(crate) connections: Vec<Connection>,
    /// The sessions of this world, so that each begins with a new one.
    sessions: u32,
    pub(crate) ticks: u64,
    /// It goes on until there were so many.
    pub(crate) ticks_min: u64,
    is_ticking: bool,
    /// Time does not pass faster on the board than here.
    next_tick: u64,
    pub(crate) logs: (u64, u64),
    pub(crate) broken: Option<Cause>,
    /// What went on the wire, both ways.
    pub(crate) wire_bytes: usize,
    /// How many bytes are handed over at a time: these, in turn.
    pieces: Vec<usize>,
    turns: usize,
}

/// The byte that must stand at this place.
fn pattern(connection: usize, is_host: bool, at: usize) -> u8 {
    let mixed = (connection * 131 + at * 7 + at / 251 + usize::from(is_host) * 77) as u8;
    // Zeros are what the stuffing is for.
    if mixed.is_multiple_of(5) { 0 } else { mixed }
}

fn bytes(connection: usize, is_host: bool, from: usize, count: usize) -> Vec<u8> {
    (from..from + count).map(|at| pattern(connection, is_host, at)).collect()
}

impl World {
    pub(crate) fn new(seed: u64, faults: Faults, retries_max: u8, plans: Vec<Plan>) -> Self {
        let settings = |settings| Settings { retransmit_ms: 50, retries_max, ..settings };
        Self {
            now: 0,
            host: Box::new(Host::new(settings(Settings::host(1)))),
            board: Box::new(Board::new(settings(Settings::board(2)))),
            down: Line::new(seed, faults),
            up: Line::new(!seed, faults),
            plans: plans.into_iter(),
            connections: Vec::new(),
            sessions: 2,
            ticks: 0,
            ticks_min: 1,
            is_ticking: false,
            next_tick: 0,
            logs: (0, 0),
            broken: None,
            wire_bytes: 0,
            pieces: vec![1, 7, 64, 3, 200],
            turns: 0,
        }
    }

    fn piece(&mut self) -> usize {
        self.turns += 1;
        self.pieces[self.turns % self.pieces.len()]
    }

    /// Goes on until all is done, something broke, or so much time has passed.
    pub(crate) fn run(&mut self, until: u64) {
        while self.now <= until && self.broken.is_none() && !self.is_done() {
            while self.turn() {}
            let next = [
                self.host.deadline(),
                self.board.deadline(),
                self.up.deadline(),
                self.down.deadline(),
            ];
            let next = next.into_iter().flatten().min().unwrap_or(self.now + 1);
            self.now = next.max(self.now + 1);
        }
    }

    /// Whether every connection has come to its end on both sides, but those that nobody reads.
    pub(crate) fn is_done(&self) -> bool {
        self.ticks >= self.ticks_min
            && self.plans.len() == 0
            && self.connections.iter().all(Connection::is_done)
    }

    /// Does what can be done without time passing; whether anything was.
    fn turn(&mut self) -> bool {
        let mut moved = self.applications();
        let mut out = vec![0; self.piece()];
        while let count @ 1.. = self.host.transmit(self.now, &mut out) {
            self.down.put(self.now, &out[..count]);
            self.wire_bytes += count;
            moved = true;
        }
        while let count @ 1.. = self.board.transmit(self.now, &mut out) {
            self.up.put(self.now, &out[..count]);
            self.wire_bytes += count;
            moved = true;
        }
        let (to_board, to_host) = (self.down.take(self.now), self.up.take(self.now));
        moved |= !to_board.is_empty() || !to_host.is_empty();
        self.poll_board(&to_board);
        self.poll_host(&to_host);
        moved
    }

    fn poll_board(&mut self, mut input: &[u8]) {
        while let Some(event) = self.board.poll_event(self.now, &mut input) {
            match event {
                Event::Opened(channel) => {
                    // Connections come in the order in which they were opened.
                    let next = self.connections.iter_mut().find(|one| one.board.is_none());
                    let connection = next.expect("one that was opened");
                    assert_eq!(connection.channel, channel, "opened on another channel");
                    connection.board = Some(End::default());
                }
                Event::Reset(channel) => {
                    let connection = self.on(channel, false).expect("a connection");
                    assert!(connection.plan.reset_at.is_some(), "nobody reset {connection:?}");
                    connection.board.as_mut().expect("open").is_reset = true;
                }
                Event::Tick(time) => {
                    assert_eq!(time, self.ticks + 1, "a tick was lost or doubled");
                    self.board.tick_done(Some(10 * time));
                }
                Event::Broken(cause) => self.broken = Some(cause),
                Event::Up(_) | Event::Readable(_) => {}
                event => panic!("{event:?} at the board"),
            }
        }
        assert_eq!(input, b"", "bytes were left");
    }

    fn poll_host(&mut self, mut input: &[u8]) {
        while let Some(event) = self.host.poll_event(self.now, &mut input) {
            match event {
                Event::TickDone(deadline) => {
                    self.ticks += 1;
                    self.is_ticking = false;
                    assert_eq!(deadline, Some(10 * self.ticks));
                }
                Event::Log(line) => {
                    assert_eq!(line, format!("line {}", self.logs.1).as_bytes());
                    self.logs.1 += 1;
                }
                Event::Broken(cause) => self.broken = Some(cause),
                Event::Up(_) | Event::Readable(_) => {}
                event => panic!("{event:?} at the host"),
            }
        }
        assert_eq!(input, b"", "bytes were left");
    }

    /// The connection that is on this channel, of those that are not over at that end.
    fn on(&mut self, channel: u8, is_host: bool) -> Option<&mut Connection> {
        self.connections.iter_mut().rev().find(|one| {
            one.channel == channel && (is_host || one.board.is_some_and(|end| !end.is_reset))
        })
    }

    /// Lets both applications do what they can; whether they did anything.
    fn applications(&mut self) -> bool {
        let mut moved = false;
        if self.host.is_up() && !self.is_ticking && self.now >= self.next_tick {
            self.next_tick = self.now + 1;
            self.host.tick(self.ticks + 1);
            self.is_ticking = true;
        }
        if self.logs.0 < self.ticks && self.board.log(format!("line {}", self.logs.0).as_bytes()) {
            self.logs.0 += 1;
        }
        while self.plans.len() > 0
            && let Some(channel) = self.host.open()
        {
            let plan = self.plans.next().expect("one more");
            self.connections.push(Connection { plan, channel, host: End::default(), board: None });
            moved = true;
        }
        let piece = self.piece();
        for (number, one) in self.connections.iter_mut().enumerate() {
            let (channel, plan) = (one.channel, one.plan);
            let host_bytes = plan.host_bytes.min(plan.reset_at.unwrap_or(usize::MAX));
            let before = format!("{:?} {:?}", one.host, one.board);
            if !one.host.is_over() {
                step(&mut *self.host, channel, number, true, piece, host_bytes, &mut one.host);
                if plan.reset_at.is_some() && one.host.sent == host_bytes {
                    self.host.reset(channel);
                    one.host.is_reset = true;
                }
            }
            if let Some(end) = one.board.as_mut().filter(|end| !end.is_over() && !plan.is_stalled) {
                step(&mut *self.board, channel, number, false, piece, plan.board_bytes, end);
            }
            moved |= before != format!("{:?} {:?}", one.host, one.board);
        }
        moved
    }

    /// Carries bytes without applications until one side says that the link broke.
    pub(crate) fn idle(&mut self) {
        let mut out = [0; 64];
        while let count @ 1.. = self.host.transmit(self.now, &mut out) {
            self.down.put(self.now, &out[..count]);
        }
        while let count @ 1.. = self.board.transmit(self.now, &mut out) {
            self.up.put(self.now, &out[..count]);
        }
        let (to_board, to_host) = (self.down.take(self.now), self.up.take(self.now));
        let (mut to_board, mut to_host) = (&to_board[..], &to_host[..]);
        while let Some(event) = self.board.poll_event(self.now, &mut to_board) {
            if let Event::Broken(cause) = event {
                self.broken = Some(cause);
            }
        }
        while let Some(event) = self.host.poll_event(self.now, &mut to_host) {
            if let Event::Broken(cause) = event {
                self.broken = Some(cause);
            }
        }
        self.now += 1;
    }

    /// One end begins anew, as a board does that was reset, and what was on the lines may come.
    pub(crate) fn restart(&mut self, is_host: bool) {
        self.sessions += 1;
        if is_host {
            self.host.restart(self.sessions);
        } else {
            self.board.restart(self.sessions);
        }
    }

    /// Forgets the connections: the link has told that they are gone.
    pub(crate) fn forget(&mut self, plans: Vec<Plan>) {
        self.connections.clear();
        self.plans = plans.into_iter();
        self.broken = None;
        (self.is_ticking, self.ticks, self.logs) = (false, 0, (0, 0));
    }
}

/// Writes and reads some at one end, and compares.
fn step<const C: usize, const R: usize, const F: usize, const W: usize>(
    link: &mut Link<C, R, F, W>,
    channel: u8,
    number: usize,
    is_host: bool,
    piece: usize,
    total: usize,
    end: &mut End,
) {
    if end.sent < total {
        let some = bytes(number, is_host, end.sent, piece.min(total - end.sent));
        end.sent += link.write(channel, &some);
    } else if !end.is_finished {
        end.is_finished = true;
        link.finish(channel);
    }
    let mut into = vec![0; piece];
    match link.read(channel, &mut into) {
        Read::Bytes(count) => {
            let expected = bytes(number, !is_host, end.received, count);
            assert_eq!(into[..count], expected, "connection {number} at {}", end.received);
            end.received += count;
        }
        Read::Nothing => {}
        Read::End => end.is_ended = true,
        Read::Gone => end.is_reset = true,
    }
}

impl End {
    fn is_over(&self) -> bool {
        self.is_reset || (self.is_ended && self.is_finished)
    }
}

impl Connection {
    fn is_done(&self) -> bool {
        let is_over = self.host.is_over() && self.board.is_some_and(|end| end.is_over());
        is_over || (self.plan.is_stalled && self.plan.reset_at.is_none())
    }

    /// Nothing was lost: both ends have all that was sent, unless it was reset.
    pub(crate) fn assert_whole(&self) {
        let board = self.board.expect("it was opened");
        if self.plan.reset_at.is_none() {
            assert!(!self.host.is_reset && !board.is_reset, "{self:?}");
            assert_eq!((board.received, board.sent), (self.plan.host_bytes, self.plan.board_bytes));
            assert_eq!(self.host.received, self.plan.board_bytes);
        }
    }
}
