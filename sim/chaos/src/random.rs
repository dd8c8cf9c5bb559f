//! The one source of chance, asked only while a schedule is made.
//!
//! It is xoshiro256++, as rand_xoshiro has it: kept by the makers of rand, whose generators keep
//! their values over versions. What is made of its 64 bits is ours and stands below, since the
//! distributions of rand do not. A test holds the first values and the text of a whole schedule: a
//! seed that somebody wrote down must mean the same for ever, or say that it does not.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Numbers that follow from a seed.
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// Those of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `end`, which is not 0.
    ///
    /// The high half of a product (Lemire) is off by less than one in 2^32 for all that is asked
    /// here, and needs neither a division nor a second try.
    pub fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.bits()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// True so often of a hundred times.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these, of which there are some.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap_or_default();
        &from[index]
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut random = Random::new(42);
        let bits = [random.bits(), random.bits(), random.bits()];
        assert_eq!(bits, [0xd076_4d4f_4476_689f, 0x519e_4174_576f_3791, 0xfbe0_7cfb_0c24_ed8c]);
        let below: Vec<_> = (0..8).map(|_| random.below(10)).collect();
        assert_eq!(below, [7, 7, 5, 1, 6, 2, 9, 5]);
    }

    #[test]
    fn every_number_of_a_range_comes_and_no_other() {
        let (mut random, mut seen) = (Random::new(1), [0; 6]);
        for _ in 0..6000 {
            seen[usize::try_from(random.between(3, 5)).unwrap()] += 1;
        }
        assert_eq!(seen[..3], [0; 3]);
        assert!(seen[3..].iter().all(|times| (1800..2200).contains(times)), "{seen:?}");
    }
}
