//! Background work on virtual time: timers, a queue, and how all of it ends.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use samewire::app::layer::Layer;
use samewire::{Either, Json, Limits, Queue, Status, Time, app, select};
use samewire_sim::{End, World};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Notes what happens when.
#[derive(Default)]
struct Log(RefCell<Vec<String>>);

impl Log {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    fn at(&self, time: Time<'_>, what: &str) {
        self.note(format!("{} {what}", time.now().as_millis()));
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Hears of the server's begin and end.
impl<A> Layer<A> for Log {
    type State = ();

    fn server_start(&self, _: &A) {
        self.note("start");
    }

    fn server_stop(&self, _: &A) {
        self.note("stop");
    }
}

/// Has timers.
#[derive(Default)]
struct Ticking {
    log: Log,
    /// How long the work of the next tick takes.
    takes: Cell<u64>,
}

app! { for ticking: Ticking;
    layers [&ticking.log];
    background => tick;
    background => wait_once;
    get "/" => index;
}

async fn tick(app: &Ticking, time: Time<'_>) {
    let mut every = time.every(ms(100));
    while every.tick().await {
        app.log.at(time, &format!("tick, {} missed", every.missed()));
        let takes = app.takes.replace(0);
        if takes > 0 && !time.after(ms(takes)).await {
            return;
        }
    }
    app.log.at(time, "no more ticks");
}

async fn wait_once(app: &Ticking, time: Time<'_>) {
    // Whichever comes first cancels the other one.
    let (mut late, mut soon) = (time.after(ms(1000)), time.after(ms(250)));
    match select(&mut late, &mut soon).await {
        Either::First(_) => app.log.at(time, "late"),
        Either::Second(_) => app.log.at(time, "soon"),
    }
    drop((late, soon));
    app.log.at(time, if time.after(ms(50_000)).await { "far" } else { "cut short" });
}

async fn index(_: &Ticking) -> &'static str {
    "passed"
}

#[test]
fn timers_come_in_their_order_do_not_drift_and_are_cancelled_when_dropped() {
    let world = World::new(Ticking::default(), Limits::SMALL);
    world.pass(ms(299));
    let expected = ["start", "100 tick, 0 missed", "200 tick, 0 missed", "250 soon"];
    assert_eq!(world.app().log.take(), expected);
    // A tick whose work takes 250 ms makes two others late, and one of them is missed.
    world.app().takes.set(250);
    world.pass(ms(401));
    let expected =
        ["300 tick, 0 missed", "550 tick, 1 missed", "600 tick, 0 missed", "700 tick, 0 missed"];
    assert_eq!(world.app().log.take(), expected);
    // Nothing comes of the timer that was dropped.
    world.pass(ms(350));
    assert!(world.app().log.take().iter().all(|note| note.contains("tick")));
}

#[test]
fn a_drain_ends_what_waits_for_time() {
    let world = World::new(Ticking::default(), Limits::SMALL);
    world.pass(ms(350));
    world.app().log.take();
    world.drain();
    world.run();
    assert_eq!(world.app().log.take(), ["350 no more ticks", "350 cut short", "stop"]);
    let refused = world.connect();
    world.run();
    assert_eq!((refused.end(), world.connections()), (End::Reset, 0));
    world.drain();
    world.pass(ms(10_000));
    assert!(world.app().log.take().is_empty(), "there is one end");
}

/// Leaves work behind, which two loops do.
#[derive(Default)]
struct Shop {
    log: Log,
    jobs: Queue<u32, 4>,
    at_work: Cell<u32>,
}

app! { for shop: Shop;
    layers [&shop.log];
    background => work;
    background => work;
    post "/jobs/{millis:u32}" => order(path);
    get "/slow" => slow;
}

async fn work(shop: &Shop, time: Time<'_>) {
    while let Some(millis) = shop.jobs.next(time).await {
        shop.at_work.set(shop.at_work.get() + 1);
        assert!(shop.at_work.get() <= 2, "two loops do two jobs at a time");
        // What a job waits for that is no timer is not cut short. Here it is nothing.
        let _ = time.after(ms(millis.into())).await;
        shop.log.at(time, &format!("job {millis}"));
        shop.at_work.set(shop.at_work.get() - 1);
    }
}

async fn order(shop: &Shop, millis: u32) -> Status {
    match shop.jobs.push(millis) {
        Ok(()) => Status::ACCEPTED,
        Err(_) => Status::SERVICE_UNAVAILABLE,
    }
}

async fn slow(shop: &Shop) -> Status {
    // It waits until the test has drained the world.
    std::future::poll_fn(|_| match shop.at_work.get() {
        9 => std::task::Poll::Ready(()),
        _ => std::task::Poll::Pending,
    })
    .await;
    shop.at_work.set(0);
    shop.jobs.push(1).expect("a queue that has room");
    Status::ACCEPTED
}

fn post(world: &World<Shop>, millis: u32) -> u16 {
    let client = world.connect();
    client.send(format!("POST /jobs/{millis} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"));
    world.run();
    let answer = String::from_utf8(client.take()).expect("text");
    answer.get(9..12).and_then(|code| code.parse().ok()).expect("a status")
}

#[test]
fn a_queue_is_bounded_and_so_many_loops_do_so_many_jobs() {
    let world = World::new(Shop::default(), Limits::SMALL);
    // Two are at work at once, four wait, and there is no room for more.
    let statuses: Vec<_> = [300, 100, 30, 20, 10, 5, 1].map(|job| post(&world, job)).to_vec();
    assert_eq!(statuses, [202, 202, 202, 202, 202, 202, 503]);
    world.pass(ms(1000));
    let expected = [
        "start",
        "100 job 100",
        "130 job 30",
        "150 job 20",
        "160 job 10",
        "165 job 5",
        "300 job 300",
    ];
    assert_eq!(world.app().log.take(), expected);
}

#[test]
fn what_is_queued_while_the_server_drains_is_still_done() {
    let world = World::new(Shop::default(), Limits::SMALL);
    let client = world.connect();
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run();
    world.drain();
    world.run();
    assert_eq!(world.app().log.take(), ["start"], "a connection is open");
    world.app().at_work.set(9);
    client.send("x");
    world.run();
    assert!(client.take().starts_with(b"HTTP/1.1 202 "));
    client.shut();
    world.pass(ms(10_000));
    let log = world.app().log.take();
    assert_eq!((log.len(), log.last().map(String::as_str)), (2, Some("stop")), "{log:?}");
    assert!(log[0].ends_with("job 1"));
}

/// Hands out numbers to whoever waits for one.
#[derive(Default)]
struct Counter {
    numbers: Queue<u8, 4>,
}

app! { for Counter; get "/next" => next_number(time); }

async fn next_number(counter: &Counter, time: Time<'_>) -> Json<Option<u8>> {
    Json(counter.numbers.next(time).await)
}

#[test]
fn connections_that_wait_for_one_queue_let_each_other_rest() {
    let world = World::new(Counter::default(), Limits::SMALL);
    let clients = [world.connect(), world.connect(), world.connect()];
    clients.iter().for_each(|client| client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n"));
    // They would not come to rest if each woke the others to wait itself.
    world.run();
    let answers = || {
        let answers = clients.each_ref().map(|client| String::from_utf8(client.take()).unwrap());
        answers.map(|answer| answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned())
    };
    assert_eq!(answers(), ["", "", ""]);
    for number in 1..=3 {
        world.app().numbers.push(number).expect("room");
        world.run();
        assert_eq!(answers().concat(), number.to_string());
    }
}

/// Has work that ends by itself, after so many milliseconds each.
struct Errands {
    log: Log,
    takes: [u64; 3],
}

app! { for Errands;
    background => first;
    background => second;
    background => third;
}

async fn first(app: &Errands, time: Time<'_>) {
    app.run(time, app.takes[0]).await;
}

async fn second(app: &Errands, time: Time<'_>) {
    app.run(time, app.takes[1]).await;
}

async fn third(app: &Errands, time: Time<'_>) {
    app.run(time, app.takes[2]).await;
}

impl Errands {
    async fn run(&self, time: Time<'_>, millis: u64) {
        let in_time = time.after(ms(millis)).await;
        self.log.at(time, if in_time { "done" } else { "cut short" });
    }
}

#[test]
fn work_that_has_ended_leaves_the_rest_at_work() {
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    for takes in orders {
        let world = World::new(Errands { log: Log::default(), takes }, Limits::SMALL);
        world.pass(ms(3));
        assert_eq!(world.app().log.take(), ["1 done", "2 done", "3 done"], "{takes:?}");
        world.drain();
        world.run();
        assert_eq!(world.app().log.take(), [""; 0], "{takes:?}");
    }
}

/// Has two apps in it, each with work of its own.
#[derive(Default)]
struct House {
    shop: Shop,
    clock: Ticking,
    log: Log,
}

app! { for house: House;
    layers [&house.log];
    mount "/shop" => Shop(house.shop);
    plugin        => Ticking(house.clock);
    background    => housekeeping;
}

async fn housekeeping(house: &House, time: Time<'_>) {
    time.closing().await;
    house.log.at(time, "closed");
}

#[test]
fn what_is_mounted_works_and_hears_too() {
    let world = World::new(House::default(), Limits::SMALL);
    let client = world.connect();
    client.send("POST /shop/jobs/30 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    world.pass(ms(120));
    assert!(client.take().starts_with(b"HTTP/1.1 202 "));
    client.shut();
    world.drain();
    world.pass(ms(5000));
    let House { shop, clock, log } = world.app();
    assert_eq!(shop.log.take(), ["start", "30 job 30", "stop"]);
    let ticked = ["start", "100 tick, 0 missed", "120 no more ticks", "120 cut short", "stop"];
    assert_eq!(
        clock.log.take().into_iter().filter(|note| !note.contains("late")).collect::<Vec<_>>(),
        ticked
    );
    assert_eq!(log.take(), ["start", "120 closed", "stop"]);
}
