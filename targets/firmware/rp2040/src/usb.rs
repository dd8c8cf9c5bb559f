//! One USB cable with a serial port and a network on it.

use embassy_rp::flash::{Blocking, Flash};
use embassy_rp::peripherals::{FLASH, USB};
use embassy_rp::usb::Driver;
use embassy_rp::{Peri, flash};
use embassy_usb::class::cdc_acm::{self, CdcAcmClass};
use embassy_usb::class::cdc_ncm::embassy_net::{Device, Runner, State};
use embassy_usb::class::cdc_ncm::{self, CdcNcmClass};
use embassy_usb::driver::EndpointError;
use embassy_usb::{Builder, Config, UsbDevice};
use embedded_io_async::{ErrorType, Read, Write};
use static_cell::StaticCell;

pub(crate) type Usb = Driver<'static, USB>;

/// Raspberry Pi's number, and the product that it lets anybody be who has its chip.
const VENDOR: u16 = 0x2e8a;
const PRODUCT: u16 = 0x000a;

/// Bytes of a packet at full speed.
const PACKET_BYTES: u16 = 64;
/// Bytes of an Ethernet frame.
pub(crate) const MTU: usize = 1514;
/// Frames that wait for us, and for the host.
const FRAMES: usize = 4;

/// Bytes of what tells this board from others.
const ID_BYTES: usize = 8;

/// What is on the cable.
pub(crate) struct Functions {
    pub(crate) device: UsbDevice<'static, Usb>,
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) network: Device<'static, MTU>,
    pub(crate) frames: Runner<'static, Usb, MTU>,
}

/// Lays it out. Nothing is there for the host before `device` runs.
pub(crate) fn functions(driver: Usb, id: [u8; ID_BYTES]) -> Functions {
    static CONFIGURATION: StaticCell<[u8; 256]> = StaticCell::new();
    static CAPABILITIES: StaticCell<[u8; 32]> = StaticCell::new();
    static CONTROL: StaticCell<[u8; 64]> = StaticCell::new();
    static SERIAL: StaticCell<cdc_acm::State<'static>> = StaticCell::new();
    static NETWORK: StaticCell<cdc_ncm::State<'static>> = StaticCell::new();
    static RINGS: StaticCell<State<MTU, FRAMES, FRAMES>> = StaticCell::new();
    static NAME: StaticCell<[u8; 2 * ID_BYTES]> = StaticCell::new();

    let mut config = Config::new(VENDOR, PRODUCT);
    config.manufacturer = Some("Samewire");
    config.product = Some("RP2040");
    config.serial_number = core::str::from_utf8(NAME.init(hexadecimal(id))).ok();
    let mut builder = Builder::new(
        driver,
        config,
        CONFIGURATION.init([0; 256]),
        CAPABILITIES.init([0; 32]),
        &mut [],
        CONTROL.init([0; 64]),
    );
    let serial = SERIAL.init_with(cdc_acm::State::new);
    let (output, input) = CdcAcmClass::new(&mut builder, serial, PACKET_BYTES).split();
    let [ours, hosts] = addresses(id);
    let network = NETWORK.init_with(cdc_ncm::State::new);
    let network = CdcNcmClass::new(&mut builder, network, hosts, PACKET_BYTES);
    let (frames, network) = network.into_embassy_net_device(RINGS.init_with(State::new), ours);
    Functions {
        device: builder.build(),
        input: Input(input),
        output: Output(output),
        network,
        frames,
    }
}

/// What tells this board from others: the number of its flash chip, or zeros if that is silent.
pub(crate) fn board_id(flash: Peri<'static, FLASH>) -> [u8; ID_BYTES] {
    let mut flash = Flash::<FLASH, Blocking, { flash::ERASE_SIZE }>::new_blocking(flash);
    let mut id = [0; ID_BYTES];
    if flash.blocking_unique_id(&mut id).is_err() {
        id = [0; ID_BYTES];
    }
    id
}

fn hexadecimal(id: [u8; ID_BYTES]) -> [u8; 2 * ID_BYTES] {
    let mut text = [0; 2 * ID_BYTES];
    for (digits, byte) in text.as_chunks_mut().0.iter_mut().zip(id) {
        *digits = [byte >> 4, byte & 15].map(|digit| b"0123456789ABCDEF"[usize::from(digit)]);
    }
    text
}

/// The Ethernet addresses of both ends, which nobody has given away: ours, and the host's.
fn addresses([.., a, b, c, d, e]: [u8; ID_BYTES]) -> [[u8; 6]; 2] {
    const LOCAL: u8 = 2;
    [[LOCAL, a, b, c, d, e & !1], [LOCAL, a, b, c, d, e | 1]]
}

/// The serial port, from the host. While nobody has plugged it in, nothing comes.
pub(crate) struct Input(cdc_acm::Receiver<'static, Usb>);

impl ErrorType for Input {
    type Error = EndpointError;
}

impl Read for Input {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, EndpointError> {
        loop {
            self.0.wait_connection().await;
            match self.0.read_packet(into).await {
                // A packet of nothing ends one that was full, and is not the end of the stream.
                Ok(0) => {}
                read => return read,
            }
        }
    }
}

/// The serial port, to the host.
pub(crate) struct Output(cdc_acm::Sender<'static, Usb>);

impl ErrorType for Output {
    type Error = EndpointError;
}

impl Write for Output {
    async fn write(&mut self, from: &[u8]) -> Result<usize, EndpointError> {
        // Never a full packet: a host waits for what comes behind one.
        let count = from.len().min(usize::from(PACKET_BYTES) - 1);
        self.0.wait_connection().await;
        self.0.write_packet(from.get(..count).unwrap_or_default()).await?;
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), EndpointError> {
        Ok(())
    }
}
