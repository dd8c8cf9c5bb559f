//! Field lines that tell a browser what not to do with an answer.

use super::Layer;
use crate::app::Request;
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// Adds to each answer what keeps browsers from guessing its type, framing it in other people's
/// pages, and telling others its address. What a handler says itself counts more.
#[derive(Clone, Copy, Debug)]
pub struct SecurityHeaders {
    frames: &'static str,
    referrer: &'static str,
    content: &'static str,
    transport: &'static str,
    server: &'static str,
}

impl SecurityHeaders {
    /// `X-Content-Type-Options: nosniff`, `X-Frame-Options: DENY` and
    /// `Referrer-Policy: no-referrer`.
    pub const fn new() -> Self {
        Self { frames: "DENY", referrer: "no-referrer", content: "", transport: "", server: "" }
    }

    /// `X-Frame-Options`: `DENY`, `SAMEORIGIN`, or no such line if it is empty.
    pub const fn frames(self, frames: &'static str) -> Self {
        Self { frames, ..self }
    }

    /// `Referrer-Policy`, or no such line if it is empty.
    pub const fn referrer(self, referrer: &'static str) -> Self {
        Self { referrer, ..self }
    }

    /// `Content-Security-Policy`, which is what helps most against injected scripts:
    /// `default-src 'self'` is a good beginning.
    pub const fn content(self, content: &'static str) -> Self {
        Self { content, ..self }
    }

    /// `Strict-Transport-Security` (RFC 6797), where there is TLS in front: `max-age=31536000`.
    pub const fn transport(self, transport: &'static str) -> Self {
        Self { transport, ..self }
    }

    /// `Server` (RFC 9110 §10.2.4), which nobody needs, and attackers like to know.
    pub const fn server(self, server: &'static str) -> Self {
        Self { server, ..self }
    }
}

impl Default for SecurityHeaders {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: ?Sized> Layer<A> for SecurityHeaders {
    type State = ();

    fn on_response(
        &self,
        _: &A,
        (): &(),
        _: &Request<'_>,
        _: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", self.frames),
            ("Referrer-Policy", self.referrer),
            ("Content-Security-Policy", self.content),
            ("Strict-Transport-Security", self.transport),
            ("Server", self.server),
        ] {
            if !value.is_empty() {
                lines.add_default(name, value.as_bytes());
            }
        }
    }
}
