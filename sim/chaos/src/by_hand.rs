//! A world that somebody drives by hand, with what a network does that takes no time: segments, short
//! writes and a small window, in both directions and always.
//!
//! Cases are replayed here: whatever they say must hold on such a network too, byte for byte. Delay is
//! no part of it, since a case says to the millisecond what a server does when.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use samewire::app::App;
use samewire::app::places::Overload;
use samewire::{Instant, Limits};
use samewire_sim::clock::VirtualClock;
use samewire_sim::executor::Executor;
use samewire_sim::{End, WallClock};

use crate::pipe::{Manner, Out, Pipe};
use crate::server::Server;
use crate::trace::Recorder;
use crate::wall::Wall;
use crate::wire::Wire;

/// Connections that the server takes at a time.
const PLACES: usize = 16;

/// How bytes travel to the server.
const UP: Manner = Manner { segment: 3, ..Manner::PLAIN };

/// And back.
const DOWN: Manner = Manner { segment: 5, ..Manner::PLAIN };

/// Bytes that may be on their way to the client.
const WINDOW_BYTES: usize = 11;

/// Bytes that one write of the server hands over.
const WRITE_BYTES_MAX: usize = 7;

/// A server, and connections to it.
pub struct ByHand<A>(RefCell<State<A>>);

struct State<A> {
    executor: Executor,
    clock: VirtualClock,
    server: Rc<Server<A>>,
    recorder: Recorder,
    touched: Rc<RefCell<Vec<u32>>>,
    lines: Vec<Line>,
}

/// One connection.
struct Line {
    wire: Rc<Wire>,
    up: Pipe,
    down: Pipe,
    sent: usize,
    seen: usize,
    read: usize,
    end: End,
}

impl<A: App + 'static> ByHand<A> {
    /// A server with this app and these limits, at time zero, on a day that does not pass.
    pub fn new(app: A, limits: Limits) -> Self {
        let (clock, recorder) = (VirtualClock::new(WallClock::Absent), Recorder::default());
        let mut executor = Executor::new();
        let (places, wall) = ((PLACES, Overload::Wait), Wall::standing());
        let server = Server::start(app, limits, places, (&clock, &wall), &recorder, &mut executor);
        let (touched, lines) = (Rc::default(), Vec::new());
        Self(RefCell::new(State { executor, clock, server, recorder, touched, lines }))
    }

    /// Opens a connection, which has this number.
    pub fn open(&self) -> u32 {
        let state = &mut *self.0.borrow_mut();
        let connection = state.recorder.open(0);
        let (recorder, touched) = (state.recorder.clone(), Rc::clone(&state.touched));
        let wire = Wire::new(connection, recorder, touched, WINDOW_BYTES, WRITE_BYTES_MAX);
        state.server.accept(&wire, &mut state.executor);
        let (up, down) = (Pipe::new(UP), Pipe::new(DOWN));
        state.lines.push(Line { wire, up, down, sent: 0, seen: 0, read: 0, end: End::Open });
        state.run();
        connection
    }

    /// Sends bytes.
    pub fn send(&self, connection: u32, bytes: &[u8]) {
        let state = &mut *self.0.borrow_mut();
        let now = state.now();
        state.recorder.streams(connection).up.extend_from_slice(bytes);
        let line = &mut state.lines[connection as usize];
        line.sent += bytes.len();
        line.up.put(line.sent, now);
        state.run();
    }

    /// Ends the client's half.
    pub fn shut(&self, connection: u32) {
        let state = &mut *self.0.borrow_mut();
        let now = state.now();
        state.lines[connection as usize].up.end(now);
        state.run();
    }

    /// Resets the connection.
    pub fn reset(&self, connection: u32) {
        let state = &mut *self.0.borrow_mut();
        let line = &mut state.lines[connection as usize];
        line.end = End::Reset;
        line.wire.reset();
        state.run();
    }

    /// The server gets rid of so many bytes more, and of none after those; without a number, of all.
    pub fn stall(&self, connection: u32, bytes: Option<usize>) {
        let state = &mut *self.0.borrow_mut();
        state.lines[connection as usize].wire.bound(bytes);
        state.run();
    }

    /// Puts what has come at the end of `into`, and says how many bytes that were.
    pub fn read(&self, connection: u32, into: &mut Vec<u8>) -> usize {
        let state = &mut *self.0.borrow_mut();
        let line = &mut state.lines[connection as usize];
        let taken = line.wire.state().taken;
        let streams = state.recorder.streams(connection);
        into.extend_from_slice(&streams.down[line.read..taken]);
        let read = taken - line.read;
        line.read = taken;
        read
    }

    /// How the server's half stands.
    pub fn end(&self, connection: u32) -> End {
        self.0.borrow().lines[connection as usize].end
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        let state = &mut *self.0.borrow_mut();
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let until = Instant::from_millis(state.now().saturating_add(millis));
        while state.clock.next_deadline().is_some_and(|deadline| deadline <= until) {
            state.clock.advance_to_next_deadline();
            state.run();
        }
        state.clock.advance_to(until);
        state.run();
    }
}

impl<A> ByHand<A> {
    /// The client is gone, and nobody is there to see what becomes of it.
    pub fn gone(&self, connection: u32) {
        self.0.borrow().lines[connection as usize].wire.reset();
    }
}

impl<A: App + 'static> State<A> {
    fn now(&self) -> u64 {
        self.clock.now().as_millis()
    }

    /// Runs until nothing moves: the server does all that it can with each segment before the next.
    fn run(&mut self) {
        let now = self.now();
        self.recorder.set_now(now);
        loop {
            if let Err(livelock) = self.executor.run_until_stalled() {
                panic!("{livelock}");
            }
            self.server.admit_waiting(&mut self.executor);
            self.touched.borrow_mut().clear();
            if !self.lines.iter_mut().any(|line| line.moves(now)) {
                return;
            }
        }
    }
}

impl Line {
    /// Moves one segment, in either direction; whether there was one.
    fn moves(&mut self, now: u64) -> bool {
        self.look(now);
        match self.up.take(now, usize::MAX) {
            Out::Until(until) => self.wire.arrive(until),
            Out::End => self.wire.finish(),
            Out::Nothing => match self.down.take(now, usize::MAX) {
                Out::Until(until) => self.wire.take(until),
                Out::End => self.hear_end(),
                Out::Nothing => return false,
            },
        }
        true
    }

    fn look(&mut self, now: u64) {
        let state = self.wire.state();
        if state.written > self.seen {
            self.seen = state.written;
            self.down.put(state.written, now);
        }
        if state.ended || state.dropped {
            self.down.end(now);
        }
    }

    fn hear_end(&mut self) {
        let resets = self.wire.state().resets;
        if self.end == End::Open {
            self.end = if resets { End::Reset } else { End::Fin };
        }
    }
}
