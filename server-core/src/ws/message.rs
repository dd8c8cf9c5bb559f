//! Messages (RFC 6455 §5.4): which data frame may follow which, how much of it, and whether a text
//! is one. No byte is kept here: the payload stays where the caller has it.

use crate::error::Violation;
use crate::limits::Limits;
use crate::ws::frame::{Header, Opcode};
use crate::ws::utf8::Utf8;

/// What a message is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Any bytes.
    Binary,
}

/// The message in progress on a connection, if any.
///
/// For each data frame: [`begin`](Self::begin) with its header, [`payload`](Self::payload) for
/// whatever comes of it, in order, and [`end`](Self::end) after its last byte. After a violation
/// the connection has failed, and this state means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Bytes that its frames declared so far.
    bytes: u32,
    /// Its frames so far.
    fragments: u16,
    kind: Option<Kind>,
    utf8: Utf8,
}

const _: () = assert!(size_of::<Message>() <= 16);

impl Message {
    /// Before the first frame, and between messages.
    pub const NEW: Self = Self { bytes: 0, fragments: 0, kind: None, utf8: Utf8::NEW };

    /// What the message in progress is made of; `None` between messages.
    pub const fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Bytes that the frames of the message in progress declared, the current one included.
    pub const fn bytes(&self) -> u32 {
        self.bytes
    }

    /// Takes the header of the next frame. A control frame changes nothing, and neither its payload
    /// nor its end belong here: it may stand anywhere in a message.
    ///
    /// # Errors
    ///
    /// [`Violation::Orphan`], [`Violation::Interleaved`], [`Violation::MessageTooBig`] (as soon as
    /// declared), [`Violation::MessageTooSlow`] for one frame more than `fragments_max`.
    // rfc6455-5.4-control-mid-message
    // rfc6455-5.4-handle-control-mid-message
    // rfc6455-5.4-orphan-continuation
    // rfc6455-5.4-no-interleaving
    // rfc6455-5.4-fragment-order
    // rfc6455-5.4-any-fragment-size
    // rfc6455-5.4-type-from-first
    // rfc6455-6.2-note-type
    // rfc6455-10.4-enforce-own-limits
    // rfc6455-10.4-limit-frame-and-message
    // rfc6455-7.4.1-1009-too-big
    pub fn begin(&mut self, header: &Header, limits: &Limits) -> Result<(), Violation> {
        let kind = match (header.opcode, self.kind) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => return Ok(()),
            (Opcode::Continuation, None) => return Err(Violation::Orphan),
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(Violation::Interleaved),
            (Opcode::Continuation, Some(kind)) => kind,
            (Opcode::Text, None) => Kind::Text,
            (Opcode::Binary, None) => Kind::Binary,
        };
        let bytes = header.length.saturating_add(self.bytes.into());
        if bytes > limits.message_bytes_max.into() {
            return Err(Violation::MessageTooBig);
        }
        if self.fragments >= limits.fragments_max {
            return Err(Violation::MessageTooSlow);
        }
        self.kind = Some(kind);
        self.bytes = bytes as u32; // not above `message_bytes_max`, a `u32`
        self.fragments += 1; // was below `fragments_max`, a `u16`
        Ok(())
    }

    /// Takes the next bytes of the current frame's payload, unmasked.
    ///
    /// # Errors
    ///
    /// [`Violation::Utf8`] at the first byte of a text that cannot be part of UTF-8.
    // rfc6455-8.1-bad-utf8-fails
    // rfc6455-7.4.1-1007-bad-data
    pub fn payload(&mut self, unmasked: &[u8]) -> Result<(), Violation> {
        if self.kind == Some(Kind::Text) && !self.utf8.accepts(unmasked) {
            return Err(Violation::Utf8);
        }
        Ok(())
    }

    /// Takes the end of the current frame. If it is the `fin`al one the message is whole, this says
    /// of which kind, and the next frame begins another.
    ///
    /// # Errors
    ///
    /// [`Violation::Utf8`] for a text that ends within a code point.
    // rfc6455-5.4-receive-both
    // rfc6455-5.6-text-is-utf8
    // rfc6455-6.2-next-frame-new-message
    pub fn end(&mut self, fin: bool) -> Result<Option<Kind>, Violation> {
        if !fin {
            return Ok(None);
        }
        // Nothing but a text ever leaves the start here.
        if !self.utf8.is_complete() {
            return Err(Violation::Utf8);
        }
        let kind = self.kind;
        *self = Self::NEW;
        Ok(kind)
    }
}
