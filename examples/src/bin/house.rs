//! An app as large as many a device has: twelve routes, three layers, a WebSocket and a stream of
//! events. How long the compiler takes for it stands in `docs/performance.md`.

use std::cell::{Cell, RefCell};

use samewire::app::Query;
use samewire::app::layer::{RateLimit, RequestId, SecurityHeaders};
use samewire::app::sse::{Event, Events};
use samewire::{
    Either, Json, Problem, Rendered, Respond, Result, Status, Text, Topic, WebSocket, app, select,
};
use serde::{Deserialize, Serialize};

const LAMPS: usize = 8;

struct House {
    lamps: [Cell<Lamp>; LAMPS],
    notes: RefCell<Vec<String>>,
    changes: Topic<Change, 16>,
    limit: RateLimit<16>,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
struct Lamp {
    level: u8,
}

#[derive(Clone, Copy, Serialize)]
struct Change {
    lamp: usize,
    level: u8,
}

app! { for house: House;
    layers [RequestId, SecurityHeaders::new(), &house.limit];
    get    "/"                         => about;
    get    "/health"                   => health;
    get    "/lamps"                    => lamps;
    get    "/lamps/{lamp:u32}"         => lamp(path);
    put    "/lamps/{lamp:u32}"         => set_lamp(path, json);
    post   "/lamps/{lamp:u32}/toggle"  => toggle(path);
    post   "/off"                      => off;
    get    "/notes"                    => notes(query);
    post   "/notes"                    => write_note(text);
    delete "/notes/{note:u32}"         => delete_note(path);
    get    "/events"                   => events(sse);
    ws     "/live"                     => live(ws);
}

impl House {
    fn new() -> Self {
        Self {
            lamps: Default::default(),
            notes: RefCell::default(),
            changes: Topic::new(),
            limit: RateLimit::per_second(20),
        }
    }

    fn set(&self, number: u32, set: impl FnOnce(Lamp) -> Lamp) -> Result<Json<Lamp>> {
        let index = number as usize;
        let cell = self.lamps.get(index).ok_or(Problem::not_found("there is no such lamp"))?;
        let lamp = set(cell.get());
        cell.set(lamp);
        self.changes.publish(Change { lamp: index, level: lamp.level });
        Ok(Json(lamp))
    }
}

async fn about(_: &House) -> &'static str {
    "A house with eight lamps.\n"
}

async fn health(_: &House) -> Status {
    Status::NO_CONTENT
}

async fn lamps(house: &House) -> Json<[Lamp; LAMPS]> {
    Json(house.lamps.each_ref().map(Cell::get))
}

async fn lamp(house: &House, number: u32) -> Result<Json<Lamp>> {
    house.set(number, |lamp| lamp)
}

async fn set_lamp(house: &House, number: u32, Json(new): Json<Lamp>) -> Result<Json<Lamp>> {
    if new.level > 100 {
        return Err(Problem::unprocessable("level is a percentage"));
    }
    house.set(number, |_| new)
}

async fn toggle(house: &House, number: u32) -> Result<Json<Lamp>> {
    house.set(number, |lamp| Lamp { level: if lamp.level == 0 { 100 } else { 0 } })
}

async fn off(house: &House) -> Result<Status> {
    for number in 0..LAMPS as u32 {
        house.set(number, |_| Lamp::default())?;
    }
    Ok(Status::NO_CONTENT)
}

async fn notes(house: &House, query: Query<'_>) -> Result<impl Respond + use<>> {
    let max = query.parse("max")?.unwrap_or(10);
    let notes: Vec<String> = house.notes.borrow().iter().take(max).cloned().collect();
    Ok(Rendered::text(move |to| {
        for note in &notes {
            to.put(note.as_bytes());
            to.put(b"\n");
        }
    }))
}

async fn write_note(house: &House, note: Text<'_>) -> Result<Status> {
    if note.is_empty() {
        return Err(Problem::unprocessable("an empty note"));
    }
    house.notes.borrow_mut().push(note.to_owned());
    Ok(Status::CREATED)
}

async fn delete_note(house: &House, number: u32) -> Result<Status> {
    let (mut notes, number) = (house.notes.borrow_mut(), number as usize);
    if number >= notes.len() {
        return Err(Problem::not_found("there is no such note"));
    }
    notes.remove(number);
    Ok(Status::NO_CONTENT)
}

async fn events(house: &House, mut events: Events<'_>) -> Result {
    let mut changes = house.changes.subscribe();
    loop {
        match events.wait(changes.next()).await? {
            Ok(change) => events.send(Event::data(Json(change)).event("lamp")?).await?,
            Err(_) => events.send(Event::data("").event("missed")?).await?,
        }
    }
}

async fn live(house: &House, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut changes = house.changes.subscribe();
    loop {
        match select(inbox.receive(), changes.next()).await {
            Either::First(Some(_)) => {}
            Either::First(None) => return Ok(()),
            Either::Second(Ok(change)) => outbox.send(Json(change)).await?,
            Either::Second(Err(_)) => outbox.send("missed some").await?,
        }
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    samewire_host::Server::new(House::new).signals(true).start()?.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::House;
    use samewire_sim::Sim;
    use serde_json::json;

    #[test]
    fn whoever_listens_hears_of_a_lamp() {
        let sim = Sim::new(House::new());
        let mut page = sim.ws("/live");
        let level = json!({ "level": 40 });
        sim.request("PUT", "/lamps/3").json(&level).send().expect(200);
        page.expect_text(r#"{"lamp":3,"level":40}"#);
        sim.request("PUT", "/lamps/8").json(&level).send().expect(404);
        sim.request("PUT", "/lamps/3").json(&json!({ "level": 101 })).send().expect(422);
        page.close(1000);
    }
}
