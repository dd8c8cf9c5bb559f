//! The driver between two network stacks in memory: no port, no device, no waiting.

mod client;
mod overload;
mod world;

use embassy_futures::join::join;
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::ConnectError;
use embassy_time::{Instant, Timer};
use samewire::{Body, Limits};
use samewire_demo::Demo;
use samewire_embassy::{Drain, Pool, SPARE_TCP_BYTES, Server, serve};

use client::Client;

const LIMITS: Limits = Limits::SMALL;

/// Runs clients against the demo with `N` slots.
fn with_slots<const N: usize>(script: impl AsyncFnOnce(Stack<'_>)) {
    world::run(async |server, clients, _| {
        match select(serve::<N>(server, &Demo::new(), 80), script(clients)).await {
            Either::First(()) => panic!("the server ended"),
            Either::Second(()) => {}
        }
    });
}

#[test]
fn answers_requests_on_one_connection() {
    with_slots::<2>(async |clients| {
        let mut client = Client::connect(clients).await.unwrap();
        for _ in 0..3 {
            assert!(client.index().await.starts_with("HTTP/1.1 200 OK\r\n"));
        }
    });
}

#[test]
fn the_bytes_do_not_depend_on_how_they_are_read() {
    let answer = |read_bytes_max| {
        let mut answer = Vec::new();
        world::run(async |server, clients, _| {
            let mut pool = Pool::<1>::new();
            let demo = Demo::new();
            let server = Server::new(&demo, 80)
                .wall_clock(|| Some(784_111_777))
                .read_bytes_max(read_bytes_max)
                .run(server, &mut pool);
            let client = async {
                let mut client = Client::connect(clients).await.unwrap();
                client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").await;
                client.send(b"GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
                answer = client.read_to_end().await;
            };
            select(server, client).await;
        });
        String::from_utf8(answer).unwrap()
    };
    let whole = answer(usize::MAX);
    assert!(whole.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "{whole}");
    assert!(whole.ends_with("\r\n0\r\n\r\n"), "{whole}");
    assert_eq!(answer(1), whole);
}

/// Tells the largest piece of content that a handler saw.
struct Pieces;

samewire::app! { for Pieces; post "/" => largest(body); }

async fn largest(_: &Pieces, mut body: Body<'_>) -> samewire::Result<&'static str> {
    let mut largest = 0;
    while let Some(piece) = body.chunk().await? {
        largest = piece.len().max(largest);
    }
    Ok(if largest == 1 { "bytes" } else { "more" })
}

#[test]
fn reads_are_as_small_as_asked() {
    for (read_bytes_max, expected) in [(usize::MAX, "more"), (1, "bytes"), (0, "bytes")] {
        world::run(async |stack, clients, _| {
            let mut pool = Pool::<1>::new();
            let server = Server::new(&Pieces, 80).read_bytes_max(read_bytes_max);
            let client = async {
                let mut client = Client::connect(clients).await.unwrap();
                client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n").await;
                client.send(b"some text").await;
                client.read_to(expected).await;
            };
            select(server.run(stack, &mut pool), client).await;
        });
    }
}

#[test]
fn a_client_too_many_is_refused_until_another_leaves() {
    with_slots::<2>(async |clients| {
        let mut first = Client::connect(clients).await.unwrap();
        let mut second = Client::connect(clients).await.unwrap();
        first.index().await;
        second.index().await;
        assert_eq!(Client::connect(clients).await.err(), Some(ConnectError::ConnectionReset));
        first.end();
        assert!(first.read_to_end().await.is_empty());
        Client::connect(clients).await.unwrap().index().await;
        second.index().await;
    });
}

#[test]
fn places_can_be_run_one_by_one() {
    world::run(async |stack, clients, _| {
        let (demo, drain, mut pool) = (Demo::new(), Drain::new(), Pool::<2>::new());
        let server = Server::new(&demo, 80).drain(&drain);
        let [first, second] = pool.places();
        let servers = join(server.run_place(stack, first), server.run_place(stack, second));
        let client = async {
            let mut one = Client::connect(clients).await.unwrap();
            let mut other = Client::connect(clients).await.unwrap();
            one.index().await;
            other.index().await;
            drain.begin();
            assert!(one.read_to_end().await.is_empty());
            assert!(other.read_to_end().await.is_empty());
        };
        join(servers, client).await;
    });
}

#[test]
fn a_reset_frees_the_slot() {
    with_slots::<1>(async |clients| {
        for begun in [&b""[..], b"GET / HT", b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"] {
            let mut client = Client::connect(clients).await.unwrap();
            client.send(begun).await;
            Timer::after_millis(20).await;
            client.reset().await;
            let (mut next, waited) = Client::insist(clients).await;
            assert!(waited.as_millis() < 100, "{waited} after {begun:?}");
            next.index().await;
            next.end();
            next.read_to_end().await;
        }
    });
}

#[test]
fn a_close_in_order_loses_no_answer_and_sends_no_reset() {
    world::run(async |server, clients, wire| {
        let client = async {
            for round in 0..6 {
                let (mut client, waited) = Client::insist(clients).await;
                assert!(waited.as_millis() < 100, "{waited} in round {round}");
                // Refused connections, while the slot closed, are answered with RST, too.
                let resets = world::resets(wire);
                if round % 2 == 0 {
                    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
                    client.end();
                } else {
                    client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
                }
                let answer = client.read_to_end().await;
                assert!(answer.ends_with(b"wire.\n"), "{answer:?}");
                assert_eq!(world::resets(wire), resets, "round {round}");
            }
        };
        select(serve::<1>(server, &Demo::new(), 80), client).await;
    });
}

#[test]
fn a_peer_that_reads_slowly_gets_all_before_its_slot_is_free() {
    with_slots::<1>(async |clients| {
        let mut slow = Client::with_window(clients, 256).await.unwrap();
        let content = "0123456789".repeat(150);
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", 1500);
        slow.send(head.as_bytes()).await;
        slow.send(content.as_bytes()).await;
        slow.end();
        let begin = Instant::now();
        let mut answer = Vec::new();
        loop {
            Timer::after_millis(800).await;
            let read = slow.read().await;
            if read.is_empty() {
                break;
            }
            answer.extend(read);
        }
        assert!(answer.ends_with(content.as_bytes()));
        let took = begin.elapsed().as_millis();
        assert!(took > 2 * u64::from(LIMITS.linger_ms_max), "not slow: {took} ms");
        Client::insist(clients).await.0.index().await;
    });
}

#[test]
fn an_idle_peer_gives_way() {
    with_slots::<1>(async |clients| {
        let idle = Client::connect(clients).await.unwrap();
        let (mut next, waited) = Client::insist(clients).await;
        let bound = u64::from(LIMITS.idle_ms_max + LIMITS.linger_ms_max);
        let waited = waited.as_millis();
        assert!((bound - 10..bound + 100).contains(&waited), "{waited} ms");
        next.index().await;
        drop(idle);
    });
}

#[test]
fn a_peer_that_vanished_frees_its_slot() {
    let Limits { idle_ms_max, linger_ms_max, write_ms_max, .. } = LIMITS;
    // Until our FIN; from there to the end of lingering; then for what is not acknowledged.
    let begin = idle_ms_max + linger_ms_max;
    for (acknowledges, bound) in [(true, begin + linger_ms_max), (false, begin + write_ms_max)] {
        world::run(async |server, clients, wire| {
            let client = async {
                let mut gone = Client::connect(clients).await.unwrap();
                if acknowledges {
                    gone.index().await;
                    Timer::after_millis(20).await;
                } else {
                    gone.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
                    Timer::after_millis(1).await;
                }
                world::let_through(wire, Some(0));
                // Its stack must not answer for it when segments get through again.
                Timer::after_millis((bound + 600).into()).await;
                world::let_through(wire, None);
                Client::connect(clients).await.unwrap().index().await;
                drop(gone);
            };
            select(serve::<1>(server, &Demo::new(), 80), client).await;
        });
    }
}

#[test]
fn a_peer_that_only_sends_syn_does_not_keep_a_slot() {
    world::run(async |server, clients, wire| {
        let client = async {
            world::let_through(wire, Some(1));
            let half_open = Client::connect(clients).await;
            Timer::after_secs(6).await;
            world::let_through(wire, None);
            Client::connect(clients).await.unwrap().index().await;
            drop(half_open);
        };
        select(serve::<1>(server, &Demo::new(), 80), client).await;
    });
}

#[test]
fn no_slot_is_lost_however_connections_end() {
    with_slots::<3>(async |clients| {
        for round in 0..200 {
            let (mut client, waited) = Client::insist(clients).await;
            assert!(waited.as_millis() < 100, "{waited} in round {round}");
            match round % 5 {
                0 => client.reset().await,
                1 => {
                    client.index().await;
                    client.reset().await;
                }
                2 => {
                    client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
                    assert!(client.read_to_end().await.ends_with(b"wire.\n"));
                }
                3 => {
                    client.end();
                    assert!(client.read_to_end().await.is_empty());
                }
                _ => {
                    client.send(b"nonsense\r\n\r\n").await;
                    assert!(client.read_to_end().await.starts_with(b"HTTP/1.1 400 "));
                }
            }
        }
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(Client::connect(clients).await.unwrap());
        }
        for client in &mut all {
            client.index().await;
        }
    });
}

#[test]
fn a_drain_closes_what_is_idle_and_ends_the_server() {
    world::run(async |server, clients, _| {
        let drain = Drain::new();
        let mut pool = Pool::<3>::new();
        let demo = Demo::new();
        let client = async {
            let mut client = Client::connect(clients).await.unwrap();
            client.index().await;
            drain.begin();
            let begin = Instant::now();
            assert!(client.read_to_end().await.is_empty());
            assert!(begin.elapsed().as_millis() < 100, "it did not drain, it was idle");
            Client::connect(clients).await.err()
        };
        let server = Server::new(&demo, 80).drain(&drain).run(server, &mut pool);
        let ((), refused) = join(server, client).await;
        assert_eq!(refused, Some(ConnectError::ConnectionReset));
    });
}

#[test]
#[should_panic(expected = "this pool is not for these limits: SendBufferTooSmall")]
fn a_pool_too_small_is_noticed_before_the_first_connection() {
    world::run(async |server, _, _| {
        let mut pool = Pool::<1, 4096, 100>::new();
        Server::new(&Demo::new(), 80).run(server, &mut pool).await;
    });
}

#[test]
fn what_a_server_takes_is_a_constant() {
    const RAM: usize = Pool::<4>::ram_bytes::<Demo>();
    const WITH_SPARE: usize = Pool::<
        4,
        { LIMITS.receive_bytes_min() },
        { LIMITS.send_bytes_min() },
        1536,
        1,
    >::ram_bytes::<Demo>();
    world::run(async |stack, _, _| {
        let (demo, mut pool) = (Demo::new(), Pool::<4>::new());
        let future = Server::new(&demo, 80).run(stack, &mut pool);
        assert_eq!(RAM, size_of_val(&future) + size_of::<Pool<4>>());
    });
    let spare = WITH_SPARE - RAM;
    assert!((2 * SPARE_TCP_BYTES..2 * SPARE_TCP_BYTES + 4096).contains(&spare), "{spare}");
}
