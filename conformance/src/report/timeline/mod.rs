//! A run of the simulator as one page for a browser: a lane for each connection, in which bytes go
//! up and down between client and server, with faults, requests, answers, frames and deadlines.
//!
//! Like the page of `check`, it is whole in itself, asks no network for anything, and draws what
//! came over a wire as text and never as markup. Rust says what happened and what it means; the
//! scripts only place it. Time stands still while a server works, so each event has a step of its
//! own on the axis, and pauses between them are as wide as the logarithm of what they last.

mod data;
mod lane;
mod state;
mod told;

use std::io::{self, Write};

use samewire::Limits;
use samewire_chaos::oracle::Failure;
use samewire_chaos::trace::NONE;
use samewire_chaos::{Schedule, Trace};

use self::data::Data;
use super::escape::{self, Escaped};

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What the run is called: `seed 42`.
    pub name: &'a str,
    /// What was to happen.
    pub schedule: &'a Schedule,
    /// The limits of the server.
    pub limits: Limits,
    /// What happened.
    pub trace: &'a Trace,
    /// What is wrong with it, if anything is.
    pub failure: Option<&'a Failure>,
    /// What plays it again.
    pub command: &'a str,
}

/// The frame around all: what stands in doubled braces is put in.
const FRAME: &str = include_str!("page/frame.html");
const STYLES: [&str; 2] = [super::html::PALETTE, include_str!("page/style.css")];
/// In the order in which they need each other.
const SCRIPTS: [&str; 6] = [
    super::html::MAKE,
    include_str!("page/model.js"),
    include_str!("page/view.js"),
    include_str!("page/draw.js"),
    include_str!("page/detail.js"),
    include_str!("page/hands.js"),
];

/// Writes a page.
///
/// # Errors
///
/// That of writing.
pub fn write(page: &Page<'_>, mut out: impl Write) -> io::Result<()> {
    let data = serde_json::to_string(&Data::new(page))?;
    for piece in FRAME.split("{{") {
        let Some((name, rest)) = piece.split_once("}}") else {
            out.write_all(piece.as_bytes())?;
            continue;
        };
        match name {
            "style" => STYLES.iter().try_for_each(|style| out.write_all(style.as_bytes()))?,
            "script" => SCRIPTS.iter().try_for_each(|script| out.write_all(script.as_bytes()))?,
            "name" => write!(out, "{}", Escaped(page.name))?,
            "verdict" => out.write_all(verdict(page).as_bytes())?,
            "lead" => write!(out, "{}", Escaped(&lead(page)))?,
            "command" => write!(out, "{}", Escaped(page.command))?,
            "schedule" => write!(out, "{}", Escaped(&page.schedule.to_string()))?,
            "data" => out.write_all(escape::json(&data).as_bytes())?,
            _ => unreachable!("the frame knows no {name}"),
        }
        out.write_all(rest.as_bytes())?;
    }
    out.flush()
}

/// The event at which a failure shows: the last of its connection by then.
pub(super) fn place(trace: &Trace, failure: &Failure) -> Option<usize> {
    let wrong = &failure.wrong;
    let is_own = |connection| wrong.connection == NONE || connection == wrong.connection;
    trace.events.iter().rposition(|event| event.at <= wrong.at && is_own(event.connection))
}

fn verdict(page: &Page<'_>) -> String {
    match page.failure {
        None => "<p class=\"verdict passed\">passed</p>".to_owned(),
        Some(failure) => {
            let text = failure.to_string();
            let words = text.strip_prefix(failure.oracle).unwrap_or(&text);
            let (oracle, words) = (Escaped(failure.oracle), Escaped(words));
            format!("<p class=\"verdict failed\"><b>{oracle}</b>{words}</p>")
        }
    }
}

/// How much there is of everything.
fn lead(page: &Page<'_>) -> String {
    let Page { trace, schedule, .. } = page;
    let bytes = |of: fn(&samewire_chaos::trace::Streams) -> usize| {
        trace.connections.iter().map(of).sum::<usize>()
    };
    format!(
        "{} lines of schedule, {}, {}, {} B up, {} B down, {} of the world's time.",
        schedule.lines.len(),
        counted(trace.connections.len(), "connection"),
        counted(trace.events.len(), "event"),
        bytes(|streams| streams.up.len()),
        bytes(|streams| streams.down.len()),
        state::time(trace.end()),
    )
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
