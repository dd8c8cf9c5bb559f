//! Pages of other origins can neither change anything nor open a WebSocket.

use samewire::app::layer::SameOrigin;
use samewire::{Result, WebSocket, app};

use crate::Machine;

struct Panel;

const LISTED: SameOrigin = SameOrigin::new().allowing(&["https://good.example"]);

app! { for Panel;
    layers "/panel" [LISTED];
    layers "/strict" [SameOrigin::new().browsers_only()];
    get    "/panel"  => index;
    post   "/panel"  => index;
    put    "/panel"  => index;
    patch  "/panel"  => index;
    delete "/panel"  => index;
    post   "/strict" => index;
    ws     "/panel/live" => live(ws);
}

async fn index(_: &Panel) -> &'static str {
    "index"
}

async fn live(_: &Panel, _: WebSocket<'_>) -> Result {
    Ok(())
}

const OURS: [&str; 9] = [
    "",
    "Origin: http://panel.local\r\n",
    "Origin: https://panel.local\r\n",
    "Origin: http://panel.local\r\nCookie: id=1\r\n",
    "Origin: http://panel.local\r\nSec-Fetch-Site: same-origin\r\n",
    "Origin: https://good.example\r\n",
    "Sec-Fetch-Site: same-origin\r\n",
    "Sec-Fetch-Site: none\r\nCookie: id=1\r\n",
    "Referer: http://evil.example/\r\n",
];

const THEIRS: [&str; 14] = [
    "Origin: null\r\n",
    "Origin:\r\n",
    "Origin: http://evil.example\r\n",
    "Origin: http://panel.local.evil.example\r\n",
    "Origin: http://evilpanel.local\r\n",
    "Origin: http://panel.local:8080\r\n",
    "Origin: http://panel.local.\r\n",
    "Origin: http://good.example\r\n",
    "Origin: http://panel.local\r\nOrigin: http://evil.example\r\n",
    "Origin: http://panel.local, http://evil.example\r\n",
    "Sec-Fetch-Site: cross-site\r\n",
    "Sec-Fetch-Site: same-site\r\n",
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: none\r\n",
    "Cookie: id=1\r\n",
];

#[test]
fn who_may_change_something() {
    let machine = Machine::new();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for lines in OURS {
            let answer = machine.ask(&Panel, method, "/panel", lines);
            assert_eq!(answer.status, 200, "{method} {lines:?}");
        }
        for lines in THEIRS {
            let answer = machine.ask(&Panel, method, "/panel", lines);
            assert_eq!(answer.status, 403, "{method} {lines:?}");
        }
    }
}

#[test]
fn anybody_may_read() {
    let machine = Machine::new();
    for lines in OURS.into_iter().chain(THEIRS) {
        assert_eq!(machine.get(&Panel, "/panel", lines).status, 200, "{lines:?}");
        assert_eq!(machine.ask(&Panel, "OPTIONS", "/panel", lines).status, 204, "{lines:?}");
    }
}

#[test]
fn who_may_open_a_websocket() {
    let machine = Machine::new();
    let handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    for lines in OURS {
        let answer = machine.get(&Panel, "/panel/live", &format!("{handshake}{lines}"));
        assert_eq!(answer.status, 101, "{lines:?}");
    }
    for lines in THEIRS {
        let answer = machine.get(&Panel, "/panel/live", &format!("{handshake}{lines}"));
        assert_eq!(answer.status, 403, "{lines:?}");
    }
}

#[test]
fn clients_may_have_to_say_whose_page_asks() {
    let machine = Machine::new();
    assert_eq!(machine.ask(&Panel, "POST", "/strict", "").status, 403);
    let lines = "Origin: http://panel.local\r\n";
    assert_eq!(machine.ask(&Panel, "POST", "/strict", lines).status, 200);
    assert_eq!(machine.ask(&Panel, "POST", "/strict", "Sec-Fetch-Site: none\r\n").status, 200);
}

/// The authority of an absolute target counts, as for everything else.
#[test]
fn the_target_is_where_the_request_was_sent_to() {
    let machine = Machine::new();
    let ask = |origin: &str| {
        let lines = format!("Origin: {origin}\r\n");
        machine.ask(&Panel, "POST", "http://other.local/panel", &lines).status
    };
    assert_eq!(ask("http://other.local"), 200);
    assert_eq!(ask("http://panel.local"), 403);
}
