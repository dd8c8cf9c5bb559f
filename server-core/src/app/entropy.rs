//! Bytes that look random and repeat: what takes the place of a machine's entropy where two runs
//! are to be compared byte for byte.

/// A row of sixteen bytes after the other, the same one from the same seed, on every machine.
///
/// This is no secret and no protection: whoever knows the seed knows all that follows. It is for
/// tests, for the targets of `samewire check`, and for boards that want request ids to differ and
/// have nothing better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedEntropy([u32; 4]);

impl FixedEntropy {
    /// What each connection begins with on every target of `samewire check`.
    pub const EXAMPLE: Self = Self::new(0x5a3e_317e);

    /// From this seed.
    pub const fn new(seed: u32) -> Self {
        // Marsaglia's own state, but for the word that the seed stands in: never all zeros, from
        // which nothing but zeros would follow.
        Self([123_456_789 ^ seed, 362_436_069, 521_288_629, 88_675_123])
    }

    /// The next sixteen bytes.
    ///
    /// This is Marsaglia's xorshift128: shifts of 32 bits are what the smallest boards are good at.
    pub fn draw(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        for four in bytes.chunks_exact_mut(4) {
            four.copy_from_slice(&self.word().to_le_bytes());
        }
        bytes
    }

    fn word(&mut self) -> u32 {
        let [x, y, z, w] = self.0;
        let mixed = x ^ (x << 11);
        let next = w ^ (w >> 19) ^ mixed ^ (mixed >> 8);
        self.0 = [y, z, w, next];
        next
    }
}

#[cfg(test)]
mod tests {
    use super::FixedEntropy;
    use std::collections::BTreeSet;

    #[test]
    fn follows_marsaglia() {
        // The first words of the paper's own seeds ("Xorshift RNGs", 2003, section 3.1), computed
        // by the C code that stands there.
        let mut entropy = FixedEntropy::new(0);
        let bytes = entropy.draw();
        let words = bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four));
        assert!(words.eq([3_701_687_786, 458_299_110, 2_500_872_618, 3_633_119_408]));
    }

    #[test]
    fn repeats_for_a_seed_and_never_within_it() {
        let (mut one, mut same) = (FixedEntropy::EXAMPLE, FixedEntropy::EXAMPLE);
        let mut other = FixedEntropy::new(1);
        let mut seen = BTreeSet::new();
        for _ in 0..1000 {
            let drawn = one.draw();
            assert_eq!(drawn, same.draw());
            assert!(seen.insert(drawn) && seen.insert(other.draw()));
        }
    }
}
