//! The pages of runs of the simulator: one that fails, one in which nothing is missing, one of an
//! hour, and one that is as large as they get. `cargo ci matrix` opens them in a browser.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use samewire::Limits;
use samewire_chaos::oracle::{Failure, Wrong};
use samewire_chaos::trace::NONE;
use samewire_chaos::{Schedule, Trace};
use samewire_conformance::report::timeline::{Page, write};
use samewire_conformance::swarm;

/// What ends a script, begins a tag, and cannot be spelled in HTML.
const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\\x00\\x1b[2J\\xff";

/// Faults, a WebSocket, hostile bytes, a crowd, parts that break, and hours in which nothing is.
fn busy() -> String {
    format!(
        "places 3 evict\nlamp breaks 1\nat 900 flood 2 saying 5 for 4000\nat 7200000 jump 60000\n\
         at 7300000 drain\n\
         client 0 at 0\n0 ask GET /hello -> 200\n0 ask POST / with 300 tag 7 in 50 -> 200 echo\n\
         0 fault segments 40 every 3\n0 fault delay 25\n\
         client 1 at 40\n1 open /ws\n1 text 60 tag 3 in 20\n1 ping 5\n1 say \"hi\"\n1 hear 2\n\
         1 fault reads 30 every 20\n\
         client 2 at 60\n2 raw \"GET /{HOSTILE} HTTP/1.1\\r\\n\\r\\n\" -> 400\n\
         client 3 at 90\n3 ask PUT /led json \"{{\\\"level\\\":7}}\" -> 200 or 500 or 422 or 503\n\
         3 fault lose 30 for 500\n\
         client 4 at 3600000\n4 ask GET / -> 200\n4 raw \"GET /slow\" -> 408\n4 wait\n"
    )
}

/// So many clients, each with so many requests.
fn large(clients: u32, requests: u32) -> String {
    (0..clients).fold("places 64 wait\n".to_owned(), |mut text, client| {
        let _ = writeln!(text, "client {client} at {}\n{client} fault delay 2", client * 7);
        for _ in 0..requests {
            let _ =
                writeln!(text, "{client} ask GET /hello -> 200\n{client} wait\n{client} pause 40");
        }
        text
    })
}

fn page(name: &str, schedule: &Schedule, trace: &Trace, failure: Option<&Failure>) -> String {
    let mut out = Vec::new();
    let command = "samewire sim --seed 42";
    let page = Page { name, schedule, limits: Limits::SMALL, trace, failure, command };
    write(&page, &mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("a page is text");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("timeline");
    fs::create_dir_all(&folder).expect("a folder for pages");
    fs::write(folder.join(format!("{name}.html")), &text).expect("a page is written");
    text
}

fn played(text: &str) -> (Schedule, Trace) {
    let schedule: Schedule = text.parse().expect("a schedule");
    let trace = swarm::play(&schedule);
    (schedule, trace)
}

/// The data of a page.
fn data(page: &str) -> serde_json::Value {
    let from = page.split_once("id=\"data\">").expect("a page has data").1;
    serde_json::from_str(from.split_once("</script>").expect("it ends").0).expect("it is JSON")
}

#[test]
fn what_is_hostile_is_data_and_no_markup() {
    let (schedule, trace) = played(&busy());
    let connection = 2;
    let at = trace.of(connection).last().expect("it has connected").at;
    let what = format!("</script><b>{HOSTILE}");
    let failure = Failure { oracle: "order", wrong: Wrong { connection, at, what } };
    let page = page("busy", &schedule, &trace, Some(&failure));
    // The schedule's text stands in the page, and the verdict: as text.
    assert!(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img") && !page.contains("<b>HOSTILE"), "there is foreign markup");
    // One head, data, and our own script: no other element ends.
    assert_eq!(page.matches("</script>").count(), 3);
    assert!(!page.contains("://"), "the page names another place");
    assert!(!page.contains(['\0', '\x1b']));
}

#[test]
fn each_event_is_there_with_its_meaning() {
    let (schedule, trace) = played(&busy());
    let failure = Failure {
        oracle: "slots",
        wrong: Wrong { connection: NONE, at: trace.end(), what: "x".into() },
    };
    let data = data(&page("slots", &schedule, &trace, Some(&failure)));
    for column in ["after", "lane", "kind", "value"] {
        assert_eq!(data[column].as_array().map(Vec::len), Some(trace.events.len()), "{column}");
    }
    assert_eq!(data["failed"], trace.events.len() - 1);
    let after: u64 =
        data["after"].as_array().into_iter().flatten().filter_map(|t| t.as_u64()).sum();
    assert_eq!(after, trace.end());

    let lanes = data["lanes"].as_array().expect("lanes");
    assert_eq!(lanes.len(), trace.connections.len());
    let notes = |lane: usize, which: &str| -> Vec<&str> {
        let notes = lanes[lane][which].as_array().into_iter().flatten();
        notes.filter_map(|note| note[2].as_str()).collect()
    };
    assert_eq!(lanes[0]["name"], "client 0");
    assert_eq!(lanes[0]["faults"], serde_json::json!(["segments 40 every 3", "delay 25"]));
    assert_eq!(notes(0, "up_notes"), ["GET /hello", "POST / with 300 tag 7 in 50"]);
    assert_eq!(notes(0, "down_notes"), ["200", "200"]);
    assert_eq!(
        notes(1, "up_notes"),
        ["open /ws", "text 60 tag 3 in 20", "ping 5", "say \"hi\"", "close"]
    );
    assert_eq!(notes(1, "down_notes"), ["101", "text 60 B", "pong 5 B", "text 2 B", "close 1000"]);
    assert_eq!(notes(2, "down_notes"), ["400"]);
    let last = lanes.len() - 1;
    assert_eq!(notes(last, "down_notes"), ["200", "408"]);
    // What ended the head that did not come, and how long it had.
    let deadlines = lanes[last]["deadlines"].as_array().expect("deadlines");
    let head = format!("head_ms_max {} s", Limits::SMALL.head_ms_max / 1000);
    assert!(deadlines.iter().any(|span| span[2] == head.as_str()), "{deadlines:?}");
    let states: Vec<_> = lanes[1]["states"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|span| span[2].as_str())
        .collect();
    assert_eq!(states, ["idle", "reading", "request", "websocket", "closing", "lingering"]);
}

#[test]
fn a_passed_run_has_a_page_and_so_has_an_empty_one() {
    let (schedule, trace) = played("client 0 at 0\n0 ask GET /hello -> 200\n");
    let one = page("passed", &schedule, &trace, None);
    assert!(
        one.contains("<p class=\"verdict passed\">passed</p>") && one.contains("1 connection,")
    );
    let data = data(&one);
    assert!(data["failed"].is_null() && data["verdict"].is_null());
    page("empty", &Schedule::default(), &Trace::default(), None);
}

#[test]
fn fifty_thousand_events_of_two_hundred_connections_stay_small() {
    let (schedule, trace) = played(&large(200, 31));
    assert!(trace.events.len() >= 50_000, "{} events", trace.events.len());
    let connection = 120;
    let at = trace.of(connection).nth(200).expect("it goes on").at;
    let wrong = Wrong { connection, at, what: "an answer is missing".into() };
    let page = page("large", &schedule, &trace, Some(&Failure { oracle: "answered", wrong }));
    assert!(page.len() < 4_000_000, "{} bytes", page.len());
}
