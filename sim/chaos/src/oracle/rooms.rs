//! Broadcast loses only what it says it has lost: who is in a room hears everything that is said there,
//! once and in order, or is told that something was missed.

use super::{Case, Oracle, Wrong};
use crate::schedule::{Act, Content, Say};
use crate::story::Story;

/// See above.
#[derive(Debug)]
pub(super) struct Rooms;

/// What was said to a room.
struct Saying<'a> {
    connection: u32,
    room: &'a str,
    text: &'a str,
    /// It was said after this, and before that.
    from: u64,
    until: u64,
}

/// Who listens.
struct Listener<'a> {
    room: String,
    /// It is in the room from then on at the latest.
    joined: u64,
    heard: Vec<String>,
    has_missed: bool,
    story: &'a Story<'a>,
}

impl Oracle for Rooms {
    fn name(&self) -> &'static str {
        "rooms"
    }

    fn holds(&self) -> &'static str {
        "who is in a room hears all that is said there, once and in order, or that it missed some"
    }

    fn judge(&self, case: &Case<'_>) -> Result<(), Wrong> {
        let listeners: Vec<_> = case.stories.iter().filter_map(listener).collect();
        if listeners.is_empty() {
            return Ok(());
        }
        let mut sayings = Vec::new();
        case.stories.iter().for_each(|story| said(story, &listeners, &mut sayings));
        listeners.iter().try_for_each(|listener| compare(listener, &sayings))
    }
}

fn compare(listener: &Listener<'_>, sayings: &[Saying<'_>]) -> Result<(), Wrong> {
    let story = listener.story;
    let at = story.writes.last().map_or(story.opened, |(_, at)| *at);
    let mut places: Vec<(u32, usize)> = Vec::new();
    for text in &listener.heard {
        let Some(place) = sayings.iter().position(|saying| saying.text == text) else {
            return Err(Wrong::with(story, at, format!("{text} was never said")));
        };
        let saying = &sayings[place];
        if saying.room != listener.room || saying.connection == story.connection {
            return Err(Wrong::with(story, at, format!("{text} was said somewhere else")));
        }
        if places.iter().any(|(who, before)| *who == saying.connection && *before >= place) {
            return Err(Wrong::with(story, at, format!("{text} comes twice, or too late")));
        }
        places.push((saying.connection, place));
    }
    if listener.has_missed || !story.blocks.is_empty() {
        return Ok(());
    }
    let end =
        story.end().into_iter().chain(story.moments.breaks).chain(story.moments.finishes).min();
    let is_owed = |saying: &&Saying<'_>| {
        saying.connection != story.connection
            && saying.room == listener.room
            && saying.from > listener.joined
            && end.is_none_or(|end| saying.until < end)
    };
    match sayings.iter().filter(is_owed).find(|own| !listener.heard.iter().any(|h| h == own.text)) {
        Some(lost) => {
            let what = format!("{} was said in {}, and nobody told it", lost.text, lost.room);
            Err(Wrong::with(story, lost.until, what))
        }
        None => Ok(()),
    }
}

/// What one connection has heard, if it has joined a room.
fn listener<'a>(story: &'a Story<'a>) -> Option<Listener<'a>> {
    let mut listener = None;
    for (frame, at) in story.frames.iter().filter(|(frame, _)| frame.opcode == 1) {
        let text = str::from_utf8(&story.down[frame.payload.clone()]).unwrap_or_default();
        match &mut listener {
            None if text.starts_with(r#"{"action":"joined""#) => {
                let (room, heard) = (value(text, "room")?.to_owned(), Vec::new());
                listener = Some(Listener { room, joined: *at, heard, has_missed: false, story });
            }
            None => {}
            Some(own) if text.contains("missed") => own.has_missed = true,
            Some(own) => own.heard.extend(value(text, "text").map(str::to_owned)),
        }
    }
    listener
}

/// What one connection has said, and was told that it had.
fn said<'a>(story: &'a Story<'a>, listeners: &'a [Listener<'a>], into: &mut Vec<Saying<'a>>) {
    let connection = story.connection;
    for (index, request) in story.requests.iter().enumerate() {
        let Act::Ask(ask) = request.source else { continue };
        let Some(Content::Json(json)) = &ask.content else { continue };
        let both = value(json, "room").zip(value(json, "text"));
        let answer = story.answers.get(index);
        if let (Some((room, text)), Some(from)) = (both, request.arrived)
            && answer.is_none_or(|answer| answer.head.status == 202)
        {
            // Without a word of it, it may have been heard all the same.
            let until = answer.map_or(u64::MAX, |answer| answer.began);
            into.push(Saying { connection, room, text, from, until });
        }
    }
    let Some(own) = listeners.iter().find(|listener| listener.story.connection == connection)
    else {
        return;
    };
    let told = story
        .frames
        .iter()
        .filter(|(frame, _)| story.down[frame.payload.clone()] == *br#"{"action":"sent"}"#);
    let mut told = told.map(|(_, at)| *at);
    for said in &story.said {
        if let (Act::Say(Say::Words(words)), Some(from)) = (said.act, said.arrived)
            && let Some(text) = value(words, "text")
        {
            let until = told.next().unwrap_or(u64::MAX);
            into.push(Saying { connection, room: &own.room, text, from, until });
        }
    }
}

/// The value of a key in flat JSON without escapes.
fn value<'t>(json: &'t str, key: &str) -> Option<&'t str> {
    let (_, behind) = json.split_once(&format!("\"{key}\":\""))?;
    behind.split_once('"').map(|(value, _)| value)
}
