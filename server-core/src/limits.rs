//! Every bound of the server, by name, with its default and the reason for it.
//!
//! Reaching a limit is a [`Violation`](crate::Violation), answered like any other. A limit never
//! depends on how full a buffer happens to be: [`Limits::fits`] checks once that the lent buffers
//! can hold what the limits allow, and from then on only the limits decide.

use crate::error::Misuse;

/// The bounds of one connection. Bytes, counts and milliseconds, as the last words of a name say.
// rfc9110-17.5-limit-all-elements
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Limits {
    /// Request line and field lines together, with their line ends; more is answered 431.
    pub head_bytes_max: u16,
    /// The request target alone; more is answered 414 (RFC 9112 §3 asks for 8000 where memory
    /// allows; boards document less).
    pub target_bytes_max: u16,
    /// Field lines of one request; more is answered 431. Browsers send about twenty.
    pub field_lines_max: u8,
    /// Empty lines skipped before a request line (RFC 9112 §2.2 asks for at least one).
    pub empty_lines_max: u8,
    /// Content of one request, whether streamed or collected; more is answered 413.
    pub content_bytes_max: u64,
    /// Content that a handler may ask for in one piece; more is answered 413. It must fit the
    /// receive buffer behind the longest head.
    pub collected_bytes_max: u32,
    /// Chunk extensions and trailer lines of one request, all together; more is answered 431.
    /// They carry nothing we use, so this is only room for politeness.
    pub chunk_overhead_bytes_max: u16,
    /// Content of one answer that is rendered before it is sent (JSON, text), and the longest
    /// WebSocket message that can be sent; a handler streams what is longer.
    pub answer_bytes_max: u32,
    /// The head of one answer, layers' field lines included; more is answered 500. At least
    /// [`ANSWER_HEAD_BYTES_MIN`], so that an error can always be answered.
    pub answer_head_bytes_max: u16,
    /// Data of one chunk of a streamed answer. Chunks are cut by this alone, never by the room
    /// that happens to be free, so that every target cuts alike.
    pub chunk_bytes_max: u16,
    /// Unread content that is read and dropped after an early answer, so that the connection can
    /// go on; a request that declared more is answered with `Connection: close`.
    pub drain_bytes_max: u32,
    /// Requests answered on one connection; the last answer carries `Connection: close`.
    pub requests_max: u16,
    /// One WebSocket message, all its fragments together; more is closed with 1009.
    pub message_bytes_max: u32,
    /// Frames of one WebSocket message; more is closed with 1008. Empty fragments are legal, an
    /// endless row of them is an attack.
    pub fragments_max: u16,

    /// From the end of an answer, or from accept, to the next request's first byte; then the
    /// connection closes silently.
    pub idle_ms_max: u32,
    /// From the first byte of a head to its last, however it trickles in; then 408.
    pub head_ms_max: u32,
    /// All the waiting for one request's content together; then 408.
    pub body_ms_max: u32,
    /// From a complete head to the begin of its answer, not counting waits for content; then 503.
    pub handler_ms_max: u32,
    /// For the peer to take each [`WRITE_STEP_BYTES`] of output; then the connection is dropped.
    pub write_ms_max: u32,
    /// From our last byte to the peer's end of stream, so that it can read the last answer.
    pub linger_ms_max: u32,
    /// From the first byte of a WebSocket message to its last; then 1008.
    pub message_ms_max: u32,
    /// Silence of a WebSocket peer before a ping is sent.
    pub ping_ms: u32,
    /// Silence of a WebSocket peer after that ping; then 1008.
    pub pong_ms_max: u32,
    /// From our Close frame to the peer's.
    pub close_ms_max: u32,

    /// Parts of one multipart form; more is answered 413. A form has a few fields and files.
    pub parts_max: u16,
    /// The head of one of them, which is kept while its data are read: a name, the name of a file
    /// and a type. More is answered 413, and so is more than `collected_bytes_max`.
    pub part_head_bytes_max: u16,
}

/// Output that a peer must take within [`Limits::write_ms_max`]: a segment, roughly.
pub const WRITE_STEP_BYTES: u32 = 1024;

/// The longest frame header (RFC 6455 §5.2) and the longest control frame's payload (§5.5): what
/// the receive buffer must hold beside a message.
pub const FRAME_OVERHEAD_BYTES: u32 = 14 + 125;

/// Room that the head of an answer needs in the send buffer, whatever an app adds.
pub const ANSWER_HEAD_BYTES_MIN: u16 = 320;

/// The size line of a chunk, the CRLF after its data, and the last chunk (RFC 9112 §7.1).
pub(crate) const CHUNK_FRAMING_BYTES: u32 = 8 + 2 + 2 + 5;

impl Limits {
    /// For a machine with 16 KB of RAM, and what `samewire check` runs every target with.
    pub const SMALL: Self = Self {
        head_bytes_max: 1536,
        target_bytes_max: 512,
        field_lines_max: 50,
        empty_lines_max: 4,
        content_bytes_max: 1 << 20,
        collected_bytes_max: 2048,
        chunk_overhead_bytes_max: 512,
        answer_bytes_max: 2304,
        answer_head_bytes_max: 640,
        chunk_bytes_max: 1024,
        drain_bytes_max: 4096,
        requests_max: 100,
        message_bytes_max: 2048,
        fragments_max: 256,
        idle_ms_max: 5_000,
        head_ms_max: 10_000,
        body_ms_max: 30_000,
        handler_ms_max: 30_000,
        write_ms_max: 20_000,
        linger_ms_max: 2_000,
        message_ms_max: 30_000,
        ping_ms: 30_000,
        pong_ms_max: 30_000,
        close_ms_max: 5_000,
        parts_max: 32,
        part_head_bytes_max: 512,
    };

    /// For a laptop or a gateway: the 8000-byte request lines of RFC 9112 §3, 64 KiB messages.
    pub const LARGE: Self = Self {
        head_bytes_max: 16_384,
        // rfc9112-3-support-8000-line
        // rfc9110-4.1-uri-8000
        target_bytes_max: 8_192,
        field_lines_max: 100,
        content_bytes_max: 10 << 20,
        collected_bytes_max: 65_536,
        chunk_overhead_bytes_max: 8_192,
        answer_bytes_max: 131_072,
        answer_head_bytes_max: 4_096,
        chunk_bytes_max: 16_384,
        drain_bytes_max: 65_536,
        message_bytes_max: 65_536,
        parts_max: 1_000,
        part_head_bytes_max: 4_096,
        ..Self::SMALL
    };

    /// Bytes of receive buffer that these limits need: the longest head, and behind it the
    /// largest content or message in one piece.
    pub const fn receive_bytes_min(&self) -> usize {
        (self.head_bytes_max as usize).saturating_add(self.piece_bytes_min())
    }

    /// Bytes that must fit behind a head.
    pub(crate) const fn piece_bytes_min(&self) -> usize {
        let message = self.message_bytes_max.saturating_add(FRAME_OVERHEAD_BYTES);
        // One byte more than the content, or the end of its framing could not be read.
        let content = self.collected_bytes_max.saturating_add(1);
        if message > content { message as usize } else { content as usize }
    }

    /// Bytes of send buffer that these limits need: a head and behind it the largest content, or
    /// the largest chunk, or a control frame.
    pub const fn send_bytes_min(&self) -> usize {
        let chunk = self.chunk_bytes_max as u32 + CHUNK_FRAMING_BYTES;
        let mut piece = if chunk > self.answer_bytes_max { chunk } else { self.answer_bytes_max };
        if piece < FRAME_OVERHEAD_BYTES {
            piece = FRAME_OVERHEAD_BYTES;
        }
        (self.answer_head_bytes_max as u32).saturating_add(piece) as usize
    }

    /// Whether buffers of these sizes can hold what the limits allow.
    ///
    /// # Errors
    ///
    /// [`Misuse::ChunkEmpty`], [`Misuse::AnswerHeadTooSmall`], [`Misuse::ReceiveBufferTooSmall`] or
    /// [`Misuse::SendBufferTooSmall`].
    pub const fn fits(&self, receive_bytes: usize, send_bytes: usize) -> Result<(), Misuse> {
        if self.chunk_bytes_max == 0 {
            return Err(Misuse::ChunkEmpty);
        }
        if self.answer_head_bytes_max < ANSWER_HEAD_BYTES_MIN {
            return Err(Misuse::AnswerHeadTooSmall);
        }
        if receive_bytes < self.receive_bytes_min() {
            return Err(Misuse::ReceiveBufferTooSmall);
        }
        if send_bytes < self.send_bytes_min() {
            return Err(Misuse::SendBufferTooSmall);
        }
        Ok(())
    }
}

const _: () = {
    let small = &Limits::SMALL;
    assert!(small.target_bytes_max < small.head_bytes_max);
    assert!(small.collected_bytes_max as u64 <= small.content_bytes_max);
    assert!(small.receive_bytes_min() <= 4096, "SMALL is for 16 KB of RAM");
    assert!(small.send_bytes_min() <= 3072, "SMALL is for 16 KB of RAM");
    assert!(Limits::LARGE.target_bytes_max >= 8000, "RFC 9112 section 3");
};
