//! The algorithms of RFC 7518 §3.2: HMAC (RFC 2104) with one of the hashes of SHA-2.

use hmac::{Hmac, KeyInit, Mac};

use super::super::secret::is_same;

/// How tokens are signed. An app names one, and what a token says of itself has no part in the
/// choice: a token of any other algorithm is refused. Only those that are named are linked.
pub trait Algorithm: Sealed {
    /// `alg` of a token's header (RFC 7518 §3.1).
    const NAME: &'static str;
    /// Bytes of a signature, and of the shortest key that may be used (RFC 7518 §3.2).
    const BYTES: usize;

    /// Whether `signature` is that of `signed`.
    #[doc(hidden)]
    fn has_signed(key: &[u8], signed: &[u8], signature: &[u8]) -> bool;
}

/// Nobody else makes algorithms.
pub trait Sealed {}

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $alg:literal, $hash:ty, $bytes:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl Sealed for $name {}

        impl Algorithm for $name {
            const NAME: &'static str = $alg;
            const BYTES: usize = $bytes;

            #[inline(never)]
            fn has_signed(key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
                // It takes a key of any length.
                let Ok(mut mac) = Hmac::<$hash>::new_from_slice(key) else { return false };
                mac.update(signed);
                is_same(&mac.finalize().into_bytes(), signature)
            }
        }
    )*};
}

algorithms! {
    /// HMAC with SHA-256, which every implementation of JWT knows: the one for boards.
    Hs256 = "HS256", sha2::Sha256, 32;
    /// HMAC with SHA-384.
    Hs384 = "HS384", sha2::Sha384, 48;
    /// HMAC with SHA-512.
    Hs512 = "HS512", sha2::Sha512, 64;
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Hs256, Hs384, Hs512};
    use std::vec::Vec;

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let digits: Vec<u8> = hexadecimal
            .chars()
            .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
            .collect();
        digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect()
    }

    /// RFC 4231 §4.2, §4.3 and §4.7: a usual key, a short one, and one longer than a block.
    #[test]
    fn signs_as_the_rfc_does() {
        for (key, text, sha256, sha384, sha512) in [
            (
                &[0x0b; 20][..],
                &b"Hi There"[..],
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
                "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            ),
        ] {
            assert!(Hs256::has_signed(key, text, &bytes(sha256)));
            assert!(Hs384::has_signed(key, text, &bytes(sha384)));
            assert!(Hs512::has_signed(key, text, &bytes(sha512)));
            assert!(!Hs256::has_signed(key, text, &bytes(sha256)[..31]));
            assert!(!Hs256::has_signed(key, &text[1..], &bytes(sha256)));
            assert!(!Hs384::has_signed(key, text, &bytes(sha512)));
        }
    }
}
