//! Ctrl-C and SIGTERM. Signals are for the whole process, so this is one test in one binary.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{self, Command};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use samewire_host::Server;
use tokio::sync::Notify;

/// Longer than this takes, even on a machine that is busy.
const GUARD: Duration = Duration::from_secs(20);

/// Has an answer that comes when the test says so, and one that never does.
struct Slow(Arc<Notify>);

samewire::app! { for Slow;
    get "/" => pass;
    get "/gate" => wait_at_gate;
    get "/endless" => wait_for_ever;
}

async fn pass(_: &Slow) -> &'static str {
    "passed"
}

async fn wait_at_gate(app: &Slow) -> &'static str {
    app.0.notified().await;
    "through"
}

async fn wait_for_ever(_: &Slow) -> &'static str {
    std::future::pending().await
}

#[test]
fn the_first_signal_drains_and_the_second_stops() {
    let gate = Arc::new(Notify::new());
    let app_gate = Arc::clone(&gate);
    let server = Server::new(move || Slow(Arc::clone(&app_gate))).bind("127.0.0.1:0");
    let server = server.workers(2).signals(true).drain(GUARD * 10).start().unwrap();
    let [mut idle, mut gated, mut endless] = ["", "gate", "endless"].map(|target| {
        let mut tcp = connect(server.local_addr());
        // The answer to this one shows that the one behind, if any, has begun.
        tcp.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        if !target.is_empty() {
            write!(tcp, "GET /{target} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        }
        read_until(&mut tcp, b"passed");
        tcp
    });

    let (ended, ends) = mpsc::channel();
    thread::spawn(move || ended.send(server.wait()));
    signal("INT");
    assert_eq!(idle.read(&mut [0]).unwrap(), 0, "what is idle closes");
    gate.notify_one();
    read_until(&mut gated, b"through");
    signal("TERM");
    let counts = ends.recv_timeout(GUARD).expect("the server ends");
    assert_eq!(counts.accepted, 3);
    assert_eq!(endless.read(&mut [0]).unwrap_or(0), 0, "what did not finish is dropped");

    // The one-liner, under whatever runs its future.
    let (made, making) = mpsc::channel();
    let make_app = move || {
        made.send(()).unwrap();
        Slow(Arc::clone(&gate))
    };
    thread::spawn(move || {
        making.recv_timeout(GUARD).expect("an app is made, so signals are heard");
        signal("TERM");
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let served = samewire_host::serve(make_app, "127.0.0.1:0");
    let served = runtime.block_on(async { tokio::time::timeout(GUARD, served).await });
    served.expect("the server ends").unwrap();
}

fn connect(to: SocketAddr) -> TcpStream {
    let tcp = TcpStream::connect(to).unwrap();
    tcp.set_read_timeout(Some(GUARD)).unwrap();
    tcp
}

fn read_until(tcp: &mut TcpStream, end: &[u8]) {
    let mut came = Vec::new();
    while !came.ends_with(end) {
        let mut byte = [0];
        tcp.read_exact(&mut byte).unwrap();
        came.extend_from_slice(&byte);
    }
}

/// Sends this process a signal, as a terminal or a service manager does.
fn signal(name: &str) {
    let pid = process::id().to_string();
    let status = Command::new("kill").args(["-s", name, &pid]).status().expect("kill is there");
    assert!(status.success());
}
