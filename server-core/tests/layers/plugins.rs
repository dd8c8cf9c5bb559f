//! The plugins of the ancestors, and that every one of several hears each event once.

use std::cell::RefCell;

use samewire::app::plugin::{Auth, Line, Logger, Metrics};
use samewire::{Result, WebSocket, app};

use crate::Machine;

thread_local!(static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });

fn note(line: &Line<'_>) {
    LINES.with_borrow_mut(|lines| lines.push(line.to_string()));
}

struct Panel {
    auth: Auth,
    first: Logger,
    second: Logger,
    metrics: Metrics,
}

app! { for panel: Panel;
    plugin => Logger(panel.first);
    plugin => Logger(panel.second);
    plugin => Metrics(panel.metrics);
    plugin => Auth(panel.auth);
    get  "/"          => index;
    get  "/api"       => index;
    get  "/api/level" => index;
    get  "/apiary"    => index;
    ws   "/live"      => live(ws);
}

async fn index(_: &Panel) -> &'static str {
    "index"
}

async fn live(_: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, _outbox) = ws.split();
    while inbox.receive().await.is_some() {}
    Ok(())
}

fn panel() -> Panel {
    Panel {
        auth: Auth::new(&["a secret"]),
        first: Logger::to(note as fn(&Line<'_>)),
        second: Logger::to(note as fn(&Line<'_>)).prefix("second"),
        metrics: Metrics::new(),
    }
}

#[test]
fn auth_guards_a_part_of_the_app() {
    let (machine, panel) = (Machine::new(), panel());
    for path in ["/api", "/api/level", "/%61pi/level", "/api/nowhere", "/auth/check"] {
        let answer = machine.get(&panel, path, "");
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.field("WWW-Authenticate"), Some("ApiKey field=\"X-API-Key\""));
        let answer = machine.get(&panel, path, "X-API-Key: a secret\r\n");
        assert!(answer.status == 200 || answer.status == 404, "{path}");
    }
    for path in ["/", "/apiary"] {
        assert_eq!(machine.get(&panel, path, "").status, 200, "{path}");
    }
    let answer = machine.get(&panel, "/auth/check", "X-API-Key: a secret\r\n");
    assert_eq!((answer.status, &*answer.content), (200, "{\"valid\":true}"));
    assert_eq!(answer.field("Content-Type"), Some("application/json"));
    let elsewhere = Panel { auth: Auth::new(&["a secret"]).below("/apiary"), ..self::panel() };
    assert_eq!(machine.get(&elsewhere, "/api", "").status, 200);
    assert_eq!(machine.get(&elsewhere, "/apiary", "").status, 401);
}

/// The same app as a part of another one, and a door of its own.
struct Site {
    panel: Panel,
    auth: Auth,
}

app! { for site: Site;
    mount "/v1"   => Panel(site.panel);
    mount "/door" => Auth(site.auth);
    get "/api" => front;
}

async fn front(_: &Site) -> &'static str {
    "front"
}

#[test]
fn auth_guards_the_same_wherever_its_app_is_mounted() {
    let site = Site { panel: panel(), auth: Auth::new(&["another secret"]) };
    let machine = Machine::new();
    for path in ["/v1/api", "/v1/api/level", "/v1/api/nowhere", "/v1/auth/check"] {
        assert_eq!(machine.get(&site, path, "").status, 401, "{path}");
        let answer = machine.get(&site, path, "X-API-Key: a secret\r\n");
        assert!(answer.status == 200 || answer.status == 404, "{path}");
    }
    assert_eq!(machine.get(&site, "/door/auth/check", "").status, 401);
    let with_key = "X-API-Key: another secret\r\n";
    assert_eq!(machine.get(&site, "/door/auth/check", with_key).status, 200);
    for path in ["/v1/", "/v1/apiary", "/api"] {
        assert_ne!(machine.get(&site, path, "").status, 401, "{path}");
    }
}

#[test]
fn a_guard_of_no_path_is_refused_when_it_is_made() {
    for path in ["/", "/api/", "api", "/{all}"] {
        let made = std::panic::catch_unwind(|| Auth::new(&["a secret"]).below(path));
        assert!(made.is_err(), "{path:?} guards nothing");
    }
}

#[test]
fn several_loggers_hear_each_event_in_their_order() {
    let (machine, panel) = (Machine::new(), panel());
    LINES.take();
    machine.get(&panel, "/api/level?pin=1", "");
    machine.ask(&panel, "POST", "/nowhere", "");
    assert_eq!(
        LINES.take(),
        [
            "[LOG] GET /api/level",
            "second GET /api/level",
            "[LOG] POST /nowhere",
            "second POST /nowhere"
        ]
    );
    machine.said(&panel, socket(&["a", "b"], Ends::Close));
    assert_eq!(
        LINES.take(),
        [
            "[LOG] GET /live",
            "second GET /live",
            "[LOG] WS connected",
            "second WS connected",
            "[LOG] WS disconnected",
            "second WS disconnected",
        ]
    );
}

#[derive(Clone, Copy)]
enum Ends {
    Close,
    /// The stream ends without a Close frame.
    Stream,
    /// A frame that is not masked.
    Violation,
}

/// A WebSocket with these messages.
fn socket(messages: &[&str], ends: Ends) -> Vec<u8> {
    let mut bytes =
        "GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            .as_bytes()
            .to_vec();
    for message in messages {
        bytes.extend([0x81, 0x80 | u8::try_from(message.len()).unwrap(), 0, 0, 0, 0]);
        bytes.extend(message.as_bytes());
    }
    bytes.extend::<&[u8]>(match ends {
        Ends::Close => &[0x88, 0x80, 0, 0, 0, 0],
        Ends::Stream => &[],
        Ends::Violation => &[0x81, 0x01, b'x'],
    });
    bytes
}

#[test]
fn metrics_count_what_happens() {
    let (machine, panel) = (Machine::new(), panel());
    let metrics = |expected: &str| {
        let answer = machine.get(&panel, "/metrics", "");
        assert_eq!((answer.status, &*answer.content), (200, expected));
        assert_eq!(answer.field("Content-Type"), Some("application/json"));
    };
    metrics(r#"{"requests":1,"ws_connections":0,"ws_messages":0}"#);
    machine.get(&panel, "/", "");
    machine.get(&panel, "/nowhere", "");
    machine.get(&panel, "/api", "");
    metrics(r#"{"requests":5,"ws_connections":0,"ws_messages":0}"#);
    for (ends, requests, messages) in
        [(Ends::Close, 6, 2), (Ends::Stream, 7, 4), (Ends::Violation, 8, 6)]
    {
        machine.said(&panel, socket(&["a", ""], ends));
        let counted = &panel.metrics;
        assert_eq!(
            (counted.requests(), counted.ws_connections(), counted.ws_messages()),
            (requests, 0, messages)
        );
    }
}
