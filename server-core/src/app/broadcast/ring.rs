//! A ring of messages of any length, each in one piece, so that it can be rendered where it stands.
//!
//! Messages stand one behind the other. Where the next one does not fit before the end it begins at
//! the front again, and what is left at the end stays unused until then.

use crate::buffer::Writer;
use crate::error::Misuse;
use crate::ws::message::Kind;

/// Before each message: its length, its kind, whom it is for, and whom it comes from.
const HEADER_BYTES: usize = 8;

/// What a message says apart from its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Tag {
    pub(in super::super) kind: Kind,
    /// Which room it is for.
    pub(in super::super) room: u8,
    /// Who sent it and does not want it back; zero is nobody.
    pub(in super::super) from: u32,
}

impl Tag {
    /// Of no room and from nobody.
    pub(in super::super) const TO_ALL: Self = Self { kind: Kind::Text, room: u8::MAX, from: 0 };

    fn to_bytes(self, length: u16) -> [u8; HEADER_BYTES] {
        let ([a, b], [c, d, e, f]) = (length.to_le_bytes(), self.from.to_le_bytes());
        [a, b, u8::from(self.kind == Kind::Binary), self.room, c, d, e, f]
    }

    fn from_bytes([a, b, kind, room, c, d, e, f]: [u8; HEADER_BYTES]) -> (Self, usize) {
        let kind = if kind == 0 { Kind::Text } else { Kind::Binary };
        let from = u32::from_le_bytes([c, d, e, f]);
        (Self { kind, room, from }, u16::from_le_bytes([a, b]).into())
    }
}

/// Where a listener stands: at the message of this number, which begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Cursor {
    number: u64,
    at: usize,
}

impl Cursor {
    pub(in super::super) const NEW: Self = Self { number: 0, at: 0 };
}

/// What a cursor stands at.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Found<'r> {
    Nothing,
    /// So many messages were overwritten; the cursor stands at the oldest one now.
    Lost(u64),
    Message(Tag, &'r [u8]),
}

pub(in super::super) struct Ring<const BYTES: usize> {
    bytes: [u8; BYTES],
    /// Where the oldest message begins, and its number.
    oldest: usize,
    first: u64,
    /// Where the next message will begin, and its number.
    next: usize,
    published: u64,
    /// Where the messages end behind which the next ones stand at the front again.
    end: Option<usize>,
}

impl<const BYTES: usize> Ring<BYTES> {
    pub(in super::super) const NEW: Self =
        Self { bytes: [0; BYTES], oldest: 0, first: 0, next: 0, published: 0, end: None };

    /// Behind all that was published.
    pub(in super::super) const fn cursor(&self) -> Cursor {
        Cursor { number: self.published, at: self.next }
    }

    /// Renders a message behind the others, as often as it takes until there is room.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`] if the whole ring is too small.
    pub(in super::super) fn put(
        &mut self,
        tag: Tag,
        render: &mut dyn FnMut(&mut Writer<'_>),
    ) -> Result<(), Misuse> {
        loop {
            let until = if self.end.is_some() { self.oldest } else { BYTES };
            let free = self.bytes.get_mut(self.next..until).unwrap_or_default();
            if let Some((header, place)) = free.split_first_chunk_mut() {
                let mut writer = Writer::new(place);
                render(&mut writer);
                let length = writer.written().and_then(|bytes| u16::try_from(bytes).ok());
                if let Some(length) = length {
                    *header = tag.to_bytes(length);
                    self.next += HEADER_BYTES + usize::from(length);
                    self.published += 1;
                    return Ok(());
                }
            }
            self.make_room()?;
        }
    }

    /// Goes to the front, or lets the oldest message go.
    fn make_room(&mut self) -> Result<(), Misuse> {
        let is_empty = self.first == self.published;
        if is_empty && self.next == 0 {
            return Err(Misuse::AnswerTooLarge);
        }
        if is_empty {
            (self.oldest, self.next, self.end) = (0, 0, None);
        } else if self.end.is_none() {
            self.end = Some(self.next);
            self.next = 0;
        } else {
            self.oldest += self.message(self.oldest).map_or(0, |(_, data)| frame_bytes(data));
            self.first += 1;
            if self.end == Some(self.oldest) {
                (self.oldest, self.end) = (0, None);
            }
        }
        Ok(())
    }

    /// What a cursor stands at. A cursor that fell behind is moved to the oldest message.
    pub(in super::super) fn find(&self, cursor: &mut Cursor) -> Found<'_> {
        let lost = self.first.saturating_sub(cursor.number);
        if cursor.number <= self.first {
            *cursor = Cursor { number: self.first, at: self.oldest };
        } else if self.end == Some(cursor.at) {
            cursor.at = 0;
        }
        if lost > 0 {
            return Found::Lost(lost);
        }
        if cursor.number >= self.published {
            return Found::Nothing;
        }
        self.message(cursor.at).map_or(Found::Nothing, |(tag, data)| Found::Message(tag, data))
    }

    /// Moves a cursor behind the message that was found there.
    pub(in super::super) fn pass(&self, cursor: &mut Cursor) {
        if let Some((_, data)) = self.message(cursor.at) {
            cursor.number += 1;
            cursor.at += frame_bytes(data);
        }
    }

    fn message(&self, at: usize) -> Option<(Tag, &[u8])> {
        let (header, behind) = self.bytes.get(at..)?.split_first_chunk()?;
        let (tag, length) = Tag::from_bytes(*header);
        Some((tag, behind.get(..length)?))
    }
}

const fn frame_bytes(data: &[u8]) -> usize {
    HEADER_BYTES + data.len()
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Found, Kind, Ring, Tag};
    use crate::Misuse;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    #[derive(Clone, Debug)]
    enum Act {
        Publish(usize),
        Listen,
        Take(usize),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => prop_oneof![8 => 0..20_usize, 1 => 0..120_usize].prop_map(Act::Publish),
            1 => Just(Act::Listen),
            6 => (0..5_usize).prop_map(Act::Take),
        ];
        proptest::collection::vec(act, 0..150)
    }

    fn put<const BYTES: usize>(
        ring: &mut Ring<BYTES>,
        tag: Tag,
        data: &[u8],
    ) -> Result<(), Misuse> {
        ring.put(tag, &mut |to| to.put(data))
    }

    /// Beside a list of all messages: whoever listens gets each of them in order, or is told how
    /// many it will never get, and then gets the rest.
    fn agrees_with_the_list<const BYTES: usize>(acts: &[Act]) -> Result<(), TestCaseError> {
        let mut ring = Ring::<BYTES>::NEW;
        let mut all: Vec<(Tag, Vec<u8>)> = Vec::new();
        let mut listeners: Vec<(Cursor, usize)> = Vec::new();
        for act in acts {
            match *act {
                Act::Publish(bytes) => {
                    let n = all.len() as u8;
                    let kind = if n.is_multiple_of(2) { Kind::Text } else { Kind::Binary };
                    let message = (Tag { kind, room: n, from: n.into() }, vec![n; bytes]);
                    let fits = bytes + super::HEADER_BYTES <= BYTES;
                    prop_assert_eq!(put(&mut ring, message.0, &message.1).is_ok(), fits);
                    if fits {
                        all.push(message);
                    }
                }
                Act::Listen => listeners.push((ring.cursor(), all.len())),
                Act::Take(number) => {
                    let Some((cursor, at)) = listeners.get_mut(number) else { continue };
                    match ring.find(cursor) {
                        Found::Nothing => prop_assert_eq!(*at, all.len()),
                        Found::Lost(n) => {
                            prop_assert!(n > 0);
                            *at += usize::try_from(n).unwrap();
                            prop_assert!(*at <= all.len());
                        }
                        Found::Message(tag, data) => {
                            prop_assert_eq!((tag, data), (all[*at].0, &*all[*at].1));
                            *at += 1;
                            ring.pass(cursor);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn a_ring_is_the_end_of_a_list(acts in acts()) {
            agrees_with_the_list::<8>(&acts)?;
            agrees_with_the_list::<64>(&acts)?;
            agrees_with_the_list::<100>(&acts)?;
            agrees_with_the_list::<500>(&acts)?;
        }
    }

    #[test]
    fn no_more_is_lost_than_must_be() {
        let mut ring = Ring::<64>::NEW;
        let mut cursor = ring.cursor();
        // Four of sixteen bytes fill it.
        for n in 0..4 {
            put(&mut ring, Tag::TO_ALL, &[n; 8]).unwrap();
        }
        assert_eq!(ring.find(&mut cursor), Found::Message(Tag::TO_ALL, &[0; 8]));
        put(&mut ring, Tag::TO_ALL, &[4; 8]).unwrap();
        assert_eq!(ring.find(&mut cursor), Found::Lost(1));
        for n in 1..5 {
            assert_eq!(ring.find(&mut cursor), Found::Message(Tag::TO_ALL, &[n; 8]));
            ring.pass(&mut cursor);
        }
        assert_eq!(ring.find(&mut cursor), Found::Nothing);
    }

    #[test]
    fn what_no_ring_of_this_size_holds_is_refused() {
        let mut ring = Ring::<64>::NEW;
        assert_eq!(put(&mut ring, Tag::TO_ALL, &[0; 57]), Err(Misuse::AnswerTooLarge));
        assert_eq!(put(&mut ring, Tag::TO_ALL, &[0; 56]), Ok(()));
    }
}
