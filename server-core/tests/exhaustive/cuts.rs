//! A message of 64 bytes in three fragments and in three reads, cut in every way there is.

use crate::support::client::{HANDSHAKE, frame};
use crate::support::serve::answers;

/// Code points of one to four bytes, so that most cuts fall into one.
const TEXT: &str = "Zażółć gęślą jaźń. Ünïcödé, 漢字, 🦀 and 𝄞..";

const TEXT_FIRST: u8 = 0x01;
const CONTINUATION: u8 = 0x00;
const CONTINUATION_LAST: u8 = 0x80;
const TEXT_WHOLE: u8 = 0x81;
const CLOSE: u8 = 0x88;

/// What the server says behind its handshake to `frames`, which come in pieces that end at `cuts`.
fn says(frames: &[u8], cuts: &[usize]) -> Vec<u8> {
    let bytes = [HANDSHAKE, frames].concat();
    let ends: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).collect();
    let mut pieces = ends.windows(2).map(|pair| pair[1] - pair[0]);
    // The first piece brings the handshake, too.
    let mut first = HANDSHAKE.len();
    let mut steps = || pieces.next().map_or(usize::MAX, |n| n + std::mem::take(&mut first));
    let out = answers(&bytes, &mut steps, usize::MAX);
    let head = out.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    out[head + 4..].to_vec()
}

fn echo() -> Vec<u8> {
    [&[TEXT_WHOLE, 64], TEXT.as_bytes(), &[CLOSE, 0]].concat()
}

#[test]
fn every_way_to_cut_a_message_into_three_fragments() {
    let text = TEXT.as_bytes();
    assert_eq!(text.len(), 64);
    let mut ways = 0;
    for first in 0..=text.len() {
        for second in first..=text.len() {
            let frames = [
                frame(TEXT_FIRST, &text[..first]),
                frame(CONTINUATION, &text[first..second]),
                frame(CONTINUATION_LAST, &text[second..]),
                frame(CLOSE, b""),
            ];
            assert_eq!(says(&frames.concat(), &[]), echo(), "{first}, {second}");
            ways += 1;
        }
    }
    assert_eq!(ways, 65 * 66 / 2);
}

#[test]
fn every_way_to_read_a_message_in_three_pieces() {
    let whole = frame(TEXT_WHOLE, TEXT.as_bytes());
    let frames = [whole.clone(), frame(CLOSE, b"")].concat();
    let mut ways = 0;
    for first in 1..whole.len() {
        for second in first + 1..whole.len() {
            assert_eq!(says(&frames, &[first, second]), echo(), "{first}, {second}");
            ways += 1;
        }
    }
    assert_eq!(ways, 69 * 68 / 2);
}
