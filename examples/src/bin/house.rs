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
/// All notes fit in one answer.
const NOTES_MAX: usize = 100;
const NOTE_BYTES_MAX: usize = 500;

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
    lamp: u32,
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

    fn lamp(&self, number: u32) -> Result<&Cell<Lamp>> {
        self.lamps.get(number as usize).ok_or(Problem::not_found("there is no such lamp"))
    }

    fn set(&self, number: u32, set: impl FnOnce(Lamp) -> Lamp) -> Result<Json<Lamp>> {
        let cell = self.lamp(number)?;
        let lamp = set(cell.get());
        cell.set(lamp);
        self.changes.publish(Change { lamp: number, level: lamp.level });
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
    house.lamp(number).map(|lamp| Json(lamp.get()))
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
    if note.is_empty() || note.len() > NOTE_BYTES_MAX {
        return Err(Problem::unprocessable("a note has 1 to 500 bytes"));
    }
    let mut notes = house.notes.borrow_mut();
    if notes.len() == NOTES_MAX {
        return Err(Problem::conflict("there are enough notes: take one away first"));
    }
    notes.push(note.to_owned());
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
    use super::{House, NOTE_BYTES_MAX, NOTES_MAX};
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
        sim.get("/lamps/3").expect(200).expect_body(r#"{"level":40}"#);
        page.expect_nothing();
        page.close(1000);
    }

    #[test]
    fn there_are_only_so_many_notes_and_all_of_them_are_told() {
        let sim = Sim::with_limits(House::new(), samewire::Limits::LARGE);
        let note = "x".repeat(NOTE_BYTES_MAX);
        sim.post("/notes", format!("{note}x")).expect(422);
        for _ in 0..NOTES_MAX {
            sim.pass(std::time::Duration::from_secs(1));
            sim.post("/notes", &note).expect(201);
        }
        sim.post("/notes", &note).expect(409);
        assert_eq!(sim.get("/notes?max=1000").expect(200).body().lines().count(), NOTES_MAX);
        sim.delete("/notes/0").expect(204);
        sim.post("/notes", &note).expect(201);
    }
}
