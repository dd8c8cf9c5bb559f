//! What a server was told, seen from outside: each setting changes something.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use samewire::app::layer::{Arrival, Layer, Verdict};
use samewire::{Body, FixedEntropy, Limits, Rendered, Respond, Result, Status};
use samewire_demo::Demo;
use samewire_host::{Entropy, Overload, Running, Server, WallClock};

use crate::peer::{GUARD, Peer};

const ASK: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn ask(server: &Running) -> String {
    let mut peer = Peer::connect(server.local_addr());
    peer.send(ASK);
    peer.rest()
}

#[test]
fn it_listens_where_it_was_told_to() {
    // Nobody else listens on an address of this test's own.
    let free = |host: &str| -> SocketAddr {
        let server = Server::new(Demo::new).bind(format!("{host}:0")).start().unwrap();
        server.local_addr()
    };
    for host in ["127.0.0.1", "127.0.0.2"] {
        let address = free(host);
        assert_eq!(address.ip(), host.parse::<IpAddr>().unwrap());
        let server = Server::new(Demo::new).bind(address).start().unwrap();
        assert_eq!(server.local_addr(), address);
        assert!(ask(&server).starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

/// Another app, on a port of its own.
struct Admin;

samewire::app! { for Admin; get "/" => index; }

async fn index(_: &Admin) -> &'static str {
    "admin"
}

#[test]
fn two_servers_live_side_by_side_with_an_app_each() {
    let demo = Server::new(Demo::new).bind("127.0.0.1:0").start().unwrap();
    let admin = Server::new(|| Admin).bind("127.0.0.1:0").start().unwrap();
    assert!(ask(&demo).ends_with("wire.\n"));
    assert!(ask(&admin).ends_with("admin"));
    assert_eq!((demo.stop().accepted, admin.counts().accepted), (1, 1));
    assert!(ask(&admin).ends_with("admin"), "one ends, the other goes on");
}

#[test]
#[cfg(target_os = "linux")]
fn the_system_holds_as_many_connections_as_the_backlog_says() {
    // The only place is taken and newcomers wait, so that what the system holds stays there.
    let full = |server: Server<fn() -> Demo>| {
        let server = server.bind("127.0.0.1:0").connections_max(1).overload(Overload::Wait);
        let server = server.start().unwrap();
        let mut peer = Peer::connect(server.local_addr());
        peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        peer.until("wire.\n");
        (server, peer)
    };
    let new = || Server::new(Demo::new as fn() -> Demo);
    // Linux takes one more than it was told; it leaves further ones without an answer.
    for (server, fits) in [(new().backlog(1), 2), (new().backlog(3), 4), (new(), 8)] {
        let (server, _busy) = full(server);
        let connect = |patience| TcpStream::connect_timeout(&server.local_addr(), patience);
        let _held: Vec<_> = (0..fits).map(|_| connect(GUARD).expect("there is room")).collect();
        let one_more = connect(Duration::from_millis(100));
        assert_eq!(one_more.is_ok(), fits == 8, "{fits}");
    }
}

/// Takes whatever comes.
struct Sink;

samewire::app! { for Sink; get "/" => index_of_sink; post "/" => drop_all(body); }

async fn index_of_sink(_: &Sink) -> &'static str {
    "sink"
}

async fn drop_all(_: &Sink, mut body: Body<'_>) -> Result<Status> {
    while body.chunk().await?.is_some() {}
    Ok(Status::ACCEPTED)
}

#[test]
fn larger_buffers_take_fewer_reads_and_writes() {
    const CONTENT: usize = 200_000;
    let upload = |server: Server<fn() -> Sink>| {
        let server = server.bind("127.0.0.1:0").limits(Limits::SMALL).start().unwrap();
        let mut peer = Peer::connect(server.local_addr());
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {CONTENT}\r\n");
        peer.send(head + "Connection: close\r\n\r\n" + &"x".repeat(CONTENT));
        assert!(peer.rest().starts_with("HTTP/1.1 202 "));
        server.stop().reads
    };
    let new = || Server::new((|| Sink) as fn() -> Sink);
    let few = u64::try_from(CONTENT / Limits::SMALL.receive_bytes_min()).unwrap();
    assert!(upload(new()) >= few, "a buffer holds no more");
    assert!(upload(new().receive_bytes(CONTENT)) < few, "what has come is read at once");

    let burst = |server: Server<fn() -> Sink>| {
        let server = server.bind("127.0.0.1:0").limits(Limits::SMALL).start().unwrap();
        let mut peer = Peer::connect(server.local_addr());
        peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(60) + ASK);
        let answers = peer.rest();
        assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 61);
        (u64::try_from(answers.len()).unwrap(), server.stop())
    };
    let (bytes, counts) = burst(new());
    let send_bytes = u64::try_from(Limits::SMALL.send_bytes_min()).unwrap();
    assert!(counts.writes > bytes / send_bytes, "a buffer holds no more: {counts:?}");
    let (_, counts) = burst(new().send_bytes(65_536));
    assert!(counts.writes <= counts.reads, "one for each read: {counts:?}");
}

/// Answers what the driver lends to a connection.
struct Lent;

samewire::app! { for Lent; layers [Tell]; get "/" => lent(state); }

async fn lent<'x>(_: &Lent, told: &'x String) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(told.as_bytes()))
}

struct Tell;

impl<A> Layer<A> for Tell {
    type State = String;

    fn on_request(&self, _: &A, told: &mut String, arrival: &mut Arrival<'_, '_>) -> Verdict {
        *told = format!("told {:?} {:?}", arrival.peer(), arrival.entropy());
        Ok(())
    }
}

#[test]
fn who_asks_is_known_and_random_bytes_are_as_they_were_told() {
    let server = |entropy| Server::new(|| Lent).bind("127.0.0.1:0").entropy(entropy).start();
    let told = |answer: String| {
        let line = answer.lines().find_map(|line| line.strip_prefix("told ")).map(str::to_owned);
        line.expect("a line")
    };
    let fixed = server(Entropy::Fixed(FixedEntropy::EXAMPLE)).unwrap();
    let expected = format!("Some(127.0.0.1) {:?}", Some(FixedEntropy::EXAMPLE.clone().draw()));
    // It begins anew with each connection.
    assert_eq!([told(ask(&fixed)), told(ask(&fixed))], [expected.clone(), expected]);
    let system = server(Entropy::System).unwrap();
    let (one, other) = (told(ask(&system)), told(ask(&system)));
    assert!(one != other && one.starts_with("Some(127.0.0.1) Some(["), "{one} {other}");
}

#[test]
fn the_time_of_day_is_as_it_was_told() {
    for (clock, expected) in [
        (WallClock::Fixed(784_111_777), Some("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n")),
        (WallClock::Absent, None),
    ] {
        let server = Server::new(|| Lent).bind("127.0.0.1:0").wall_clock(clock).start().unwrap();
        let answer = ask(&server);
        assert_eq!(answer.contains("\r\nDate: "), expected.is_some(), "{answer}");
        assert!(answer.contains(expected.unwrap_or("told ")), "{answer}");
    }
}
