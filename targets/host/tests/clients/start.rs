//! Starting, and why it may not work.

use std::net::SocketAddr;

use samewire::Limits;
use samewire_demo::Demo;
use samewire_host::{Running, Server, StartError};

use crate::demo;
use crate::peer::Peer;

#[test]
fn a_port_in_use_is_said_so_with_what_to_do() {
    let server = demo(Limits::LARGE);
    let address = server.local_addr().to_string();
    for workers in [1, 2] {
        let second = Server::new(Demo::new).bind(&address).workers(workers).start();
        let error = second.expect_err("the port is taken").to_string();
        let expected = format!("cannot listen on {address}: the port is in use; stop");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn the_port_is_free_when_the_server_has_stopped() {
    let server = demo(Limits::LARGE);
    let address = server.local_addr();
    // The server ends this connection first, so that the system remembers the port for a while.
    let mut peer = Peer::connect(address);
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    peer.rest();
    drop(server);
    demo_at(address).unwrap().stop();
    demo_at(address).expect("dropping and stopping both free the port").stop();
}

fn demo_at(address: SocketAddr) -> Result<Running, StartError> {
    Server::new(Demo::new).bind(address).start()
}

#[test]
fn an_app_that_panics_while_it_is_made_is_an_error() {
    for workers in [1, 3] {
        let server = Server::new(|| -> Demo { panic!("no sensor") }).bind("127.0.0.1:0");
        let error = server.workers(workers).start().expect_err("no app, no server");
        assert!(matches!(error, StartError::App), "{error}");
    }
}
