//! The test client, on an app that has a bit of everything.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use samewire::app::{Either, select};
use samewire::{
    Body, Json, Limits, Request, Respond, Response, Result, Status, Topic, WebSocket, app,
};
use samewire_sim::{Sim, every_cut, websocket::Message};
use serde::{Deserialize, Serialize};

#[derive(Default)]
struct Panel {
    led: Cell<u8>,
    changes: Topic<u8, 4>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Led {
    level: u8,
}

app! { for Panel;
    get  "/led"    => led;
    put  "/led"    => set_led(json);
    get  "/login"  => login;
    get  "/logout" => logout;
    get  "/whoami" => whoami(request);
    post "/pieces" => pieces(body);
    get  "/events" => events(response);
    ws   "/live"   => live(ws);
}

async fn led(panel: &Panel) -> Json<Led> {
    Json(Led { level: panel.led.get() })
}

async fn set_led(panel: &Panel, Json(led): Json<Led>) -> Json<Led> {
    panel.led.set(led.level);
    panel.changes.publish(led.level);
    Json(led)
}

async fn login(_: &Panel) -> Result<impl Respond> {
    Ok(Status::NO_CONTENT.with_field("Set-Cookie", "id=7; HttpOnly")?)
}

async fn logout(_: &Panel) -> Result<impl Respond> {
    Ok(Status::NO_CONTENT.with_field("Set-Cookie", "id=; Max-Age=0")?)
}

async fn whoami(_: &Panel, request: Request<'_>) -> Json<bool> {
    Json(request.cookies().any(|(name, value)| (name, value) == (b"id", b"7")))
}

/// What no handler should do: it answers how its content was cut.
async fn pieces(_: &Panel, mut body: Body<'_>) -> Result<Json<u32>> {
    let mut count = 0;
    while body.chunk().await?.is_some() {
        count += 1;
    }
    Ok(Json(count))
}

async fn events(panel: &Panel, response: Response<'_>) -> Result {
    let mut changes = panel.changes.subscribe();
    let mut content = response.chunked(Status::OK, "text/event-stream").await;
    content.write(b": hello\nretry: 500\n\n").await?;
    while let Ok(level @ 1..) = changes.next().await {
        content.write(format!("event: led\ndata: {{\"level\":{level}}}\n\n").as_bytes()).await?;
    }
    content.finish().await;
    Ok(())
}

async fn live(panel: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut changes = panel.changes.subscribe();
    loop {
        match select(inbox.receive(), changes.next()).await {
            Either::First(Some(message)) => outbox.send(message).await?,
            Either::Second(Ok(level)) => outbox.send(&[level][..]).await?,
            Either::First(None) | Either::Second(Err(_)) => return Ok(()),
        }
    }
}

fn sim() -> Sim<Panel> {
    Sim::new(Panel::default())
}

/// What a panic says.
fn panic_of<T>(act: impl FnOnce() -> T) -> String {
    let cause = catch_unwind(AssertUnwindSafe(act)).err().expect("it panics");
    let text = cause.downcast_ref::<String>().cloned();
    text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("words")
}

#[test]
fn json_goes_both_ways() {
    let sim = sim();
    let led = sim.request("PUT", "/led").json(&Led { level: 9 }).send().expect(200);
    assert_eq!((led.json::<Led>(), sim.app().led.get()), (Led { level: 9 }, 9));
    let why = panic_of(|| led.json::<String>());
    assert!(why.contains("expected other JSON") && why.contains("{\"level\":9}"), "{why}");
    let why = panic_of(|| sim.get("/led").expect_field("Content-Type", "text/plain"));
    assert!(why.contains("expected Content-Type: text/plain") && why.contains("200\n"), "{why}");
}

#[test]
fn a_visitor_keeps_connection_and_cookies() {
    let sim = sim();
    let visitor = sim.visitor();
    assert!(!visitor.get("/whoami").json::<bool>());
    assert_eq!(visitor.get("/login").expect(204).cookie("id"), Some("7"));
    assert_eq!(visitor.cookie("id").as_deref(), Some("7"));
    assert!(visitor.get("/whoami").json::<bool>());
    assert!(!sim.get("/whoami").json::<bool>(), "another visitor has no cookie");
    visitor.get("/logout").expect(204);
    assert!(!visitor.get("/whoami").json::<bool>());
    sim.world().run();
    assert_eq!(sim.world().connections(), 1);

    visitor.request("GET", "/led").field("Connection", "close").send().expect(200);
    visitor.get("/led").expect(200);
    sim.pass(Duration::from_secs(60));
    assert_eq!(sim.world().connections(), 0, "the server has ended what was idle");
    visitor.get("/led").expect(200);
}

#[test]
fn requests_in_a_row_are_answered_in_a_row() {
    let sim = sim();
    let visitor = sim.visitor();
    let answers = visitor.pipeline([
        visitor.request("PUT", "/led").json(&Led { level: 1 }),
        visitor.request("HEAD", "/led"),
        visitor.request("GET", "/led"),
        visitor.request("GET", "/nowhere"),
    ]);
    assert_eq!(answers.each_ref().map(|answer| answer.status()), [200, 200, 200, 404]);
    assert_eq!((answers[1].content(), answers[2].body()), (&b""[..], "{\"level\":1}"));
}

#[test]
fn a_websocket_hears_what_another_client_does() {
    let sim = sim();
    let mut ws = sim.ws("/live");
    ws.send_json(&Led { level: 3 });
    assert_eq!(ws.receive_json::<Led>(), Led { level: 3 });
    ws.expect_nothing();
    sim.request("PUT", "/led").json(&Led { level: 5 }).send().expect(200);
    ws.expect_bytes([5]);
    ws.ping("there?");
    ws.pass(Duration::from_secs(3600));
    ws.expect_nothing();
    ws.close(1000);
    sim.world().run();
    assert_eq!(sim.world().connections(), 0);
}

#[test]
fn a_websocket_that_answers_no_ping_is_ended() {
    let sim = sim();
    let mut ws = sim.ws("/live");
    sim.pass(Duration::from_millis(u64::from(Limits::SMALL.ping_ms + Limits::SMALL.pong_ms_max)));
    assert!(matches!(ws.receive(), Message::Close(Some(1008), _)));
    let ws = sim.ws("/live");
    sim.drain();
    ws.expect_close(1001);
}

#[test]
fn what_a_websocket_did_not_expect_is_shown() {
    let sim = sim();
    let mut ws = sim.ws("/live");
    ws.send("one");
    let why = panic_of(|| ws.expect_text("two"));
    assert_eq!(why, "expected Text(\"two\"), but this came: Text(\"one\")");
    assert_eq!(panic_of(|| ws.receive()), "no message came");
    let why = panic_of(|| sim.ws("/led"));
    assert!(why.starts_with("expected status 101, but this came:\n200\n"), "{why}");
    sim.request("GET", "/nowhere").upgrade().send().expect(404);
}

#[test]
fn events_come_as_they_happen() {
    let sim = sim();
    let mut events = sim.events("/events");
    assert_eq!(
        (events.comments(), events.retry()),
        (vec!["hello".into()], Some(Duration::from_millis(500)))
    );
    events.expect_nothing();
    assert_eq!(panic_of(|| events.next()), "no event came");
    sim.request("PUT", "/led").json(&Led { level: 2 }).send().expect(200);
    assert_eq!(events.next_json::<Led>(), Led { level: 2 });
    sim.request("PUT", "/led").json(&Led { level: 0 }).send().expect(200);
    events.expect_end();
    let why = panic_of(|| sim.events("/led"));
    assert!(why.starts_with("expected events, but this came:\n200\n"), "{why}");
}

#[test]
fn nothing_depends_on_how_bytes_are_cut() {
    let sim = sim();
    sim.request("PUT", "/led").json(&Led { level: 2 }).every_cut().expect(200);
    let heard = every_cut(Panel::default, |sim| {
        let mut ws = sim.ws("/live");
        ws.send("Hello");
        sim.request("PUT", "/led").json(&Led { level: 7 }).send().expect(200);
        [ws.receive(), ws.receive()]
    });
    assert_eq!(heard, [Message::Text("Hello".into()), Message::Binary(vec![7])]);
}

#[test]
fn a_handler_that_depends_on_it_is_found() {
    let sim = sim();
    let why = panic_of(|| sim.request("POST", "/pieces").content("abcd").every_cut());
    assert!(why.starts_with("byte by byte, this came:\n200\n"), "{why}");
    assert!(why.contains("\n\n4\n\nand whole, this:\n200\n") && why.ends_with("\n\n1"), "{why}");
    let pieces = |sim: &Sim<Panel>| sim.post("/pieces", "abcd").json::<u32>();
    let why = panic_of(|| every_cut(Panel::default, pieces));
    assert_eq!(why, "byte by byte, this came:\n4\n\nand whole, this:\n1");
}
