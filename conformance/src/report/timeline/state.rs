//! What the server was doing with a connection, and which deadline ended that: read from the trace,
//! since a server does not say it.

use samewire::Limits;
use samewire_chaos::trace::{Event, Hook, What};

/// A time, in the units that suit it.
pub(super) fn time(millis: u64) -> String {
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let (seconds, rest) = (millis / 1000 % 60, millis % 1000);
    match (hours, minutes) {
        (0, 0) if millis < 1000 => format!("{millis} ms"),
        (0, 0) if rest == 0 => format!("{seconds} s"),
        (0, 0) => format!("{seconds}.{rest:03} s"),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min {seconds} s"),
    }
}

/// From which event to which it was what.
pub(super) type Span<T> = (usize, usize, T);

/// What the server was doing, from the events of one connection with their numbers.
pub(super) fn states(events: &[(usize, Event)]) -> Vec<Span<&'static str>> {
    let mut spans = Vec::new();
    let mut current: Option<(usize, &'static str)> = None;
    for &(index, event) in events {
        let now = current.map(|(_, state)| state);
        let next = match event.what {
            What::Waits => Some("waiting"),
            What::Refused => Some("refused"),
            What::Enters(_) => Some("idle"),
            What::Reads(_) if now == Some("idle") => Some("reading"),
            What::Hears(Hook::Request) => Some("request"),
            What::Hears(Hook::WsConnect) => Some("websocket"),
            What::Hears(Hook::Ended(_)) if now == Some("request") => Some("idle"),
            What::Hears(Hook::WsDisconnect) => Some("closing"),
            What::Ends => Some("lingering"),
            What::Drops { .. } => None,
            _ => continue,
        };
        if next == now {
            continue;
        }
        spans.extend(current.map(|(from, state)| (from, index, state)));
        current = next.map(|state| (index, state));
    }
    let last = events.last().map_or(0, |(index, _)| *index);
    spans.extend(current.map(|(from, state)| (from, last, state)));
    spans
}

/// The deadlines that fit: where the server acts of its own accord, and a limit before that moment
/// something happened from which such a deadline could run.
pub(super) fn deadlines(events: &[(usize, Event)], limits: &Limits) -> Vec<Span<String>> {
    let mut found: Vec<Span<String>> = Vec::new();
    let mut last = None;
    for (place, &(index, event)) in events.iter().enumerate() {
        let acts = matches!(event.what, What::Writes(_) | What::Ends | What::Drops { .. });
        if !acts || last == Some(event.at) {
            continue;
        }
        let before = events.get(..place).unwrap_or_default();
        let now = before.iter().rev().take_while(|(_, other)| other.at == event.at);
        if { now }.any(|(_, other)| is_cause(other.what)) {
            continue;
        }
        let fits = deadlines_of(limits).into_iter().find_map(|(name, millis)| {
            let begin = event.at.checked_sub(millis.into()).filter(|_| millis > 0)?;
            let end = before.partition_point(|(_, other)| other.at <= begin);
            let (from, other) = before.get(end.checked_sub(1)?)?;
            (other.at == begin).then(|| (*from, index, format!("{name} {}", time(millis.into()))))
        });
        if let Some(fits) = fits {
            last = Some(event.at);
            found.push(fits);
        }
    }
    found
}

/// Why a server acts, if not for a deadline: something has come to it.
const fn is_cause(what: What) -> bool {
    matches!(
        what,
        What::Opens
            | What::Arrives(_)
            | What::Takes(_)
            | What::Finishes
            | What::Breaks
            | What::Evicted
            | What::Enters(_)
            | What::Bites(_)
    )
}

/// All deadlines, the shortest first: what began last is what matters.
fn deadlines_of(limits: &Limits) -> Vec<(&'static str, u32)> {
    let mut all = vec![
        ("idle_ms_max", limits.idle_ms_max),
        ("head_ms_max", limits.head_ms_max),
        ("body_ms_max", limits.body_ms_max),
        ("handler_ms_max", limits.handler_ms_max),
        ("write_ms_max", limits.write_ms_max),
        ("linger_ms_max", limits.linger_ms_max),
        ("message_ms_max", limits.message_ms_max),
        ("ping_ms", limits.ping_ms),
        ("pong_ms_max", limits.pong_ms_max),
        ("close_ms_max", limits.close_ms_max),
    ];
    all.sort_by_key(|(_, millis)| *millis);
    all
}
