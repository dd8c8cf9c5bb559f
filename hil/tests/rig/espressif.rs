//! ESP32-C3: a terminal plays the serial port of one that does not answer, and what would be flashed
//! of the real image is what the chip's loader wants to see, if the image's file is told: `cargo ci rig`
//! builds and names it.

use std::path::PathBuf;
use std::time::Instant;

use samewire_hil::attached::Attached;
use samewire_hil::board::Board;
use samewire_hil::boards::{Reach, Row, Setup};
use samewire_hil::job::Worker;
use samewire_hil::ladder::CLIMB_MAX;
use samewire_hil::trouble::Class;
use samewire_hil::{Chip, Image, choose, esp};
use serialport::{SerialPort as _, TTYPort};
use sha2::{Digest as _, Sha256};

use crate::elf;
use crate::scratch::Scratch;

pub(crate) const TRIALS: &[(&str, fn())] =
    &[("a_boot_rom_that_is_silent_is_told_in_time", a_boot_rom_that_is_silent_is_told_in_time)];

/// With the real image.
pub(crate) const OF_IMAGE: &[(&str, fn())] =
    &[("the_flash_is_what_the_chip_loads", the_flash_is_what_the_chip_loads)];

/// Names the file.
const IMAGE: &str = "SAMEWIRE_ESP32C3_IMAGE";

/// Where the app is, and how long it may be where ESP-IDF's own table of partitions is.
const APP: usize = 0x1_0000;
const APP_BYTES_MAX: usize = 0x10_0000;
/// Flash is mapped by pages of this size.
const PAGE: u32 = 0x1_0000;
/// Which chip it is for, as ESP-IDF counts them.
const CHIP: u16 = 5;

pub(crate) fn path() -> Option<PathBuf> {
    std::env::var_os(IMAGE).map(PathBuf::from)
}

/// Follows the format as the loader does, by Espressif's description of it and not by espflash.
fn the_flash_is_what_the_chip_loads() {
    let image = Image::read(&path().expect("without it, this is not run")).unwrap();
    image.judge(&Setup::of(Chip::Esp32c3)).unwrap();
    let flash = esp::encode(&image).unwrap();
    assert_eq!(flash[0], 0xe9, "the loader before it");
    assert_eq!(flash[0x8000..0x8002], [0xaa, 0x50], "a table of partitions");

    let app = &flash[APP..];
    let word = |at: usize| u32::from_le_bytes(app[at..at + 4].try_into().unwrap());
    assert_eq!(app[0], 0xe9);
    assert_eq!(u16::from_le_bytes([app[12], app[13]]), CHIP);
    assert_eq!(app[23], 1, "a digest is behind it");
    let (mut at, mut sum, mut pieces) = (24, 0xef, Vec::new());
    for _ in 0..app[1] {
        let (address, bytes) = (word(at), word(at + 4) as usize);
        at += 8;
        let piece = &app[at..at + bytes];
        let is_flash = Chip::Esp32c3.flash_offset(address.into()).is_some();
        assert!(is_flash || Chip::Esp32c3.is_ram(address.into()) || address == 0, "{address:#x}");
        if is_flash {
            assert_eq!(address % PAGE, (APP + at) as u32 % PAGE, "{address:#x} cannot be mapped");
        }
        sum = piece.iter().fold(sum, |sum, byte| sum ^ byte);
        pieces.push((address, piece));
        at += bytes;
    }
    at = (at | 15) + 1;
    assert_eq!(app[at - 1], sum, "the checksum");
    assert_eq!(app[at..], Sha256::digest(&app[..at])[..], "the digest");
    assert!(app.len() <= APP_BYTES_MAX, "{} bytes", app.len());

    let entry = word(4);
    let has =
        |(begin, piece): &(u32, &[u8])| (*begin..*begin + piece.len() as u32).contains(&entry);
    assert!(pieces.iter().any(has), "it begins at {entry:#x}");
    let description = pieces.iter().find(|(address, _)| *address == 0x3c00_0020).unwrap().1;
    assert_eq!(description[..4], 0xabcd_5432_u32.to_le_bytes());
    let build = image.build.expect("it says what it is");
    assert_eq!(description[144..152], build, "what it will say that it is");
}

fn a_boot_rom_that_is_silent_is_told_in_time() {
    let (_board, port) = TTYPort::pair().unwrap();
    let folder = Scratch::new();
    let setup = Setup { serial: port.name(), ..Setup::of(Chip::Esp32c3) };
    // Its other end is all that is left of it, or nobody else could open it.
    drop(port);
    let rows = [Row { name: "c3".into(), about: String::new(), reach: Reach::Rig(setup) }];
    let choice = choose("c3", &rows, &Attached::default()).unwrap();
    let worker = Worker::this().unwrap();
    let mut board = Board::take_in(folder.path(), worker, choice, "a test").unwrap();
    let path = folder.path().join("fw.elf");
    std::fs::write(&path, elf::elf(243, &[(0x4200_0020, &[1; 64])], &[])).unwrap();
    let image = Image::read(&path).unwrap();
    let began = Instant::now();
    let trouble = board.flash(&image, &mut |_| {}).unwrap_err();
    assert!(began.elapsed() < CLIMB_MAX, "{:?}", began.elapsed());
    assert_eq!(trouble.class, Class::Attach, "{trouble}");
    assert!(trouble.remedy.contains("hold BOOT"), "{trouble}");
    assert_eq!(board.tally().retries(Class::Attach), 2, "{}", board.tally());
}
