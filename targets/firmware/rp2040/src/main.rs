//! The demo on an RP2040, as on a Raspberry Pi Pico.
//!
//! | where | what |
//! | --- | --- |
//! | UART0, GP0 (from the board) and GP1, 921,600 baud 8N1 | [the link](samewire_link) |
//! | USB, serial port | the link |
//! | USB, Ethernet (CDC-NCM) | `http://169.254.20.40/`, for a host with an address in 169.254.0.0/16 |
//! | GP25 | the lamp |
//! | I2C0, GP4 (SDA) and GP5 (SCL) | a TMP102, the thermometer |
//! | RTT, channel 0 | what is told of starts and ends |
//!
//! Over the link it is a board under test: time is the runner's, and the thermometer says what the
//! cases expect, because their bytes must be those of every target. The lamp is real. Over the network
//! time and the thermometer are real, too, and all connections share one app.
#![no_std]
#![no_main]

mod build;
mod end;
mod link;
mod network;
mod pins;
mod usb;

use embassy_executor::Spawner;
use embassy_rp::bind_interrupts;
use embassy_rp::clocks::RoscRng;
use embassy_rp::peripherals::{UART0, USB};
use embassy_rp::uart::{self, BufferedInterruptHandler, BufferedUart};
use embassy_rp::usb::{Driver, InterruptHandler};
use embassy_usb::UsbDevice;
use rtt_target::{rprintln, rtt_init_print};
use static_cell::StaticCell;

use end::Watch;

bind_interrupts!(struct Interrupts {
    UART0_IRQ => BufferedInterruptHandler<UART0>;
    USBCTRL_IRQ => InterruptHandler<USB>;
});

/// Faster than that, most USB adapters give up.
const BAUD: u32 = 921_600;
/// Room for what comes while nobody looks, 11 ms; what is lost behind that is sent again.
const UART_BYTES: usize = 1024;

#[embassy_executor::main]
async fn main(spawner: Spawner) -> ! {
    static RECEIVED: StaticCell<[u8; UART_BYTES]> = StaticCell::new();
    static TO_SEND: StaticCell<[u8; UART_BYTES]> = StaticCell::new();
    const FREE: &str = "each task is spawned once";
    rtt_init_print!();
    let board = embassy_rp::init(embassy_rp::config::Config::default());
    let mut watch = Watch::start(board.WATCHDOG);
    let before = end::before(&watch);
    // As `samewire flash` says it.
    let build = u64::from_be_bytes(build::id());
    rprintln!("samewire rp2040 {:016x} begins. {}", build, before.words);

    let wiring = pins::connect(board.PIN_25, board.I2C0, board.PIN_5, board.PIN_4);
    let mut config = uart::Config::default();
    config.baudrate = BAUD;
    let (sent, received) = (TO_SEND.init([0; UART_BYTES]), RECEIVED.init([0; UART_BYTES]));
    let uart = BufferedUart::new(
        board.UART0,
        board.PIN_0,
        board.PIN_1,
        Interrupts,
        sent,
        received,
        config,
    );
    let session = RoscRng.next_u32() ^ before.starts;
    spawner.spawn(link::on_uart(uart, session, before, wiring).expect(FREE));

    let id = usb::board_id(board.FLASH);
    let usb::Functions { device, input, output, network, frames } =
        usb::functions(Driver::new(board.USB, Interrupts), id);
    spawner.spawn(run(device).expect(FREE));
    spawner.spawn(link::on_usb(input, output, session, before, wiring).expect(FREE));
    network::begin(spawner, network, frames, RoscRng.next_u64(), wiring);
    watch.feed_forever().await
}

#[embassy_executor::task]
async fn run(mut device: UsbDevice<'static, usb::Usb>) -> ! {
    device.run().await
}
