//! A connection over TCP: what the targets in real time have in common.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::{Channel, Delivery, Received, Unreachable};
use crate::case::Need;

/// How long a connection may take to be accepted.
const CONNECT_MAX: Duration = Duration::from_secs(3);

/// How long a server may refuse to take bytes before the rest of them is dropped.
const SEND_MAX: Duration = Duration::from_secs(5);

/// Between two pieces of one step, so that the kernel does not join them. Best effort: nothing
/// promises that the server reads in between.
const BETWEEN_PIECES: Duration = Duration::from_millis(5);

/// The shortest wait that a socket can be told.
const TICK: Duration = Duration::from_millis(1);

/// What no server has that is reached over TCP, and why.
pub(crate) fn lacks(need: Need) -> Option<String> {
    match need {
        Need::Window => Some(
            "the kernels between take an unknown number of bytes that no client has read".into(),
        ),
        Need::Clock => Some("a real clock cannot stop a millisecond before a deadline".into()),
        _ => None,
    }
}

/// One TCP connection.
pub(crate) struct Socket {
    address: SocketAddr,
    /// `None` after a reset.
    stream: Option<TcpStream>,
    delivery: Delivery,
    sent: usize,
    /// Came while we were sending.
    early: Vec<u8>,
    /// The server takes no more.
    refused: bool,
}

impl Socket {
    /// Connects, and sends without delay.
    pub(crate) fn connect(address: SocketAddr, delivery: Delivery) -> Result<Self, Unreachable> {
        let unreachable = |why: io::Error| Unreachable(format!("cannot reach {address}: {why}"));
        let stream = TcpStream::connect_timeout(&address, CONNECT_MAX).map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let stream = Some(stream);
        Ok(Self { address, stream, delivery, sent: 0, early: Vec::new(), refused: false })
    }

    /// One more connection to the same server.
    pub(crate) fn again(&self) -> Result<Self, Unreachable> {
        Self::connect(self.address, self.delivery)
    }

    /// Writes all of `bytes`, and listens meanwhile: a server may answer before it has read all,
    /// and stop reading until its answer is taken.
    fn write(&mut self, mut bytes: &[u8]) {
        let deadline = Instant::now() + SEND_MAX;
        while let Some(stream) = self.stream.as_mut().filter(|_| !self.refused) {
            if bytes.is_empty() {
                return;
            }
            match stream.write(bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if is_wait(&error) && Instant::now() < deadline => {
                    let mut early = std::mem::take(&mut self.early);
                    while self.read(&mut early, TICK) == Received::Bytes {}
                    self.early = early;
                }
                Err(_) => self.refused = true,
            }
        }
    }

    fn read(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        let Some(stream) = &mut self.stream else { return Received::Reset };
        let deadline = Instant::now() + patience;
        let mut buffer = [0; 16 << 10];
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).max(TICK);
            if stream.set_read_timeout(Some(left)).is_err() {
                return Received::Reset;
            }
            return match stream.read(&mut buffer) {
                Ok(0) => Received::End,
                Ok(length) => {
                    into.extend_from_slice(buffer.get(..length).unwrap_or_default());
                    Received::Bytes
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if is_wait(&error) => Received::Quiet,
                Err(_) => Received::Reset,
            };
        }
    }
}

/// Whether a socket only says that it is not the moment. Which of the two depends on the system.
fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

impl Channel for Socket {
    fn send(&mut self, bytes: &[u8]) {
        if let Some(stream) = &self.stream {
            // Short, so that a server that only answers when it is read from does not stall us.
            self.refused |= stream.set_write_timeout(Some(Duration::from_millis(20))).is_err();
        }
        let delivery = self.delivery;
        for (index, piece) in delivery.pieces(self.sent, bytes).enumerate() {
            if index > 0 && delivery != Delivery::Bytes {
                std::thread::sleep(BETWEEN_PIECES);
            }
            self.write(piece);
        }
        self.sent += bytes.len();
    }

    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        if !self.early.is_empty() {
            into.append(&mut self.early);
            return Received::Bytes;
        }
        self.read(into, patience)
    }

    fn pass(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn shut(&mut self) {
        if let Some(stream) = &self.stream {
            // It may be closed already; then there is nothing to end.
            self.refused |= stream.shutdown(Shutdown::Write).is_err();
        }
    }

    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        Ok(Box::new(self.again()?))
    }

    fn reset(&mut self) {
        if let Some(stream) = self.stream.take() {
            // Closing with a linger time of zero resets; without it this is a plain close.
            self.refused |= SockRef::from(&stream).set_linger(Some(Duration::ZERO)).is_err();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Socket;
    use crate::subject::{Channel, Delivery, Received};
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::time::Duration;

    const SOON: Duration = Duration::from_secs(5);

    /// A connection to a server that does this with it.
    fn socket(server: impl FnOnce(TcpStream) + Send + 'static) -> Socket {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || server(listener.accept().unwrap().0));
        Socket::connect(address, Delivery::Bytes).unwrap()
    }

    #[test]
    fn sends_receives_and_ends() {
        let mut socket = socket(|mut stream| {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).unwrap();
            all.reverse();
            stream.write_all(&all).unwrap();
        });
        socket.send(b"abc");
        let mut into = Vec::new();
        assert_eq!(socket.receive(&mut into, Duration::ZERO), Received::Quiet);
        socket.shut();
        while socket.receive(&mut into, SOON) == Received::Bytes {}
        assert_eq!(into, b"cba");
        assert_eq!(socket.receive(&mut into, SOON), Received::End);
    }

    #[test]
    fn listens_while_it_sends() {
        const LENGTH: usize = 8 << 20;
        let mut socket = socket(|mut stream| {
            // Takes nothing until its own long answer was taken.
            stream.write_all(&vec![b'x'; LENGTH]).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        socket.delivery = Delivery::Whole;
        socket.send(&vec![b'y'; LENGTH]);
        assert!(!socket.refused);
        let mut into = Vec::new();
        while socket.receive(&mut into, SOON) == Received::Bytes {}
        assert_eq!(into.len(), LENGTH);
    }

    #[test]
    fn a_reset_is_seen_by_the_server() {
        let (tell, told) = std::sync::mpsc::channel();
        let mut socket = socket(move |mut stream| {
            let result = stream.read(&mut [0; 8]).map_err(|error| error.kind());
            tell.send(result).unwrap();
        });
        socket.reset();
        assert_eq!(told.recv_timeout(SOON).unwrap(), Err(std::io::ErrorKind::ConnectionReset));
        assert_eq!(socket.receive(&mut Vec::new(), SOON), Received::Reset);
    }
}
