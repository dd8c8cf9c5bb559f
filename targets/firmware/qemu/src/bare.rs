//! The least that answers a request over this network stack: what the server costs beside it can
//! be measured in one image and one run.

use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;

/// As long as the demo's answer to `GET /`, head and all.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 40\r\n\r\n\
    Samewire: the same bytes on every wire.\n";
const WINDOW: usize = 1536;

/// Answers whatever ends in an empty line with the same bytes, until the peer leaves.
pub(crate) async fn respond(stack: Stack<'_>, port: u16) -> ! {
    let (mut receive, mut send) = ([0; WINDOW], [0; WINDOW]);
    let mut socket = TcpSocket::new(stack, &mut receive, &mut send);
    socket.set_nagle_enabled(false);
    loop {
        if socket.accept(port).await.is_ok() {
            // A peer that is gone is no trouble: the next one is waited for.
            let _ = converse(&mut socket).await;
            socket.close();
            let _ = socket.flush().await;
        }
        socket.abort();
    }
}

async fn converse(socket: &mut TcpSocket<'_>) -> Result<(), embassy_net::tcp::Error> {
    let mut request = [0; 512];
    let mut filled = 0;
    loop {
        let read = socket.read(&mut request[filled..]).await?;
        filled += read;
        if read == 0 {
            return Ok(());
        }
        if request[..filled].ends_with(b"\r\n\r\n") {
            let mut unsent = ANSWER;
            while !unsent.is_empty() {
                let sent = socket.write(unsent).await?;
                unsent = &unsent[sent..];
            }
            filled = 0;
        }
    }
}
