//! A planted difference is found at the turn that brings it about, and told.

use std::cell::Cell;
use std::time::Duration;

use samewire::{Limits, Status, app};
use samewire_demo::Demo;

use super::{Act, Conversation, Divergence, Shown, Turn, compare};
use crate::case::Need;
use crate::subject::core::Core;
use crate::subject::{Channel, Due, OpenOptions, Received, Subject, Time, Unreachable};

const HELLO: &[u8] = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

fn demo() -> Core<fn() -> Demo> {
    Core::new("core", Demo::new)
}

/// Two requests, a second apart, the second in two pieces.
fn conversation() -> Conversation {
    let at = Duration::from_secs(1);
    let (front, back) = HELLO.split_at(7);
    Conversation {
        acts: vec![
            (Duration::ZERO, Act::Send(HELLO.to_vec())),
            (at, Act::Send(front.to_vec())),
            (at, Act::Send(back.to_vec())),
        ],
    }
}

fn divergence(one: &mut dyn Subject, other: &mut dyn Subject) -> Divergence {
    let compared = compare([one, other], &conversation()).expect("both are in memory");
    *compared.expect_err("they differ")
}

#[test]
fn the_same_server_is_the_same_until_its_last_deadline() {
    let turns = compare([&mut demo(), &mut demo()], &conversation());
    // Open, three acts, a second between them; then the connection idles, and ends.
    assert_eq!(turns, Ok(Ok(6)));
    let reset = Conversation { acts: vec![(Duration::from_secs(9), Act::Reset)] };
    assert_eq!(compare([&mut demo(), &mut demo()], &reset), Ok(Ok(5)));
}

#[test]
fn a_byte_is_found_in_the_answer_that_has_it() {
    let mut faulty = Faulty { inner: demo(), changed: 200 };
    let found = divergence(&mut demo(), &mut faulty);
    assert_eq!((found.index, found.moment.at), (4, Duration::from_secs(1)));
    assert!(matches!(&found.moment.turn, Turn::Acted(Act::Send(sent)) if sent == &HELLO[7..]));
    assert_eq!(found.before.len(), 4);
    let (one, other) = (&found.moment.state, &found.other);
    assert_eq!(one.sent_before, other.sent_before);
    let at = one.sent.iter().zip(&other.sent).position(|(one, other)| one != other);
    assert_eq!(at.map(|at| one.sent_before + at), Some(200));
    insta::assert_snapshot!(Shown { names: ["core", "faulty"], divergence: &found });
}

#[test]
fn another_deadline_is_found_before_it_comes() {
    let hasty = Limits { idle_ms_max: 4_999, ..Limits::SMALL };
    let found = divergence(&mut demo(), &mut demo().with_limits(hasty));
    assert_eq!((found.index, found.moment.turn), (0, Turn::Opened));
    let due = [found.moment.state.due, found.other.due].map(|due| due.time());
    assert_eq!(due, [5_000, 4_999].map(|millis| Some(Duration::from_millis(millis))));
}

struct Fragile(Cell<bool>);

app! { for Fragile;
    get "/hello" => hello;
}

async fn hello(app: &Fragile) -> Status {
    assert!(!app.0.replace(true), "planted");
    Status::NO_CONTENT
}

#[test]
fn a_panic_is_a_difference_and_not_ours() {
    let mut sturdy = Core::new("sturdy", || Sturdy);
    let mut fragile = Core::new("fragile", || Fragile(Cell::new(false)));
    let found = divergence(&mut sturdy, &mut fragile);
    assert_eq!((found.index, found.moment.state.panicked), (4, None));
    assert_eq!(found.other.panicked.as_deref(), Some("planted"));
}

struct Sturdy;

app! { for Sturdy;
    get "/hello" => always;
}

async fn always(_: &Sturdy) -> Status {
    Status::NO_CONTENT
}

/// A server of which one byte is another, counted from the begin of a connection.
struct Faulty {
    inner: Core<fn() -> Demo>,
    changed: usize,
}

impl Subject for Faulty {
    fn name(&self) -> &str {
        "faulty"
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        self.inner.lacks(need)
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let inner = self.inner.open(options)?;
        Ok(Box::new(FaultyChannel { inner, changed: self.changed, came: 0 }))
    }
}

struct FaultyChannel {
    inner: Box<dyn Channel>,
    changed: usize,
    came: usize,
}

impl Channel for FaultyChannel {
    fn send(&mut self, bytes: &[u8]) {
        self.inner.send(bytes);
    }

    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        let before = into.len();
        let received = self.inner.receive(into, patience);
        let at = self.changed.checked_sub(self.came).map(|at| before + at);
        if let Some(byte) = at.and_then(|at| into.get_mut(at)) {
            *byte ^= 1;
        }
        self.came += into.len() - before;
        received
    }

    fn pass(&mut self, time: Duration) {
        self.inner.pass(time);
    }

    fn shut(&mut self) {
        self.inner.shut();
    }

    fn reset(&mut self) {
        self.inner.reset();
    }

    fn due(&self) -> Due {
        self.inner.due()
    }
}
