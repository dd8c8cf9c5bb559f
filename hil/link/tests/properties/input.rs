//! Any bytes, at any cut.

use proptest::prelude::*;
use samewire_link::{BoardLink, Event, Settings};

use crate::support::{Board, Host};

/// All that a board says of its input, and what it sends, when the input comes in such pieces.
fn told(input: &[u8], pieces: &[usize]) -> (Vec<String>, Vec<u8>) {
    let mut link = Board::new(Settings::board(2));
    let (mut events, mut sent, mut rest) = (Vec::new(), Vec::new(), input);
    let mut pieces = pieces.iter().cycle();
    while !rest.is_empty() {
        let count = (*pieces.next().expect("a piece")).clamp(1, rest.len());
        let (mut piece, behind) = rest.split_at(count);
        while let Some(event) = link.poll_event(0, &mut piece) {
            events.push(format!("{event:?}"));
        }
        rest = behind;
    }
    let mut out = [0; 16];
    while let count @ 1.. = link.transmit(0, &mut out) {
        sent.extend_from_slice(&out[..count]);
    }
    (events, sent)
}

/// A conversation that a host has with a board in session 2: what it sent.
fn conversation(steps: &[u8]) -> Vec<u8> {
    let mut host = Box::new(Host::new(Settings::host(1)));
    let mut board = Board::new(Settings::board(2));
    let mut sent = Vec::new();
    for step in steps.iter().chain(&[9, 9, 9]) {
        match step % 8 {
            0 => drop(host.open()),
            1 => host.tick((*step).into()),
            2 => host.finish(step / 64 + 1),
            3 => host.reset(step / 64 + 1),
            4 => drop(host.metric(1, 2)),
            5 => drop(host.log(&[*step; 5])),
            _ => drop(host.write(step / 64 + 1, &[*step; 20])),
        }
        let mut bytes = [0; 4096];
        let count = host.transmit(0, &mut bytes);
        sent.extend_from_slice(&bytes[..count]);
        let mut input = &bytes[..count];
        while board.poll_event(0, &mut input).is_some() {}
        let mut back = [0; 4096];
        let count = board.transmit(0, &mut back);
        let mut input = &back[..count];
        while host.poll_event(0, &mut input).is_some() {}
    }
    sent
}

proptest! {
    #[test]
    fn any_bytes_are_borne_and_taken(input: Vec<u8>, now: u64) {
        let mut link = BoardLink::new(Settings::board(7));
        let mut rest = &input[..];
        while let Some(event) = link.poll_event(now, &mut rest) {
            prop_assert!(matches!(event, Event::Broken(_)), "{event:?} of noise");
        }
        prop_assert_eq!(rest, b"");
        prop_assert!(link.transmit(now, &mut [0; 200]) <= 40, "nothing but its HELLO");
    }

    #[test]
    fn cuts_change_nothing(
        steps: Vec<u8>,
        noise: Vec<u8>,
        pieces in proptest::collection::vec(1..50_usize, 1..9),
        flip: (proptest::sample::Index, u8),
    ) {
        let mut input = [noise, conversation(&steps)].concat();
        let whole = told(&input, &[usize::MAX]);
        prop_assert!(whole.0.iter().any(|event| event.starts_with("Up")), "{:?}", whole.0);
        prop_assert_eq!(told(&input, &pieces), whole.clone());
        prop_assert_eq!(told(&input, &[1]), whole);
        input[flip.0.index(flip.0.index(9) + 1)] ^= flip.1;
        prop_assert_eq!(told(&input, &pieces), told(&input, &[usize::MAX]));
    }
}
