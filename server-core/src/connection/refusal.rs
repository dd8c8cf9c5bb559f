//! What the server itself answers: one answer that says what is wrong, and the end of the connection.

use core::task::Poll;

use super::state::{Event, State};
use super::{Answer, Wire};
use crate::buffer::Writer;
use crate::error::Violation;
#[cfg(feature = "ws")]
use crate::http::lines::{FieldLines, Lines};
use crate::http::response::ResponseHead;
use crate::http::status::Status;

/// Media type of every error that the server itself answers (RFC 9457).
pub(crate) const PROBLEM_JSON: &[u8] = b"application/problem+json";

impl Wire<'_> {
    /// Answers a violation and hangs up.
    #[inline(never)]
    pub(crate) fn refuse(&mut self, violation: Violation) {
        self.c.violation = Some(violation);
        self.refuse_with(violation.status(), violation.text());
    }

    /// One answer that says what is wrong, if none has begun, and the end of the connection.
    // rfc9112-2.2-grammar-mismatch-400-close
    // rfc9112-6.1-cl-te-then-close
    // rfc9110-15.6.6-505-explain
    #[inline(never)]
    pub(crate) fn refuse_with(&mut self, status: Status, text: &[u8]) {
        self.c.last = true;
        // A head that was not understood may still have said HEAD.
        let is_due = matches!(self.c.state, State::Idle | State::Head)
            || self.c.state == State::Exchange && self.c.answer == Answer::Due;
        if is_due {
            self.c.answer = Answer::Due;
            let head =
                ResponseHead { content_type: Some(PROBLEM_JSON), ..ResponseHead::new(status) };
            // rfc9110-7.8-426-has-upgrade
            // rfc6455-4.2.2-unknown-version-list
            // rfc6455-4.4-advertise-all-versions
            #[cfg(feature = "ws")]
            let head = match status {
                Status::UPGRADE_REQUIRED => ResponseHead { more: Some(&UpgradeNeeded), ..head },
                _ => head,
            };
            let _ = self.respond_problem(&head, text);
        }
        self.step(match self.c.state {
            State::Draining => Event::PeerDone,
            _ => Event::AnsweredLast,
        });
    }

    /// An answer that explains itself: problem details (RFC 9457), with `text` for the detail, if
    /// there is one. It needs no JSON escapes.
    // rfc9110-15.5-4xx-explain
    // rfc9110-15.6-5xx-explain
    pub(crate) fn respond_problem(&mut self, head: &ResponseHead<'_>, text: &[u8]) -> Poll<()> {
        let (detail, end): (&[u8], &'static [u8]) =
            if text.is_empty() { (b"", b"}") } else { (b",\"detail\":\"", b"\"}") };
        let title = head.status.reason();
        let mut digits = [0; 3];
        Writer::new(&mut digits).put_decimal(head.status.code().into());
        let parts = [b"{\"title\":\"", title, b"\",\"status\":", &digits, detail, text];
        self.respond_parts(head, &parts, end)
    }
}

/// What an answer of 426 has to say.
// rfc9110-15.5.22-426-upgrade
#[cfg(feature = "ws")]
struct UpgradeNeeded;

#[cfg(feature = "ws")]
impl Lines for UpgradeNeeded {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        to.put_whole(b"\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13");
    }
}
