//! `/chat`: rooms. Who has opened a WebSocket there says, in JSON,
//!
//! | message | answer |
//! | --- | --- |
//! | `{"action":"join","room":"tea"}` | `{"action":"joined","room":"tea"}`; without a name, `general` |
//! | `{"action":"name","name":"Ann"}` | `{"action":"named","name":"Ann"}` |
//! | `{"action":"message","text":"hi"}` | `{"action":"sent"}` |
//! | `{"action":"leave"}` | `{"action":"left"}` |
//! | `{"action":"bye"}` | closes the WebSocket with 1000 and the reason `bye` |
//!
//! The others in the room hear `{"action":"message","from":"Ann","text":"hi"}`. What is posted to
//! `/chat` as `{"room":"tea","text":"hi"}` they hear as `{"event":"news","text":"hi"}`.

use samewire::app::rooms::{self, GENERAL};
use samewire::ws::close::Code;
use samewire::{Either, Json, Problem, Result, Status, WebSocket, select};
use serde::{Deserialize, Serialize};

use crate::live::Live;

/// Four rooms, for whose messages a few hundred bytes are enough.
pub(crate) type Rooms = rooms::Rooms<4, 256>;
type Member<'r> = rooms::Member<'r, 4, 256>;

#[derive(Deserialize)]
struct Said<'m> {
    #[serde(borrow)]
    action: &'m str,
    #[serde(borrow)]
    room: Option<&'m str>,
    #[serde(borrow)]
    name: Option<&'m str>,
    #[serde(borrow)]
    text: Option<&'m str>,
}

#[derive(Default, Serialize)]
struct Reply<'m> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'m str>,
}

#[derive(Serialize)]
struct Wrong {
    error: &'static str,
}

/// What one connection keeps: the state of a WebSocket is the state of its handler.
#[derive(Default)]
struct Guest<'r> {
    member: Option<Member<'r>>,
    name: Name,
}

pub(crate) async fn chat(live: &Live, websocket: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = websocket.split();
    let mut guest = Guest::default();
    loop {
        let came = match &mut guest.member {
            None => inbox.receive_json().await,
            Some(member) => match select(inbox.receive_json(), member.deliver(&mut outbox)).await {
                Either::First(came) => came,
                Either::Second(lagged) => {
                    lagged?;
                    outbox.send(r#"{"error":"some messages were missed"}"#).await?;
                    continue;
                }
            },
        };
        let Some(said) = came else { return Ok(()) };
        if said.as_ref().is_ok_and(|said: &Said<'_>| said.action == "bye") {
            outbox.close(Code::NORMAL, "bye");
            return Ok(());
        }
        match said.map_or(Err("invalid json"), |said| guest.answer(live, &said)) {
            Ok(reply) => outbox.send(Json(reply)).await?,
            Err(error) => outbox.send(Json(Wrong { error })).await?,
        }
    }
}

impl<'r> Guest<'r> {
    fn answer<'m>(&mut self, live: &'r Live, said: &Said<'m>) -> Result<Reply<'m>, &'static str> {
        let reply = match said.action {
            "join" => {
                let room = said.room.unwrap_or(GENERAL);
                let member = live.rooms.join(room).map_err(|_| "no such room can be had")?;
                self.member = Some(member);
                Reply { action: "joined", room: Some(room), ..Reply::default() }
            }
            "leave" => {
                self.member = None;
                Reply { action: "left", ..Reply::default() }
            }
            "name" => {
                self.name = said.name.and_then(Name::new).ok_or("a name has 1 to 16 bytes")?;
                Reply { action: "named", name: said.name, ..Reply::default() }
            }
            "message" => {
                let member = self.member.as_ref().ok_or("join a room first")?;
                let (from, text) = (Some(self.name.as_str()), said.text);
                let message = Reply { action: "message", from, text, ..Reply::default() };
                member.say(Json(message)).map_err(|_| "the message is too long")?;
                Reply { action: "sent", ..Reply::default() }
            }
            _ => return Err("no such action"),
        };
        Ok(reply)
    }
}

/// A name of at most 16 bytes.
#[derive(Clone, Copy, Default)]
struct Name {
    bytes: [u8; 16],
    length: usize,
}

impl Name {
    fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        (!name.is_empty()).then_some(Self { bytes, length: name.len() })
    }

    fn as_str(&self) -> &str {
        let name = self.bytes.get(..self.length).and_then(|name| str::from_utf8(name).ok());
        name.filter(|name| !name.is_empty()).unwrap_or("anon")
    }
}

/// What `POST /chat` takes.
#[derive(Deserialize)]
pub(crate) struct News<'x> {
    #[serde(borrow)]
    room: Option<&'x str>,
    #[serde(borrow)]
    text: &'x str,
}

#[derive(Serialize)]
struct Heard<'x> {
    event: &'static str,
    text: &'x str,
}

/// Tells all in a room, and counts the news for who listens at `/events`.
pub(crate) async fn post_news(live: &Live, news: Json<News<'_>>) -> Result<Status> {
    let Json(News { room, text }) = news;
    let heard = Json(Heard { event: "news", text });
    let told = live.rooms.publish(room.unwrap_or(GENERAL), heard);
    told.map_err(|_| Problem::unprocessable("the news is too long"))?;
    live.news.publish(live.news.latest().unwrap_or_default() + 1);
    Ok(Status::ACCEPTED)
}
