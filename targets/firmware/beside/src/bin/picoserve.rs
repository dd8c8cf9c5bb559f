//! picoserve, as its examples have it: its own defaults, and connections that are kept.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::future::poll_fn;

use beside::stream::Stream;
use beside::{CONTENT_BYTES, Client, HEAD_BYTES, HELLO, clock};
use cortex_m_rt::entry;
use picoserve::io::Socket;
use picoserve::io::embedded_io_async::{ErrorType, Write};
use picoserve::mem::{BorrowedBuffer, BorrowedCursor};
use picoserve::routing::{PathRouter, get};
use picoserve::time::Duration;
use picoserve::{Config, Error, Router, Server, Timeouts, Timer};

static CONFIG: Config = Config::const_default().keep_connection_alive();

#[cfg(not(feature = "routes"))]
fn router() -> Router<impl PathRouter> {
    Router::new().route("/hello", get(async || HELLO))
}

#[cfg(feature = "routes")]
fn router() -> Router<impl PathRouter> {
    use picoserve::response::WebSocketUpgrade;
    use picoserve::routing::post;
    Router::new()
        .route("/", get(async || beside::INDEX))
        .route("/hello", get(async || HELLO))
        .route(
            "/led",
            post(async |picoserve::extract::Json::<beside::Led>(led)| {
                picoserve::response::Json(led)
            }),
        )
        .route("/ws", get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo::Echo)))
}

#[cfg(feature = "routes")]
mod echo {
    use beside::CONTENT_BYTES;
    use picoserve::futures::Either;
    use picoserve::io::{Read, Write};
    use picoserve::response::ws::{Message, SocketRx, SocketTx, WebSocketCallback};

    pub(crate) struct Echo;

    impl WebSocketCallback for Echo {
        async fn run<R: Read, W: Write<Error = R::Error>>(
            self,
            mut rx: SocketRx<R>,
            mut tx: SocketTx<W>,
        ) -> Result<(), W::Error> {
            let mut message = [0; CONTENT_BYTES];
            let reason = loop {
                let next = rx.next_message(&mut message, core::future::pending::<()>()).await?;
                match next {
                    Either::First(Ok(Message::Text(text))) => tx.send_text(text).await?,
                    Either::First(Ok(Message::Binary(bytes))) => tx.send_binary(bytes).await?,
                    Either::First(Ok(Message::Ping(bytes))) => tx.send_pong(bytes).await?,
                    Either::First(Ok(Message::Pong(_))) => {}
                    Either::First(Ok(Message::Close(_))) => break None,
                    Either::First(Err(error)) => break Some((error.code(), "a broken rule")),
                    Either::Second(()) => break None,
                }
            };
            tx.close(reason).await
        }
    }
}

#[entry]
fn main() -> ! {
    // Here the runtime makes exclusive references of them, which exist once.
    static mut CLIENT: Option<Client> = None;
    static mut BUFFER: [u8; HEAD_BYTES + CONTENT_BYTES] = [0; HEAD_BYTES + CONTENT_BYTES];
    let client = CLIENT.insert(Client::open());
    let router = router();
    loop {
        client.speak(async {
            let server = Server::custom(&router, Clock, &CONFIG, BUFFER);
            // How it ended can be seen from what was sent.
            let _ = server.serve(Connection(Stream(client.wire()))).await;
        });
    }
}

/// The runtime, which picoserve has us name.
struct Memory;

struct Clock;

impl Timer<Memory> for Clock {
    fn delay(&self, duration: Duration) -> impl Future<Output = ()> {
        let deadline = clock::now_ms() + duration.as_millis();
        poll_fn(move |_| clock::poll_at(deadline))
    }
}

struct Connection<'w>(Stream<'w>);

impl Socket<Memory> for Connection<'_> {
    type Error = Infallible;
    type ReadHalf<'a>
        = Stream<'a>
    where
        Self: 'a;
    type WriteHalf<'a>
        = Sender<'a>
    where
        Self: 'a;

    fn split(&mut self) -> (Self::ReadHalf<'_>, Self::WriteHalf<'_>) {
        (self.0, Sender(self.0))
    }

    async fn abort<T: Timer<Memory>>(self, _: &Timeouts, _: &T) -> Result<(), Error<Self::Error>> {
        self.0.0.end();
        Ok(())
    }

    async fn shutdown<T: Timer<Memory>>(
        self,
        _: &Timeouts,
        _: &T,
    ) -> Result<(), Error<Self::Error>> {
        self.0.0.end();
        Ok(())
    }
}

/// The half that sends, which lends its room.
struct Sender<'w>(Stream<'w>);

impl ErrorType for Sender<'_> {
    type Error = Infallible;
}

impl Write for Sender<'_> {
    fn write(&mut self, from: &[u8]) -> impl Future<Output = Result<usize, Self::Error>> {
        self.0.write(from)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl picoserve::io::Write for Sender<'_> {
    async fn write_with<F: FnOnce(BorrowedCursor<'_>) -> R, R>(
        &mut self,
        fill: F,
    ) -> Result<R, Self::Error> {
        Ok(self.0.0.write_with(|room| {
            let mut room = BorrowedBuffer::new(room);
            let done = fill(room.unfilled());
            (room.len(), done)
        }))
    }
}
