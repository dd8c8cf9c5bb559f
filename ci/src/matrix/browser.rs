//! A browser without a window, driven by its own protocol through two pipes: no port is taken, and
//! no driver is needed between. <https://chromedevtools.github.io/devtools-protocol/>

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::Failure;

/// What is looked for on the path.
pub(super) const PROGRAM: &str = "chromium";

/// Whether it is there.
pub(crate) fn is_installed() -> bool {
    Command::new(PROGRAM).arg("--version").output().is_ok_and(|out| out.status.success())
}

/// No window, no first run, and nothing that asks the network of its own accord.
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "about:blank",
];

/// The browser reads what it is told from its descriptor 3, and answers on 4.
const PIPES: &str = "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1";

/// Far more than any answer takes.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Far more than its end takes.
const END_MAX: Duration = Duration::from_secs(10);

/// How a page is looked at.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) is_dark: bool,
    pub(super) is_phone: bool,
}

/// A running browser with one page. It ends when this is dropped.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    folder: PathBuf,
    /// Of the page; empty until there is one.
    session: String,
    last: u64,
    /// What the page has loaded, and what it has complained of.
    pub(super) loaded: Vec<String>,
    pub(super) complaints: Vec<String>,
    is_loaded: bool,
    is_scriptless: bool,
}

impl Browser {
    /// Starts it, with a folder of its own that is gone afterwards.
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        let broken = |error: std::io::Error| Failure::new(format!("{PROGRAM}: {error}"));
        // What an earlier browser left would not be the fresh start that this is to be.
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).map_err(broken)?;
        let mut command = Command::new("sh");
        command.args(["-c", PIPES, "sh", PROGRAM]).args(FLAGS);
        command.arg(format!("--user-data-dir={}", folder.display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(broken)?;
        let (Some(to), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new("the browser has no pipes"));
        };
        let (send, from) = channel();
        std::thread::spawn(move || {
            // A message ends with a zero. The thread ends with the browser.
            for message in BufReader::new(out).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let folder = folder.to_owned();
        let (loaded, complaints) = (Vec::new(), Vec::new());
        let (session, last, is_loaded, is_scriptless) = (String::new(), 0, false, false);
        let mut browser = Self {
            child,
            to,
            from,
            folder,
            session,
            last,
            loaded,
            complaints,
            is_loaded,
            is_scriptless,
        };
        browser.attach()?;
        Ok(browser)
    }

    fn attach(&mut self) -> Result<(), Failure> {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}))?;
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.call("Target.attachToTarget", target)?;
        self.session = session["sessionId"].as_str().unwrap_or_default().to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}))?;
        }
        Ok(())
    }

    /// Asks the browser to do something; its answer.
    pub(super) fn call(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let sent = self.to.write_all(format!("{message}\0").as_bytes());
        sent.map_err(|error| Failure::new(format!("{method}: {error}")))?;
        loop {
            let message = self.next(method)?;
            if message["id"] == json!(self.last) {
                return match message.get("error") {
                    Some(error) => Err(Failure::new(format!("{method}: {}", error["message"]))),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    /// The next message; events are noted on the way.
    fn next(&mut self, doing: &str) -> Result<Value, Failure> {
        let message = self
            .from
            .recv_timeout(ANSWER_MAX)
            .map_err(|_| Failure::new(format!("{doing}: the browser is silent or gone")))?;
        let params = &message["params"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match message["method"].as_str() {
            Some("Page.loadEventFired") => self.is_loaded = true,
            Some("Network.requestWillBeSent") => self.loaded.push(text(&params["request"]["url"])),
            Some("Runtime.exceptionThrown") => {
                let details = &params["exceptionDetails"];
                self.complaints.push(text(&details["exception"]["description"]));
            }
            Some("Runtime.consoleAPICalled") => self.complaints.push(params["args"].to_string()),
            Some("Log.entryAdded") => self.complaints.push(text(&params["entry"]["text"])),
            _ => {}
        }
        Ok(message)
    }

    /// Opens an address, and waits until all of it is there.
    pub(crate) fn open(&mut self, url: &str) -> Result<Duration, Failure> {
        // An address that differs in its last part only would not be loaded again.
        self.call("Page.navigate", json!({"url": "about:blank"}))?;
        self.loaded.clear();
        self.is_loaded = false;
        let begin = Instant::now();
        self.call("Page.navigate", json!({"url": url}))?;
        while !(self.is_loaded && self.loaded.iter().any(|loaded| url.starts_with(loaded))) {
            self.next("load")?;
        }
        if !self.is_scriptless {
            self.evaluate("new Promise(requestAnimationFrame)")?;
        }
        Ok(begin.elapsed())
    }

    /// The value of an expression in the page; it may be awaited.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Result<Value, Failure> {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", params)?;
        match answer.get("exceptionDetails") {
            Some(details) => {
                let why = &details["exception"]["description"];
                Err(Failure::new(format!("{expression}: {why}")))
            }
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Looks at pages as on this screen, with nothing that moves.
    pub(super) fn look(&mut self, view: View) -> Result<(), Failure> {
        let View { width, height, is_dark, is_phone, .. } = view;
        let factor = if is_phone { 2 } else { 1 };
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": factor, "mobile": is_phone,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics)?;
        self.call("Emulation.setTouchEmulationEnabled", json!({"enabled": is_phone}))?;
        self.media("", is_dark).map(drop)
    }

    /// As on paper, say; an empty medium is a screen.
    pub(super) fn media(&mut self, medium: &str, is_dark: bool) -> Result<Value, Failure> {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.call("Emulation.setEmulatedMedia", json!({"media": medium, "features": features}))
    }

    /// Runs no script of pages any more, or does so again.
    pub(super) fn run_no_script(&mut self, is_scriptless: bool) -> Result<(), Failure> {
        self.is_scriptless = is_scriptless;
        let params = json!({"value": is_scriptless});
        self.call("Emulation.setScriptExecutionDisabled", params).map(drop)
    }

    /// Presses a key: a letter, or one with a name.
    pub(super) fn press(&mut self, key: &str) -> Result<(), Failure> {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let mut down = json!({"type": "keyDown", "key": key, "code": key});
        down["windowsVirtualKeyCode"] = json!(code);
        let text = if key == "Enter" { "\r" } else { key };
        if text.len() == 1 {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down)?;
        let up = json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", up).map(drop)
    }

    /// Writes what the screen shows.
    pub(super) fn screenshot(&mut self, path: &Path) -> Result<(), Failure> {
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"}))?;
        let bytes = base64(answer["data"].as_str().unwrap_or_default());
        std::fs::write(path, bytes)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session.clear();
        // Asked to, it ends all its processes; if it does not, it is made to.
        let asked = self.call("Browser.close", json!({})).is_ok();
        let begin = Instant::now();
        while asked && begin.elapsed() < END_MAX && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The bytes that a text in base64 stands for (RFC 4648 §4).
fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values = text.bytes().filter_map(|byte| LETTERS.iter().position(|&one| one == byte));
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_usize, 0);
    for value in values {
        buffer = buffer << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xff) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn pictures_are_decoded() {
        let table =
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")];
        for (text, bytes) in table {
            assert_eq!(base64(text), bytes.as_bytes(), "{text}");
        }
        assert_eq!(base64("//79"), [0xff, 0xfe, 0xfd]);
    }
}
