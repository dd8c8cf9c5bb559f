//! The serial ports. Their hardware holds no more than 64 or 128 bytes, so it is looked after by
//! interrupts: tasks that no other task keeps waiting. Between them and the link, which looks now and
//! then, there are pipes.

use core::fmt::Arguments;

use embassy_executor::SendSpawner;
use embassy_futures::join::join;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use embedded_io_async::{Read, Write};
use esp_hal::interrupt::Priority;
use esp_hal::peripherals::{FROM_CPU_INTR1, GPIO20, GPIO21, UART0, USB_DEVICE};
use esp_hal::uart::{self, RxConfig, Uart};
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;
use esp_rtos::embassy::InterruptExecutor;
use rtt_target::rprintln;
use samewire_attached::Journal;
use static_cell::StaticCell;

/// Faster than that, most USB adapters give up.
const BAUD: u32 = 921_600;
/// Of the 128 bytes that the UART holds: half of them are left for what comes while an interrupt is
/// late, 0.7 ms.
const RECEIVED_MAX: u16 = 64;

/// Room for what comes while the link does not look, 11 ms of the UART. What is lost behind that is
/// sent again; USB loses nothing, but lets the host wait.
const INPUT_BYTES: usize = 1024;
/// Room for a frame or two.
const OUTPUT_BYTES: usize = 256;
/// What is handed over at once: never a full packet of USB, for a host waits for what comes behind one.
const SOME_BYTES: usize = 63;

/// One way of a port.
type Bytes<const N: usize> = Pipe<CriticalSectionRawMutex, N>;

/// A port, as the link has it.
pub(crate) struct Port {
    pub(crate) input: Bytes<INPUT_BYTES>,
    pub(crate) output: Bytes<OUTPUT_BYTES>,
}

impl Port {
    const fn new() -> Self {
        Self { input: Pipe::new(), output: Pipe::new() }
    }

    /// Carries bytes both ways. What a HAL promises of futures that are dropped, it need not
    /// promise here: they are not.
    async fn carry(&self, input: impl Read, output: impl Write) {
        join(carry(input, &self.input), carry(&self.output, output)).await;
    }
}

/// UART0, and the chip's own USB.
pub(crate) static ON_UART: Port = Port::new();
pub(crate) static ON_USB: Port = Port::new();

/// Begins to look after them.
pub(crate) fn begin(
    interrupt: FROM_CPU_INTR1<'static>,
    uart: UART0<'static>,
    tx: GPIO21<'static>,
    rx: GPIO20<'static>,
    usb: USB_DEVICE<'static>,
) {
    static EXECUTOR: StaticCell<InterruptExecutor<1>> = StaticCell::new();
    const FREE: &str = "each task is spawned once";
    let executor = EXECUTOR.init_with(|| InterruptExecutor::new(interrupt));
    let spawner: SendSpawner = executor.start(Priority::Priority2);
    spawner.spawn(on_uart(uart, tx, rx).expect(FREE));
    spawner.spawn(on_usb(usb).expect(FREE));
}

#[embassy_executor::task]
async fn on_uart(uart: UART0<'static>, tx: GPIO21<'static>, rx: GPIO20<'static>) {
    let rare = RxConfig::default().with_fifo_full_threshold(RECEIVED_MAX);
    let config = uart::Config::default().with_baudrate(BAUD).with_rx(rare);
    let uart = Uart::new(uart, config).expect("the UART has this rate and this threshold");
    let (input, output) = uart.with_tx(tx).with_rx(rx).into_async().split();
    ON_UART.carry(input, output).await;
}

#[embassy_executor::task]
async fn on_usb(usb: USB_DEVICE<'static>) {
    let (input, output) = UsbSerialJtag::new(usb).into_async().split();
    ON_USB.carry(input, output).await;
}

/// Carries bytes for as long as there are any. Errors tell of bytes that were lost, which the link
/// sends again.
async fn carry(mut from: impl Read, mut to: impl Write) {
    let mut some = [0; SOME_BYTES];
    loop {
        if let Ok(count) = from.read(&mut some).await {
            let _ = to.write_all(some.get(..count).unwrap_or_default()).await;
        }
    }
}

/// What runners are told.
pub(crate) static JOURNAL: Journal = Journal::new();

/// Tells a line to whoever listens: a runner by the link, a debugger, and a terminal at either port. To
/// the link it is noise there, which is sent once more what it spoils. What nobody makes room for is not
/// told.
pub(crate) fn tell(what: Arguments<'_>) {
    let told = JOURNAL.tell(what);
    let line = told.as_str();
    rprintln!("{}", line);
    for port in [&ON_UART, &ON_USB] {
        let has_room = line.len() + NEWLINE.len() <= port.output.free_capacity();
        for text in [line.as_bytes(), NEWLINE].into_iter().filter(|_| has_room) {
            let _ = port.output.try_write(text);
        }
    }
}

const NEWLINE: &[u8] = b"\r\n";
