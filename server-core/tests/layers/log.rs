//! What a log is told, and what it is not.

use std::cell::RefCell;

use samewire::app::layer::{Arrival, Entry, Layer, Log, Verdict};
use samewire::{Problem, Request, app};

use crate::Machine;

#[derive(Default)]
struct Panel {
    lines: RefCell<Vec<String>>,
    fields: RefCell<Vec<String>>,
}

const LOG: Log<fn(&Panel, &Entry<'_>)> = Log::to(note as fn(&Panel, &Entry<'_>)).hiding(&["X-Pin"]);

fn note(panel: &Panel, entry: &Entry<'_>) {
    panel.lines.borrow_mut().push(entry.to_string());
    let fields = entry
        .fields()
        .map(|(name, value)| format!("{}: {}", name.escape_ascii(), value.escape_ascii()));
    panel.fields.replace(fields.collect());
}

/// Stops everybody at the gate.
struct Gate;

impl<A> Layer<A> for Gate {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        Err(Problem::forbidden("closed").into())
    }
}

app! { for Panel;
    layers [LOG];
    layers "/gate" [Gate];
    get "/"     => index;
    get "/slow" => slow(request);
}

async fn index(_: &Panel) -> &'static str {
    "index"
}

async fn slow(_: &Panel, _: Request<'_>) -> &'static str {
    std::future::pending().await
}

#[test]
fn each_request_is_one_line() {
    let (machine, panel) = (Machine::new(), Panel::default());
    for (method, path, line) in [
        ("GET", "/", "GET / 200 0 ms -"),
        ("HEAD", "/", "HEAD / 200 0 ms -"),
        ("GET", "/?pin=1234", "GET / 200 0 ms -"),
        ("GET", "/%00%1b%0D%0A", "GET /%00%1b%0D%0A 404 0 ms -"),
        ("POST", "/", "POST / 405 0 ms -"),
        ("BREW", "/", "BREW / 501 0 ms -"),
        ("GET", "/gate/x", "GET /gate/x 403 0 ms -"),
        ("GET", "/slow", "GET /slow 503 30000 ms -"),
    ] {
        machine.ask(&panel, method, path, "");
        assert_eq!(panel.lines.take(), [line]);
    }
}

#[test]
fn secrets_are_hidden() {
    let (machine, panel) = (Machine::new(), Panel::default());
    let lines = "Authorization: Basic c2VjcmV0OnNlY3JldA==\r\nAUTHORIZATION: secret\r\n\
                 cookie: id=secret\r\nSet-Cookie: secret\r\nProxy-Authorization: secret\r\n\
                 x-api-key: secret\r\nX-PIN: secret\r\nAccept: text/html\r\n";
    machine.get(&panel, "/", lines);
    let fields = panel.fields.take();
    assert_eq!(
        fields,
        [
            "Host: panel.local",
            "Authorization: ***",
            "AUTHORIZATION: ***",
            "cookie: ***",
            "Set-Cookie: ***",
            "Proxy-Authorization: ***",
            "x-api-key: ***",
            "X-PIN: ***",
            "Accept: text/html",
        ]
    );
}

#[test]
fn long_paths_and_methods_are_cut() {
    let (machine, panel) = (Machine::new(), Panel::default());
    machine.ask(&panel, &"M".repeat(99), &format!("/{}", "p".repeat(999)), "");
    let line = format!("{} /{} 501 0 ms -", "M".repeat(16), "p".repeat(127));
    assert_eq!(panel.lines.take(), [line]);
}
