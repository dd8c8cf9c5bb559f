//! A terminal plays the serial port of an ESP32-C3 that does not answer.

use std::time::Instant;

use samewire_hil::attached::Attached;
use samewire_hil::board::Board;
use samewire_hil::boards::{Reach, Row, Setup};
use samewire_hil::job::Worker;
use samewire_hil::ladder::CLIMB_MAX;
use samewire_hil::trouble::Class;
use samewire_hil::{Chip, Image, choose};
use serialport::{SerialPort as _, TTYPort};

use crate::elf;
use crate::scratch::Scratch;

pub(crate) const TRIALS: &[(&str, fn())] =
    &[("a_boot_rom_that_is_silent_is_told_in_time", a_boot_rom_that_is_silent_is_told_in_time)];

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
