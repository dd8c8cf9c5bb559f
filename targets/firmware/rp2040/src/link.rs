//! The link, on each of the serial lines.

use embassy_rp::uart::BufferedUart;
use samewire::Limits;
use samewire_attached::link::Room;
use samewire_attached::{Before, Wiring};
use samewire_embassy::Monotonic;
use samewire_linked::Serial;
use static_cell::ConstStaticCell;

use crate::build;
use crate::usb::{Input, Output};

/// Connections at a time, as many as a browser opens, and as over the network.
const PLACES: usize = 6;
const CHANNELS: usize = PLACES + 1;
type Places = Room<
    PLACES,
    { PLACES * Limits::SMALL.receive_bytes_min() },
    { PLACES * Limits::SMALL.send_bytes_min() },
>;

#[embassy_executor::task]
pub(crate) async fn on_uart(uart: BufferedUart, session: u32, before: Before, wiring: Wiring) {
    static ROOM: ConstStaticCell<Places> = ConstStaticCell::new(Places::new());
    let (output, input) = uart.split();
    let line = Serial::new(input, output, Monotonic).telling(before.words);
    ROOM.take().serve::<CHANNELS>(line, session, build::id(), wiring).await;
}

#[embassy_executor::task]
pub(crate) async fn on_usb(
    input: Input,
    output: Output,
    session: u32,
    before: Before,
    wiring: Wiring,
) {
    static ROOM: ConstStaticCell<Places> = ConstStaticCell::new(Places::new());
    let line = Serial::new(input, output, Monotonic).telling(before.words);
    ROOM.take().serve::<CHANNELS>(line, session, build::id(), wiring).await;
}
