//! The server on TCP, as other people's clients see it: reqwest, tungstenite, and bare sockets.

mod drain;
mod http;
mod lifecycle;
mod overload;
mod peer;
mod pipelining;
mod reader;
mod served;
mod settings;
mod start;
mod websocket;
mod workers;

use samewire::Limits;
use samewire_demo::Demo;
use samewire_host::{Running, Server};

/// The demo on a free port.
fn demo(limits: Limits) -> Running {
    Server::new(Demo::new).bind("127.0.0.1:0").limits(limits).start().expect("a free port")
}
