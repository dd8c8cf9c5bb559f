//! edge-http, and for WebSockets edge-ws, as their examples have them: the defaults, no timeouts. And,
//! by a feature, with room for fewer fields.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::fmt::{Debug, Display};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use beside::{CONTENT_BYTES, Client, HEAD_BYTES, HELLO, clock, stream};
use cortex_m_rt::entry;
use edge_http::io::Error;
use edge_http::io::server::{Connection, Handler, handle_connection};
use edge_http::{DEFAULT_MAX_HEADERS_COUNT, Method};
use edge_nal::{Close, Readable, TcpShutdown, TcpSplit};
use embassy_time_driver::{Driver, TICK_HZ, time_driver_impl};
use embedded_io_async::{ErrorType, Read, Write};

/// For how many fields of a request there is a place.
const FIELDS: usize =
    if cfg!(feature = "edge-few-fields") { 16 } else { DEFAULT_MAX_HEADERS_COUNT };

struct Panel;

/// What goes wrong in a handler.
#[derive(Debug)]
enum Failed<E> {
    Http(Error<E>),
    #[cfg(feature = "routes")]
    WebSocket(edge_ws::Error<E>),
    #[cfg(feature = "routes")]
    Content,
}

impl<E> From<Error<E>> for Failed<E> {
    fn from(error: Error<E>) -> Self {
        Self::Http(error)
    }
}

impl Handler for Panel {
    type Error<E>
        = Failed<E>
    where
        E: Debug;

    async fn handle<T, const N: usize>(
        &self,
        _: impl Display + Copy,
        connection: &mut Connection<'_, T, N>,
    ) -> Result<(), Self::Error<T::Error>>
    where
        T: Read + Write + TcpSplit,
    {
        let headers = connection.headers()?;
        match (headers.method, headers.path) {
            (Method::Get, "/hello") => answer_text(connection, HELLO, "14").await,
            #[cfg(feature = "routes")]
            (Method::Get, "/") => answer_text(connection, beside::INDEX, "30").await,
            #[cfg(feature = "routes")]
            (Method::Post, "/led") => routes::set_led(connection).await,
            #[cfg(feature = "routes")]
            (Method::Get, "/ws") if connection.is_ws_upgrade_request()? => {
                routes::echo(connection).await
            }
            (_, "/hello") => Ok(connection.initiate_response(405, None, &[]).await?),
            #[cfg(feature = "routes")]
            (_, "/" | "/led" | "/ws") => Ok(connection.initiate_response(405, None, &[]).await?),
            _ => Ok(connection.initiate_response(404, None, &[]).await?),
        }
    }
}

/// A length that is said spares edge-http the chunks.
async fn answer_text<T: Read + Write, const N: usize>(
    connection: &mut Connection<'_, T, N>,
    text: &str,
    length: &str,
) -> Result<(), Failed<T::Error>> {
    const TEXT: (&str, &str) = ("Content-Type", "text/plain; charset=utf-8");
    connection.initiate_response(200, Some("OK"), &[TEXT, ("Content-Length", length)]).await?;
    Ok(connection.write_all(text.as_bytes()).await?)
}

#[cfg(feature = "routes")]
mod routes {
    use beside::{CONTENT_BYTES, Led};
    use edge_http::io::server::Connection;
    use edge_http::ws::MAX_BASE64_KEY_RESPONSE_LEN;
    use edge_ws::{FrameHeader, FrameType};
    use embedded_io_async::{Read, Write};

    use super::Failed;

    /// JSON as in picoserve, by serde-json-core: edge-http has none of its own.
    pub(crate) async fn set_led<T: Read + Write, const N: usize>(
        connection: &mut Connection<'_, T, N>,
    ) -> Result<(), Failed<T::Error>> {
        let mut content = [0; CONTENT_BYTES];
        let mut filled = 0;
        loop {
            match connection.read(&mut content[filled..]).await? {
                0 => break,
                count => filled += count,
            }
        }
        let parsed = serde_json_core::from_slice::<Led>(&content[..filled]);
        let (led, _) = parsed.map_err(|_| Failed::Content)?;
        let count = serde_json_core::to_slice(&led, &mut content).map_err(|_| Failed::Content)?;
        let mut digits = [0; 4];
        let length = serde_json_core::to_slice(&count, &mut digits).map_err(|_| Failed::Content)?;
        let length = core::str::from_utf8(&digits[..length]).map_err(|_| Failed::Content)?;
        let fields = [("Content-Type", "application/json"), ("Content-Length", length)];
        connection.initiate_response(200, Some("OK"), &fields).await?;
        Ok(connection.write_all(&content[..count]).await?)
    }

    pub(crate) async fn echo<T: Read + Write, const N: usize>(
        connection: &mut Connection<'_, T, N>,
    ) -> Result<(), Failed<T::Error>> {
        let mut key = [0; MAX_BASE64_KEY_RESPONSE_LEN];
        connection.initiate_ws_upgrade_response(&mut key).await?;
        connection.complete().await?;
        let mut socket = connection.unbind()?;
        let mut content = [0; CONTENT_BYTES];
        loop {
            let received = FrameHeader::recv(&mut socket).await;
            let mut header = received.map_err(Failed::WebSocket)?;
            let payload = header.recv_payload(&mut socket, &mut content).await;
            let payload = payload.map_err(Failed::WebSocket)?;
            match header.frame_type {
                FrameType::Close => return Ok(()),
                FrameType::Ping => header.frame_type = FrameType::Pong,
                _ => {}
            }
            header.mask_key = None;
            header.send(&mut socket).await.map_err(Failed::WebSocket)?;
            header.send_payload(&mut socket, payload).await.map_err(Failed::WebSocket)?;
        }
    }
}

#[entry]
fn main() -> ! {
    // Here the runtime makes exclusive references of them, which exist once.
    static mut CLIENT: Option<Client> = None;
    static mut BUFFER: [u8; HEAD_BYTES + CONTENT_BYTES] = [0; HEAD_BYTES + CONTENT_BYTES];
    let client = CLIENT.insert(Client::open());
    loop {
        client.speak(handle_connection::<_, _, FIELDS>(
            Stream(stream::Stream(client.wire())),
            BUFFER,
            None,
            0,
            Panel,
        ));
    }
}

/// The wire as edge-nal knows streams.
#[derive(Clone, Copy)]
struct Stream<'w>(stream::Stream<'w>);

impl ErrorType for Stream<'_> {
    type Error = Infallible;
}

impl Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> impl Future<Output = Result<usize, Self::Error>> {
        self.0.read(into)
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, from: &[u8]) -> impl Future<Output = Result<usize, Self::Error>> {
        self.0.write(from)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Readable for Stream<'_> {
    async fn readable(&mut self) -> Result<(), Self::Error> {
        poll_fn(|_| if self.0.0.is_readable() { Poll::Ready(Ok(())) } else { Poll::Pending }).await
    }
}

impl TcpSplit for Stream<'_> {
    type Read<'a>
        = Stream<'a>
    where
        Self: 'a;
    type Write<'a>
        = Stream<'a>
    where
        Self: 'a;

    fn split(&mut self) -> (Self::Read<'_>, Self::Write<'_>) {
        (*self, *self)
    }
}

impl TcpShutdown for Stream<'_> {
    async fn close(&mut self, _: Close) -> Result<(), Self::Error> {
        self.0.0.end();
        Ok(())
    }

    async fn abort(&mut self) -> Result<(), Self::Error> {
        self.0.0.end();
        Ok(())
    }
}

time_driver_impl!(static CLOCK: Clock = Clock);

/// edge-http links a clock even if it is to wait for ever.
struct Clock;

impl Driver for Clock {
    fn now(&self) -> u64 {
        clock::now_ms() * (TICK_HZ / 1000)
    }

    fn schedule_wake(&self, _: u64, _: &Waker) {
        // Whoever waits is polled when bytes come, and no time passes in between.
    }
}
