//! Many requests in one write, and what becomes of them (RFC 9112 §9.3.2).

use samewire::Limits;
use samewire_demo::Demo;
use samewire_host::{Server, WallClock};

use crate::demo;
use crate::peer::Peer;

const HELLO: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST: &str = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = demo(Limits::LARGE);
    let mut peer = Peer::connect(server.local_addr());
    let bodies = ["one", "two", "three"];
    let requests = bodies.map(|body| {
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    });
    peer.send(requests.concat());
    for body in bodies {
        peer.until(&format!("\r\n\r\n{body}"));
    }
    peer.send(LAST);
    assert!(peer.rest().ends_with(r#"{"message":"Hello, World!"}"#));
}

#[test]
fn a_burst_is_answered_in_one_write() {
    let server = demo(Limits::LARGE);
    let mut peer = Peer::connect(server.local_addr());
    peer.send([HELLO.repeat(9).as_str(), LAST].concat());
    let answers = peer.rest();
    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 10);
    let counts = server.stop();
    // The kernel may have cut the burst in two, which makes a write for each part.
    assert!(counts.writes <= counts.reads, "{counts:?}");
}

#[test]
fn answers_are_the_same_however_small_the_reads_are() {
    let answers = |bytes| {
        let server = Server::new(Demo::new).bind("127.0.0.1:0").read_bytes_max(bytes);
        let server = server.wall_clock(WallClock::Fixed(784_111_777)).start().unwrap();
        let mut peer = Peer::connect(server.local_addr());
        peer.send([HELLO, LAST].concat());
        peer.shut();
        let rest = peer.rest();
        (rest, server.stop().reads)
    };
    let (whole, _) = answers(usize::MAX);
    assert!(whole.contains("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "{whole}");
    for bytes in [1, 7] {
        let (same, reads) = answers(bytes);
        assert_eq!(same, whole, "{bytes}");
        assert_eq!(reads, (HELLO.len() + LAST.len()).div_ceil(bytes) as u64, "{bytes}");
    }
}
