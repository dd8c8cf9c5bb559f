//! One of Espressif's chips, flashed over its serial port: its boot ROM takes the image, and espflash
//! knows how. A port without the lines that reset a chip needs a person who holds BOOT and presses
//! RESET; then the ROM waits already.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use espflash::connection::{Connection, ResetAfterOperation, ResetBeforeOperation};
use espflash::flasher::Flasher;
use espflash::image_format::ImageFormat;
use espflash::target::{Chip, ProgressCallbacks};
use serialport::{FlowControl, SerialPortType, UsbPortInfo};

use super::worker::Teller;
use super::{Done, Step, Told};
use crate::esp::{HALF, parts, trouble};
use crate::serial::refused;
use crate::trouble::{Class, Trouble};

/// What every boot ROM listens at, and what is agreed upon behind that.
const ROM_BAUD: u32 = 115_200;
const FLASH_BAUD: u32 = 460_800;
/// espflash tries each way of resetting several times, and tells nothing while it does.
const CONNECT_SECONDS_MAX: u32 = 30;
const TIMEOUT: Duration = Duration::from_secs(3);

/// Writes the image of an ELF file, with a loader and a table of partitions, and has the chip compare
/// what it wrote.
pub(super) fn flash(port: &str, elf: &[u8], teller: &'static Teller) -> Result<Done, Trouble> {
    teller.tell(&Told::Step(Step::Attach));
    // What is no image must not cost the board what it runs.
    let image = parts(elf)?;
    let mut flasher = alive_while(teller, || connect(port))?;
    let mut progress = Progress { teller, all: 0 };
    // It starts the chip when all is written and compared.
    flasher
        .load_image_to_flash(&mut progress, ImageFormat::EspIdf(image))
        .map_err(|error| Trouble { remedy: HALF.to_owned(), ..trouble(error) })?;
    Ok(Done::Flashed)
}

fn connect(name: &str) -> Result<Flasher, Trouble> {
    let open = |before| {
        let port = serialport::new(name, ROM_BAUD).flow_control(FlowControl::None).timeout(TIMEOUT);
        let port = port.open_native().map_err(|error| refused(name, &error))?;
        let after = ResetAfterOperation::HardReset;
        let connection = Connection::new(port, usb(name), after, before, ROM_BAUD);
        let (stub, verify, skip) = (true, true, false);
        Flasher::connect(connection, stub, verify, skip, Some(Chip::Esp32c3), Some(FLASH_BAUD))
            .map_err(trouble)
    };
    let first = match open(ResetBeforeOperation::DefaultReset) {
        Err(trouble) if trouble.class == Class::Attach => trouble,
        end => return end,
    };
    open(ResetBeforeOperation::NoReset).map_err(|_| first)
}

/// By its numbers espflash knows how a port resets its chip.
fn usb(name: &str) -> UsbPortInfo {
    let ports = serialport::available_ports().unwrap_or_default();
    let port = ports.into_iter().find(|port| port.port_name == name);
    match port.map(|port| port.port_type) {
        Some(SerialPortType::UsbPort(usb)) => usb,
        _ => UsbPortInfo {
            vid: 0,
            pid: 0,
            serial_number: None,
            manufacturer: None,
            product: None,
            interface: None,
        },
    }
}

struct Progress {
    teller: &'static Teller,
    all: u64,
}

impl ProgressCallbacks for Progress {
    fn init(&mut self, _: u32, total: usize) {
        self.all = total as u64;
        self.teller.tell(&Told::Step(Step::Program));
    }

    fn update(&mut self, current: usize) {
        self.teller.tell(&Told::Progress { done: current as u64, all: self.all });
    }

    fn verifying(&mut self) {
        self.teller.tell(&Told::Step(Step::Verify));
    }

    fn finish(&mut self, _: bool) {}
}

/// Says that it still runs, for as long as this takes and no longer than so many seconds: what takes
/// longer hangs, and silence is what tells.
fn alive_while<T>(teller: &'static Teller, act: impl FnOnce() -> T) -> T {
    let (over, is_over) = channel::<()>();
    std::thread::spawn(move || {
        for _ in 0..CONNECT_SECONDS_MAX {
            if is_over.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            teller.tell(&Told::Alive);
        }
    });
    let done = act();
    drop(over);
    done
}
