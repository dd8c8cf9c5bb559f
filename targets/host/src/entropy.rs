//! Where random bytes come from on a host: request ids are made of them.

use samewire::FixedEntropy;

/// Where a server has its random bytes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entropy {
    /// The system, whose bytes nobody can guess.
    #[default]
    System,
    /// A row that begins anew with each connection, so that transcripts compare byte for byte.
    Fixed(FixedEntropy),
}

impl Entropy {
    /// The next sixteen bytes. `None` if the system has none, which it says only when it is broken.
    pub(crate) fn draw(&mut self) -> Option<[u8; 16]> {
        match self {
            Self::Fixed(entropy) => Some(entropy.draw()),
            Self::System => {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes).ok()?;
                Some(bytes)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Entropy;
    use samewire::FixedEntropy;

    #[test]
    fn the_systems_bytes_differ_and_fixed_ones_repeat() {
        let draws = |mut entropy: Entropy| [entropy.draw(), entropy.draw()].map(Option::unwrap);
        let [a, b] = draws(Entropy::System);
        let [c, d] = draws(Entropy::System);
        assert!(a != b && a != c && b != d, "128 bits do not repeat");
        let fixed = Entropy::Fixed(FixedEntropy::EXAMPLE);
        assert_eq!(draws(fixed), draws(fixed));
    }
}
