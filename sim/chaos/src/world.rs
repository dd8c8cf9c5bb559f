//! A run: a server, its clients and what is between them, from the first connection to the last.
//!
//! Time jumps to whatever comes next. First comes what the schedule has; then faults stop, and
//! everything must come to an end in a bounded time; then the server is told to stop, and must.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use samewire::app::App;
use samewire::app::places::Overload;
use samewire::{Instant, Limits};
use samewire_sim::WallClock;
use samewire_sim::clock::VirtualClock;
use samewire_sim::executor::Executor;

use crate::agenda::{Agenda, Task};
use crate::client::Client;
use crate::peer::Peer;
use crate::schedule::{Crowd, Happening, Line, Schedule};
use crate::script::Script;
use crate::server::Server;
use crate::trace::{NONE, Recorder, Trace, What};
use crate::wall::Wall;
use crate::wire::Wire;

/// When faults stop, if no line says it: long after every deadline of one request.
const CALM_MS: u64 = 600_000;

/// How long everything may take that was begun when faults stop, pauses of clients apart: hundreds
/// of times what it does.
const LIVENESS_MS: u64 = 3_600_000;

/// How long the server may take to stop.
const STOP_MS: u64 = 600_000;

/// Places of a server of which no line says how many it has.
const PLACES: usize = 16;

/// Runs a schedule on a server with these limits, and says what happened. `make` makes the app,
/// which may write into the trace: see [`Watch`](crate::watch::Watch).
pub fn run<A: App + 'static>(
    schedule: &Schedule,
    limits: Limits,
    make: impl FnOnce(&Recorder) -> A,
) -> Trace {
    let recorder = Recorder::default();
    let played = catch_unwind(AssertUnwindSafe(|| {
        World::new(schedule, limits, make(&recorder), &recorder).play();
    }));
    if played.is_err() {
        recorder.note_current(What::Panics);
    }
    recorder.take()
}

struct World<A> {
    executor: Executor,
    clock: VirtualClock,
    wall: Wall,
    server: Rc<Server<A>>,
    agenda: Agenda,
    recorder: Recorder,
    scripts: Vec<Script>,
    happenings: Vec<Happening>,
    peers: Vec<Peer>,
    touched: Rc<RefCell<Vec<u32>>>,
    /// Clients that have not come yet, and connections that the server has not let go of.
    to_come: usize,
    open: usize,
    /// The time after which nothing may be left to do.
    patience: u64,
    is_calm: bool,
    timers_first: bool,
    is_stuck: bool,
}

impl<A: App + 'static> World<A> {
    fn new(schedule: &Schedule, limits: Limits, app: A, recorder: &Recorder) -> Self {
        let (clock, wall) = (VirtualClock::new(WallClock::Absent), Wall::default());
        let mut executor = Executor::new();
        let places = places(schedule);
        let server = Server::start(app, limits, places, (&clock, &wall), recorder, &mut executor);
        let scripts = Script::all(schedule);
        let mut agenda = Agenda::default();
        for (index, script) in scripts.iter().enumerate() {
            agenda.add(script.at, Task::Connect(index));
        }
        let mut happenings = Vec::new();
        for line in &schedule.lines {
            if let Line::At(at, happening) = line {
                agenda.add(*at, Task::Happen(happenings.len()));
                happenings.push(*happening);
            }
        }
        let last = scripts.iter().map(|script| script.at).max().unwrap_or_default();
        let calm = schedule.calm().unwrap_or_else(|| {
            agenda.add(last + CALM_MS, Task::Happen(happenings.len()));
            happenings.push(Happening::Calm);
            last + CALM_MS
        });
        let pauses = scripts.iter().map(Script::pauses).max().unwrap_or_default();
        Self {
            executor,
            clock,
            wall,
            server,
            agenda,
            recorder: recorder.clone(),
            to_come: scripts.len(),
            open: 0,
            patience: calm.max(last) + pauses + LIVENESS_MS,
            scripts,
            happenings,
            peers: Vec::new(),
            touched: Rc::default(),
            is_calm: false,
            timers_first: schedule.lines.contains(&Line::TimersFirst),
            is_stuck: false,
        }
    }

    fn now(&self) -> u64 {
        self.clock.now().as_millis()
    }

    fn play(mut self) {
        self.settle();
        self.proceed(|world| world.to_come > 0 || world.open > 0);
        if !self.is_stuck {
            self.calm();
            self.recorder.note(NONE, What::Drains);
            self.drain();
            self.settle();
            self.patience = self.now() + STOP_MS;
            self.proceed(|world| world.executor.tasks() > 0);
        }
        let tasks = self.executor.tasks();
        let (timers, places) = (self.clock.next_deadline().is_some(), self.server.used());
        self.recorder.note(NONE, What::Stops { tasks, timers, places });
    }

    /// Goes from one thing to the next while this holds.
    fn proceed(&mut self, goes_on: impl Fn(&Self) -> bool) {
        while goes_on(self) && !self.is_stuck {
            let now = self.now();
            if let Some(task) = self.agenda.take(now) {
                self.perform(task, now);
                self.settle();
                continue;
            }
            let timer = self.clock.next_deadline().map(Instant::as_millis);
            let next = self.agenda.next().into_iter().chain(timer).min();
            match next {
                Some(next) if next <= self.patience => self.pass_to(next),
                _ => {
                    self.recorder.note(NONE, What::Starves);
                    self.is_stuck = true;
                }
            }
        }
    }

    fn pass_to(&mut self, moment: u64) {
        self.recorder.set_now(moment);
        self.clock.advance_to(Instant::from_millis(moment));
        if self.timers_first || self.agenda.next() != Some(moment) {
            self.settle();
        }
    }

    /// Lets the server do all that it can.
    fn settle(&mut self) {
        loop {
            if self.executor.run_until_stalled().is_err() {
                self.recorder.note_current(What::Spins);
                self.is_stuck = true;
                return;
            }
            self.server.admit_waiting(&mut self.executor);
            let Some(connection) = self.touched.borrow_mut().pop() else { return };
            let now = self.now();
            let peer = &mut self.peers[connection as usize];
            peer.look(now, &mut self.agenda);
            if peer.is_over() && !std::mem::replace(&mut peer.is_counted, true) {
                self.open -= 1;
            }
        }
    }

    fn perform(&mut self, task: Task, now: u64) {
        let agenda = &mut self.agenda;
        match task {
            Task::Connect(index) => self.connect(index),
            Task::Go(connection) => self.peers[connection as usize].go(now, agenda),
            Task::Up(connection) => self.peers[connection as usize].come_up(now, agenda),
            Task::Down(connection) => self.peers[connection as usize].come_down(now, agenda),
            Task::Reopen(connection) => self.peers[connection as usize].reopen(now, agenda),
            Task::GiveUp(connection) => {
                let peer = &mut self.peers[connection as usize];
                if !peer.is_over() {
                    peer.reset();
                }
            }
            Task::Happen(index) => self.happen(self.happenings[index], now),
        }
    }

    fn connect(&mut self, index: usize) {
        let (client, acts, mut faults) = {
            let script = &mut self.scripts[index];
            (script.client, std::mem::take(&mut script.acts), script.faults.clone())
        };
        if self.is_calm {
            faults = crate::faults::Faults::default();
        }
        let connection = self.recorder.open(client);
        self.recorder.note(connection, What::Opens);
        let wire = Wire::new(
            connection,
            self.recorder.clone(),
            Rc::clone(&self.touched),
            faults.window,
            faults.write_bytes_max,
        );
        let client = Client::new(acts, faults.is_mute);
        self.peers.push(Peer::new(Rc::clone(&wire), self.recorder.clone(), client, faults));
        (self.to_come, self.open) = (self.to_come - 1, self.open + 1);
        self.server.accept(&wire, &mut self.executor);
        let now = self.now();
        self.peers[connection as usize].go(now, &mut self.agenda);
    }

    fn happen(&mut self, happening: Happening, now: u64) {
        match happening {
            Happening::Jump(millis) => {
                self.recorder.note(NONE, What::Jumps(millis));
                self.recorder.set_now(now + millis);
                self.patience += millis;
                self.clock.advance_to(Instant::from_millis(now + millis));
            }
            Happening::Set(seconds) => {
                self.recorder.note(NONE, What::Sets(seconds));
                self.wall.set(seconds);
            }
            // Its clients come by themselves.
            Happening::Flood(..) => {}
            Happening::Drain => {
                self.recorder.note(NONE, What::Drains);
                self.drain();
            }
            Happening::Calm => self.calm(),
        }
    }

    fn drain(&mut self) {
        self.server.drain();
        self.peers.iter().for_each(|peer| peer.wire.drain());
    }

    fn calm(&mut self) {
        if std::mem::replace(&mut self.is_calm, true) {
            return;
        }
        self.recorder.note(NONE, What::Calms);
        let now = self.now();
        self.peers.iter_mut().for_each(|peer| peer.calm(now, &mut self.agenda));
    }
}

fn places(schedule: &Schedule) -> (usize, Overload) {
    let said = schedule.lines.iter().find_map(|line| match line {
        Line::Places(count, crowd) => Some((*count, *crowd)),
        _ => None,
    });
    let (count, crowd) = said.unwrap_or((PLACES, Crowd::Wait));
    let overload = match crowd {
        Crowd::Wait => Overload::Wait,
        Crowd::Refuse => Overload::Refuse { retry_after_s: 1, evicts_after_ms: None },
        Crowd::Evict => Overload::DEFAULT,
    };
    (count.max(1), overload)
}
