//! Bounds of a part of the app that are tighter than those of the server.

use super::{Arrival, Layer, Verdict};

/// Content of requests has at most so many bytes: 413 for more, at once if the request declares
/// it, else as its chunks turn out to be more (RFC 9110 §15.5.14). Bounds the server's
/// [`content_bytes_max`](crate::Limits::content_bytes_max) further, and never widens it.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub u64);

impl<A: ?Sized> Layer<A> for BodyLimit {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        arrival.limit_content(self.0)
    }
}

/// Handlers have at most so many milliseconds to begin their answer: 503 after that. Waiting for
/// the client to send its content does not count. Bounds the server's
/// [`handler_ms_max`](crate::Limits::handler_ms_max) further, and never widens it.
#[derive(Clone, Copy, Debug)]
pub struct Timeout(pub u32);

impl<A: ?Sized> Layer<A> for Timeout {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        arrival.limit_handler(self.0);
        Ok(())
    }
}
