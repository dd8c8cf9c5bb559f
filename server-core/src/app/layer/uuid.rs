//! A random UUID (RFC 9562 §5.4), as text.

/// Characters of a UUID (RFC 9562 §4).
pub(super) const UUID_BYTES: usize = 36;

/// The UUID of version 4 that is made of these random bytes, six bits of which are not its own.
// rfc9562-5.4-version-4
pub(super) fn version4(random: [u8; 16]) -> [u8; UUID_BYTES] {
    let mut text = [b'-'; UUID_BYTES];
    let mut places = text.iter_mut();
    for (at, byte) in random.into_iter().enumerate() {
        let byte = match at {
            6 => 0x40 | byte & 0x0f,
            8 => 0x80 | byte & 0x3f,
            _ => byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            places.next();
        }
        for digit in [byte >> 4, byte & 15] {
            if let Some(place) = places.next() {
                *place = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::version4;
    use proptest::prelude::*;

    #[test]
    fn has_the_shape_of_the_rfc() {
        for (random, text) in [
            ([0; 16], b"00000000-0000-4000-8000-000000000000"),
            ([0xff; 16], b"ffffffff-ffff-4fff-bfff-ffffffffffff"),
            // The bits of the example in RFC 9562 §A.3, its version and variant taken away.
            (
                [
                    0x91, 0x91, 0x08, 0xf7, 0x52, 0xd1, 0xf3, 0x20, 0x5b, 0xac, 0xf8, 0x47, 0xdb,
                    0x41, 0x48, 0xa8,
                ],
                b"919108f7-52d1-4320-9bac-f847db4148a8",
            ),
        ] {
            assert_eq!(&version4(random), text);
        }
    }

    proptest! {
        #[test]
        fn is_what_another_writer_writes(random in any::<[u8; 16]>()) {
            let expected = uuid_peer::Builder::from_random_bytes(random).into_uuid();
            let text = version4(random);
            prop_assert_eq!(std::str::from_utf8(&text).unwrap(), std::format!("{expected}"));
        }
    }
}
