//! What a byte costs on the wire, and how many frames it takes, so that it shows if that grows.

use samewire_link::{BoardLink, Event, HostLink, Read, Settings};

const BYTES: usize = 64 << 10;

/// How often a link spoke, and how much.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cost {
    wire_bytes: usize,
    frames: usize,
}

/// Carries everything that `link` has to say.
fn transmit(transmit: impl FnOnce(&mut [u8]) -> usize, wire: &mut Vec<u8>, cost: &mut Cost) {
    wire.resize(1 << 16, 0);
    let count = transmit(wire);
    wire.truncate(count);
    cost.wire_bytes += count;
    cost.frames += wire.iter().filter(|&&byte| byte == 0).count();
}

/// Sends the bytes to a board that reads all at once; what each side needed for it.
fn send_down() -> (Cost, Cost) {
    let mut host = Box::new(HostLink::new(Settings::host(1)));
    let mut board = BoardLink::new(Settings::board(2));
    let (mut down, mut up, mut wire) = (Cost::default(), Cost::default(), Vec::new());
    let (mut sent, mut received, mut into) = (0, 0, [0; 512]);
    while received < BYTES {
        if sent < BYTES && host.is_up() {
            if sent == 0 {
                assert_eq!(host.open(), Some(1));
                (down, up) = (Cost::default(), Cost::default());
            }
            sent += host.write(1, &vec![0x55; BYTES - sent]);
        }
        transmit(|out| host.transmit(0, out), &mut wire, &mut down);
        let mut input = &wire[..];
        while let Some(event) = board.poll_event(0, &mut input) {
            assert!(!matches!(event, Event::Broken(_)), "{event:?}");
        }
        while let Read::Bytes(count) = board.read(1, &mut into) {
            received += count;
        }
        transmit(|out| board.transmit(0, out), &mut wire, &mut up);
        let mut input = &wire[..];
        while host.poll_event(0, &mut input).is_some() {}
    }
    (down, up)
}

#[test]
fn a_byte_costs_little_more_than_itself() {
    let (down, up) = send_down();
    // Ten bytes beside the data of a frame: head, channel, CRC, and two of COBS.
    assert!(down.wire_bytes * 100 <= BYTES * 112, "{down:?}");
    // The board has room for 256 bytes: frames of 120, 120 and 16. Back goes one CREDIT for them,
    // with their acknowledgement.
    assert!(up.frames <= BYTES.div_ceil(256) + 8, "{up:?}");
    assert!(up.wire_bytes * 100 <= BYTES * 5, "{up:?}");
}
