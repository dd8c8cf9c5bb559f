//! Bytes on their way in one direction, with the offsets of all that ever went through.

/// A queue of bytes that counts them.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// What is here begins at `front`; the space before it is used again once all is taken.
    bytes: Vec<u8>,
    front: usize,
    taken: usize,
}

impl Flow {
    /// Bytes here.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.front
    }

    /// Bytes that were ever put in.
    pub(crate) fn pushed(&self) -> usize {
        self.taken + self.len()
    }

    /// Bytes that were ever taken out.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// Adds bytes at the end.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Moves at most `bytes_max` bytes to the start of `into`, which has room for them.
    pub(crate) fn take(&mut self, bytes_max: usize, into: &mut [u8]) -> usize {
        let taken = bytes_max.min(self.len());
        into[..taken].copy_from_slice(&self.bytes[self.front..self.front + taken]);
        self.release(taken)
    }

    /// Moves at most `bytes_max` bytes to the end of `into`.
    pub(crate) fn take_all(&mut self, bytes_max: usize, into: &mut Vec<u8>) -> usize {
        let taken = bytes_max.min(self.len());
        into.extend_from_slice(&self.bytes[self.front..self.front + taken]);
        self.release(taken)
    }

    fn release(&mut self, taken: usize) -> usize {
        self.front += taken;
        self.taken += taken;
        if self.len() == 0 {
            self.bytes.clear();
            self.front = 0;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::Flow;

    #[test]
    fn offsets_go_on_when_the_space_is_used_again() {
        let (mut flow, mut into) = (Flow::default(), [0; 8]);
        for round in 1..=3 {
            flow.push(b"abcde");
            assert_eq!((flow.take(2, &mut into), &into[..2]), (2, &b"ab"[..]));
            assert_eq!((flow.len(), flow.pushed(), flow.taken()), (3, 5 * round, 5 * round - 3));
            let mut rest = Vec::new();
            assert_eq!((flow.take_all(9, &mut rest), &*rest), (3, &b"cde"[..]));
            assert!(flow.bytes.is_empty());
        }
    }
}
