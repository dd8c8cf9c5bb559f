//! What is written, beside a client that reads it as the standard says (HTML §9.2.6).

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::{Event, EventData};
use crate::Misuse;
use crate::buffer::Writer;

fn written<D: EventData>(mut event: Event<'_, D>) -> String {
    let mut room = [0; 4096];
    let mut writer = Writer::new(&mut room);
    event.render(&mut writer);
    let bytes = writer.written().unwrap();
    String::from_utf8(room[..bytes].to_vec()).unwrap()
}

/// What an `EventSource` makes of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Client {
    /// Type, data and last id of each event.
    events: Vec<(String, String, String)>,
    retry: Option<u64>,
}

impl Client {
    /// The algorithm of §9.2.6, written down step by step and not after our encoder.
    fn read(stream: &str) -> Self {
        let mut client = Self::default();
        let (mut data, mut event, mut id) = (String::new(), String::new(), String::new());
        for line in lines(stream) {
            if line.is_empty() {
                if !data.is_empty() {
                    data.pop();
                    let event = if event.is_empty() { "message".into() } else { event.clone() };
                    client.events.push((event, data.clone(), id.clone()));
                }
                data.clear();
                event.clear();
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "data" => data = data + value + "\n",
                "event" => event = value.to_string(),
                "id" if !value.contains('\0') => id = value.to_string(),
                "retry" => client.retry = value.parse().ok().or(client.retry),
                _ => {}
            }
        }
        client
    }
}

/// The lines of §9.2.5: CRLF, LF and CR end one. What no line end follows is dropped.
fn lines(stream: &str) -> Vec<String> {
    let unified = stream.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<_> = unified.split('\n').map(String::from).collect();
    assert_eq!(lines.pop().as_deref(), Some(""), "the stream ends within a line");
    lines
}

#[test]
fn events_are_written_as_they_always_were() {
    let full = Event::data("on").event("led").unwrap().id("7").unwrap().retry(3000);
    for (event, expected) in [
        (full, "event: led\nid: 7\nretry: 3000\ndata: on\n\n"),
        (Event::data("plain"), "data: plain\n\n"),
        (Event::data(""), "data: \n\n"),
        (Event::data("a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n"),
        (Event::data("a\n"), "data: a\ndata: \n\n"),
        (Event::data(" two"), "data:  two\n\n"),
        (Event::data("x").id("").unwrap(), "id: \ndata: x\n\n"),
    ] {
        assert_eq!(written(event), expected, "{event:?}");
    }
    #[cfg(feature = "json")]
    assert_eq!(written(Event::data(crate::Json("a\r\nb"))), "data: \"a\\u000d\\u000ab\"\n\n");
}

#[test]
fn what_would_end_a_line_or_is_ignored_by_clients_is_refused() {
    for bad in ["\r", "a\nb", "a\0", "\r\n"] {
        assert_eq!(Event::data("x").event(bad), Err(Misuse::FieldInvalid), "{bad:?}");
        assert_eq!(Event::data("x").id(bad), Err(Misuse::FieldInvalid), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn a_client_reads_what_was_meant(
        events in proptest::collection::vec(
            ("[a-c \r\n:\0é]{0,12}", proptest::option::of("[a-z :é]{0,4}"),
             proptest::option::of("[0-9: é]{0,4}"), proptest::option::of(any::<u32>())),
            0..5,
        )
    ) {
        let (mut stream, mut expected) = (String::new(), Client::default());
        let mut last_id = String::new();
        for (data, name, id, retry) in &events {
            let mut event = Event::data(&**data);
            if let Some(name) = name {
                event = event.event(name).unwrap();
            }
            if let Some(id) = id {
                event = event.id(id).unwrap();
                last_id.clone_from(id);
            }
            if let Some(ms) = retry {
                event = event.retry(*ms);
                expected.retry = Some(u64::from(*ms));
            }
            stream += &written(event);
            let name = name.as_deref().filter(|name| !name.is_empty()).unwrap_or("message");
            let read = data.replace("\r\n", "\n").replace('\r', "\n");
            expected.events.push((name.to_string(), read, last_id.clone()));
        }
        prop_assert_eq!(Client::read(&stream), expected, "{}", stream.escape_debug());
    }
}
