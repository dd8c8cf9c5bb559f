//! In how many ways the bytes of a case are cut.

use crate::subject::Delivery;

/// More offsets than this are cut only in part: all near both ends, and evenly in between.
pub const CUTS_MAX: usize = 4096;

/// So many offsets at most where cuts are dear.
pub const SOME_MAX: usize = 64;

/// Into how many different pieces a case's bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cuts {
    /// Each step in one piece.
    Whole,
    /// Whole, and byte by byte.
    Bytes,
    /// Whole, byte by byte, and in two pieces at [`SOME_MAX`] offsets at most, evenly spread.
    Some,
    /// Whole, byte by byte, and in two pieces at every offset.
    Every,
    /// Whole, and in two pieces at this offset.
    At(usize),
}

impl Cuts {
    /// The deliveries beside the whole one, of this many bytes.
    pub fn deliveries(self, sent: usize) -> Vec<Delivery> {
        let offsets = 1..sent.max(1);
        match self {
            Self::Whole => Vec::new(),
            Self::Bytes => vec![Delivery::Bytes],
            Self::At(offset) => vec![Delivery::Cut(offset)],
            Self::Some => {
                let begins = |at: &usize| (at * SOME_MAX) / sent != ((at - 1) * SOME_MAX) / sent;
                let cut = offsets.filter(|at| sent <= SOME_MAX || begins(at));
                std::iter::once(Delivery::Bytes).chain(cut.map(Delivery::Cut)).collect()
            }
            Self::Every => {
                let part = CUTS_MAX / 4;
                let stride = (sent / (CUTS_MAX / 2)).max(1);
                let near = |at: usize| at < part || sent - at < part;
                let few = sent <= CUTS_MAX;
                let cut = offsets.filter(|&at| few || near(at) || at.is_multiple_of(stride));
                std::iter::once(Delivery::Bytes).chain(cut.map(Delivery::Cut)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CUTS_MAX, Cuts, SOME_MAX};
    use crate::subject::Delivery;

    #[test]
    fn every_offset_is_cut_and_a_long_case_at_both_ends() {
        let every = Cuts::Every.deliveries(4);
        assert_eq!(every, [Delivery::Bytes, Delivery::Cut(1), Delivery::Cut(2), Delivery::Cut(3)]);
        assert_eq!(Cuts::Every.deliveries(0), [Delivery::Bytes]);
        let long = Cuts::Every.deliveries(100_000);
        assert!(long.len() <= CUTS_MAX + 64, "{}", long.len());
        for at in [1, 1000, 99_000, 99_999] {
            assert!(long.contains(&Delivery::Cut(at)), "{at}");
        }
        for sent in [0, 1, 4, SOME_MAX] {
            assert_eq!(Cuts::Some.deliveries(sent), Cuts::Every.deliveries(sent), "{sent}");
        }
        for sent in [SOME_MAX + 1, 1000, 100_000] {
            let some = Cuts::Some.deliveries(sent);
            assert_eq!(some.len(), SOME_MAX, "{sent}");
            let Some(Delivery::Cut(last)) = some.last() else { panic!("{some:?}") };
            assert!(*last < sent && *last > sent - sent / SOME_MAX - 2, "{last} of {sent}");
        }
        assert_eq!(Cuts::At(7).deliveries(4), [Delivery::Cut(7)]);
    }
}
