//! The link: the demo under test, on virtual time, for one runner after the other.

use embassy_rp::uart::BufferedUart;
use samewire_embassy::Monotonic;
use samewire_link::Settings;
use samewire_linked::{Line, Serial, Server};

use crate::build;
use crate::pins::Wiring;
use crate::usb::{Input, Output};

/// What a connection reads into and writes from: room for any case.
const RECEIVE_BYTES: usize = 20 * 1024;
const SEND_BYTES: usize = 11 * 1024;

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

/// Serves the demo on this line, begun anew for each connection.
async fn serve(line: impl Line, session: u32, wiring: Wiring) {
    let (mut receive, mut send) = ([0; RECEIVE_BYTES], [0; SEND_BYTES]);
    let settings = Settings::board(session).build(build::id());
    let mut server = Server::with_settings(line, settings);
    server.serve_all(|| wiring.demo_under_test(), &mut receive, &mut send).await;
}
