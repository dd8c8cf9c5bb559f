//! Server-sent events, as a browser would get them.

use std::time::Duration;

use samewire::app::sse::{Event, Events};
use samewire::{Json, Limits, Problem, Result, Status, Topic, app};
use samewire_sim::{Client, Delivery, End, Sim, World};

#[derive(Default)]
struct Panel {
    changes: Topic<u32, 8>,
}

app! { for Panel;
    get  "/events"  => events(sse);
    get  "/history" => history(sse);
    get  "/large"   => large(sse);
    get  "/shorter" => shorter(sse);
    post "/events"  => events(sse);
}

async fn events(panel: &Panel, mut events: Events<'_>) -> Result {
    let mut changes = panel.changes.subscribe();
    loop {
        match events.wait(changes.next()).await? {
            Ok(level) => events.send(Event::data(Json(level)).event("level")?).await?,
            Err(_) => events.send(Event::data("lost")).await?,
        }
    }
}

/// Three events, of which a client that comes back gets the rest, and in the end 204.
async fn history(_: &Panel, mut events: Events<'_>) -> Result {
    let seen = events.last_event_id().map_or(Ok(0), str::parse::<usize>);
    let seen = seen.map_err(|_| Problem::bad_request("no such event"))?;
    let rest = [("1", "one"), ("2", "two\nlines"), ("3", "three")];
    let rest = rest.get(seen..).unwrap_or_default();
    if rest.is_empty() {
        events.refuse(Status::NO_CONTENT).await;
        return Ok(());
    }
    for (id, data) in rest {
        events.send(Event::data(*data).id(id)?.retry(500)).await?;
    }
    Ok(())
}

async fn large(_: &Panel, mut events: Events<'_>) -> Result {
    events.send(Event::data("fits")).await?;
    let large = "x".repeat(Limits::SMALL.answer_bytes_max as usize);
    Ok(events.send(Event::data(&*large)).await?)
}

async fn shorter(_: &Panel, mut events: Events<'_>) -> Result {
    let large = "x".repeat(Limits::SMALL.answer_bytes_max as usize);
    if events.send(Event::data(&*large)).await.is_err() {
        events.send(Event::data("too large")).await?;
    }
    Ok(())
}

const GET: &str = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";
const HEAD: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
    Content-Type: text/event-stream\r\nCache-Control: no-store\r\n";

fn open(world: &World<Panel>, request: &str) -> Client {
    let client = world.connect();
    client.send(request);
    world.run();
    client
}

fn text(client: &Client) -> String {
    String::from_utf8(client.take()).unwrap()
}

#[test]
fn a_stream_begins_at_once_and_each_event_is_a_chunk_of_its_own() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, GET);
    assert_eq!(text(&client), format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
    for (level, chunk) in
        [(7, "16\r\nevent: level\ndata: 7\n\n\r\n"), (123, "18\r\nevent: level\ndata: 123\n\n\r\n")]
    {
        world.app().changes.publish(level);
        world.run();
        assert_eq!(text(&client), chunk, "without time passing");
    }
}

#[test]
fn to_a_client_of_1_0_the_stream_ends_with_the_connection() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, "GET /events HTTP/1.0\r\n\r\n");
    world.app().changes.publish(7);
    world.run();
    assert_eq!(text(&client), format!("{HEAD}Connection: close\r\n\r\nevent: level\ndata: 7\n\n"));
}

#[test]
fn a_silent_stream_is_kept_alive() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, GET);
    client.take();
    world.pass(Duration::from_millis(14_999));
    assert_eq!(text(&client), "");
    world.pass(Duration::from_millis(1));
    assert_eq!(text(&client), "3\r\n:\n\n\r\n");
    world.pass(Duration::from_secs(10));
    world.app().changes.publish(1);
    world.run();
    client.take();
    world.pass(Duration::from_millis(14_999));
    assert_eq!(text(&client), "", "an event is a sign of life as well");
    world.pass(Duration::from_secs(60));
    assert_eq!(text(&client), "3\r\n:\n\n\r\n".repeat(4));
    assert_eq!((world.connections(), client.end()), (1, End::Open));
}

#[test]
fn a_client_that_is_gone_is_found_and_its_place_is_free() {
    let world = World::new(Panel::default(), Limits::SMALL);
    drop(open(&world, GET));
    world.run();
    assert_eq!(world.connections(), 0, "a reset is seen at once");
    let client = open(&world, GET);
    client.stall(0);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.connections(), 0, "who takes no comment is gone");
}

#[test]
fn who_has_ended_its_half_and_is_gone_has_left_within_a_second() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, GET);
    client.take();
    client.shut();
    world.run();
    assert_eq!(text(&client), "3\r\n:\n\n\r\n", "asked at once");
    // What the machine of a program that is gone says to that.
    client.reset();
    world.pass(Duration::from_millis(999));
    assert_eq!(world.connections(), 1, "nobody writes, so nobody sees the reset");
    world.pass(Duration::from_millis(1));
    assert_eq!(world.connections(), 0);
}

#[test]
fn who_has_ended_its_half_may_still_listen() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, GET);
    client.take();
    client.shut();
    world.run();
    let comment = "3\r\n:\n\n\r\n";
    assert_eq!(text(&client), comment);
    world.pass(Duration::from_secs(1));
    assert_eq!(text(&client), comment, "asked again");
    world.pass(Duration::from_millis(14_999));
    assert_eq!(text(&client), "", "two answers are enough");
    world.pass(Duration::from_millis(1));
    assert_eq!(text(&client), comment, "kept alive as others are");
    world.app().changes.publish(7);
    world.run();
    assert_eq!(text(&client), "16\r\nevent: level\ndata: 7\n\n\r\n");
    assert_eq!((world.connections(), client.end()), (1, End::Open));
}

#[test]
fn a_server_that_stops_ends_its_streams() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, GET);
    client.take();
    world.drain();
    world.run();
    assert_eq!(text(&client), "0\r\n\r\n");
    world.pass(Duration::from_secs(5));
    assert_eq!(world.connections(), 0);
    assert_ne!(client.end(), End::Open);
}

#[test]
fn head_gets_the_head_and_the_connection_goes_on() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, &format!("HEAD{}", &GET[3..]));
    assert_eq!(text(&client), format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
    client.send(GET);
    world.run();
    assert!(text(&client).starts_with(HEAD), "the connection was closed");
}

#[test]
fn who_comes_back_gets_the_rest_and_is_told_when_there_is_none() {
    let sim = Sim::new(Panel::default());
    let all = "id: 1\nretry: 500\ndata: one\n\n\
        id: 2\nretry: 500\ndata: two\ndata: lines\n\n\
        id: 3\nretry: 500\ndata: three\n\n";
    assert_eq!(sim.get("/history").expect(200).body(), all);
    let again = |id| sim.request("GET", "/history").field("Last-Event-ID", id).send();
    assert_eq!(again("2").expect(200).body(), &all[all.find("id: 3").unwrap()..]);
    assert_eq!(again("3").expect(204).body(), "");
    again("x").expect(400);
    assert_eq!(again("\u{e9}\u{2}").status(), 400);
}

#[test]
fn a_stream_that_ended_leaves_the_connection_open() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let request = "GET /history HTTP/1.1\r\nHost: a\r\n\r\n";
    let client = open(&world, &request.repeat(2));
    let answer = text(&client);
    assert_eq!(answer.matches("\r\n0\r\n\r\n").count(), 2, "{answer}");
}

#[test]
fn an_event_that_no_buffer_holds_ends_the_stream() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(text(&client).ends_with("\r\n\r\nc\r\ndata: fits\n\n\r\n0\r\n\r\n"));
}

/// A thousand events to a client who reads a few bytes now and then: each that comes is whole.
#[test]
fn of_an_event_that_no_buffer_holds_nothing_is_sent_and_another_may_follow() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = open(&world, "GET /shorter HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(text(&client).ends_with("\r\n\r\n11\r\ndata: too large\n\n\r\n0\r\n\r\n"));
}

#[test]
fn a_slow_client_gets_whole_events_and_no_memory_grows() {
    let world = World::new(Panel::default(), Limits::SMALL);
    let client = world.connect_with(Delivery { window_bytes: 64, ..Delivery::default() });
    client.send("GET /events HTTP/1.0\r\n\r\n");
    let mut came = Vec::new();
    for level in 0..1000 {
        world.app().changes.publish(level);
        world.run();
        client.read(7, &mut came);
    }
    for _ in 0..10_000 {
        world.run();
        client.read(64, &mut came);
    }
    let came = String::from_utf8(came).unwrap();
    let (_, stream) = came.split_once("\r\n\r\n").unwrap();
    let levels = stream.matches("event: level\ndata: ").count();
    assert!(stream.contains("data: lost\n\n") && levels > 8, "{stream}");
    assert_eq!(stream.matches("\n\n").count(), levels + stream.matches("data: lost").count());
    assert!(stream.ends_with("data: 999\n\n"), "{stream}");
}
