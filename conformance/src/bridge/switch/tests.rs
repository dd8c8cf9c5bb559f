//! The switch with a board in this thread, a whole server at its end of the link. Time is a number.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use samewire::Limits;
use samewire_demo::Demo;
use samewire_link::Settings;
use samewire_linked::{End, Line, Server};

use super::{Act, Id, LINGER_MS, Switch};

const PLACES: usize = 6;
const CHANNELS: usize = PLACES + 1;

const GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: board\r\n\r\n";
const LAMP: &[u8] = b"GET /led HTTP/1.1\r\nHost: board\r\n\r\n";

/// Bytes on their way to the board, and from it.
#[derive(Default)]
struct Cable {
    to_board: VecDeque<u8>,
    from_board: Vec<u8>,
}

/// The board's end.
struct Plug(Rc<RefCell<Cable>>);

impl Line for Plug {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        let come = &mut self.0.borrow_mut().to_board;
        let count = come.len().min(into.len());
        into.iter_mut().zip(come.drain(..count)).for_each(|(to, byte)| *to = byte);
        if count == 0 { Poll::Pending } else { Poll::Ready(count) }
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<usize> {
        self.0.borrow_mut().from_board.extend_from_slice(from);
        Poll::Ready(from.len())
    }
}

/// A board, the switch, and what became of clients.
struct World {
    switch: Switch,
    now: u64,
    cable: Rc<RefCell<Cable>>,
    board: Pin<Box<dyn Future<Output = End>>>,
    /// What each client was given.
    given: BTreeMap<Id, Vec<u8>>,
    /// Those who may speak.
    heard: BTreeSet<Id>,
    /// Those who take nothing that they are given.
    slow: BTreeSet<Id>,
    /// How clients came to an end, and when.
    ends: Vec<(Id, Act, u64)>,
}

impl World {
    fn new() -> Self {
        let cable = Rc::new(RefCell::new(Cable::default()));
        let plug = Plug(Rc::clone(&cable));
        let board = Box::pin(async move {
            let mut receive = vec![0; PLACES * Limits::SMALL.receive_bytes_min()];
            let mut send = vec![0; PLACES * Limits::SMALL.send_bytes_min()];
            let mut server = Server::<_, PLACES, CHANNELS>::side_by_side(plug, Settings::board(7));
            server.serve(Demo::new, &mut receive, &mut send).await
        });
        let mut world = Self {
            switch: Switch::new(Settings::host(8)),
            now: 0,
            cable,
            board,
            given: BTreeMap::new(),
            heard: BTreeSet::new(),
            slow: BTreeSet::new(),
            ends: Vec::new(),
        };
        world.run();
        assert!(world.switch.is_up() && !world.switch.is_owed());
        world
    }

    /// Until nothing moves.
    fn run(&mut self) {
        for turn in 0.. {
            assert!(turn < 10_000, "it never comes to rest");
            self.switch.turn(self.now);
            let frames = self.switch.transmit(self.now);
            self.cable.borrow_mut().to_board.extend(&frames);
            let polled = self.board.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            let back = std::mem::take(&mut self.cable.borrow_mut().from_board);
            self.switch.board(self.now, &back).expect("a link that works");
            let acts = self.switch.acts();
            let is_still = frames.is_empty() && back.is_empty() && acts.is_empty();
            acts.into_iter().for_each(|(id, act)| self.act(id, act));
            if is_still {
                return;
            }
        }
    }

    fn act(&mut self, id: Id, act: Act) {
        match act {
            Act::Hear => assert!(self.heard.insert(id), "it has said nothing since"),
            Act::Give(bytes) => {
                self.given.entry(id).or_default().extend(bytes);
                if !self.slow.contains(&id) {
                    self.switch.took(id);
                }
            }
            act => self.ends.push((id, act, self.now)),
        }
    }

    fn enter(&mut self, id: Id) {
        self.switch.enter(id, self.now);
        self.run();
    }

    /// Has a client say this; what it gets.
    fn say(&mut self, id: Id, bytes: &[u8]) -> String {
        assert!(self.heard.remove(&id), "it may not speak");
        self.switch.say(id, bytes, self.now);
        self.run();
        String::from_utf8(self.given.remove(&id).unwrap_or_default()).expect("text")
    }

    /// Lets time pass from deadline to deadline of the switch, until then.
    fn pass_to(&mut self, until: u64) {
        while let Some(next) = self.switch.deadline().filter(|next| *next <= until) {
            assert!(next > self.now, "it would never wait");
            self.now = next;
            self.run();
        }
        self.now = until;
    }
}

fn put(on: bool) -> Vec<u8> {
    let content = format!("{{\"on\":{on},\"percent\":30}}");
    let length = content.len();
    format!(
        "PUT /led HTTP/1.1\r\nHost: board\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{content}"
    )
    .into_bytes()
}

#[test]
fn what_one_client_sets_the_others_read() {
    let mut world = World::new();
    (1..=2).for_each(|id| world.enter(id));
    assert!(world.say(2, LAMP).ends_with("{\"on\":false,\"percent\":100}"));
    let put = put(true);
    let (begin, end) = put.split_at(40);
    assert_eq!(world.say(1, begin), "");
    assert!(world.say(2, LAMP).ends_with("{\"on\":false,\"percent\":100}"));
    assert!(world.say(1, end).starts_with("HTTP/1.1 200 "));
    assert!(world.say(2, LAMP).ends_with("{\"on\":true,\"percent\":30}"));
    // And those who come when all have gone.
    (1..=2).for_each(|id| world.switch.leave(id, world.now));
    world.enter(3);
    assert!(world.say(3, LAMP).ends_with("{\"on\":true,\"percent\":30}"));
}

#[test]
fn the_boards_deadlines_come_by_this_clock() {
    let idle = u64::from(Limits::SMALL.idle_ms_max);
    let mut world = World::new();
    // Nothing has come for so long that the board knows of no time.
    world.now = 900_000;
    world.enter(1);
    let came = world.now;
    world.pass_to(came + 700);
    assert!(world.say(1, GET).starts_with("HTTP/1.1 200 "));
    world.pass_to(came + 700 + idle - 1);
    assert_eq!(world.ends, []);
    world.pass_to(came + 700 + idle);
    assert_eq!(world.ends, [(1, Act::End, came + 700 + idle)]);
    // A client that does not hang up is hung up on.
    world.pass_to(came + 700 + idle + LINGER_MS);
    let reset = (1, Act::Reset, came + 700 + idle + LINGER_MS);
    assert_eq!(world.ends.last(), Some(&reset));
    // A board that nobody asks for anything is asked whether it is there, now and then.
    let told = world.now;
    world.pass_to(told + 100_000);
    assert!(world.switch.deadline().is_some_and(|at| at > world.now && at <= world.now + 2000));
}

#[test]
fn who_takes_nothing_keeps_nobody_waiting_and_loses_nothing() {
    const COUNT: usize = 90;
    let post = format!("POST / HTTP/1.1\r\nHost: board\r\nContent-Length: 500\r\n\r\n{:500}", "!");
    let mut world = World::new();
    (1..=2).for_each(|id| world.enter(id));
    world.slow.insert(1);
    let mut said = 0;
    // It is stopped at some point, because what it says has nowhere to go.
    while world.heard.remove(&1) {
        assert!(said < COUNT, "there is no end to the room for it");
        let count = 5.min(COUNT - said);
        world.switch.say(1, post.repeat(count).as_bytes(), 0);
        said += count;
        world.run();
    }
    assert!(world.say(2, GET).starts_with("HTTP/1.1 200 "));
    world.slow.clear();
    world.switch.took(1);
    world.run();
    let given = String::from_utf8(world.given.remove(&1).unwrap_or_default()).expect("text");
    assert_eq!(given.matches('!').count(), said);
    assert!(world.heard.contains(&1));
}

#[test]
fn who_finds_no_place_waits_for_one() {
    let mut world = World::new();
    (1..=8).for_each(|id| world.enter(id));
    assert_eq!(world.heard, (1..=6).collect());
    assert!(world.say(6, GET).starts_with("HTTP/1.1 200 "));
    // One who is gone has not waited.
    world.switch.leave(7, world.now);
    world.switch.leave(3, world.now);
    world.run();
    assert!(world.say(8, GET).starts_with("HTTP/1.1 200 "));
    // Half a connection is one, until the board has answered.
    world.enter(9);
    world.switch.end(1, 0);
    world.run();
    assert_eq!(world.ends, [(1, Act::End, 0), (1, Act::Close, 0)]);
    assert!(world.say(9, GET).starts_with("HTTP/1.1 200 "));
}

#[test]
fn the_end_lets_finish_what_has_begun() {
    let mut world = World::new();
    (1..=7).for_each(|id| world.enter(id));
    let put = put(true);
    let (begin, end) = put.split_at(40);
    world.say(2, begin);
    world.switch.drain();
    world.run();
    let ended: BTreeSet<Id> =
        world.ends.iter().filter(|(_, act, _)| *act == Act::End).map(|(id, ..)| *id).collect();
    assert_eq!(ended, [1, 3, 4, 5, 6].into());
    assert!(world.ends.contains(&(7, Act::Reset, 0)), "it has waited for a place");
    assert!(!world.switch.is_drained());
    assert!(world.say(2, end).starts_with("HTTP/1.1 200 "));
    (1..=6).for_each(|id| world.switch.end(id, 0));
    world.run();
    assert!(world.switch.is_drained());
}
