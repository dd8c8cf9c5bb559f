//! Time in handlers, on the world's clock.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use samewire::app::time::Time;
use samewire::{Either, Limits, Result, WebSocket, app, select};
use samewire_sim::{Sim, World};

use super::peer::Stage;

#[derive(Default)]
struct Clockwork {
    log: RefCell<Vec<String>>,
}

app! { for Clockwork;
    get "/later"  => later(time);
    get "/ticks"  => ticks(time);
    get "/longer" => longer(time);
    ws  "/clock"  => clock(ws, time);
}

async fn later(_: &Clockwork, time: Time<'_>) -> &'static str {
    time.after(Duration::from_millis(250)).await;
    "later\n"
}

async fn ticks(app: &Clockwork, time: Time<'_>) -> &'static str {
    let mut second = time.every(Duration::from_secs(1));
    for _ in 0..3 {
        second.tick().await;
        app.log.borrow_mut().push(format!("{} +{}", time.now().as_millis(), second.missed()));
    }
    "ticked\n"
}

async fn longer(_: &Clockwork, time: Time<'_>) -> &'static str {
    time.after(Duration::from_secs(31)).await;
    "too late\n"
}

/// Tells the time every second, and echoes meanwhile.
async fn clock(_: &Clockwork, ws: WebSocket<'_>, time: Time<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut second = time.every(Duration::from_secs(1));
    loop {
        let tick = pin!(second.tick());
        match select(inbox.receive(), tick).await {
            Either::First(Some(message)) => outbox.send(message).await?,
            Either::First(None) => return Ok(()),
            Either::Second(_) => outbox.send(&*time.now().as_millis().to_string()).await?,
        }
    }
}

#[test]
fn an_answer_comes_when_the_handler_says_and_not_before() {
    let world = World::new(Clockwork::default(), Limits::SMALL);
    let client = world.connect();
    client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    world.pass(Duration::from_millis(249));
    assert_eq!(client.waiting(), 0);
    world.pass(Duration::from_millis(1));
    assert!(client.take().ends_with(b"\r\n\r\nlater\n"));
}

#[test]
fn ticks_come_on_time() {
    let sim = Sim::new(Clockwork::default());
    sim.pass(Duration::from_millis(500));
    assert_eq!(sim.get("/ticks").expect(200).body(), "ticked\n");
    assert_eq!(*sim.app().log.borrow(), ["1500 +0", "2500 +0", "3500 +0"]);
}

#[test]
fn a_handler_that_waits_too_long_is_still_too_slow() {
    Sim::new(Clockwork::default()).get("/longer").expect(503);
}

#[test]
fn a_timer_goes_on_while_messages_come() {
    let stage = Stage::new(Clockwork::default());
    let anna = stage.open("anna", "/clock");
    stage.world.pass(Duration::from_millis(700));
    anna.say("one").listen();
    stage.world.pass(Duration::from_millis(200));
    anna.say("two").listen();
    stage.world.pass(Duration::from_millis(1200));
    anna.listen();
    assert_eq!(
        stage.log().replace("anna ", ""),
        "> /clock\n> one\n< one\n> two\n< two\n< 1000\n< 2000\n"
    );
}

/// The keep-alive of WebSockets is the connection's own timer; both run, and the nearer one counts.
#[test]
fn the_connection_has_its_own_timers_meanwhile() {
    let stage = Stage::new(Clockwork::default());
    let anna = stage.open("anna", "/clock");
    stage.log();
    stage.world.pass(Duration::from_secs(31));
    anna.listen();
    let log = stage.log();
    let pings: Vec<_> = log.lines().enumerate().filter(|(_, line)| line.contains("89")).collect();
    assert_eq!(pings, [(29, "anna < 89")], "at 30 s, before the tick: {log}");
    stage.world.pass(Duration::from_secs(30));
    anna.listen();
    assert!(stage.log().contains("close 1008"), "no pong");
}
