//! The rig with the real image of an RP2040, if its file is told: `cargo ci rig` builds and names it.

use std::path::PathBuf;
use std::time::Instant;

use samewire_hil::Image;
use samewire_hil::ladder::CLIMB_MAX;
use samewire_hil::trouble::Class;

use crate::desk::Desk;

/// Names the file.
const IMAGE: &str = "SAMEWIRE_RP2040_IMAGE";

pub(crate) const TRIALS: &[(&str, fn())] = &[
    ("the_image_is_flashed_and_says_who_it_is", the_image_is_flashed_and_says_who_it_is),
    ("a_firmware_that_hangs_is_brought_back", a_firmware_that_hangs_is_brought_back),
    ("a_port_that_drops_bytes_is_borne", a_port_that_drops_bytes_is_borne),
    ("a_port_that_vanishes_is_told", a_port_that_vanishes_is_told),
];

pub(crate) fn path() -> Option<PathBuf> {
    std::env::var_os(IMAGE).map(PathBuf::from)
}

fn image() -> Image {
    Image::read(&path().expect("without it, this is not run")).unwrap()
}

/// A board that runs the image from its start, under these faults.
fn running(faults: &[&str]) -> Desk {
    let path = path().expect("without it, this is not run");
    let mut words = vec!["--image", path.to_str().unwrap()];
    words.extend(faults.iter().flat_map(|fault| ["--fault", *fault]));
    Desk::new(&words)
}

fn the_image_is_flashed_and_says_who_it_is() {
    let mut desk = Desk::new(&[]);
    let image = image();
    let build = image.build.expect("it has a symbol for it");
    desk.board.flash(&image, &mut |_| {}).unwrap();
    assert_eq!(desk.board.greet(Some(build)), Ok(build));
    assert_eq!(desk.board.tally().to_string(), "no retries");
    let (used, all) = desk.board.stack_peak(&image).unwrap().expect("it says where its stack is");
    assert!(used > 0 && used < all, "{used} of {all}");
    let trouble = desk.board.greet(Some([0x5a; 8])).unwrap_err();
    assert_eq!(trouble.class, Class::OtherVersion, "{trouble}");
    assert!(trouble.remedy.contains("flash"), "{trouble}");
}

/// A board that hangs is seen to hang, and answers in time: its own watchdog brings it back while it
/// is greeted once more, or else the ladder does.
fn a_firmware_that_hangs_is_brought_back() {
    let mut desk = running(&["hang-after=1"]);
    let began = Instant::now();
    while desk.board.tally().retries(Class::Link) == 0 {
        assert!(began.elapsed() < CLIMB_MAX, "it does not hang");
        if let Err(trouble) = desk.board.greet(None) {
            assert_eq!(trouble.class, Class::Link, "{trouble}");
            let climb = desk.board.recover();
            assert!(climb.helped().is_some(), "{climb}");
        }
    }
    desk.board.greet(image().build).unwrap();
    assert!(began.elapsed() < CLIMB_MAX, "{:?}", began.elapsed());
}

fn a_port_that_drops_bytes_is_borne() {
    let mut desk = running(&["drop-uart=1/200"]);
    desk.board.greet(image().build).unwrap();
}

fn a_port_that_vanishes_is_told() {
    let mut desk = running(&["uart-vanishes-after=1"]);
    let trouble = desk.board.greet(None).unwrap_err();
    assert_eq!(trouble.class, Class::Gone, "{trouble}");
    assert!(trouble.remedy.contains("cable"), "{trouble}");
    // It may be that the last of it is still being taken down.
    let trouble = desk.board.greet(None).unwrap_err();
    assert!(matches!(trouble.class, Class::NoBoard | Class::Gone), "{trouble}");
}
