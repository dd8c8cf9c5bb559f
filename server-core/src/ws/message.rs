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

impl Kind {
    /// What a frame with a whole message of this kind is.
    pub const fn opcode(self) -> Opcode {
        match self {
            Self::Text => Opcode::Text,
            Self::Binary => Opcode::Binary,
        }
    }
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
        let bytes = u32::try_from(header.length).ok().and_then(|n| n.checked_add(self.bytes));
        let Some(bytes) = bytes.filter(|bytes| *bytes <= limits.message_bytes_max) else {
            return Err(Violation::MessageTooBig);
        };
        if self.fragments >= limits.fragments_max {
            return Err(Violation::MessageTooSlow);
        }
        self.kind = Some(kind);
        self.bytes = bytes;
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

#[cfg(test)]
mod tests {
    use super::{Kind, Message};
    use crate::ws::frame::{Header, Opcode};
    use crate::{Limits, Violation};
    use Opcode::{Binary, Continuation, Ping, Pong, Text};
    use std::vec;
    use std::vec::Vec;

    const LIMITS: Limits = Limits { message_bytes_max: 10, fragments_max: 4, ..Limits::SMALL };

    const FIN: bool = true;
    const MORE: bool = false;

    type Frame = (Opcode, bool, &'static [u8]);

    const fn header(opcode: Opcode, fin: bool, length: u64) -> Header {
        Header { fin, opcode, length, mask: [0; 4], bytes: 6 }
    }

    /// The kinds of the messages in `frames`, their payload coming `step` bytes at a time, and the
    /// violation that ended it if one did.
    fn run(frames: &[Frame], step: usize) -> (Vec<Kind>, Option<Violation>) {
        let mut message = Message::NEW;
        let mut kinds = Vec::new();
        let ended = frames.iter().try_for_each(|(opcode, fin, payload)| {
            message.begin(&header(*opcode, *fin, payload.len() as u64), &LIMITS)?;
            if opcode.is_control() {
                return Ok(());
            }
            payload.chunks(step).try_for_each(|piece| message.payload(piece))?;
            kinds.extend(message.end(*fin)?);
            Ok(())
        });
        (kinds, ended.err())
    }

    fn check(table: &[(&[Frame], &[Kind], Option<Violation>)]) {
        for (frames, kinds, violation) in table {
            for step in [1, 2, 3, 100] {
                let expected = (kinds.to_vec(), *violation);
                assert_eq!(run(frames, step), expected, "{frames:02x?} by {step}");
            }
        }
    }

    #[test]
    fn joins_fragments_under_the_kind_of_the_first() {
        check(&[
            (&[(Text, FIN, b"Hello")], &[Kind::Text], None),
            (&[(Binary, FIN, b"\xff")], &[Kind::Binary], None),
            (&[(Text, FIN, b"")], &[Kind::Text], None),
            (&[(Text, MORE, b"Hel"), (Continuation, FIN, b"lo")], &[Kind::Text], None),
            (&[(Binary, MORE, b"\xff"), (Continuation, FIN, b"\xfe")], &[Kind::Binary], None),
            (
                &[(Text, MORE, b""), (Continuation, MORE, b""), (Continuation, FIN, b"")],
                &[Kind::Text],
                None,
            ),
            (
                &[
                    (Text, MORE, b"a"),
                    (Continuation, FIN, b"b"),
                    (Binary, FIN, b"\xff"),
                    (Text, FIN, b"c"),
                ],
                &[Kind::Text, Kind::Binary, Kind::Text],
                None,
            ),
        ]);
    }

    #[test]
    fn lets_control_frames_pass_within_a_message() {
        check(&[
            (
                &[(Text, MORE, b"Hel"), (Ping, FIN, b"\xff"), (Continuation, FIN, b"lo")],
                &[Kind::Text],
                None,
            ),
            // They take none of the message's bytes or fragments.
            (
                &[
                    (Text, MORE, b"12345"),
                    (Ping, FIN, b"0123456789"),
                    (Pong, FIN, b""),
                    (Ping, FIN, b""),
                    (Ping, FIN, b""),
                    (Continuation, FIN, b"67890"),
                ],
                &[Kind::Text],
                None,
            ),
            (&[(Ping, FIN, b""), (Pong, FIN, b""), (Text, FIN, b"a")], &[Kind::Text], None),
            (&[(Ping, FIN, b""), (Continuation, FIN, b"a")], &[], Some(Violation::Orphan)),
        ]);
    }

    #[test]
    fn refuses_frames_out_of_sequence() {
        use Violation::{Interleaved, Orphan};
        check(&[
            (&[(Continuation, FIN, b"")], &[], Some(Orphan)),
            (&[(Continuation, MORE, b"a")], &[], Some(Orphan)),
            (&[(Text, FIN, b"a"), (Continuation, FIN, b"b")], &[Kind::Text], Some(Orphan)),
            (
                &[(Text, MORE, b"a"), (Continuation, FIN, b"b"), (Continuation, FIN, b"")],
                &[Kind::Text],
                Some(Orphan),
            ),
            (&[(Text, MORE, b"a"), (Text, FIN, b"b")], &[], Some(Interleaved)),
            (&[(Text, MORE, b""), (Binary, MORE, b"")], &[], Some(Interleaved)),
            (
                &[(Binary, MORE, b""), (Continuation, MORE, b""), (Text, FIN, b"")],
                &[],
                Some(Interleaved),
            ),
        ]);
    }

    #[test]
    fn bounds_the_bytes_of_a_message() {
        use Violation::MessageTooBig;
        check(&[
            (&[(Binary, FIN, b"0123456789")], &[Kind::Binary], None),
            (&[(Binary, FIN, b"0123456789a")], &[], Some(MessageTooBig)),
            (&[(Text, MORE, b"01234"), (Continuation, FIN, b"56789")], &[Kind::Text], None),
            (&[(Text, MORE, b"01234"), (Continuation, FIN, b"56789a")], &[], Some(MessageTooBig)),
            (
                &[(Text, FIN, b"0123456789"), (Text, FIN, b"0123456789")],
                &[Kind::Text, Kind::Text],
                None,
            ),
        ]);
    }

    /// Declared lengths that would wrap in 32 or 64 bits, alone and on top of another fragment.
    #[test]
    fn bounds_what_is_only_declared() {
        for length in [11, 1 << 32, (1 << 32) + 5, 1 << 60, (1 << 63) - 1, u64::MAX] {
            let mut message = Message::NEW;
            let verdict = message.begin(&header(Binary, FIN, length), &LIMITS);
            assert_eq!(verdict, Err(Violation::MessageTooBig), "{length:#x}");

            let mut message = Message::NEW;
            assert_eq!(message.begin(&header(Binary, MORE, 5), &LIMITS), Ok(()));
            assert_eq!((message.kind(), message.bytes()), (Some(Kind::Binary), 5));
            assert_eq!(message.end(MORE), Ok(None));
            let verdict = message.begin(&header(Continuation, FIN, length), &LIMITS);
            assert_eq!(verdict, Err(Violation::MessageTooBig), "{length:#x} on top");
        }
    }

    #[test]
    fn bounds_the_fragments_of_a_message() {
        let mut frames: Vec<Frame> = vec![(Text, MORE, b"")];
        frames.extend([(Continuation, MORE, &b""[..]); 2]);
        frames.push((Continuation, FIN, b""));
        check(&[(&frames, &[Kind::Text], None)]);
        let again = [&frames[..], &frames].concat();
        check(&[(&again, &[Kind::Text, Kind::Text], None)]);
        frames.insert(1, (Continuation, MORE, b""));
        check(&[(&frames, &[], Some(Violation::MessageTooSlow))]);
    }

    #[test]
    fn a_text_is_utf8_across_its_fragments() {
        check(&[
            (&[(Text, MORE, b"\xe2\x82"), (Continuation, FIN, b"\xac")], &[Kind::Text], None),
            (
                &[
                    (Text, MORE, b"\xf0"),
                    (Continuation, MORE, b""),
                    (Ping, FIN, b"\xff"),
                    (Continuation, FIN, b"\x9f\x98\x80"),
                ],
                &[Kind::Text],
                None,
            ),
            (&[(Text, FIN, b"\xe2\x82")], &[], Some(Violation::Utf8)),
            (&[(Text, MORE, b"\xe2"), (Continuation, FIN, b"")], &[], Some(Violation::Utf8)),
            (&[(Text, MORE, b"\xe2"), (Continuation, FIN, b"a")], &[], Some(Violation::Utf8)),
            (&[(Text, MORE, b"ab\xff")], &[], Some(Violation::Utf8)),
            (&[(Text, MORE, b"\xed\xa0")], &[], Some(Violation::Utf8)),
            // A binary one may be anything, and leaves nothing behind.
            (&[(Binary, FIN, b"\xe2"), (Text, FIN, b"a")], &[Kind::Binary, Kind::Text], None),
        ]);
    }
}
