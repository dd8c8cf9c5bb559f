//! A ring of bytes: what has come in on a channel and was not read yet.

/// At most `N` bytes, first in, first out.
#[derive(Debug)]
pub(crate) struct Ring<const N: usize> {
    bytes: [u8; N],
    start: usize,
    len: usize,
}

impl<const N: usize> Ring<N> {
    pub(crate) const EMPTY: Self = Self { bytes: [0; N], start: 0, len: 0 };

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many more bytes it takes.
    pub(crate) const fn room(&self) -> usize {
        N - self.len
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Takes all of these bytes, or none if there is not room for them.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> bool {
        if bytes.len() > self.room() {
            return false;
        }
        let mut end = self.start + self.len;
        for &byte in bytes {
            if end >= N {
                end -= N;
            }
            if let Some(place) = self.bytes.get_mut(end) {
                *place = byte;
            }
            end += 1;
        }
        self.len += bytes.len();
        true
    }

    /// Moves the oldest bytes out; how many they were.
    pub(crate) fn pop(&mut self, into: &mut [u8]) -> usize {
        let count = into.len().min(self.len);
        for place in into.iter_mut().take(count) {
            *place = self.bytes.get(self.start).copied().unwrap_or_default();
            self.start += 1;
            if self.start >= N {
                self.start = 0;
            }
        }
        self.len -= count;
        count
    }
}

#[cfg(test)]
mod tests {
    use super::Ring;
    use std::collections::VecDeque;
    use std::vec;

    #[test]
    fn does_as_a_queue_does_at_every_turn_of_the_ring() {
        let (mut ring, mut queue) = (Ring::<7>::EMPTY, VecDeque::new());
        for step in 0..200_u8 {
            let some = vec![step; usize::from(step) % 5];
            let fits = queue.len() + some.len() <= 7;
            assert_eq!(ring.push(&some), fits, "{step}");
            if fits {
                queue.extend(some);
            }
            let mut into = vec![0; usize::from(step) % 4];
            let count = ring.pop(&mut into);
            assert_eq!(count, into.len().min(queue.len()), "{step}");
            for byte in &into[..count] {
                assert_eq!(Some(*byte), queue.pop_front(), "{step}");
            }
            assert_eq!((ring.room(), ring.is_empty()), (7 - queue.len(), queue.is_empty()));
        }
    }
}
