//! How a connection ends (RFC 9112 §9): announced, and for good.

use super::{Broken, Invariant};
use crate::conversation::{Conversation, Rest};
use crate::response::Response;

/// `Connection: close`, interim answers, and who may still be answered.
pub(super) struct Closing;

const ANNOUNCE: &str = "rfc9112-9.6-announce-close";
const AFTER: &str = "rfc9112-9.6-ignore-after-own-close";
const INTERIM_OLD: &str = "rfc9110-15.2-no-1xx-to-1.0";
const END_TO_END: &str = "rfc9110-7.6.1-no-endtoend-option";
const LISTED: &str = "rfc9110-7.6.1-connection-lists-fields";

/// Fields for the peer alone; an answer that has one names it in Connection.
const HOP_BY_HOP: &[&str] = &["Keep-Alive", "Proxy-Connection", "TE", "Upgrade"];

/// What Connection may name beside them.
const OPTIONS: &[&str] = &["close", "keep-alive"];

impl Invariant for Closing {
    fn name(&self) -> &'static str {
        "connection"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[ANNOUNCE, AFTER, INTERIM_OLD, END_TO_END, LISTED]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        let mut closing = false;
        for answer in &conversation.answers {
            if closing {
                return Err(Broken::new(AFTER, "an answer after Connection: close"));
            }
            let interim = matches!(answer.response.status, 100..=199);
            if interim && answer.asked_version().is_some_and(|version| version < (1, 1)) {
                return Err(Broken::new(INTERIM_OLD, "an interim answer to HTTP/1.0"));
            }
            check_options(&answer.response)?;
            closing = !interim && answer.response.lists("Connection", b"close");
        }
        check_announced(conversation)
    }
}

/// Connection names the fields that are for the peer alone, and no others (RFC 9110 §7.6.1).
fn check_options(response: &Response) -> Result<(), Broken> {
    let unlisted = HOP_BY_HOP.iter().find(|name| {
        response.values(name).next().is_some() && !response.lists("Connection", name.as_bytes())
    });
    if let Some(name) = unlisted.filter(|name| **name != "Upgrade") {
        return Err(Broken::new(LISTED, format!("{name} is not named in Connection")));
    }
    let options = response.values("Connection").flat_map(|value| value.split(|&b| b == b','));
    for option in options.map(<[u8]>::trim_ascii).filter(|option| !option.is_empty()) {
        let is = |name: &&str| option.eq_ignore_ascii_case(name.as_bytes());
        let field = str::from_utf8(option).is_ok_and(|name| response.values(name).next().is_some());
        if field && !HOP_BY_HOP.iter().any(is) && !OPTIONS.iter().any(is) {
            let shown = String::from_utf8_lossy(option);
            return Err(Broken::new(END_TO_END, format!("Connection names {shown}")));
        }
    }
    Ok(())
}

/// A 1.1 server that closes without having been asked to has said so in its last answer; a close
/// because of silence is announced by nothing, and allowed.
fn check_announced(conversation: &Conversation<'_>) -> Result<(), Broken> {
    let Some(last) = conversation.answers.last() else { return Ok(()) };
    let kept = last.response.version == (1, 1)
        && last.asked_version() == Some((1, 1))
        && last.response.status >= 200
        && !last.response.lists("Connection", b"close");
    let whole = conversation.rest == Rest::Nothing;
    if kept && whole && conversation.transcript.closed_unprompted() {
        return Err(Broken::new(ANNOUNCE, "the server closed, and had not said so"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{AFTER, ANNOUNCE, Closing, END_TO_END, INTERIM_OLD, LISTED};
    use crate::invariant::tests::judge_all;

    #[test]
    fn catches_each_mutation_of_the_end() {
        let get: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
        let old: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
        let closing =
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".as_slice();
        judge_all(
            &Closing,
            &[
                (get, &[closing, b"!"].concat(), None),
                (get, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None),
                (get, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n!", Some(ANNOUNCE)),
                (old, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n!", None),
                (get, &[closing, closing].concat(), Some(AFTER)),
                (
                    get,
                    b"HTTP/1.1 204 No\r\nConnection: a, keep-alive\r\nKeep-Alive: b\r\n\r\n",
                    None,
                ),
                (
                    get,
                    b"HTTP/1.1 204 No\r\nConnection: close\r\nKeep-Alive: b\r\n\r\n",
                    Some(LISTED),
                ),
                (get, b"HTTP/1.1 204 No\r\nConnection: Date\r\nDate: b\r\n\r\n", Some(END_TO_END)),
                (old, b"HTTP/1.1 100 Continue\r\n\r\n", Some(INTERIM_OLD)),
            ],
        );
    }
}
