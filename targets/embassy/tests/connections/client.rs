//! A client on the other stack.

use embassy_net::Stack;
use embassy_net::tcp::{ConnectError, TcpSocket};
use embassy_time::{Duration, Instant, Timer};

use crate::world::SERVER;

/// One connection. Its buffers are never freed: tests are short.
pub(crate) struct Client<'a>(TcpSocket<'a>);

impl<'a> Client<'a> {
    /// Connects to port 80, or is refused.
    pub(crate) async fn connect(stack: Stack<'a>) -> Result<Self, ConnectError> {
        Self::with_window(stack, 4096).await
    }

    /// The same, with so many bytes of window.
    pub(crate) async fn with_window(stack: Stack<'a>, window: usize) -> Result<Self, ConnectError> {
        Self::open(stack, window, 80).await
    }

    /// Connects to this port.
    pub(crate) async fn connect_to(stack: Stack<'a>, port: u16) -> Result<Self, ConnectError> {
        Self::open(stack, 4096, port).await
    }

    async fn open(stack: Stack<'a>, window: usize, port: u16) -> Result<Self, ConnectError> {
        let [receive, send] = [window, 4096].map(|bytes| vec![0; bytes].leak());
        let mut socket = TcpSocket::new(stack, receive, send);
        socket.connect((SERVER, port)).await.map(|()| Self(socket))
    }

    /// Connects as soon as a slot is free, and says how long that took.
    pub(crate) async fn insist(stack: Stack<'a>) -> (Self, Duration) {
        let begin = Instant::now();
        loop {
            match Self::connect(stack).await {
                Ok(client) => return (client, begin.elapsed()),
                Err(_) => Timer::after_millis(10).await,
            }
        }
    }

    pub(crate) async fn send(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let sent = self.0.write(bytes).await.expect("the server reads");
            bytes = &bytes[sent..];
        }
    }

    /// Ends our half of the stream.
    pub(crate) fn end(&mut self) {
        self.0.close();
    }

    /// Resets the connection.
    pub(crate) async fn reset(mut self) {
        self.0.abort();
        self.0.flush().await.expect("a RST leaves");
    }

    /// One read; nothing at the end.
    pub(crate) async fn read(&mut self) -> Vec<u8> {
        let mut bytes = [0; 512];
        let read = self.0.read(&mut bytes).await.expect("no reset");
        bytes[..read].to_vec()
    }

    /// What comes up to and with `end`.
    pub(crate) async fn read_to(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let read = self.read().await;
            assert!(!read.is_empty(), "ended after {text:?}");
            text.push_str(&String::from_utf8_lossy(&read));
        }
        text
    }

    /// What comes up to the end of the server's half, and then ends ours.
    pub(crate) async fn read_to_end(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let read = self.read().await;
            if read.is_empty() {
                break;
            }
            bytes.extend(read);
        }
        self.end();
        // A socket that is gone acknowledges nothing, and what is owed may be late by 10 ms.
        Timer::after_millis(20).await;
        bytes
    }

    /// `GET /`, and the answer.
    pub(crate) async fn index(&mut self) -> String {
        self.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        self.read_to("wire.\n").await
    }
}
