//! A client that does not read what it asked for, and the deadline that is there for it.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use samewire::{Limits, Response, Result, Status};
use samewire_host::Server;

use crate::peer::Peer;

/// Answers for as long as anybody reads.
struct Endless;

samewire::app! { for Endless;
    get "/" => endless(response);
}

async fn endless(_: &Endless, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/plain").await;
    loop {
        content.write(&[b'.'; 1024]).await?;
    }
}

#[test]
fn a_client_that_reads_nothing_is_dropped_in_time() {
    const WRITE_MS_MAX: u32 = 300;
    let limits = Limits { write_ms_max: WRITE_MS_MAX, ..Limits::LARGE };
    let server = Server::new(|| Endless).bind("127.0.0.1:0").limits(limits).start().unwrap();
    let mut peer = Peer::connect(server.local_addr());
    let start = Instant::now();
    peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    // The server, which cannot write, does not read on either. So this waits until it lets go.
    let end = peer.fill();
    assert!(matches!(end, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{end}");
    // The kernels between took much at once, and the time began behind the last of it.
    let least = Duration::from_millis(WRITE_MS_MAX.into());
    assert!(start.elapsed() >= least, "after {:?}", start.elapsed());
    let counts = server.stop();
    assert_eq!((counts.accepted, counts.ended, counts.panicked), (1, 1, 0), "{counts:?}");
}
