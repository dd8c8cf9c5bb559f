//! Messages for all: each is encoded once, and each listener gets it once.

use std::cell::Cell;

use samewire::app::broadcast::Broadcast;
use samewire::app::topic::Lagged;
use samewire::{Either, Json, Result, Status, WebSocket, app, select};
use serde::{Serialize, Serializer};

use super::peer::Stage;

#[derive(Default)]
struct Tower {
    news: Broadcast<64, 16>,
    encoded: Cell<u32>,
}

app! { for Tower;
    ws   "/listen"        => listen(ws);
    post "/news/{n:u32}"  => tell(path);
}

/// A number that counts how often it is encoded.
struct Counted<'t>(u32, &'t Tower);

impl Serialize for Counted<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.1.encoded.set(self.1.encoded.get() + 1);
        self.0.serialize(to)
    }
}

async fn tell(tower: &Tower, n: u32) -> Result<Status> {
    tower.news.publish(Json(Counted(n, tower)))?;
    Ok(Status::ACCEPTED)
}

async fn listen(tower: &Tower, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut news = tower.news.listen();
    loop {
        match select(inbox.receive(), news.deliver(&mut outbox)).await {
            Either::First(Some(message)) => outbox.send(message).await?,
            Either::First(None) => return Ok(()),
            Either::Second(lagged) => {
                let Lagged(n) = lagged?;
                outbox.send(&*format!("lost {n}")).await?;
            }
        }
    }
}

fn post(stage: &Stage<Tower>, n: u32) {
    let client = stage.world.connect();
    client.send(format!("POST /news/{n} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    stage.world.run();
    assert!(client.take().starts_with(b"HTTP/1.1 202 "));
}

#[test]
fn a_message_for_ten_is_encoded_once_and_heard_ten_times() {
    let stage = Stage::new(Tower::default());
    let peers: Vec<_> = (0..10).map(|_| stage.open("peer", "/listen")).collect();
    stage.log();
    post(&stage, 1);
    assert_eq!(stage.world.app().encoded.get(), 1);
    for peer in &peers {
        peer.listen();
    }
    assert_eq!(stage.log(), "peer < 1\n".repeat(10));
    peers[3].say("still here").listen();
    assert_eq!(stage.log(), "peer > still here\npeer < still here\n");
}

#[test]
fn who_comes_later_hears_what_comes_later() {
    let stage = Stage::new(Tower::default());
    let early = stage.open("early", "/listen");
    post(&stage, 1);
    let late = stage.open("late", "/listen");
    post(&stage, 2);
    early.listen();
    late.listen();
    assert_eq!(stage.log(), "early > /listen\nlate > /listen\nearly < 1\nearly < 2\nlate < 2\n");
}

#[test]
fn who_does_not_read_loses_messages_and_nobody_else_does() {
    let stage = Stage::new(Tower::default());
    let (slow, quick) = (stage.open("slow", "/listen"), stage.open("quick", "/listen"));
    stage.log();
    slow.client.stall(0);
    for n in 1000..3000 {
        post(&stage, n);
        quick.listen();
    }
    let heard = stage.log();
    let expected: String = (1000..3000).map(|n| format!("quick < {n}\n")).collect();
    assert_eq!(heard, expected);
    slow.client.resume();
    slow.listen();
    let heard = stage.log();
    let lines: Vec<_> = heard.lines().collect();
    let told = lines.iter().filter_map(|line| line.strip_prefix("slow < lost "));
    let lost: Vec<usize> = told.map(|n| n.parse().unwrap()).collect();
    let lost_in_all: usize = lost.iter().sum();
    assert_eq!(lines.len() - lost.len() + lost_in_all, 2000, "all is heard or counted: {heard}");
    assert_eq!(lines.last(), Some(&"slow < 2999"));
    assert!(lost_in_all > 100, "{lost_in_all}");
}

#[test]
fn what_no_ring_holds_is_an_error_of_whoever_says_it() {
    let stage = Stage::new(Tower::default());
    let tower = stage.world.app();
    assert!(tower.news.publish("x".repeat(57).as_str()).is_err());
    assert!(tower.news.publish("x".repeat(56).as_str()).is_ok());
}
