//! How a connection ends (RFC 9112 §9): announced, and for good.

use super::{Broken, Invariant};
use crate::conversation::{Conversation, Rest};

/// `Connection: close`, interim answers, and who may still be answered.
pub(super) struct Closing;

const ANNOUNCE: &str = "rfc9112-9.6-announce-close";
const AFTER: &str = "rfc9112-9.6-ignore-after-own-close";
const INTERIM_OLD: &str = "rfc9110-15.2-no-1xx-to-1.0";

impl Invariant for Closing {
    fn name(&self) -> &'static str {
        "connection"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[ANNOUNCE, AFTER, INTERIM_OLD]
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
            closing = !interim && answer.response.lists("Connection", b"close");
        }
        check_announced(conversation)
    }
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
    use super::{AFTER, ANNOUNCE, Closing, INTERIM_OLD};
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
                (old, b"HTTP/1.1 100 Continue\r\n\r\n", Some(INTERIM_OLD)),
            ],
        );
    }
}
