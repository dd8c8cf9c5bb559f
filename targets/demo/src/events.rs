//! `/events`: server-sent events, of old and of what happens now.

use samewire::app::sse::{Event, Events};
use samewire::{Json, Problem, Result, Status};
use serde::Deserialize;

use crate::live::Live;

/// What happened before anybody listened: three events, with what is hard to say in one.
const PAST: [&str; 3] = ["one", "two lines:\r\n the second", ""];

/// The ids of them.
const IDS: [&str; 3] = ["1", "2", "3"];

/// Old events, of which a client that comes back gets the rest, then all news posted to `/chat`, as
/// they come. A client that has seen all there will ever be, and says so by the id `end`, is told to
/// stay away.
pub(crate) async fn events(live: &Live, mut events: Events<'_>) -> Result {
    let last = events.last_event_id();
    if last == Some("end") {
        events.refuse(Status::NO_CONTENT).await;
        return Ok(());
    }
    let mut news = live.news.subscribe();
    let seen = IDS.iter().position(|id| last == Some(id)).map_or(0, |at| at + 1);
    for (data, id) in PAST.iter().zip(IDS).skip(seen) {
        events.send(Event::data(*data).id(id)?.retry(3000)).await?;
    }
    loop {
        match events.wait(news.next()).await? {
            Ok(count) => events.send(Event::data(Json(count)).event("news")?).await?,
            Err(_) => events.send(Event::data("some were missed")).await?,
        }
    }
}

/// What `POST /events` takes.
#[derive(Deserialize)]
pub(crate) struct Wanted<'x> {
    #[serde(borrow)]
    data: &'x str,
    #[serde(borrow)]
    event: Option<&'x str>,
    #[serde(borrow)]
    id: Option<&'x str>,
    retry: Option<u32>,
}

/// Sends the wanted event back, as a stream of one.
pub(crate) async fn echo_event(
    _: &Live,
    wanted: Json<Wanted<'_>>,
    mut events: Events<'_>,
) -> Result {
    let wanted = wanted.0;
    let broken = |_| Problem::unprocessable("a type or an id is one line without NUL");
    let mut event = Event::data(wanted.data);
    if let Some(name) = wanted.event {
        event = event.event(name).map_err(broken)?;
    }
    if let Some(id) = wanted.id {
        event = event.id(id).map_err(broken)?;
    }
    if let Some(ms) = wanted.retry {
        event = event.retry(ms);
    }
    Ok(events.send(event).await?)
}
