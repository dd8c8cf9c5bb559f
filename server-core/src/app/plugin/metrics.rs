//! Counters of what an app does, and the route that tells them.

use core::cell::Cell;

use crate::app::layer::{Arrival, Layer, Verdict};
use crate::app::{Rendered, Respond};

/// Counts requests, WebSockets that are open, and their messages. `GET /metrics` answers them:
/// `{"requests":9,"ws_connections":1,"ws_messages":4}`, itself among them.
///
/// The counters begin anew after 2³² of each.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Cell<u32>,
    ws_connections: Cell<u32>,
    ws_messages: Cell<u32>,
}

impl Metrics {
    /// Nothing has happened.
    pub const fn new() -> Self {
        Self { requests: Cell::new(0), ws_connections: Cell::new(0), ws_messages: Cell::new(0) }
    }

    /// Requests so far, whatever was answered.
    pub const fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// WebSockets that are open.
    pub const fn ws_connections(&self) -> u32 {
        self.ws_connections.get()
    }

    /// Messages that came by WebSockets so far.
    pub const fn ws_messages(&self) -> u32 {
        self.ws_messages.get()
    }
}

crate::app! { for Metrics;
    layers [Counts];
    get "/metrics" => metrics;
}

async fn metrics(metrics: &Metrics) -> impl Respond + use<> {
    let values = [
        (&b"{\"requests\":"[..], metrics.requests()),
        (b",\"ws_connections\":", metrics.ws_connections()),
        (b",\"ws_messages\":", metrics.ws_messages()),
    ];
    Rendered::new(b"application/json", move |to| {
        for (name, value) in values {
            to.put(name);
            to.put_decimal(value.into());
        }
        to.put(b"}");
    })
}

/// Counts for a [`Metrics`].
struct Counts;

fn add(counter: &Cell<u32>, n: u32) {
    counter.set(counter.get().wrapping_add(n));
}

impl Layer<Metrics> for Counts {
    type State = ();

    fn on_request(&self, metrics: &Metrics, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        add(&metrics.requests, 1);
        Ok(())
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self, metrics: &Metrics, (): &(), _: &crate::Request<'_>) {
        add(&metrics.ws_connections, 1);
    }

    #[cfg(feature = "ws")]
    fn ws_message(
        &self,
        metrics: &Metrics,
        (): &(),
        _: &crate::Request<'_>,
        _: &crate::Message<'_>,
    ) {
        add(&metrics.ws_messages, 1);
    }

    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, metrics: &Metrics, (): &(), _: &crate::Request<'_>) {
        add(&metrics.ws_connections, u32::MAX);
    }
}
