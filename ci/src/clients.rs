//! Other people's clients on an emulated board, over its network or a bridge: reqwest and tungstenite,
//! curl, a browser. What they leave behind is seen by whoever asks next.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::json;

use crate::failure::Failure;
use crate::matrix::browser::{self, Browser};
use crate::step::{read, run};
use crate::workspace::Workspace;

const HELLO: &str = r#"{"message":"Hello, World!"}"#;
/// Requests that a client makes at once, which is more than there are places.
const MANY: usize = 24;
/// As many connections as there are places.
const PLACES: &str = "6";

/// Lets them all ask the demo at this address. `name` is the board's.
pub(crate) fn meet(workspace: &Workspace, name: &str, demo: SocketAddr) -> Result<(), Failure> {
    let mut tests = workspace.cargo();
    tests.args(["test", "--quiet", "-p", "samewire-host", "--test", "clients"]);
    // One after the other, since all of them have one server.
    tests.args(["--", "--test-threads=1", "served::"]).env("SAMEWIRE_DEMO", demo.to_string());
    run(&mut tests)?;
    if Command::new("curl").arg("--version").output().is_ok() {
        curl(demo)?;
    } else {
        println!("no curl on this machine: it was not tried");
    }
    if browser::is_installed() {
        browse(workspace, name, demo)?;
    } else {
        println!("no browser on this machine: it was not tried, `cargo ci setup`");
    }
    Ok(())
}

/// What curl gets: a page, an upload in chunks and one after a 100, what it has set itself, and many
/// pages at once.
fn curl(demo: SocketAddr) -> Result<(), Failure> {
    let hello = format!("http://{demo}/hello");
    let ask = |arguments: &[&str], expected: &str| {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail", "--max-time", "30"]);
        // Who left before may still be on the way out, and then there is no place for a moment.
        command.args(["--retry", "5", "--retry-all-errors"]).args(arguments);
        expect("curl", expected, &read(&mut command)?)
    };
    ask(&[&hello], HELLO)?;
    let root = format!("http://{demo}/");
    for field in ["Transfer-Encoding: chunked", "Expect: 100-continue"] {
        ask(&["--header", field, "--data-binary", "to and fro", &root], "to and fro")?;
    }
    let lamp = format!("http://{demo}/led");
    for set in [r#"{"on":true,"percent":30}"#, r#"{"on":false,"percent":100}"#] {
        let json = "Content-Type: application/json";
        ask(&["--request", "PUT", "--header", json, "--data", set, &lamp], set)?;
        ask(&[&lamp], set)?;
    }
    // Told of each when it is whole: their pieces may cross.
    let told = "%{response_code} %{size_download}\n";
    let mut many = vec!["--parallel", "--parallel-max", PLACES, "--write-out", told];
    many.extend([&*hello, "--output", "/dev/null"].repeat(MANY));
    ask(&many, &format!("200 {}\n", HELLO.len()).repeat(MANY))?;
    println!("curl: a page, two uploads, a lamp on and off, {MANY} pages at once");
    Ok(())
}

/// What a browser gets: a page, WebSockets, many pages at once, and events.
fn browse(workspace: &Workspace, name: &str, demo: SocketAddr) -> Result<(), Failure> {
    let mut browser = Browser::start(&workspace.target.join(format!("browser-{name}")))?;
    browser.open(&format!("http://{demo}/hello"))?;
    let mut see = |what: &str, script: &str, expected: serde_json::Value| {
        expect(what, &expected.to_string(), &browser.evaluate(script)?.to_string())
    };
    see("the page", "document.body.innerText", json!(HELLO))?;
    see("WebSockets", TALK, json!(["0 1000 true", "1 1000 true", "2 1000 true"]))?;
    see("many pages", &FETCH.replace("MANY", &MANY.to_string()), json!([MANY, [HELLO]]))?;
    // The last, because its place is taken until the server finds that nobody listens any more.
    see("events", EVENTS, json!(["one", "two lines:\n the second"]))?;
    println!("browser: a page, 3 WebSockets, {MANY} pages at once, events");
    Ok(())
}

/// Three WebSockets at once: the echo, the code of the close, and whether that was clean.
const TALK: &str = "Promise.all([0, 1, 2].map(number => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    let echo;
    socket.onopen = () => socket.send(number);
    socket.onmessage = message => { echo = message.data; socket.close(1000); };
    socket.onclose = close => resolve(`${echo} ${close.code} ${close.wasClean}`);
})))";

/// The first events of a stream that goes on.
const EVENTS: &str = "new Promise((resolve, reject) => {
    const source = new EventSource('/events');
    const events = [];
    source.onmessage = event => {
        events.push(event.data);
        if (events.length == 2) { source.close(); resolve(events); }
    };
    source.onerror = () => { source.close(); reject('no events'); };
})";

/// How many pages came, and which they are.
const FETCH: &str = "(async () => {
    const page = () => fetch('/hello', {cache: 'no-store'}).then(answer => answer.text());
    const pages = await Promise.all(Array.from({length: MANY}, page));
    return [pages.length, [...new Set(pages)]];
})()";

fn expect(what: &str, expected: &str, got: &str) -> Result<(), Failure> {
    if expected == got {
        return Ok(());
    }
    Err(Failure::new(format!("{what}: got {got:?} instead of {expected:?}")))
}
