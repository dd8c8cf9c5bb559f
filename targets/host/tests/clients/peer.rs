//! A peer that speaks bytes, with a guard: whatever it waits for, it does not wait for ever.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::SockRef;

/// Longer than any test takes, even on a machine that is busy.
pub(crate) const GUARD: Duration = Duration::from_secs(20);

/// Longer than a first answer takes, and shorter than the time after which a system tries again to
/// get a connection accepted: the listener of an emulator holds a single one, and forgets others.
pub(crate) const ENTRY: Duration = Duration::from_secs(3);

pub(crate) struct Peer(TcpStream);

impl Peer {
    pub(crate) fn connect(to: SocketAddr) -> Self {
        Self::new(TcpStream::connect(to).expect("a server that listens"))
    }

    /// None if the server refuses.
    pub(crate) fn try_connect(to: SocketAddr) -> Option<Self> {
        TcpStream::connect(to).ok().map(Self::new)
    }

    fn new(tcp: TcpStream) -> Self {
        tcp.set_read_timeout(Some(GUARD)).expect("a time-out");
        tcp.set_write_timeout(Some(GUARD)).expect("a time-out");
        tcp.set_nodelay(true).expect("no delay");
        Self(tcp)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).expect("a server that reads");
    }

    /// Sends until that is not possible any more, and says why.
    pub(crate) fn fill(&mut self) -> ErrorKind {
        loop {
            if let Err(error) = self.0.write_all(&[b'.'; 4096]) {
                return error.kind();
            }
        }
    }

    /// Whether the server answers a first request, with something that ends so.
    pub(crate) fn try_ask(&mut self, request: &str, end: &str) -> bool {
        self.0.set_read_timeout(Some(ENTRY)).expect("a time-out");
        let is_answered = self.is_answered(request, end);
        self.0.set_read_timeout(Some(GUARD)).expect("a time-out");
        is_answered
    }

    fn is_answered(&mut self, request: &str, end: &str) -> bool {
        if self.0.write_all(request.as_bytes()).is_err() {
            return false;
        }
        let (mut came, mut part) = (Vec::new(), [0; 512]);
        while !came.ends_with(end.as_bytes()) {
            match self.0.read(&mut part) {
                Ok(read @ 1..) => came.extend_from_slice(&part[..read]),
                Ok(0) | Err(_) => return false,
            }
        }
        true
    }

    /// Ends the connection without a word, whatever is on its way.
    pub(crate) fn reset(self) {
        SockRef::from(&self.0).set_linger(Some(Duration::ZERO)).expect("an open stream");
    }

    pub(crate) fn shut(&mut self) {
        self.0.shutdown(Shutdown::Write).expect("an open stream");
    }

    /// Reads until `end` has come.
    pub(crate) fn until(&mut self, end: &str) -> String {
        let mut came = Vec::new();
        while !came.ends_with(end.as_bytes()) {
            let mut byte = [0];
            let read = self.0.read(&mut byte).unwrap_or_else(|error| {
                panic!("{error}, after {:?}", String::from_utf8_lossy(&came))
            });
            assert!(read > 0, "the end, after {:?}", String::from_utf8_lossy(&came));
            came.extend_from_slice(&byte);
        }
        String::from_utf8(came).expect("text")
    }

    /// Reads a Close frame, answers it, and closes; its code.
    pub(crate) fn close_code(mut self) -> u16 {
        let mut frame = [0; 4];
        self.0.read_exact(&mut frame).expect("a frame");
        assert_eq!(frame[0], 0x88, "a Close frame: {frame:?}");
        self.send([0x88, 0x82, 0, 0, 0, 0, frame[2], frame[3]]);
        u16::from_be_bytes([frame[2], frame[3]])
    }

    /// Reads to the end of the stream, which may be a reset, and closes.
    pub(crate) fn rest(mut self) -> String {
        let mut came = Vec::new();
        match self.0.read_to_end(&mut came) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
            _ => String::from_utf8(came).expect("text"),
        }
    }
}
