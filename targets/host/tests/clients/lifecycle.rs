//! What an app hears of its server, and what it does beside answering requests.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use samewire::app::layer::{Layer, Record};
use samewire::{Queue, Status, Time, app};
use samewire_host::{Overload, Running, Server};

use crate::peer::{GUARD, Peer};

/// Tells the test what happens.
struct Told {
    hooks: Hooks,
    jobs: Queue<u8, 4>,
}

app! { for told: Told;
    layers [&told.hooks];
    background => work;
    get "/" => index;
    post "/jobs/{job:u32}" => queue(path);
}

async fn index(_: &Told) -> &'static str {
    "passed"
}

async fn queue(told: &Told, job: u32) -> Status {
    match told.jobs.push(u8::try_from(job).unwrap_or(0)) {
        Ok(()) => Status::ACCEPTED,
        Err(_) => Status::SERVICE_UNAVAILABLE,
    }
}

async fn work(told: &Told, time: Time<'_>) {
    told.hooks.tell("work begins");
    // Nothing is done before the server closes: what has been queued must not be lost then.
    time.closing().await;
    while let Some(job) = told.jobs.next(time).await {
        told.hooks.tell(format!("job {job}"));
    }
    told.hooks.tell("work ends");
}

/// A layer that tells.
struct Hooks(Sender<String>);

impl Hooks {
    fn tell(&self, what: impl Into<String>) {
        // A test that has seen enough hears no more.
        let _ = self.0.send(what.into());
    }
}

impl<A> Layer<A> for Hooks {
    type State = ();

    fn server_start(&self, _: &A) {
        self.tell("start");
    }

    fn server_stop(&self, _: &A) {
        self.tell("stop");
    }

    fn crowded(&self, _: &A, used: usize, max: usize) {
        self.tell(format!("{used} of {max}"));
    }

    fn ended(&self, _: &A, _: &(), record: &Record<'_>) {
        self.tell(record.status().map_or("nothing", |_| "answered"));
    }
}

fn told() -> (Server<impl Fn() -> Told>, Receiver<String>) {
    let (hooks, heard) = channel();
    let server = Server::new(move || Told { hooks: Hooks(hooks.clone()), jobs: Queue::new() });
    (server.bind("127.0.0.1:0"), heard)
}

fn ask(server: &Running, request: &str, end: &str) -> Peer {
    let mut peer = Peer::connect(server.local_addr());
    peer.send(format!("{request} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"));
    peer.until(end);
    peer
}

#[test]
fn the_begin_comes_first_the_end_comes_last_and_what_is_queued_is_done() {
    let (server, heard) = told();
    let server = server.start().unwrap();
    let peers = [7, 8].map(|job| ask(&server, &format!("POST /jobs/{job}"), "\r\n\r\n"));
    drop(peers);
    let counts = server.stop();
    assert_eq!((counts.ended, counts.panicked), (2, 0));
    let heard: Vec<_> = heard.iter().collect();
    let expected =
        ["start", "work begins", "answered", "answered", "job 7", "job 8", "work ends", "stop"];
    assert_eq!(heard, expected);
}

#[test]
fn a_server_that_is_cut_off_has_an_end_too() {
    let (server, heard) = told();
    let server = server.start().unwrap();
    let peer = ask(&server, "GET /", "passed");
    drop(server);
    assert_eq!(peer.rest(), "");
    assert_eq!(heard.iter().collect::<Vec<_>>(), ["start", "work begins", "answered", "stop"]);
}

#[test]
fn each_worker_has_a_begin_and_an_end_of_its_own() {
    let (server, heard) = told();
    server.workers(3).start().unwrap().stop();
    let heard: Vec<_> = heard.iter().collect();
    let count = |what| heard.iter().filter(|heard| *heard == what).count();
    assert_eq!(["start", "work ends", "stop"].map(count), [3, 3, 3], "{heard:?}");
}

#[test]
fn a_crowd_is_told_once_for_each_rise() {
    let (server, heard) = told();
    let server = server.connections_max(5).overload(Overload::Wait).start().unwrap();
    let crowds = || heard.try_iter().filter(|heard| heard.contains(" of ")).collect::<Vec<_>>();
    let mut peers: Vec<_> = (0..3).map(|_| ask(&server, "GET /", "passed")).collect();
    assert!(crowds().is_empty());
    peers.extend((0..2).map(|_| ask(&server, "GET /", "passed")));
    assert_eq!(crowds(), ["4 of 5"]);
    peers.truncate(3);
    let begin = Instant::now();
    while server.counts().ended < 2 {
        assert!(begin.elapsed() < GUARD);
        thread::yield_now();
    }
    peers.push(ask(&server, "GET /", "passed"));
    assert_eq!(crowds(), ["4 of 5"]);
}

/// Works for ever, or panics.
struct Stubborn(bool);

app! { for Stubborn; background => stubborn; get "/" => stubborn_index; }

async fn stubborn(app: &Stubborn, _: Time<'_>) {
    assert!(!app.0, "background work that panics, as this test wants it to");
    std::future::pending().await
}

async fn stubborn_index(_: &Stubborn) -> &'static str {
    "passed"
}

#[test]
fn work_without_end_is_dropped_when_the_time_to_drain_is_over() {
    let server = Server::new(|| Stubborn(false)).bind("127.0.0.1:0");
    let server = server.drain(std::time::Duration::ZERO).start().unwrap();
    drop(ask(&server, "GET /", "passed"));
    assert_eq!(server.stop().panicked, 0);
}

#[test]
fn work_that_panics_is_counted_and_takes_nobody_with_it() {
    let server = Server::new(|| Stubborn(true)).bind("127.0.0.1:0").start().unwrap();
    drop(ask(&server, "GET /", "passed"));
    assert_eq!(server.stop().panicked, 1);
}
