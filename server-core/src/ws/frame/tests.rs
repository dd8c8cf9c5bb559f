use super::{Header, Opcode, Parsed, encode, header, unmask};
use crate::Violation;
use proptest::prelude::*;
use std::format;
use std::vec;
use std::vec::Vec;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The verdict on a header as it arrives byte by byte: the first that is not `Incomplete`, and the
/// bytes it took.
fn verdict_by_bytes(bytes: &[u8]) -> (usize, Parsed) {
    (0..=bytes.len())
        .map(|have| (have, header(&bytes[..have])))
        .find(|(_, parsed)| *parsed != Parsed::Incomplete)
        .unwrap_or((bytes.len(), Parsed::Incomplete))
}

/// What RFC 6455 §5 says of two bytes, by the letters of their bits.
fn judge_bits(first: u8, second: u8) -> Option<Violation> {
    let bits = format!("{first:08b} {second:08b}");
    let is_control = &bits[4..5] == "1";
    let is_known = matches!(&bits[4..8], "0000" | "0001" | "0010" | "1000" | "1001" | "1010");
    if &bits[1..4] != "000" {
        Some(Violation::ReservedBits)
    } else if !is_known {
        Some(Violation::Opcode)
    } else if is_control && bits.starts_with('0') {
        Some(Violation::ControlFragmented)
    } else if &bits[9..10] == "0" {
        Some(Violation::Unmasked)
    } else if is_control && second % 128 > 125 {
        Some(Violation::ControlTooLong)
    } else {
        None
    }
}

#[test]
fn judges_every_pair_of_bytes() {
    for first in 0..=u8::MAX {
        for second in 0..=u8::MAX {
            let (extended, length): (&[u8], u64) = match second % 128 {
                126 => (&[0x12, 0x34], 0x1234),
                127 => (&[0, 1, 2, 3, 4, 5, 6, 7], 0x0001_0203_0405_0607),
                short => (&[], short.into()),
            };
            let bytes = [&[first, second], extended, &MASK, b"payload"].concat();
            let expected = match judge_bits(first, second) {
                Some(violation) => Parsed::Violation(violation),
                None => Parsed::Complete(Header {
                    fin: first >= 128,
                    opcode: match first % 16 {
                        0 => Opcode::Continuation,
                        1 => Opcode::Text,
                        2 => Opcode::Binary,
                        8 => Opcode::Close,
                        9 => Opcode::Ping,
                        _ => Opcode::Pong,
                    },
                    length,
                    mask: MASK,
                    bytes: 2 + extended.len() + 4,
                }),
            };
            assert_eq!(header(&bytes), expected, "{first:02x} {second:02x}");
            assert_eq!(verdict_by_bytes(&bytes).1, expected, "{first:02x} {second:02x} by bytes");
        }
    }
}

#[test]
fn judges_every_length_of_16_bits() {
    for length in 0..=u16::MAX {
        let bytes = [&[0x82, 0xfe], &length.to_be_bytes()[..], &MASK].concat();
        let whole = header(&bytes);
        if length < 126 {
            assert_eq!(whole, Parsed::Violation(Violation::FrameLength), "{length}");
        } else {
            let Parsed::Complete(header) = whole else { panic!("{length}: {whole:?}") };
            assert_eq!((header.length, header.bytes), (length.into(), 8));
        }
        assert_eq!(verdict_by_bytes(&bytes).1, whole, "{length} by bytes");
    }
}

#[test]
fn judges_lengths_of_64_bits() {
    for (length, is_valid) in [
        (0, false),
        (5, false),
        (125, false),
        (126, false),
        (0xffff, false),
        (0x1_0000, true),
        (0xff_ffff, true),
        (1 << 32, true),
        ((1 << 32) + 5, true),
        (1 << 60, true),
        ((1 << 63) - 1, true),
        (1 << 63, false),
        (u64::MAX, false),
    ] {
        let bytes = [&[0x82, 0xff], &u64::to_be_bytes(length)[..], &MASK].concat();
        let whole = header(&bytes);
        if is_valid {
            let Parsed::Complete(header) = whole else { panic!("{length:#x}: {whole:?}") };
            assert_eq!((header.length, header.bytes), (length, 14));
        } else {
            assert_eq!(whole, Parsed::Violation(Violation::FrameLength), "{length:#x}");
        }
        assert_eq!(verdict_by_bytes(&bytes).1, whole, "{length:#x} by bytes");
    }
}

/// The last byte of each row is the one that decides.
#[test]
fn fails_at_the_byte_that_decides() {
    for (bytes, violation) in [
        (&[0xc1][..], Violation::ReservedBits),
        (&[0xf3], Violation::ReservedBits),
        (&[0x83], Violation::Opcode),
        (&[0x0b], Violation::Opcode),
        (&[0x09], Violation::ControlFragmented),
        (&[0x81, 0x05], Violation::Unmasked),
        (&[0x89, 0x7e], Violation::Unmasked),
        (&[0x89, 0xfe], Violation::ControlTooLong),
        (&[0x88, 0xff], Violation::ControlTooLong),
        (&[0x81, 0xfe, 0x00, 0x7d], Violation::FrameLength),
        (&[0x81, 0xff, 0x80], Violation::FrameLength),
        (&[0x81, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00], Violation::FrameLength),
    ] {
        let expected = (bytes.len(), Parsed::Violation(violation));
        assert_eq!(verdict_by_bytes(bytes), expected, "{bytes:02x?}");
    }
}

#[test]
fn takes_http_for_a_violation() {
    assert_eq!(header(b"GET / HTTP/1.1\r\n\r\n"), Parsed::Violation(Violation::ReservedBits));
}

#[test]
fn an_empty_frame_has_a_key_too() {
    assert_eq!(header(&[0x89, 0x80, 1, 2, 3]), Parsed::Incomplete);
    let Parsed::Complete(found) = header(&[0x89, 0x80, 1, 2, 3, 4]) else { panic!() };
    assert_eq!((found.length, found.mask, found.bytes), (0, [1, 2, 3, 4], 6));
}

#[test]
fn encodes_the_shortest_length() {
    for (length, expected) in [
        (0, &[0x82, 0][..]),
        (125, &[0x82, 125]),
        (126, &[0x82, 126, 0, 126]),
        (127, &[0x82, 126, 0, 127]),
        (65_535, &[0x82, 126, 0xff, 0xff]),
        (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        (0x0102_0304_0506_0708, &[0x82, 127, 1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let (buffer, bytes) = encode(Opcode::Binary, true, length);
        assert_eq!(&buffer[..bytes], expected, "{length}");
    }
    assert_eq!(encode(Opcode::Text, false, 1).0[0], 0x01);
    assert_eq!(encode(Opcode::Continuation, true, 1).0[0], 0x80);
}

fn opcodes() -> impl Strategy<Value = Opcode> {
    prop::sample::select(vec![
        Opcode::Continuation,
        Opcode::Text,
        Opcode::Binary,
        Opcode::Close,
        Opcode::Ping,
        Opcode::Pong,
    ])
}

/// Headers that get far: a valid beginning more often than chance would have it.
fn plausible_headers() -> impl Strategy<Value = [u8; 14]> {
    let first = prop_oneof![any::<u8>(), Just(0x81), Just(0x02), Just(0x80), Just(0x89)];
    let second = prop_oneof![any::<u8>(), Just(0xfe), Just(0xff), 0x80..=0xfd_u8];
    let sparse = prop_oneof![2 => Just(0), 1 => any::<u8>()];
    (first, second, prop::array::uniform12(sparse)).prop_map(|(first, second, rest)| {
        let mut bytes = [0; 14];
        bytes[0] = first;
        bytes[1] = second;
        bytes[2..].copy_from_slice(&rest);
        bytes
    })
}

/// What [`unmask`] must do, as §5.3 spells it.
fn unmask_by_bytes(payload: &mut [u8], key: [u8; 4]) {
    for (at, byte) in payload.iter_mut().enumerate() {
        *byte ^= key[at % 4];
    }
}

proptest! {
    #[test]
    fn no_cut_changes_the_verdict(bytes in plausible_headers()) {
        let (decided, verdict) = verdict_by_bytes(&bytes);
        for have in decided..=bytes.len() {
            prop_assert_eq!(header(&bytes[..have]), verdict);
        }
        if let Parsed::Complete(header) = verdict {
            prop_assert_eq!(header.bytes, decided);
        }
    }

    #[test]
    fn reads_what_it_writes(
        opcode in opcodes(), fin: bool, length in 0..1_u64 << 63, shift in 0..63, mask: [u8; 4],
    ) {
        let (fin, length) = match opcode.is_control() {
            true => (true, length % 126),
            false => (fin, length >> shift),
        };
        let (mut buffer, bytes) = encode(opcode, fin, length);
        prop_assert_eq!(buffer[1] & 0x80, 0);
        buffer[1] |= 0x80;
        let received = [&buffer[..bytes], &mask].concat();
        let expected = Header { fin, opcode, length, mask, bytes: bytes + 4 };
        prop_assert_eq!(header(&received), Parsed::Complete(expected));
    }

    #[test]
    fn unmasks_like_the_rfc_at_any_alignment(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        skip in 0..16_usize, key: [u8; 4],
    ) {
        let skip = skip.min(bytes.len());
        let (mut ours, mut theirs) = (bytes.clone(), bytes);
        let next = unmask(&mut ours[skip..], key);
        unmask_by_bytes(&mut theirs[skip..], key);
        let taken = ours.len() - skip;
        prop_assert_eq!(next, [0, 1, 2, 3].map(|at| key[(taken + at) % 4]));
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn unmasks_in_pieces_as_in_one(
        bytes in prop::collection::vec(any::<u8>(), 1..200),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6), key: [u8; 4],
    ) {
        let mut whole = bytes.clone();
        unmask_by_bytes(&mut whole, key);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.sort_unstable();
        let mut pieces = bytes;
        let mut key = key;
        for (begin, end) in [0].iter().chain(&cuts).zip(cuts.iter().chain([&whole.len()])) {
            key = unmask(&mut pieces[*begin..*end], key);
        }
        prop_assert_eq!(pieces, whole);
    }
}
