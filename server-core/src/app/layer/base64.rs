//! Base64 (RFC 4648) as credentials need it: strictly, one spelling for one value.

/// Which alphabet, and whether padding is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base64 {
    /// §4: `+` and `/`, padded.
    Padded,
    /// §5: `-` and `_`, without padding, as in JOSE (RFC 7515 §2).
    #[cfg(feature = "jwt")]
    Url,
}

impl Base64 {
    /// Decodes all of `text` to the front of `into`, and says what it is. `None` if it is not
    /// exactly what an encoder writes (another alphabet, white space, missing or needless padding,
    /// bits in the last letter that mean nothing: §3.5), or does not fit.
    // rfc7515-2-base64url
    pub(super) fn decode(self, text: &[u8], into: &mut [u8]) -> Option<usize> {
        let letters = self.unpadded(text)?;
        let (mut bits, mut held, mut n) = (0_u32, 0, 0);
        for letter in letters {
            bits = bits << 6 | u32::from(self.value(*letter)?);
            held += 6;
            if held >= 8 {
                held -= 8;
                let [byte, ..] = (bits >> held).to_le_bytes();
                *into.get_mut(n)? = byte;
                n += 1;
                bits &= (1 << held) - 1;
            }
        }
        // A single letter over holds no byte; what is over of a byte is zeros.
        (held < 6 && bits == 0).then_some(n)
    }

    fn unpadded(self, text: &[u8]) -> Option<&[u8]> {
        if self != Self::Padded {
            return Some(text);
        }
        match text {
            _ if text.len() & 3 != 0 => None,
            [letters @ .., b'=', b'='] | [letters @ .., b'='] => Some(letters),
            _ => Some(text),
        }
    }

    fn value(self, letter: u8) -> Option<u8> {
        let (plus, slash) = match self {
            Self::Padded => (b'+', b'/'),
            #[cfg(feature = "jwt")]
            Self::Url => (b'-', b'_'),
        };
        match letter {
            b'A'..=b'Z' => Some(letter - b'A'),
            b'a'..=b'z' => Some(letter - b'a' + 26),
            b'0'..=b'9' => Some(letter - b'0' + 52),
            _ if letter == plus => Some(62),
            _ if letter == slash => Some(63),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Base64;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    #[cfg(feature = "jwt")]
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn decoded(base64: Base64, text: &[u8]) -> Option<Vec<u8>> {
        let mut room = [0; 64];
        base64.decode(text, &mut room).map(|n| room[..n].to_vec())
    }

    #[test]
    fn decodes_the_vectors_of_the_rfc() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(decoded(Base64::Padded, text.as_bytes()).unwrap(), bytes.as_bytes());
            #[cfg(feature = "jwt")]
            {
                let text = text.trim_end_matches('=');
                assert_eq!(decoded(Base64::Url, text.as_bytes()).unwrap(), bytes.as_bytes());
            }
        }
    }

    #[test]
    fn refuses_other_spellings() {
        for text in [
            "Zg",
            "Zg=",
            "Zg===",
            "Zh==",
            "Zm9=",
            "Zm9",
            "Z",
            "Z===",
            "====",
            "=",
            "Zg==Zg==",
            "Z g=",
            "Zg==\n",
            " Zg==",
            "Zm9v\r\n",
            "Zm-_",
            "Zm9\u{e9}",
            "Zg=A",
            "=Zg=",
        ] {
            assert_eq!(decoded(Base64::Padded, text.as_bytes()), None, "{text:?}");
        }
        #[cfg(feature = "jwt")]
        for text in ["Zg==", "Zh", "Zm9", "Z", "Zm+/", "Zm8 ", "Z\0"] {
            assert_eq!(decoded(Base64::Url, text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let mut room = [0; 5];
        assert_eq!(Base64::Padded.decode(b"Zm9vYmE=", &mut room), Some(5));
        assert_eq!(Base64::Padded.decode(b"Zm9vYmFy", &mut room), None);
    }

    proptest! {
        /// The crate `base64` is as strict by default, and says the same of any text.
        #[test]
        fn judges_as_another_decoder_does(text in "[A-Za-z0-9+/=_-]{0,24}") {
            prop_assert_eq!(decoded(Base64::Padded, text.as_bytes()), STANDARD.decode(&text).ok());
            #[cfg(feature = "jwt")]
            prop_assert_eq!(decoded(Base64::Url, text.as_bytes()), URL_SAFE_NO_PAD.decode(&text).ok());
        }

        #[test]
        fn gives_back_what_was_encoded(bytes in proptest::collection::vec(any::<u8>(), 0..48)) {
            let text = STANDARD.encode(&bytes);
            prop_assert_eq!(decoded(Base64::Padded, text.as_bytes()), Some(bytes.clone()));
            #[cfg(feature = "jwt")]
            prop_assert_eq!(decoded(Base64::Url, URL_SAFE_NO_PAD.encode(&bytes).as_bytes()), Some(bytes));
        }
    }
}
