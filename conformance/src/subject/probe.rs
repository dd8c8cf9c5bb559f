//! Asks a foreign server whether it has what a case needs: one small request each, whose answer
//! shows it.

use std::time::{Duration, Instant};

use super::{OpenOptions, Received, Subject, Unreachable, socket, url};
use crate::case::{Need, Text};
use crate::frames;
use crate::opening::{self, ACCEPT};
use crate::response::{self, Reading, Response};

/// How long a server may take to answer a probe.
const PROBE_MAX: Duration = Duration::from_secs(3);

/// A server that sends more than this to a probe is not listened to any longer.
const RECEIVED_MAX: usize = 1 << 20;

/// A masked text frame that says `hi`.
const HI: &[u8] = b"\x81\x82\x01\x02\x03\x04ik";

/// Why the server lacks this; `None` if it has it. `paths` puts other paths into a request, where the
/// server has what is asked for elsewhere than the demo.
///
/// # Errors
///
/// [`Unreachable`] if no connection can be opened.
pub fn ask(
    subject: &mut dyn Subject,
    need: Need,
    paths: impl Fn(&[u8]) -> Vec<u8>,
) -> Result<Option<String>, Unreachable> {
    let Some((sent, what)) = question(need) else {
        return Ok(match need {
            Need::Limits => Some("its limits cannot be set from outside".into()),
            Need::Window | Need::Clock => socket::lacks(need),
            _ => url::lacks(need),
        });
    };
    // One that stays open and says nothing, or none.
    let _beside = match need {
        Need::Several => Some(subject.open(&options(subject))?),
        _ => None,
    };
    let sent = paths(&sent);
    let (answer, rest) = exchange(subject, &sent)?;
    let has = match &answer {
        // The answer that does not come is what shows it.
        None => need == Need::Slow,
        Some(answer) => shows(need, answer, &rest),
    };
    Ok((!has).then(|| match answer {
        Some(answer) => format!("{} {what} (it answers {})", asked(&sent), answer.status),
        None => format!("{} {what} (it does not answer)", asked(&sent)),
    }))
}

/// The request whose answer shows a need, at the demo's path, and what is wrong with an answer that
/// does not. `None` for what no answer shows.
pub(crate) fn question(need: Need) -> Option<(Vec<u8>, &'static str)> {
    let get = |target: &str, fields: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: example\r\nConnection: close\r\n{fields}\r\n")
            .into_bytes()
    };
    Some(match need {
        Need::Root => (get("/", ""), "does not answer with success"),
        Need::Echo => (
            b"POST / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\
              Content-Type: text/x-probe\r\nContent-Length: 5\r\n\r\nprobe"
                .to_vec(),
            "does not answer the content that it gets, with its type",
        ),
        Need::Fields => {
            (get("/echo", "X-Probe: here\r\n"), "does not answer the fields that it gets")
        }
        Need::Cookies => (get("/cookie", "Cookie: probe=here\r\n"), "does not answer cookies"),
        Need::Hello => (get("/hello", ""), "does not answer a JSON greeting"),
        Need::Users => (get("/users/7", ""), "does not answer 200"),
        Need::ChunkedOut => (get("/stream", ""), "does not answer in chunks"),
        Need::Slow => (get("/slow", ""), "answers at once"),
        Need::Ws => (
            [&opening::request(&Text::from("/ws"), &[], None), HI].concat(),
            "is no WebSocket that echoes",
        ),
        Need::Demo => (get("/", ""), "does not answer as the demo does"),
        Need::Several => (get("/", ""), "is not answered while another connection is open"),
        Need::Limits | Need::Shared | Need::Window | Need::Clock => return None,
    })
}

/// Method and target of a request.
fn asked(request: &[u8]) -> String {
    let line = request.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let line = line.strip_suffix(b" HTTP/1.1").unwrap_or(line);
    String::from_utf8_lossy(line).into_owned()
}

/// Within the bounds that the server has anyway.
fn options(subject: &dyn Subject) -> OpenOptions {
    OpenOptions { limits: subject.limits(), ..OpenOptions::default() }
}

/// Whether the server answers a plain request of this method with anything but 501, which says
/// that it has no such method at all (RFC 9110 §15.6.2).
///
/// # Errors
///
/// [`Unreachable`] if no connection can be opened.
pub fn implements(
    subject: &mut dyn Subject,
    method: &str,
    paths: impl Fn(&[u8]) -> Vec<u8>,
) -> Result<bool, Unreachable> {
    let request = format!(
        "{method} / HTTP/1.1\r\nHost: example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    let (answer, _) = exchange(subject, &paths(request.as_bytes()))?;
    Ok(answer.is_none_or(|answer| answer.status != 501))
}

fn shows(need: Need, answer: &Response, rest: &[u8]) -> bool {
    let contains = |text: &[u8]| {
        let content = answer.content.to_ascii_lowercase();
        content.windows(text.len()).any(|window| window == text)
    };
    let is = |status| answer.status == status;
    match need {
        Need::Echo => {
            is(200)
                && answer.content == b"probe"
                && answer.values("Content-Type").any(|value| value == b"text/x-probe")
        }
        Need::Fields => is(200) && contains(b"x-probe: here"),
        Need::Cookies => is(200) && contains(b"probe=here"),
        Need::Hello => is(200) && contains(b"\"message\""),
        Need::Users => is(200),
        Need::ChunkedOut => is(200) && answer.lists("Transfer-Encoding", b"chunked"),
        Need::Ws => {
            is(101)
                && answer.values("Sec-WebSocket-Accept").any(|value| value == ACCEPT)
                && matches!(frames::read(rest), Reading::Complete(frame, _)
                    if frame.opcode == 1 && frame.payload == b"hi")
        }
        Need::Demo => is(200) && contains(b"the same bytes on every wire"),
        Need::Several => true,
        Need::Root => (200..300).contains(&answer.status),
        // What comes does not show these.
        Need::Slow | Need::Shared | Need::Limits | Need::Window | Need::Clock => false,
    }
}

/// Sends a request, and takes its final answer and what follows that.
fn exchange(
    subject: &mut dyn Subject,
    request: &[u8],
) -> Result<(Option<Response>, Vec<u8>), Unreachable> {
    let mut channel = subject.open(&options(subject))?;
    channel.send(request);
    let (mut came, mut ended) = (Vec::new(), false);
    let deadline = Instant::now() + PROBE_MAX;
    loop {
        if let Reading::Complete(answer, length) = response::read(&came, false, ended) {
            let rest = came.get(length..).unwrap_or_default();
            if answer.is_interim() {
                came = rest.to_vec();
                continue;
            }
            // Behind a handshake the echo is still to come.
            let complete = matches!(frames::read(rest), Reading::Complete(..));
            if answer.status != 101 || complete || ended {
                return Ok((Some(answer), rest.to_vec()));
            }
        } else if ended {
            return Ok((None, came));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        // Bytes that never stop come in no time, and would outlast any deadline.
        let is_enough = left.is_zero() || came.len() > RECEIVED_MAX;
        ended = is_enough || channel.receive(&mut came, left) != Received::Bytes;
    }
}
