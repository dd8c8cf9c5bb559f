//! Plugins: keys, a log and metrics come with Samewire, and one of our own counts errors.
//!
//! ```console
//! $ curl 127.0.0.1:8080/metrics
//! $ curl -H "X-API-Key: sesame" 127.0.0.1:8080/api/level
//! ```

use std::cell::Cell;

use samewire::app::layer::{Layer, Record};
use samewire::app::plugin::{Auth, Line, Logger, Metrics};
use samewire::{Json, app};

struct Panel {
    logger: Logger,
    metrics: Metrics,
    auth: Auth,
    faults: Faults,
}

app! { for panel: Panel;
    plugin => Logger(panel.logger);
    plugin => Metrics(panel.metrics);
    plugin => Faults(panel.faults);
    plugin => Auth(panel.auth);
    get "/api/level" => level;
    get "/hello"     => hello;
}

async fn level(_: &Panel) -> Json<u8> {
    Json(7)
}

async fn hello(_: &Panel) -> &'static str {
    "Hello, World!\n"
}

/// A plugin is an app of its own: here, a layer that counts, and a route that tells.
#[derive(Default)]
struct Faults {
    counted: Counter,
}

app! { for faults: Faults;
    layers [&faults.counted];
    get "/faults" => faults_so_far;
}

async fn faults_so_far(faults: &Faults) -> Json<u32> {
    Json(faults.counted.0.get())
}

#[derive(Default)]
struct Counter(Cell<u32>);

impl<A> Layer<A> for Counter {
    type State = ();

    fn ended(&self, _: &A, (): &(), record: &Record<'_>) {
        if record.status().is_none_or(|status| status.code() >= 400) {
            self.0.set(self.0.get() + 1);
        }
    }
}

impl Panel {
    fn new() -> Self {
        Self {
            logger: Logger::to(|line: &Line<'_>| println!("{line}")),
            metrics: Metrics::new(),
            auth: Auth::new(&["sesame"]),
            faults: Faults::default(),
        }
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    samewire_host::Server::new(Panel::new).signals(true).start()?.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Panel;
    use samewire_sim::Sim;

    #[test]
    fn plugins_bring_routes_and_see_all_requests() {
        let sim = Sim::new(Panel::new());
        sim.get("/hello").expect(200);
        sim.get("/api/level").expect(401);
        let with_key = |target| sim.request("GET", target).field("X-API-Key", "sesame").send();
        with_key("/api/level").expect(200).expect_body("7");
        with_key("/auth/check").expect(200).expect_body(r#"{"valid":true}"#);
        sim.get("/faults").expect(200).expect_body("1");
        assert_eq!(sim.app().metrics.requests(), 5);
    }
}
