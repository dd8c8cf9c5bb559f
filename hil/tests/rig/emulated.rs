//! What the rig does by a debug probe, with images made by hand.

use std::time::Instant;

use samewire_hil::board::{Flashed, Way};
use samewire_hil::job::Step;
use samewire_hil::ladder::CLIMB_MAX;
use samewire_hil::trouble::Class;

use crate::desk::Desk;
use crate::elf;

pub(crate) const TRIALS: &[(&str, fn())] = &[
    ("an_image_is_flashed_and_verified_and_runs", an_image_is_flashed_and_verified_and_runs),
    ("what_does_not_fit_is_never_begun", what_does_not_fit_is_never_begun),
    ("a_probe_that_vanishes_is_told_in_time", a_probe_that_vanishes_is_told_in_time),
    ("a_board_that_stays_silent_climbs_all_rungs", a_board_that_stays_silent_climbs_all_rungs),
];

const BUILD: [u8; 8] = *b"c0ffee01";

fn an_image_is_flashed_and_verified_and_runs() {
    let mut desk = Desk::new(&[]);
    let image = desk.image(&elf::logs("hello from the flash\n", BUILD));
    let mut steps = Vec::new();
    let flashed = desk
        .board
        .flash(&image, &mut |progress| {
            if steps.last() != Some(&progress.step) {
                steps.push(progress.step);
            }
        })
        .unwrap();
    let Flashed { bytes, way, is_verified, .. } = flashed;
    assert_eq!((bytes, way, is_verified), (image.flash_bytes(), Way::Probe, true));
    assert_eq!(steps, [Step::Attach, Step::Erase, Step::Program, Step::Verify, Step::Reset]);
    assert_eq!(desk.board.tally().to_string(), "no retries");

    // What lies in flash now is the image, byte for byte.
    let (address, length) = (0x1000_0000, image.flash_bytes());
    let read = desk.board.read_memory(address, length).unwrap();
    assert!(elf::logs("hello from the flash\n", BUILD).windows(length).any(|some| some == read));

    assert_eq!(desk.hears(Some(&image), "flash\n"), "hello from the flash\n");
    // It pushed 16 bytes, of 16 KB.
    assert_eq!(desk.board.stack_peak(&image), Ok(Some((16, 0x4000))));

    // What was heard is not heard again; what is said after a reset is.
    desk.board.reset().unwrap();
    assert_eq!(desk.hears(None, "flash\n"), "hello from the flash\n");
}

fn what_does_not_fit_is_never_begun() {
    let mut desk = Desk::new(&[]);
    let large = vec![0x5a; 2 * 1024 * 1024];
    let boot2 = elf::boot2();
    let table = [
        (elf::elf(243, &[(0x4200_0000, &[1])], &[]), Class::WrongChip),
        (elf::elf(40, &[(0x1000_0000, &boot2), (0x1000_0100, &large)], &[]), Class::TooLarge),
    ];
    for (bytes, class) in table {
        let image = desk.image(&bytes);
        let trouble = desk.board.flash(&image, &mut |progress| panic!("{progress:?}")).unwrap_err();
        assert_eq!(trouble.class, class, "{trouble}");
    }
    // Its flash is as it was: blank.
    assert_eq!(desk.board.read_memory(0x1000_0000, 4), Ok(vec![0xff; 4]));
}

fn a_probe_that_vanishes_is_told_in_time() {
    let mut desk = Desk::new(&["--fault", "probe-vanishes-after=40000"]);
    let boot2 = elf::boot2();
    let program = [0x5a; 64 * 1024];
    let pieces: [elf::Piece<'_>; 2] = [(0x1000_0000, &boot2), (0x1000_0100, &program)];
    let image = desk.image(&elf::elf(40, &pieces, &[]));
    let (began, mut last) = (Instant::now(), Step::Attach);
    let trouble = desk.board.flash(&image, &mut |progress| last = progress.step).unwrap_err();
    assert!(began.elapsed() < CLIMB_MAX, "{:?}", began.elapsed());
    assert!(matches!(last, Step::Erase | Step::Program), "it vanished while it {}", last.doing());
    assert_eq!(trouble.class, Class::Gone, "{trouble}");
    assert!(trouble.remedy.contains("half written"), "{trouble}");
    // Nothing is tried again that cannot help.
    assert_eq!(desk.board.tally().to_string(), "no retries");
    let trouble = desk.board.reset().unwrap_err();
    assert_eq!(trouble.class, Class::NoBoard, "{trouble}");
}

fn a_board_that_stays_silent_climbs_all_rungs() {
    let mut desk = Desk::new(&[]);
    let image = desk.image(&elf::logs("I speak no link", BUILD));
    desk.board.flash(&image, &mut |_| {}).unwrap();
    let climb = desk.board.recover();
    assert_eq!(climb.helped(), None);
    let report = climb.to_string();
    let lines: Vec<&str> = report.lines().collect();
    let [link, probe, usb, power] = lines[..] else { panic!("{report}") };
    for line in [link, probe] {
        assert!(line.contains(" did not help in ") && line.contains("nothing comes"), "{line}");
    }
    assert!(usb.ends_with("is not there: it is not on this machine's USB"), "{usb}");
    assert!(power.contains("boards.toml names no command"), "{power}");
}
