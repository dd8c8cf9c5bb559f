//! The link, driven as a board without a network drives it: echo, virtual time, log and metrics.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use samewire_link::{BoardLink, Event, Read, Settings};

// Beside the runtime, which brings the way to panic.
use size as _;

#[entry]
fn main() -> ! {
    let mut link = BoardLink::new(Settings::board(black_box(1)));
    let mut bytes = [0; 64];
    loop {
        let now = black_box(0);
        let mut input = black_box(&bytes[..]);
        while let Some(event) = link.poll_event(now, &mut input) {
            match event {
                Event::Readable(channel) => echo(&mut link, channel),
                Event::Tick(time) => link.tick_done(black_box(Some(time))),
                Event::Broken(_) => link.restart(black_box(2)),
                Event::Log(text) => {
                    black_box(text);
                }
                event => {
                    black_box(event);
                }
            }
        }
        if black_box(false) {
            link.log(black_box(b"a line"));
            link.metric(black_box(1), black_box(2));
        }
        black_box((link.deadline(), link.is_delivered()));
        while link.transmit(now, &mut bytes) > 0 {
            black_box(&bytes);
        }
    }
}

/// Sends back what came in, or ends the connection.
fn echo(link: &mut BoardLink, channel: u8) {
    let mut bytes = [0; 64];
    match link.read(channel, &mut bytes) {
        Read::Bytes(count) => {
            link.write(channel, bytes.get(..count).unwrap_or_default());
        }
        Read::End => link.finish(channel),
        Read::Nothing => {}
        Read::Gone => link.reset(channel),
    }
}
