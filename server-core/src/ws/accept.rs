//! `Sec-WebSocket-Accept` (RFC 6455 §4.2.2, step 5.4): the proof that a server has read the key.
//!
//! SHA-1 (RFC 3174) proves nothing else here, so only what this one use needs of it exists: key
//! and GUID always fill one block up to its last word, and the padding takes a second one.

/// Bytes of a `Sec-WebSocket-Key`: the base64 of 16 bytes.
pub const KEY_BYTES: usize = 24;

/// Bytes of a `Sec-WebSocket-Accept`: the base64 of 20 bytes.
pub const ACCEPT_BYTES: usize = 28;

/// The GUID of RFC 6455 §1.3.
const GUID: &[u8; 36] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The first block but for the key, which takes the six words in front.
#[expect(clippy::indexing_slicing, reason = "judged by the compiler: this runs nowhere else")]
const FIRST_BLOCK: [u32; 16] = {
    let (words, _) = GUID.as_chunks::<4>();
    let mut block = [0; 16];
    let mut at = 0;
    while at < words.len() {
        block[KEY_BYTES / 4 + at] = u32::from_be_bytes(words[at]);
        at += 1;
    }
    block[15] = 0x8000_0000;
    block
};

/// How many bits are hashed: the last word of the second block, and all there is in it.
const BITS: u32 = 15 * u32::BITS;
const _: () = assert!(KEY_BYTES + GUID.len() == 15 * size_of::<u32>());

/// The value of `Sec-WebSocket-Accept` for `key`, the characters of a `Sec-WebSocket-Key` without
/// the white space around them.
// rfc6455-4.2.2-accept-hash
pub fn accept(key: &[u8; KEY_BYTES]) -> [u8; ACCEPT_BYTES] {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut ring = FIRST_BLOCK;
    for (word, bytes) in ring.iter_mut().zip(key.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    hash_block(&mut state, &mut ring);
    ring = [0; 16];
    let [.., last] = &mut ring;
    *last = BITS;
    hash_block(&mut state, &mut ring);
    base64(state)
}

/// One block into the state (RFC 3174 §6.2). The 80 words of the schedule live in the ring of 16
/// that the block comes in: each is made from earlier ones when its turn comes.
#[expect(clippy::indexing_slicing, reason = "masked to 0..16, the length of the ring")]
fn hash_block(state: &mut [u32; 5], ring: &mut [u32; 16]) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for round in 0..80_usize {
        let at = round & 15;
        if round >= 16 {
            let word = ring[(at + 13) & 15] ^ ring[(at + 8) & 15] ^ ring[(at + 2) & 15] ^ ring[at];
            ring[at] = word.rotate_left(1);
        }
        let (mixed, constant) = match round {
            0..20 => ((b & c) | (!b & d), 0x5a82_7999),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6_u32),
        };
        let next = (a.rotate_left(5).wrapping_add(mixed).wrapping_add(e))
            .wrapping_add(constant)
            .wrapping_add(ring[at]);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    for (word, more) in state.iter_mut().zip(&[a, b, c, d, e]) {
        *word = word.wrapping_add(*more);
    }
}

/// The base64 (RFC 4648 §4) of a digest. Its 160 bits are shifted out to the left, six a letter;
/// the zeros that follow them make up for the last two.
fn base64(mut digest: [u32; 5]) -> [u8; ACCEPT_BYTES] {
    let mut text = [0; ACCEPT_BYTES];
    let [letters @ .., last] = &mut text;
    *last = b'=';
    for place in letters {
        let mut carry = 0;
        for word in digest.iter_mut().rev() {
            let high = *word >> 26;
            *word = *word << 6 | carry;
            carry = high;
        }
        let [value, ..] = carry.to_le_bytes();
        *place = letter(value);
    }
    text
}

/// The letter of a value below 64.
const fn letter(value: u8) -> u8 {
    match value {
        0..26 => b'A' + value,
        26..52 => b'a' - 26 + value,
        52..62 => value - 52 + b'0',
        62 => b'+',
        _ => b'/',
    }
}

#[cfg(test)]
mod tests {
    use super::{accept, base64, letter};
    use std::vec::Vec;

    #[test]
    fn answers_the_key_of_the_rfc() {
        assert_eq!(&accept(b"dGhlIHNhbXBsZSBub25jZQ=="), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    /// Answers that Python's hashlib gave.
    #[test]
    fn answers_other_keys() {
        for (key, answer) in [
            (b"AAAAAAAAAAAAAAAAAAAAAA==", b"ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
            (b"x3JJHMbDL1EzLkh9GBhXDw==", b"HSmrc0sMlYUkAGmm5OPpG2HaGWk="),
        ] {
            assert_eq!(&accept(key), answer, "{}", key.escape_ascii());
        }
    }

    #[test]
    fn knows_the_alphabet() {
        let alphabet: Vec<u8> = (0..64).map(letter).collect();
        assert_eq!(alphabet, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    }

    #[test]
    fn pads_two_bytes_with_one_sign() {
        assert_eq!(&base64([0; 5]), b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(&base64([u32::MAX; 5]), b"//////////////////////////8=");
    }
}
