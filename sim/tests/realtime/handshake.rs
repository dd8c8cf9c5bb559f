//! What a handler can decide before a WebSocket is open.

use samewire::app::handshake::Handshake;
use samewire::{Problem, Result, Status, WebSocket, app};
use samewire_sim::{Answer, Sim};

struct Door;

app! { for Door;
    ws "/live"    => live(handshake);
    ws "/guarded" => guarded(request, handshake);
}

async fn live(_: &Door, handshake: Handshake<'_>) -> Result {
    let (ws, _) = handshake.choose(&["v1.live", "v2.live", "superchat"]);
    let (mut inbox, _) = ws.split();
    while inbox.receive().await.is_some() {}
    Ok(())
}

async fn guarded(_: &Door, request: samewire::Request<'_>, handshake: Handshake<'_>) {
    if request.field("origin") == Some(b"http://door") {
        let _: WebSocket<'_> = handshake.accept();
    } else {
        handshake.refuse(Problem::new(Status::FORBIDDEN, "strangers stay outside")).await;
    }
}

fn knock(target: &str, fields: &[(&str, &str)]) -> Answer {
    let sim = Sim::new(Door);
    let mut request = sim.request("GET", target).field("Connection", "Upgrade");
    request = request.field("Upgrade", "websocket").field("Sec-WebSocket-Version", "13");
    request = request.field("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    fields.iter().fold(request, |request, (name, value)| request.field(name, value)).send()
}

#[test]
fn the_clients_favourite_of_what_both_speak_is_chosen() {
    const OFFER: &str = "Sec-WebSocket-Protocol";
    for (offers, chosen) in [
        (&[][..], None),
        (&["mqtt"], None),
        (&["superchat"], Some("superchat")),
        (&["v2.live, v1.live"], Some("v2.live")),
        (&["mqtt, v1.live", "v2.live"], Some("v1.live")),
        // The case of letters matters.
        (&["V1.LIVE"], None),
    ] {
        let fields: Vec<_> = offers.iter().map(|offer| (OFFER, *offer)).collect();
        let answer = knock("/live", &fields).expect(101);
        assert_eq!(answer.field(OFFER), chosen, "{offers:?}");
    }
    knock("/live", &[(OFFER, "a, a")]).expect(400);
}

#[test]
fn a_handler_may_refuse() {
    knock("/guarded", &[("Origin", "http://door")]).expect(101);
    let answer = knock("/guarded", &[("Origin", "http://elsewhere")]).expect(403);
    assert!(answer.body().contains("strangers stay outside"), "{answer:?}");
    assert_eq!(answer.field("Upgrade"), None);
    knock("/guarded", &[]).expect(403);
}
