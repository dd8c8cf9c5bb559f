//! What the scripts draw: columns of events, and lanes. Fifty thousand events are to stay small.

use std::collections::HashMap;

use serde::Serialize;

use super::lane::Lane;
use super::told::{Kind, Told, tell};
use super::{Page, place};
use samewire_chaos::trace::NONE;

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    kinds: [&'static str; Kind::NAMES.len()],
    /// Of each event: milliseconds since the one before.
    after: Vec<u64>,
    /// Its lane, or -1.
    lane: Vec<i64>,
    kind: Vec<Kind>,
    /// How far a stream has come, or the number of its words.
    value: Vec<usize>,
    words: Vec<String>,
    lanes: Vec<Lane>,
    /// The event at which it failed, and what failed.
    failed: Option<usize>,
    verdict: Option<String>,
}

impl Data {
    pub(super) fn new(page: &Page<'_>) -> Self {
        let mut data = Self {
            kinds: Kind::NAMES,
            after: Vec::new(),
            lane: Vec::new(),
            kind: Vec::new(),
            value: Vec::new(),
            words: Vec::new(),
            lanes: Lane::all(page.schedule, &page.limits, page.trace),
            failed: page.failure.and_then(|failure| place(page.trace, failure)),
            verdict: page.failure.map(ToString::to_string),
        };
        let (mut known, mut before) = (HashMap::new(), 0);
        for event in &page.trace.events {
            let (kind, told) = tell(page.schedule, event.what);
            let value = match told {
                Told::Until(until) => until,
                Told::Words(words) => *known.entry(words).or_insert_with_key(|words| {
                    data.words.push(words.clone());
                    data.words.len() - 1
                }),
            };
            data.after.push(event.at - before);
            before = event.at;
            data.lane.push(if event.connection == NONE { -1 } else { event.connection.into() });
            data.kind.push(kind);
            data.value.push(value);
        }
        data
    }
}
