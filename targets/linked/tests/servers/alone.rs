//! A server at one end of the link, and a runner at the other: one connection after the other.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::task::Poll;
use std::time::Duration;

use samewire::{Json, Limits, Queue, Time};
use samewire_demo::Demo;
use samewire_linked::{End, Order, metric, places};

use super::runner::Runner;

const RECEIVE_BYTES: usize = Limits::SMALL.receive_bytes_min();
const SEND_BYTES: usize = Limits::SMALL.send_bytes_min();

const GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: board\r\n\r\n";

/// The demo, on a board that serves one connection at a time.
fn start() -> Runner {
    Runner::start::<_, 1, 2>(Demo::new)
}

#[test]
fn answers_and_ends_with_its_stream() {
    let mut runner = start();
    let channel = runner.open(&[]);
    let answer = runner.send(channel, GET);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT"),
        "{answer}"
    );
    assert!(answer.ends_with("\r\n\r\n{\"message\":\"Hello, World!\"}"), "{answer}");
    assert!(runner.ended.is_empty());
    assert_eq!(runner.leave(), End::Stream);
}

#[test]
fn time_is_the_runners() {
    let mut runner = start();
    let channel = runner.open(&[]);
    let idle = u64::from(Limits::SMALL.idle_ms_max);
    assert_eq!(runner.deadline, Some(idle));
    runner.pass_to(idle - 1);
    assert!(runner.ended.is_empty());
    runner.pass_to(idle);
    assert_eq!(runner.ended, [channel].into());
}

#[test]
fn orders_hold_for_the_next_connection() {
    let mut runner = start();
    let place = places(&Limits { idle_ms_max: 7, ..Limits::SMALL })
        .iter()
        .zip(places(&Limits::SMALL))
        .position(|(one, other)| *one != other)
        .expect("one differs");
    let place = u8::try_from(place).expect("few limits");
    let first = runner.open(&[Order::Limit(place, 7), Order::Bytes]);
    assert_eq!(runner.deadline, Some(7));
    runner.send(first, GET);
    runner.order(Order::Measure);
    runner.settle();
    assert_eq!(runner.metrics[&metric::READS], GET.len() as u64);
    runner.link.reset(first);

    let second = runner.open(&[Order::Default, Order::Cut(5)]);
    assert_eq!(runner.deadline, Some(Limits::SMALL.idle_ms_max.into()));
    runner.send(second, GET);
    runner.order(Order::Measure);
    runner.settle();
    assert_eq!(runner.metrics[&metric::READS], 2);
}

#[test]
fn a_client_that_stops_reading_gets_no_byte_more() {
    let mut runner = start();
    let channel = runner.open(&[]);
    runner.order(Order::Stall(10));
    assert_eq!(runner.send(channel, GET), "HTTP/1.1 2");
    runner.order(Order::Resume);
    runner.settle();
    assert!(runner.came(channel).starts_with("00 OK\r\n"));
}

#[test]
fn measures_what_the_board_can_tell() {
    let mut runner = start();
    runner.order(Order::Measure);
    runner.settle();
    let (receive, send) = (RECEIVE_BYTES as u64, SEND_BYTES as u64);
    let expected = [
        (metric::STATIC_BYTES, 11),
        (metric::STACK_BYTES, 22),
        (metric::READS, 0),
        (metric::RECEIVE_BYTES, receive),
        (metric::SEND_BYTES, send),
    ];
    assert_eq!(runner.metrics, BTreeMap::from(expected));
}

#[test]
fn an_order_that_is_none_is_the_end() {
    let mut runner = start();
    assert_eq!(runner.link.write(runner.orders, b"?nonsense"), 9);
    let mut bytes = [0; 64];
    while let count @ 1.. = runner.link.transmit(0, &mut bytes) {
        runner.input.send(bytes[..count].to_vec()).expect("a board that runs");
    }
    assert_eq!(runner.board.join().expect("no panic"), End::Order(*b"?nonsense"));
}

/// Counts seconds, and what is asked of it.
#[derive(Default)]
struct Counting {
    seconds: Cell<u8>,
    asked: Queue<u8, 2>,
    done: Cell<u8>,
}

samewire::app! { for counting: Counting;
    background => count;
    background => work;
    get "/" => tell;
}

async fn count(app: &Counting, time: Time<'_>) {
    let mut second = time.every(Duration::from_secs(1));
    while second.tick().await {
        app.seconds.set(app.seconds.get() + 1);
    }
}

async fn work(app: &Counting, time: Time<'_>) {
    while let Some(amount) = app.asked.next(time).await {
        app.done.set(app.done.get() + amount);
    }
}

async fn tell(app: &Counting) -> Json<[u8; 2]> {
    app.asked.push(5).expect("room");
    // What is left for the work beside the server is done before the next thing comes.
    std::future::poll_fn(|_| if app.done.get() == 0 { Poll::Pending } else { Poll::Ready(()) })
        .await;
    Json([app.done.replace(0), app.seconds.get()])
}

#[test]
fn work_beside_the_server_has_its_time_and_its_turn() {
    let mut runner = Runner::start::<_, 1, 2>(Counting::default);
    let channel = runner.open(&[]);
    assert_eq!(runner.deadline, Some(1000));
    for (until, expected) in [(2500, "[5,2]"), (3000, "[5,3]")] {
        runner.pass_to(until);
        let answer = runner.send(channel, b"GET / HTTP/1.1\r\nHost: board\r\n\r\n");
        assert!(answer.ends_with(expected), "{answer}");
    }
}
