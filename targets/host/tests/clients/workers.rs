//! Workers: an app for each, and none that dies of a handler.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, ThreadId};

use samewire_host::Server;

use crate::peer::Peer;

/// Knows its number, and how to panic.
struct Numbered {
    number: u32,
    thread: ThreadId,
}

samewire::app! { for Numbered;
    get "/number" => number;
    get "/panic" => panics;
}

async fn number(app: &Numbered) -> &'static str {
    assert_eq!(app.thread, thread::current().id(), "an app stays where it was made");
    if app.number == 0 { "first" } else { "second" }
}

async fn panics(_: &Numbered) -> &'static str {
    panic!("a handler that panics, as this test wants it to")
}

fn numbered() -> impl Fn() -> Numbered + Send + Sync + 'static {
    let made = Arc::new(AtomicU32::new(0));
    move || Numbered {
        number: made.fetch_add(1, Ordering::Relaxed),
        thread: thread::current().id(),
    }
}

fn ask(server: &samewire_host::Running, target: &str) -> String {
    let mut peer = Peer::connect(server.local_addr());
    peer.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    peer.rest()
}

#[test]
fn each_worker_serves_with_an_app_of_its_own() {
    let server = Server::new(numbered()).bind("127.0.0.1:0").workers(2).start().unwrap();
    let mut seen = BTreeSet::new();
    // The system spreads connections by chance: a hundred that all go one way are no chance.
    for _ in 0..100 {
        let answer = ask(&server, "/number");
        seen.insert(answer.split("\r\n\r\n").nth(1).expect("an answer").to_owned());
        if seen.len() == 2 {
            return;
        }
    }
    panic!("only {seen:?} answered");
}

#[test]
fn a_panic_costs_one_connection() {
    let server = Server::new(numbered()).bind("127.0.0.1:0").start().unwrap();
    let mut other = Peer::connect(server.local_addr());
    other.send("GET /number HTTP/1.1\r\nHost: a\r\n\r\n");
    other.until("first");
    assert_eq!(ask(&server, "/panic"), "");
    other.send("GET /number HTTP/1.1\r\nHost: a\r\n\r\n");
    other.until("first");
    drop(other);
    let counts = server.stop();
    assert_eq!((counts.accepted, counts.ended, counts.panicked), (2, 2, 1));
}
