//! A line for each event, as it happens.

use core::fmt;
use core::str;

use crate::app::layer::{Arrival, Layer, Verdict};

/// Tells a sink of each request as it arrives, and of each WebSocket as it comes and goes. For one
/// record of a request that is over, with status and duration, see
/// [`Log`](crate::app::layer::Log).
#[derive(Clone, Copy)]
pub struct Logger<S = fn(&Line<'_>)> {
    prefix: &'static str,
    sink: S,
}

impl<S> Logger<S> {
    /// Tells this sink, which adds the time of day where it knows it.
    pub const fn to(sink: S) -> Self {
        Self { prefix: "[LOG]", sink }
    }
}

impl<S: Copy> Logger<S> {
    /// Lines begin with this, instead of `[LOG]`.
    pub const fn prefix(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }
}

impl<S> fmt::Debug for Logger<S> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Logger").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// What happened. Displayed it is a line: `[LOG] GET /hello`, `[LOG] WS connected`.
#[derive(Clone, Copy, Debug)]
pub struct Line<'l> {
    prefix: &'static str,
    what: &'l str,
    where_to: &'l str,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {} {}", self.prefix, self.what, self.where_to)
    }
}

crate::app! { for Logger<S>, S: Fn(&Line<'_>);
    layers [Tells];
}

/// Tells the sink of a [`Logger`].
struct Tells;

impl<S: Fn(&Line<'_>)> Logger<S> {
    fn tell(&self, what: &str, where_to: &str) {
        (self.sink)(&Line { prefix: self.prefix, what, where_to });
    }
}

impl<S: Fn(&Line<'_>)> Layer<Logger<S>> for Tells {
    type State = ();

    fn on_request(
        &self,
        logger: &Logger<S>,
        (): &mut (),
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        // Both are printable ASCII by the grammar of requests. The query is left out, being where
        // people put secrets that do not belong there.
        let request = arrival.request();
        let method = str::from_utf8(request.method_name()).unwrap_or_default();
        logger.tell(method, str::from_utf8(request.path()).unwrap_or_default());
        Ok(())
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self, logger: &Logger<S>, (): &(), _: &crate::Request<'_>) {
        logger.tell("WS", "connected");
    }

    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, logger: &Logger<S>, (): &(), _: &crate::Request<'_>) {
        logger.tell("WS", "disconnected");
    }
}
