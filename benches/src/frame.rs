//! Masked WebSocket frames, and who reads them.
//!
//! Peers do not hand out the two steps alone. tungstenite's header parser is public, and its
//! masking is not; but fastwebsockets has the same masking, and gives it away. fastwebsockets'
//! header parser is part of reading from a stream, so there a stream in memory is read, with all
//! that belongs to it; that is more than the other two do, and stands here for want of less.

use std::hint::black_box;
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use fastwebsockets::{OpCode, Role, WebSocket};
use samewire::ws::frame::{self, Parsed};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::protocol::frame::FrameHeader;

use crate::trial::{Input, Work};

pub(crate) const SAMEWIRE: Work =
    Work { name: "samewire-frame", run: |bytes, n| in_place(bytes, n, samewire) };
pub(crate) const TUNGSTENITE: Work =
    Work { name: "tungstenite", run: |bytes, n| in_place(bytes, n, tungstenite) };
pub(crate) const FASTWEBSOCKETS: Work =
    Work { name: "fastwebsockets (stream)", run: fastwebsockets };
pub(crate) const SAMEWIRE_UNMASK: Work =
    Work { name: "samewire-unmask", run: |bytes, n| in_place(bytes, n, samewire_unmask) };
pub(crate) const FASTWEBSOCKETS_UNMASK: Work =
    Work { name: "fastwebsockets", run: |bytes, n| in_place(bytes, n, fastwebsockets_unmask) };

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Binary messages of one frame.
pub(crate) fn inputs() -> Vec<Input> {
    let frame = |name: &str, payload_bytes: usize| {
        let mut bytes = vec![0x82];
        match payload_bytes {
            0..126 => bytes.push(0x80 | payload_bytes as u8),
            126..0x1_0000 => {
                bytes.push(0x80 | 126);
                bytes.extend((payload_bytes as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend((payload_bytes as u64).to_be_bytes());
            }
        }
        bytes.extend(KEY);
        bytes.extend((0..payload_bytes).map(|at| at as u8));
        Input { name: name.to_owned(), bytes }
    };
    vec![frame("64 B", 64), frame("1 KB", 1 << 10), frame("64 KB", 1 << 16)]
}

/// Masking is its own inverse, so the payload is another one every other time.
fn in_place(bytes: &[u8], rounds: u32, read: fn(&mut [u8]) -> usize) {
    let mut frame = bytes.to_vec();
    for _ in 0..rounds {
        assert_ne!(read(black_box(&mut frame)), 0, "the frame is whole");
    }
}

/// How many bytes of payload the frame has, which are unmasked.
#[inline(never)]
fn samewire(bytes: &mut [u8]) -> usize {
    let Parsed::Complete(header) = frame::header(bytes) else { return 0 };
    let Ok(length) = usize::try_from(header.length) else { return 0 };
    let payload = bytes.get_mut(header.bytes..).and_then(|rest| rest.get_mut(..length));
    let Some(payload) = payload else { return 0 };
    black_box(frame::unmask(payload, header.mask));
    length
}

#[inline(never)]
fn tungstenite(bytes: &mut [u8]) -> usize {
    let mut cursor = Cursor::new(&*bytes);
    let Ok(Some((header, length))) = FrameHeader::parse(&mut cursor) else { return 0 };
    let (Ok(at), Ok(length)) = (usize::try_from(cursor.position()), usize::try_from(length)) else {
        return 0;
    };
    let payload = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..length));
    let (Some(payload), Some(mask)) = (payload, header.mask) else { return 0 };
    fastwebsockets::unmask(payload, mask);
    length
}

/// The longest header, so that the payload stands alike for both.
const PAYLOAD_AT: usize = 14;

#[inline(never)]
fn samewire_unmask(bytes: &mut [u8]) -> usize {
    let payload = bytes.get_mut(PAYLOAD_AT..).unwrap_or_default();
    black_box(frame::unmask(payload, KEY));
    payload.len()
}

#[inline(never)]
fn fastwebsockets_unmask(bytes: &mut [u8]) -> usize {
    let payload = bytes.get_mut(PAYLOAD_AT..).unwrap_or_default();
    fastwebsockets::unmask(payload, KEY);
    payload.len()
}

fn fastwebsockets(bytes: &[u8], rounds: u32) {
    let stream = Endless { bytes: bytes.to_vec(), at: 0 };
    let mut socket = WebSocket::after_handshake(stream, Role::Server);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..rounds {
        let read = pin!(socket.read_frame());
        match read.poll(&mut context) {
            Poll::Ready(Ok(frame)) => assert!(frame.opcode == OpCode::Binary),
            _ => panic!("there is always a frame"),
        }
    }
}

/// A stream of one frame over and over; a read gets at most the rest of one.
struct Endless {
    bytes: Vec<u8>,
    at: usize,
}

impl AsyncRead for Endless {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = &self.bytes[self.at..];
        let n = rest.len().min(to.remaining());
        to.put_slice(&rest[..n]);
        self.at = (self.at + n) % self.bytes.len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Endless {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(from.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
