//! Our own server.
#![no_std]
#![no_main]

use core::task::{Context, Poll};

use beside::{CONTENT_BYTES, Client, HEAD_BYTES, HELLO, Wire, clock};
use cortex_m_rt::entry;
use samewire::{Clock, Gone, Instant, Limits, Transport};

/// As much as the peers are lent, and a send buffer, which they do without.
const LIMITS: Limits = Limits {
    head_bytes_max: HEAD_BYTES as u16,
    collected_bytes_max: CONTENT_BYTES as u32,
    message_bytes_max: CONTENT_BYTES as u32,
    answer_bytes_max: CONTENT_BYTES as u32,
    chunk_bytes_max: CONTENT_BYTES as u16 / 2,
    ..Limits::SMALL
};

struct Panel;

async fn hello(_: &Panel) -> &'static str {
    HELLO
}

#[cfg(not(feature = "routes"))]
samewire::app! { for Panel;
    get "/hello" => hello;
}

#[cfg(feature = "routes")]
mod routes {
    use beside::{INDEX, Led};
    use samewire::{Json, Result, WebSocket, app};

    use super::{Panel, hello};

    app! { for Panel;
        get  "/"      => index;
        get  "/hello" => hello;
        post "/led"   => set_led(json);
        ws   "/ws"    => echo(ws);
    }

    async fn index(_: &Panel) -> &'static str {
        INDEX
    }

    async fn set_led(_: &Panel, Json(led): Json<Led>) -> Json<Led> {
        Json(led)
    }

    async fn echo(_: &Panel, ws: WebSocket<'_>) -> Result {
        let (mut inbox, mut outbox) = ws.split();
        while let Some(message) = inbox.receive().await {
            outbox.send(message).await?;
        }
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    // Here the runtime makes exclusive references of them, which exist once.
    static mut CLIENT: Option<Client> = None;
    static mut RECEIVE: [u8; LIMITS.receive_bytes_min()] = [0; LIMITS.receive_bytes_min()];
    static mut SEND: [u8; LIMITS.send_bytes_min()] = [0; LIMITS.send_bytes_min()];
    let client = CLIENT.insert(Client::open());
    loop {
        let mut stream = Stream(client.wire());
        client.speak(samewire::serve(&Panel, &mut stream, &mut Timer, RECEIVE, SEND, &LIMITS));
    }
}

struct Stream<'w>(&'w Wire);

impl Transport for Stream<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        self.0.read(into).map_or(Poll::Pending, |count| Poll::Ready(Ok(count)))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        self.0.write(from);
        Poll::Ready(Ok(from.len()))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.0.end();
        Poll::Ready(Ok(()))
    }
}

struct Timer;

impl Clock for Timer {
    fn now(&self) -> Instant {
        Instant::from_millis(clock::now_ms())
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        clock::poll_at(deadline.as_millis())
    }
}
