//! Every way in which a client can leave, and that none of them holds a place: each is tried more
//! often than there are places, and `Served` counts these at the end.

use super::{HELLO, PLACES, served};

const REQUEST: &str = "GET /hello HTTP/1.1\r\nHost: demo\r\n\r\n";
/// More often than there are places, many times over.
const TIMES: usize = PLACES * 5;

#[test]
fn a_reset_between_requests() {
    let server = served();
    (0..TIMES).for_each(|_| server.enter().reset());
}

#[test]
fn a_reset_within_an_answer_and_within_a_request() {
    let server = served();
    for sent in ["GET /stream HTTP/1.1\r\nHost: demo\r\n\r\n", "GET / HT", "POST / HTTP/1.1\r\n"] {
        for _ in 0..TIMES / 3 {
            let mut peer = server.enter();
            peer.send(sent);
            peer.reset();
        }
    }
}

#[test]
fn a_half_close_behind_a_request_and_within_one() {
    let server = served();
    for _ in 0..TIMES / 2 {
        let mut peer = server.enter();
        peer.send(REQUEST);
        peer.shut();
        assert!(peer.rest().ends_with(HELLO), "who has ended its half gets its answer");
        let mut peer = server.enter();
        peer.send("GET / HT");
        peer.shut();
        let rest = peer.rest();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "{rest}");
    }
}

#[test]
fn a_reset_while_a_handler_is_at_work() {
    let server = served();
    for _ in 0..TIMES {
        let mut peer = server.enter();
        peer.send("GET /slow HTTP/1.1\r\nHost: demo\r\n\r\n");
        // The answer to another shows that the request has arrived. A reset that overtakes it is
        // passed on by an emulator as the mere end of the client's half, to whom an answer is owed.
        drop(server.enter());
        peer.reset();
    }
}
