//! The link, on each of the serial ports: on both by the same code, which is that of every board.

use embassy_executor::Spawner;
use samewire_attached::Wiring;
use samewire_attached::link::Room;
use samewire_embassy::Monotonic;
use samewire_linked::Serial;
use static_cell::ConstStaticCell;

use crate::build;
use crate::ports::{JOURNAL, ON_UART, ON_USB, Port};

/// How many ports there are.
const PORTS: usize = 2;

/// Connections at a time on each. A browser would like six, and has them over Wi-Fi: with as many here
/// 27 KB were left for the stack, of which the first poll of the network alone takes 33.
const PLACES: usize = 3;
const CHANNELS: usize = PLACES + 1;
type Places = Room<PLACES, { 20 * 1024 }, { 11 * 1024 }>;

/// Begins to serve on both.
pub(crate) fn begin(spawner: Spawner, session: u32, wiring: Wiring) {
    static ROOMS: [ConstStaticCell<Places>; PORTS] =
        [const { ConstStaticCell::new(Places::new()) }; PORTS];
    for (port, room) in [&ON_UART, &ON_USB].into_iter().zip(&ROOMS) {
        let task = serve(port, room.take(), session, wiring);
        spawner.spawn(task.expect("there is one for each port"));
    }
}

#[embassy_executor::task(pool_size = PORTS)]
async fn serve(port: &'static Port, room: &'static mut Places, session: u32, wiring: Wiring) {
    let line = JOURNAL.on(Serial::new(&port.input, &port.output, Monotonic));
    room.serve::<CHANNELS>(line, session, build::id(), wiring).await;
}
