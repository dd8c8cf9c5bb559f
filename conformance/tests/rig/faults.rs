//! Boards, probes and lines that fail in the middle of something.

use crate::Named;
use crate::bench::Bench;

pub(crate) const TRIALS: &[Named] = &[
    (
        "a_firmware_that_hangs_is_brought_back_and_told",
        a_firmware_that_hangs_is_brought_back_and_told,
    ),
    ("a_probe_that_vanishes_in_mid_flash_is_gone", a_probe_that_vanishes_in_mid_flash_is_gone),
    ("a_port_that_vanishes_in_a_run_is_gone", a_port_that_vanishes_in_a_run_is_gone),
    ("a_line_that_drops_bytes_passes_and_says_so", a_line_that_drops_bytes_passes_and_says_so),
];

/// By its own watchdog, or by the ladder where the machine is so slow that this comes first.
fn a_firmware_that_hangs_is_brought_back_and_told() {
    let bench = Bench::faulty(&["hang-at-lamp"]);
    let ended = bench.run("check --target desk --cuts whole app/board");
    ended.says(
        0,
        &[
            "desk: app/board/lamp-",
            ": lost and brought back: link: ",
            "helped after ",
            " 0 failed, 0 known, 0 skipped, same bytes",
        ],
    );
    let by_watchdog = ended.out.contains("the board has begun anew: hung until the watchdog bit");
    assert!(by_watchdog || ended.out.contains("the board acknowledges nothing"), "{ended:?}");
}

fn a_probe_that_vanishes_in_mid_flash_is_gone() {
    let half = "the flash is half written: plug the probe and the board in again, and flash anew";
    for words in ["flash desk", "check --target desk http/chunked"] {
        let ended = Bench::faulty(&["probe-vanishes-after=40000"]).run(words);
        ended.says(3, &["gone: the probe 20b7:9db1:tcp:", "while it programmed", half]);
        assert!(!ended.out.contains("flashed"), "{ended:?}");
    }
}

fn a_port_that_vanishes_in_a_run_is_gone() {
    let bench = Bench::faulty(&["uart-vanishes-after=9000"]);
    let ended = bench.run("check --target desk --cuts whole http/chunked");
    ended.says(3, &["desk unreachable after ", "gone: tcp:127.0.0.1:", "look at the cable"]);
}

/// No verdict depends on a byte that was lost: the link's checksum sees it, and it is sent again.
fn a_line_that_drops_bytes_passes_and_says_so() {
    let bench = Bench::faulty(&["drop-uart=1/500"]);
    let ended = bench.run("check --target desk --cuts whole http/chunked/pieces");
    ended.says(0, &[" repairs by the link, of what was lost", " 0 failed", "same bytes"]);
    let ended = Bench::faulty(&[]).run("check --target desk --cuts whole http/chunked/pieces");
    ended.says(0, &["same bytes"]);
    assert!(!ended.out.contains("repair"), "{ended:?}");
}
