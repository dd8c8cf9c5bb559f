//! A WebSocket that waits for its peer and for news.

use std::time::Duration;

use samewire::app::topic::Lagged;
use samewire::{App, Either, Result, Status, Topic, WebSocket, app, select};
use samewire_sim::{End, Sim};

use super::peer::Stage;

#[derive(Default)]
struct Panel {
    changes: Topic<u32, 3, 4>,
}

app! { for Panel;
    put "/level/{to:u32}" => set_level(path);
    ws  "/live"           => live(ws);
}

async fn set_level(panel: &Panel, to: u32) -> Status {
    panel.changes.publish(to);
    Status::NO_CONTENT
}

async fn live(panel: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut changes = panel.changes.subscribe();
    loop {
        match select(inbox.receive(), changes.next()).await {
            Either::First(Some(message)) => outbox.send(message).await?,
            Either::First(None) => return Ok(()),
            Either::Second(Ok(level)) => outbox.send(&*format!("level {level}")).await?,
            Either::Second(Err(Lagged(n))) => outbox.send(&*format!("lost {n}")).await?,
        }
    }
}

#[test]
fn a_request_is_heard_by_every_websocket_while_each_talks_on() {
    let stage = Stage::new(Panel::default());
    let (anna, bert) = (stage.open("anna", "/live"), stage.open("bert", "/live"));
    anna.say("hello").listen();
    put(&stage, 7);
    anna.listen();
    bert.listen().say("fine").listen();
    insta::assert_snapshot!(stage.log(), @r"
    anna > /live
    bert > /live
    anna > hello
    anna < hello
    anna < level 7
    bert < level 7
    bert > fine
    bert < fine
    ");
}

fn put(stage: &Stage<Panel>, level: u32) {
    let client = stage.world.connect();
    client.send(format!("PUT /level/{level} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    stage.world.run();
    assert!(client.take().starts_with(b"HTTP/1.1 204 "));
}

/// The send buffer holds some, the topic keeps three, and the rest is lost and told: nobody else
/// waits for it, and no memory grows.
#[test]
fn who_does_not_read_is_told_what_is_lost_and_holds_nobody_up() {
    let stage = Stage::new(Panel::default());
    let (slow, quick) = (stage.open("slow", "/live"), stage.open("quick", "/live"));
    slow.client.stall(0);
    for level in 1000..1500 {
        stage.world.app().changes.publish(level);
        quick.listen();
    }
    let heard = stage.log();
    assert!((1000..1500).all(|level| heard.contains(&format!("quick < level {level}\n"))));
    slow.client.resume();
    slow.listen();
    let heard = stage.log();
    let lines: Vec<_> = heard.lines().collect();
    let [before @ .., lost, a, b, c] = &*lines else { panic!("{heard}") };
    let lost: usize = lost.strip_prefix("slow < lost ").unwrap().parse().unwrap();
    assert_eq!([*a, *b, *c], ["slow < level 1497", "slow < level 1498", "slow < level 1499"]);
    assert_eq!(before.len() + lost, 497, "all is told or counted");
    assert!(lost > 100, "a send buffer of 3 KB does not hold 500 messages: {lost}");
}

/// Four of them are woken directly, the others by one another: no more polls than there is news.
#[test]
fn more_websockets_than_places_for_wakers_all_hear_of_it() {
    let stage = Stage::new(Panel::default());
    let peers: Vec<_> = (0..50).map(|_| stage.open("peer", "/live")).collect();
    stage.log();
    for (level, talker) in [(1, 0), (2, 17), (3, 49)] {
        // Who talks stops waiting for news, and waits again.
        peers[talker].say("hm").listen();
        stage.log();
        stage.world.app().changes.publish(level);
        for peer in &peers {
            peer.listen();
        }
        assert_eq!(stage.log(), format!("peer < level {level}\n").repeat(50));
    }
    // Half of them go, some by a reset.
    for (at, peer) in peers.iter().enumerate().filter(|(at, _)| at % 2 == 0) {
        if at % 3 == 0 {
            peer.client.reset()
        } else {
            peer.client.shut()
        }
        stage.world.run();
    }
    stage.world.app().changes.publish(4);
    for peer in &peers {
        peer.listen();
    }
    assert_eq!(stage.log().matches("peer < level 4\n").count(), 25);
    drop(peers);
    stage.world.run();
    assert_eq!(stage.world.connections(), 0);
}

#[test]
fn news_for_nobody_are_no_trouble() {
    let sim = Sim::new(Panel::default());
    for level in 0..9 {
        sim.request("PUT", &format!("/level/{level}")).send().expect(204);
    }
    assert_eq!(sim.app().changes.latest(), Some(8));
    assert_eq!(<Panel as App>::ROUTES.len(), 2);
}

#[test]
fn a_server_that_stops_ends_who_waits_for_news() {
    let stage = Stage::new(Panel::default());
    let anna = stage.open("anna", "/live");
    stage.world.drain();
    anna.listen();
    stage.world.pass(Duration::from_secs(20));
    assert_eq!(stage.log(), "anna > /live\nanna < close 1001\n");
    assert_ne!(anna.client.end(), End::Open);
    assert_eq!(stage.world.connections(), 0);
}
