//! Frames that were handed over and not acknowledged yet: they are sent again from here.
//!
//! Go-back-N: the receiver takes frames in order alone, so it keeps none, and after a gap all that
//! follow are sent again. Numbers are one byte, and a slot is found by the number's lowest bits.

use crate::frame::{ACK_AT, CRC_BYTES, DATA_OVERHEAD_BYTES, Frame, HEAD_BYTES, kind};

/// A frame without its CRC.
#[derive(Clone, Copy, Debug)]
struct Slot<const FRAME: usize> {
    len: usize,
    bytes: [u8; FRAME],
}

/// Up to `WINDOW` frames of up to `FRAME` bytes.
#[derive(Debug)]
pub(crate) struct Window<const FRAME: usize, const WINDOW: usize> {
    slots: [Slot<FRAME>; WINDOW],
    /// The number of the oldest frame.
    base: u8,
    /// How many frames there are.
    count: u8,
    /// How many of them have been sent, at least once.
    sent: u8,
    /// How many need not be sent now.
    next: u8,
    /// The slot that is on its way out, and must not be written over.
    pinned: Option<u8>,
}

impl<const FRAME: usize, const WINDOW: usize> Window<FRAME, WINDOW> {
    const MASK: u8 = {
        assert!(WINDOW.is_power_of_two() && WINDOW >= 2 && WINDOW <= 64);
        (WINDOW - 1) as u8
    };
    const SIZE: u8 = Self::MASK + 1;

    pub(crate) const EMPTY: Self = Self {
        slots: [Slot { len: 0, bytes: [0; FRAME] }; WINDOW],
        base: 0,
        count: 0,
        sent: 0,
        next: 0,
        pinned: None,
    };

    /// Forgets all frames, and numbers the next with 0.
    pub(crate) fn clear(&mut self) {
        (self.base, self.count, self.sent, self.next) = (0, 0, 0, 0);
        self.pinned = None;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a frame was sent and not acknowledged.
    pub(crate) fn is_awaiting(&self) -> bool {
        self.sent > 0
    }

    /// How many more frames there is room for.
    pub(crate) fn room(&self) -> u8 {
        let end = self.base.wrapping_add(self.count) & Self::MASK;
        // The next slots are free, but the first of them may still be on its way out.
        if self.pinned == Some(end) { 0 } else { Self::SIZE - self.count }
    }

    /// Hands a frame over; whether there was room for it.
    pub(crate) fn push(&mut self, frame: &Frame<'_>) -> bool {
        if self.room() == 0 {
            return false;
        }
        let seq = self.base.wrapping_add(self.count);
        let Some(slot) = self.slot(seq) else { return false };
        let Some(space) = slot.bytes.get_mut(..FRAME - CRC_BYTES) else { return false };
        let Some(len) = frame.encode(seq, space) else { return false };
        slot.len = len;
        self.count += 1;
        true
    }

    /// Adds data to the newest frame if it is data of the same channel and was never sent; how many
    /// of the bytes, at most up to `frame_bytes_max`.
    pub(crate) fn append(&mut self, channel: u8, bytes: &[u8], frame_bytes_max: usize) -> usize {
        if self.count == self.sent {
            return 0;
        }
        let Some(slot) = self.slot(self.base.wrapping_add(self.count - 1)) else { return 0 };
        let [kind::DATA, _, _, there, ..] = slot.bytes.as_slice() else { return 0 };
        if *there != channel {
            return 0;
        }
        let whole = frame_bytes_max.saturating_sub(CRC_BYTES);
        let count = bytes.len().min(whole.saturating_sub(slot.len));
        let space = slot.bytes.get_mut(slot.len..).and_then(|space| space.get_mut(..count));
        let (Some(space), Some(bytes)) = (space, bytes.get(..count)) else { return 0 };
        space.copy_from_slice(bytes);
        slot.len += count;
        count
    }

    /// The peer expects this number next; whether that is progress. Numbers that were never sent
    /// acknowledge nothing.
    pub(crate) fn acknowledge(&mut self, expected: u8) -> bool {
        let count = expected.wrapping_sub(self.base);
        if count == 0 || count > self.sent {
            return false;
        }
        self.base = expected;
        self.count -= count;
        self.sent -= count;
        self.next = self.next.saturating_sub(count);
        true
    }

    /// All that was sent is sent again.
    pub(crate) fn rewind(&mut self) {
        self.next = 0;
    }

    /// Whether a frame is to be sent now.
    pub(crate) fn is_due(&self) -> bool {
        self.next < self.count
    }

    /// Pins the next frame that is to be sent.
    pub(crate) fn pin(&mut self) {
        self.pinned = Some(self.base.wrapping_add(self.next) & Self::MASK);
        self.next += 1;
        self.sent = self.sent.max(self.next);
    }

    /// The pinned frame, with its acknowledgement and a CRC that `seal` makes.
    pub(crate) fn seal(&mut self, expected: u8, seal: impl Fn(&[u8]) -> [u8; CRC_BYTES]) {
        let Some(slot) = self.pinned.and_then(|at| self.slots.get_mut(usize::from(at))) else {
            return;
        };
        if let Some(ack) = slot.bytes.get_mut(ACK_AT) {
            *ack = expected;
        }
        if let Some((frame, rest)) = slot.bytes.split_at_mut_checked(slot.len)
            && let Some(crc) = rest.first_chunk_mut()
        {
            *crc = seal(frame);
        }
    }

    /// The pinned frame as it goes out.
    pub(crate) fn pinned(&self) -> Option<&[u8]> {
        let slot = self.slots.get(usize::from(self.pinned?))?;
        slot.bytes.get(..slot.len + CRC_BYTES)
    }

    /// The pinned frame is out; to one that hears nothing it counts as acknowledged.
    pub(crate) fn unpin(&mut self, is_recorded: bool) {
        self.pinned = None;
        if is_recorded {
            self.acknowledge(self.base.wrapping_add(self.next));
        }
    }

    fn slot(&mut self, seq: u8) -> Option<&mut Slot<FRAME>> {
        self.slots.get_mut(usize::from(seq & Self::MASK))
    }
}

/// How much data a frame of so many bytes holds.
pub(crate) const fn data_bytes_max(frame_bytes_max: usize) -> usize {
    frame_bytes_max.saturating_sub(DATA_OVERHEAD_BYTES)
}

const _: () = assert!(HEAD_BYTES == ACK_AT + 1);

#[cfg(test)]
mod tests {
    use super::Window;
    use crate::frame::Frame;
    use std::vec;
    use std::vec::Vec;

    type Four = Window<32, 4>;

    /// Sends all that is due; the numbers and bodies.
    fn send(window: &mut Four) -> Vec<(u8, Vec<u8>)> {
        let mut sent = Vec::new();
        while window.is_due() {
            window.pin();
            window.seal(99, |_| *b"CRC!");
            let bytes = window.pinned().expect("a pinned frame").to_vec();
            let (body, crc) = bytes[3..].split_at(bytes.len() - 7);
            assert_eq!((bytes[2], crc), (99, &b"CRC!"[..]));
            sent.push((bytes[1], body.to_vec()));
            window.unpin(false);
        }
        sent
    }

    fn numbers(sent: &[(u8, Vec<u8>)]) -> Vec<u8> {
        sent.iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn frames_are_numbered_kept_and_sent_again_until_they_are_acknowledged() {
        let mut window = Four::EMPTY;
        for channel in 1..=4 {
            assert!(window.push(&Frame::Open(channel)), "{channel}");
        }
        assert!(!window.push(&Frame::Open(5)), "only four");
        assert_eq!(numbers(&send(&mut window)), [0, 1, 2, 3]);
        assert_eq!(send(&mut window), []);
        assert!(window.acknowledge(2));
        window.rewind();
        assert!(window.push(&Frame::Open(5)));
        assert_eq!(numbers(&send(&mut window)), [2, 3, 4]);
        assert!(window.acknowledge(5));
        assert!(window.is_empty() && !window.is_awaiting());
    }

    #[test]
    fn numbers_wrap_and_stale_or_invented_ones_acknowledge_nothing() {
        let mut window = Four::EMPTY;
        for number in 0..600_u16 {
            let number = number as u8;
            assert!(window.push(&Frame::Tick(7)));
            assert!(!window.acknowledge(number.wrapping_add(1)), "it was not sent");
            assert_eq!(numbers(&send(&mut window)), [number]);
            for wrong in [number, number.wrapping_sub(1), number.wrapping_add(2)] {
                assert!(!window.acknowledge(wrong), "{wrong} for {number}");
            }
            assert!(window.acknowledge(number.wrapping_add(1)));
        }
    }

    #[test]
    fn data_joins_the_newest_frame_only_if_that_was_never_sent() {
        let mut window = Four::EMPTY;
        assert_eq!(window.append(1, b"ab", 32), 0, "no frame");
        assert!(window.push(&Frame::Data(1, b"ab")));
        assert_eq!(window.append(2, b"cd", 32), 0, "another channel");
        assert_eq!(window.append(1, b"cdef", 12), 2, "the peer takes no longer frames");
        assert_eq!(send(&mut window), [(0, b"\x01abcd".to_vec())]);
        window.rewind();
        assert_eq!(window.append(1, b"ef", 32), 0, "the peer may have seen it shorter");
        assert!(window.push(&Frame::Fin(1)));
        assert_eq!(window.append(1, b"ef", 32), 0, "the newest is no data");
    }

    #[test]
    fn a_slot_on_its_way_out_is_not_written_over() {
        let mut window = Four::EMPTY;
        (1..=4).for_each(|channel| assert!(window.push(&Frame::Open(channel))));
        send(&mut window);
        window.rewind();
        window.pin();
        // All four arrived after all, while the first goes out a second time.
        assert!(window.acknowledge(4));
        assert_eq!(window.room(), 0);
        assert!(!window.push(&Frame::Open(5)));
        window.unpin(false);
        assert_eq!(window.room(), 4);
        assert!(window.push(&Frame::Open(5)));
        assert_eq!(send(&mut window), [(4, vec![5])]);
    }

    #[test]
    fn one_that_hears_nothing_needs_no_acknowledgement() {
        let mut window = Four::EMPTY;
        for _ in 0..10 {
            assert!(window.push(&Frame::Open(1)));
            window.pin();
            window.unpin(true);
            assert!(window.is_empty());
        }
    }
}
