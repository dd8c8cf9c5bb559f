//! Images that are not the board's.

use std::path::PathBuf;

use samewire_hil::Image;

use crate::Named;
use crate::bench::{Bench, image};
use crate::played::{Played, name};

pub(crate) const TRIALS: &[Named] = &[
    (
        "another_version_on_the_board_is_told_and_flashed_over",
        another_version_on_the_board_is_told_and_flashed_over,
    ),
    (
        "an_image_that_is_not_the_boards_is_never_begun",
        an_image_that_is_not_the_boards_is_never_begun,
    ),
];

/// The image with another build in it, as if it had been built of other sources.
fn another_version(bench: &Bench) -> PathBuf {
    let path = image().unwrap();
    let build = Image::read(&path).unwrap().build.expect("it says what it is");
    let mut bytes = std::fs::read(path).unwrap();
    let at: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&build)).collect();
    let [at] = at[..] else { panic!("{build:x?} is at {at:?}") };
    bytes[at..at + build.len()].copy_from_slice(b"c0ffee01");
    bench.file("other.elf", &bytes)
}

fn another_version_on_the_board_is_told_and_flashed_over() {
    let bench = Bench::new(&[]);
    let other = another_version(&bench);
    let played = Played::new(&bench, Some(&other), &[]);
    name(&bench, &played.row());
    let check = "check --target desk --cuts whole http/chunked/pieces";
    let wrong =
        ["other version: the board runs c0ffee01, and the image is ", "flash the image first"];
    bench.run(check).says(3, &wrong);
    bench.run("flash desk").says(0, &[" flashed and verified by its probe", ", and answers"]);
    bench.run(check).says(0, &["same bytes"]);
    // It is what runs that counts, and not what was flashed last.
    bench.run("flash desk --image other.elf").says(0, &["it runs c0ffee01, and answers"]);
    bench.run(check).says(3, &wrong);
}

/// An image of 32 bits for this processor, of so many bytes at the begin of flash.
fn elf(machine: u16, bytes: usize) -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
    file.extend(machine.to_le_bytes());
    for word in [1, 0x1000_0000, 52, 0, 0] {
        file.extend(u32::to_le_bytes(word));
    }
    for half in [52, 32, 1, 40, 0, 0] {
        file.extend(u16::to_le_bytes(half));
    }
    let length = u32::try_from(bytes).unwrap();
    for word in [1, 84, 0x1000_0000, 0x1000_0000, length, length, 5, 4] {
        file.extend(u32::to_le_bytes(word));
    }
    file.resize(file.len() + bytes, 0x5a);
    file
}

fn an_image_that_is_not_the_boards_is_never_begun() {
    let bench = Bench::new(&[]);
    let played = Played::new(&bench, image().as_deref(), &[]);
    name(&bench, &played.row());
    bench.file("riscv.elf", &elf(243, 64));
    bench.file("large.elf", &elf(40, 2 * 1024 * 1024 + 1));
    bench.file("raw.elf", &elf(40, 64));
    bench.file("text.elf", b"no image at all");
    let table = [
        ("riscv.elf", "wrong chip: riscv.elf is for RISC-V, and the board is rp2040"),
        (
            "large.elf",
            "too large: large.elf needs 2097153 bytes of flash, and the board has 2097152",
        ),
        ("raw.elf", "wrong chip: raw.elf does not begin with RP2040's second-stage loader"),
        ("text.elf", "bad image: text.elf is no image"),
        ("nowhere.elf", "bad image: nowhere.elf cannot be read"),
        ("/dev/zero", "bad image: /dev/zero is no image"),
    ];
    for (file, words) in table {
        let ended = bench.run(&format!("flash desk --image {file}"));
        ended.says(3, &[words, "\n  "]);
        assert_eq!(ended.out, "", "{file}");
    }
    // What it ran, it runs.
    bench.run("check --target desk --cuts whole http/chunked/pieces").says(0, &["same bytes"]);
}
