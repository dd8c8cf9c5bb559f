//! Comparing what a peer sent with a secret, in a time that says nothing about the secret.

use core::hint::black_box;
use core::iter;

/// Whether `given` is `secret`.
///
/// Each byte of `secret` is compared, whatever the ones before it were, and what was found so far
/// is hidden from the compiler, so that it cannot leave the loop early. How long this takes depends
/// on the lengths alone: a peer knows the length of what it gave, and may learn that of the secret.
///
/// The limits of this: it is a promise about the program, not about the machine. Nothing is said
/// about power or radiation, and a processor whose plain arithmetic takes a time that depends on
/// its operands breaks it.
pub fn is_same(secret: &[u8], given: &[u8]) -> bool {
    let odd = differences(secret.iter().copied(), given.iter().copied());
    (odd == 0) & (secret.len() == given.len())
}

/// The bits in which any two bytes differ. Bytes that are not given count as zeros.
fn differences(secret: impl Iterator<Item = u8>, given: impl Iterator<Item = u8>) -> u8 {
    let given = given.chain(iter::repeat(0));
    secret.zip(given).fold(0, |odd, (one, other)| black_box(odd | one ^ other))
}

#[cfg(test)]
mod tests {
    use super::{differences, is_same};
    use std::cell::Cell;
    use std::vec::Vec;

    #[test]
    fn only_the_secret_is_the_secret() {
        for (secret, given, same) in [
            ("", "", true),
            ("a", "a", true),
            ("secret", "secret", true),
            ("secret", "Secret", false),
            ("secret", "secreT", false),
            ("secret", "secre", false),
            ("secret", "secrets", false),
            ("secret", "", false),
            ("", "a", false),
            ("a\0", "a", false),
            ("a", "a\0", false),
        ] {
            assert_eq!(is_same(secret.as_bytes(), given.as_bytes()), same, "{secret:?} {given:?}");
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let secret: Vec<u8> = (0..40).collect();
        for at in 0..secret.len() {
            for bit in 0..8 {
                let mut given = secret.clone();
                given[at] ^= 1 << bit;
                assert!(!is_same(&secret, &given), "bit {bit} of byte {at}");
            }
        }
    }

    /// What is read does not depend on where the first difference stands.
    #[test]
    fn as_much_is_read_wherever_the_difference_is() {
        let secret = [7_u8; 32];
        let reads = |given: &[u8]| {
            let (of_secret, of_given) = (Cell::new(0), Cell::new(0));
            let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
            let odd = differences(
                secret.iter().copied().inspect(|_| count(&of_secret)),
                given.iter().copied().inspect(|_| count(&of_given)),
            );
            (odd == 0, of_secret.get(), of_given.get())
        };
        assert_eq!(reads(&secret), (true, 32, 32));
        for at in 0..secret.len() {
            let mut given = secret;
            given[at] = 8;
            assert_eq!(reads(&given), (false, 32, 32), "a difference at {at}");
        }
        for short in 0..secret.len() {
            assert_eq!(reads(&secret[..short]), (false, 32, u32::try_from(short).unwrap()));
        }
    }
}
