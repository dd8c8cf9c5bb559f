//! A chat with rooms. `{"action":"join","room":"tea"}`, `{"action":"say","text":"Hello"}` and
//! `{"action":"leave"}` are what it understands; <http://127.0.0.1:8080> is a page to try it in.
//!
//! Whoever comes is in the room `general`. A message goes to all others in the room, encoded once,
//! through a ring of four kilobytes that no slow reader can make longer: it hears how many messages
//! it has lost.

use samewire::app::rooms::{GENERAL, Member, Rooms};
use samewire::{Either, Json, Rendered, Respond, Result, WebSocket, app, select};
use serde::{Deserialize, Serialize};

struct Chat {
    rooms: Rooms<8, 4096>,
}

type Guest<'r> = Member<'r, 8, 4096>;

app! { for Chat;
    get "/"     => page;
    ws  "/chat" => chat(ws);
}

#[derive(Deserialize)]
struct Request<'m> {
    action: &'m str,
    room: Option<&'m str>,
    text: Option<&'m str>,
}

#[derive(Serialize)]
struct Reply<'m> {
    action: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'m str>,
}

const NONSENSE: &str = "that is nothing I understand";

#[derive(Serialize)]
struct Wrong {
    error: &'static str,
}

/// What a guest hears who was too slow.
#[derive(Serialize)]
struct Lost {
    lost: u64,
}

async fn page(_: &Chat) -> impl Respond + use<> {
    Rendered::new(b"text/html; charset=utf-8", |to| to.put(include_bytes!("chat.html")))
}

async fn chat(chat: &Chat, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut member = chat.rooms.join(GENERAL)?;
    loop {
        let request = match select(inbox.receive_json(), member.deliver(&mut outbox)).await {
            Either::First(None) => return Ok(()),
            Either::First(Some(request)) => request,
            Either::Second(lagged) => {
                outbox.send(Json(Lost { lost: lagged?.0 })).await?;
                continue;
            }
        };
        let request = request.map_err(|_| NONSENSE);
        match request.and_then(|request| answer_to(request, chat, &mut member)) {
            Ok(reply) => outbox.send(Json(reply)).await?,
            Err(error) => outbox.send(Json(Wrong { error })).await?,
        }
    }
}

fn answer_to<'m, 'r>(
    request: Request<'m>,
    chat: &'r Chat,
    member: &mut Guest<'r>,
) -> Result<Reply<'m>, &'static str> {
    match request {
        Request { action: "join", room: Some(room), .. } => {
            *member = chat.rooms.join(room).map_err(|_| "that room cannot be had")?;
            Ok(Reply { action: "joined", room: Some(room) })
        }
        Request { action: "leave", .. } => {
            *member = chat.rooms.join(GENERAL).map_err(|_| "all rooms are taken")?;
            Ok(Reply { action: "left", room: None })
        }
        Request { action: "say", text: Some(text), .. } => {
            member.say(text).map_err(|_| "that is too long")?;
            Ok(Reply { action: "sent", room: None })
        }
        _ => Err(NONSENSE),
    }
}

impl Default for Chat {
    fn default() -> Self {
        Self { rooms: Rooms::new() }
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    samewire_host::Server::new(Chat::default).signals(true).start()?.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Chat;
    use samewire_sim::Sim;

    #[test]
    fn who_is_in_a_room_hears_the_others_in_it() {
        let sim = Sim::new(Chat::default());
        let (mut ada, mut bob, mut eve) = (sim.ws("/chat"), sim.ws("/chat"), sim.ws("/chat"));
        for guest in [&mut ada, &mut bob] {
            guest.send(r#"{"action":"join","room":"tea"}"#);
            guest.expect_text(r#"{"action":"joined","room":"tea"}"#);
        }
        ada.send(r#"{"action":"say","text":"Milk?"}"#);
        ada.expect_text(r#"{"action":"sent"}"#);
        bob.expect_text("Milk?");
        ada.expect_nothing();
        eve.expect_nothing();

        bob.send(r#"{"action":"leave"}"#);
        bob.expect_text(r#"{"action":"left"}"#);
        ada.send(r#"{"action":"say","text":"Anybody?"}"#);
        ada.expect_text(r#"{"action":"sent"}"#);
        bob.expect_nothing();
    }

    #[test]
    fn nonsense_is_answered_and_the_chat_goes_on() {
        let sim = Sim::new(Chat::default());
        let mut ada = sim.ws("/chat");
        for nonsense in ["{", "7", r#"{"action":"dance"}"#, r#"{"action":"say"}"#] {
            ada.send(nonsense);
            ada.expect_text(r#"{"error":"that is nothing I understand"}"#);
        }
        sim.get("/").expect(200).expect_field("Content-Type", "text/html; charset=utf-8");
    }

    #[test]
    fn who_asks_for_too_much_is_told_so_and_stays() {
        let sim = Sim::with_limits(Chat::default(), samewire::Limits::LARGE);
        let (mut ada, mut bob) = (sim.ws("/chat"), sim.ws("/chat"));
        ada.send(r#"{"action":"join","room":"a name of twenty-five byt"}"#);
        ada.expect_text(r#"{"error":"that room cannot be had"}"#);
        ada.send(format!(r#"{{"action":"say","text":"{}"}}"#, "a".repeat(4096)));
        ada.expect_text(r#"{"error":"that is too long"}"#);
        ada.send(r#"{"action":"say","text":"Short, then."}"#);
        ada.expect_text(r#"{"action":"sent"}"#);
        bob.expect_text("Short, then.");
    }
}
