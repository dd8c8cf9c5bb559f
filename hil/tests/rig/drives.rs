//! A folder plays the drive of RP2040's boot ROM.

use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use samewire_hil::board::{Board, Way};
use samewire_hil::boards::Setup;
use samewire_hil::choice::Choice;
use samewire_hil::job::{Step, Worker};
use samewire_hil::trouble::Class;
use samewire_hil::{Chip, Image, uf2};

use crate::elf;
use crate::scratch::Scratch;

const LONG: Duration = Duration::from_secs(60);
const INFO: &str = "INFO_UF2.TXT";

pub(crate) const TRIALS: &[(&str, fn())] = &[
    ("a_drive_takes_the_image_and_is_gone", a_drive_takes_the_image_and_is_gone),
    ("a_drive_that_stays_has_not_taken_the_image", a_drive_that_stays_has_not_taken_the_image),
];

/// A board with this drive, and its image.
fn board(drive: &Scratch, leases: &Scratch) -> (Board, Image) {
    std::fs::write(drive.path().join(INFO), "Board-ID: RPI-RP2\n").unwrap();
    let path = leases.path().join("fw.elf");
    std::fs::write(&path, elf::logs("hello", [7; 8])).unwrap();
    let choice = Choice {
        name: "pico".into(),
        setup: Setup::of(Chip::Rp2040),
        drive: Some(drive.path().to_owned()),
    };
    let board = Board::take_in(leases.path(), Worker::this().unwrap(), choice, "a test").unwrap();
    (board, Image::read(&path).unwrap())
}

/// Waits for all of the file, and takes the drive away, as the boot ROM does.
fn boot_rom(drive: &Path, bytes: usize) -> JoinHandle<Vec<u8>> {
    let drive = drive.to_owned();
    std::thread::spawn(move || {
        let began = Instant::now();
        loop {
            let file = std::fs::read(drive.join("samewire.uf2")).unwrap_or_default();
            if file.len() == bytes {
                std::fs::remove_file(drive.join(INFO)).unwrap();
                return file;
            }
            assert!(began.elapsed() < LONG, "no image has come");
            std::thread::yield_now();
        }
    })
}

fn a_drive_takes_the_image_and_is_gone() {
    let [drive, leases] = [Scratch::new(), Scratch::new()];
    let (mut board, image) = board(&drive, &leases);
    let file = uf2::encode(&image).unwrap();
    let boot_rom = boot_rom(drive.path(), file.len());
    let mut steps = Vec::new();
    let flashed = board.flash(&image, &mut |progress| steps.push(progress.step)).unwrap();
    assert_eq!((flashed.way, flashed.is_verified), (Way::Drive, false));
    assert_eq!(steps, [Step::Program, Step::Program, Step::Reset]);
    assert!(boot_rom.join().unwrap() == file);
    // It is there no more, and there is no other way.
    let trouble = board.flash(&image, &mut |_| {}).unwrap_err();
    assert_eq!(trouble.class, Class::NoBoard, "{trouble}");
}

fn a_drive_that_stays_has_not_taken_the_image() {
    let [drive, leases] = [Scratch::new(), Scratch::new()];
    let (mut board, image) = board(&drive, &leases);
    let trouble = board.flash(&image, &mut |_| {}).unwrap_err();
    assert_eq!(trouble.class, Class::Flash, "{trouble}");
    assert!(trouble.remedy.contains("hold BOOTSEL"), "{trouble}");
}
