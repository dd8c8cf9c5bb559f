//! The link: the demo under test, on the runner's time, for one runner after the other.

use embassy_rp::uart::BufferedUart;
use samewire::Limits;
use samewire_embassy::Monotonic;
use samewire_link::Settings;
use samewire_linked::{Line, Serial, Server};

use crate::build;
use crate::pins::Wiring;
use crate::usb::{Input, Output};

/// Connections at a time, as many as a browser opens, and as over the network.
const PLACES: usize = 6;
/// The channels that they take, and the one of orders.
const CHANNELS: usize = PLACES + 1;

/// What connections read into and write from: each its part. That is room for any case, too, which
/// one alone has for itself.
const RECEIVE_BYTES: usize = PLACES * Limits::SMALL.receive_bytes_min();
const SEND_BYTES: usize = PLACES * Limits::SMALL.send_bytes_min();

#[embassy_executor::task]
pub(crate) async fn on_uart(uart: BufferedUart, session: u32, words: &'static str, wiring: Wiring) {
    let (output, input) = uart.split();
    serve(Serial::new(input, output, Monotonic).telling(words), session, wiring).await;
}

#[embassy_executor::task]
pub(crate) async fn on_usb(
    input: Input,
    output: Output,
    session: u32,
    words: &'static str,
    wiring: Wiring,
) {
    serve(Serial::new(input, output, Monotonic).telling(words), session, wiring).await;
}

/// Serves the demo on this line, begun anew for each connection unless the runner wants them to share
/// it.
async fn serve(line: impl Line, session: u32, wiring: Wiring) {
    let (mut receive, mut send) = ([0; RECEIVE_BYTES], [0; SEND_BYTES]);
    let settings = Settings::board(session).build(build::id());
    let mut server = Server::<_, PLACES, CHANNELS>::side_by_side(line, settings);
    server.serve_all(|| wiring.demo_under_test(), &mut receive, &mut send).await;
}
