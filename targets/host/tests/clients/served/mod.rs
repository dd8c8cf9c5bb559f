//! The demo, with the limits that every target has, on whatever serves it: this machine, or the
//! address that `SAMEWIRE_DEMO` names, of an emulated board for one. `cargo ci firmware --load N`
//! runs these tests so.

mod ends;
mod http;
mod websocket;

use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use samewire::Limits;
use samewire_host::Running;

use crate::demo;
use crate::peer::{GUARD, Peer};

/// Connections at a time that every server of the demo has places for.
const PLACES: usize = 6;
const HELLO: &str = r#"{"message":"Hello, World!"}"#;

/// A server of the demo, all of whose places are free at the begin of a test, and at its end.
///
/// It may have no place for a moment, while who left last is still on the way out, and then it
/// refuses: so who comes, comes again. Whoever has had an answer is not refused any more.
struct Served {
    address: SocketAddr,
    /// Ends with the test, where it is ours.
    _running: Option<Running>,
}

fn served() -> Served {
    let served = match std::env::var("SAMEWIRE_DEMO") {
        Ok(address) => Served { address: address.parse().expect("HOST:PORT"), _running: None },
        Err(_) => {
            let running = demo(Limits::SMALL);
            Served { address: running.local_addr(), _running: Some(running) }
        }
    };
    served.fill();
    served
}

impl Served {
    fn url(&self, scheme: &str, target: &str) -> String {
        format!("{scheme}://{}{target}", self.address)
    }

    /// Takes every place, and leaves them again.
    fn fill(&self) {
        let _all: Vec<Peer> = patiently(|| (0..PLACES).map(|_| self.try_enter()).collect())
            .unwrap_or_else(|| panic!("the server has less than {PLACES} places left"));
    }

    /// A connection that has got an answer.
    fn enter(&self) -> Peer {
        patiently(|| self.try_enter()).expect("a place")
    }

    fn try_enter(&self) -> Option<Peer> {
        let mut peer = Peer::try_connect(self.address)?;
        peer.try_ask("GET /hello HTTP/1.1\r\nHost: demo\r\n\r\n", HELLO).then_some(peer)
    }
}

/// Tries until it works, though not for ever.
fn patiently<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let outcome = attempt();
        if outcome.is_some() || start.elapsed() > GUARD {
            return outcome;
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.fill();
        }
    }
}
