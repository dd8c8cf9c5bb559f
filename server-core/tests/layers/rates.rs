//! How often a client may ask.

use std::net::{IpAddr, Ipv4Addr};

use samewire::app;
use samewire::app::layer::{Forwarded, RateLimit};

use crate::{Answer, Machine};

/// One request a minute, as in the sample of an ancestor.
struct Slow(RateLimit<4>);

app! { for slow: Slow;
    layers [&slow.0];
    get "/" => index;
}

struct Fast(RateLimit<4>);

app! { for fast: Fast;
    layers [&fast.0];
    get "/" => index;
}

struct Proxied(RateLimit<8, Forwarded>);

app! { for proxied: Proxied;
    layers [&proxied.0];
    get "/" => index;
}

async fn index<A>(_: &A) -> &'static str {
    "index"
}

fn at(millis: u64) -> Machine {
    let machine = Machine::new();
    machine.millis.set(millis);
    machine
}

fn from(peer: &str) -> Machine {
    let machine = Machine::new();
    machine.peer.set(Some(peer.parse().unwrap()));
    machine
}

#[track_caller]
fn assert_refused(answer: &Answer, seconds: &str) {
    assert_eq!((answer.status, answer.field("Retry-After")), (429, Some(seconds)));
    assert_eq!(answer.field("Cache-Control"), Some("no-store"));
    assert_eq!(
        answer.content,
        "{\"title\":\"Too Many Requests\",\"status\":429,\"detail\":\"too many requests in a while\"}"
    );
}

#[test]
fn one_request_a_minute_means_a_minute() {
    let app = Slow(RateLimit::per_minute(1));
    assert_eq!(at(0).get(&app, "/", "").status, 200);
    assert_refused(&at(0).get(&app, "/", ""), "60");
    assert_refused(&at(1).get(&app, "/", ""), "60");
    assert_refused(&at(59_000).get(&app, "/", ""), "1");
    assert_refused(&at(59_900).get(&app, "/", ""), "1");
    assert_eq!(at(60_100).get(&app, "/", "").status, 200);
    assert_refused(&at(60_100).get(&app, "/", ""), "60");
}

/// 100 a second, 200 at once; all on one connection, whatever is asked for.
#[test]
fn a_burst_of_two_hundred_and_no_more() {
    let app = Fast(RateLimit::per_second(100).burst(200));
    let request = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";
    let said = at(7).said(&app, request.repeat(201));
    assert_eq!(said.matches("HTTP/1.1 404").count(), 200);
    assert_eq!(said.matches("HTTP/1.1 429").count(), 1);
    assert_refused(&at(7).get(&app, "/", ""), "1");
    let said = at(1_007).said(&app, request.repeat(101));
    assert_eq!(said.matches("HTTP/1.1 404").count(), 100);
    assert_eq!(said.matches("HTTP/1.1 429").count(), 1);
}

#[test]
fn each_address_has_its_own() {
    let app = Slow(RateLimit::per_minute(1));
    for peer in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"] {
        assert_eq!(from(peer).get(&app, "/", "").status, 200, "{peer}");
    }
    for peer in ["192.0.2.1", "::ffff:192.0.2.2", "2001:db8::ffff", "2001:db8:0:1:ffff::"] {
        assert_eq!(from(peer).get(&app, "/", "").status, 429, "{peer}");
    }
    // A fifth takes the place of the one that was quiet for the longest time.
    assert_eq!(from("192.0.2.5").get(&app, "/", "").status, 200);
    assert_eq!(from("192.0.2.5").get(&app, "/", "").status, 429);
}

#[test]
fn nobody_is_believed_to_be_somebody_else() {
    let app = Slow(RateLimit::per_minute(1));
    assert_eq!(from("192.0.2.1").get(&app, "/", "").status, 200);
    for lines in [
        "X-Forwarded-For: 192.0.2.9\r\n",
        "Forwarded: for=192.0.2.9\r\n",
        "X-Real-IP: 192.0.2.9\r\n",
    ] {
        assert_eq!(from("192.0.2.1").get(&app, "/", lines).status, 429, "{lines}");
    }
}

const PROXIES: &[IpAddr] =
    &[IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2))];

#[test]
fn a_trusted_proxy_tells_whom_it_speaks_for() {
    // What the proxy says, and as whom the client is then counted.
    for (lines, client) in [
        ("", "10.0.0.1"),
        ("X-Forwarded-For: 192.0.2.9\r\n", "192.0.2.9"),
        ("X-Forwarded-For: 192.0.2.8, 192.0.2.9\r\n", "192.0.2.9"),
        ("X-Forwarded-For: 192.0.2.9, 10.0.0.2\r\n", "192.0.2.9"),
        ("X-Forwarded-For: 192.0.2.9,10.0.0.2 ,, 10.0.0.1\r\n", "192.0.2.9"),
        ("X-Forwarded-For: 192.0.2.8\r\nX-Forwarded-For: 192.0.2.9\r\n", "192.0.2.9"),
        ("X-Forwarded-For: nonsense, 192.0.2.9\r\n", "192.0.2.9"),
        ("X-Forwarded-For: 192.0.2.9, nonsense\r\n", "10.0.0.1"),
        ("X-Forwarded-For: 192.0.2.9, nonsense, 10.0.0.2\r\n", "10.0.0.1"),
        ("X-Forwarded-For: 10.0.0.2\r\n", "10.0.0.1"),
        ("X-Forwarded-For: ::ffff:192.0.2.9\r\n", "192.0.2.9"),
        ("X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::1"),
        ("X-Forwarded-For: [2001:db8::7]\r\n", "2001:db8::1"),
    ] {
        let app = Proxied(RateLimit::per_minute(1).behind(PROXIES));
        assert_eq!(from("10.0.0.1").get(&app, "/", lines).status, 200, "{lines}");
        assert_eq!(from("10.0.0.1").get(&app, "/", lines).status, 429, "{lines}");
        assert_eq!(from(client).get(&app, "/", "").status, 429, "{lines} is {client}");
        assert_eq!(from("192.0.2.77").get(&app, "/", "").status, 200, "{lines}");
    }
    let app = Proxied(RateLimit::per_minute(1).behind(PROXIES));
    assert_eq!(from("192.0.2.1").get(&app, "/", "").status, 200);
    let lines = "X-Forwarded-For: 192.0.2.9\r\n";
    assert_eq!(from("192.0.2.1").get(&app, "/", lines).status, 429, "no proxy of ours");
}
