//! What boards tell of their end: on their own, and in the middle of a case.

use crate::Named;
use crate::bench::{Bench, image};
use crate::played::{Played, name};

pub(crate) const TRIALS: &[Named] = &[
    (
        "a_case_that_crashes_the_firmware_fails_in_its_words",
        a_case_that_crashes_the_firmware_fails_in_its_words,
    ),
    ("a_crash_is_told_over_its_reset_by_a_probe", a_crash_is_told_over_its_reset_by_a_probe),
    (
        "a_crash_is_told_over_its_reset_by_the_port_alone",
        a_crash_is_told_over_its_reset_by_the_port_alone,
    ),
];

const FAULT: &str = "panicked by a hard fault: ExceptionFrame { r0: 0x";

/// It is the server's fault, and no trouble with the board: those that do not light the lamp pass.
fn a_case_that_crashes_the_firmware_fails_in_its_words() {
    let bench = Bench::faulty(&["crash-at-lamp"]);
    let ended = bench.run("check --target desk --cuts whole app/board");
    ended.says(
        1,
        &[
            "FAIL desk  app/board/lamp-replaced  (whole)",
            "the server panicked: panicked by a hard fault: ExceptionFrame { r0: 0x",
            ", xpsr: 0x",
            " 4 failed, 0 known",
        ],
    );
    assert!(!ended.out.contains("unreachable") && !ended.out.contains("brought back"), "{ended:?}");
}

fn a_crash_is_told_over_its_reset_by_a_probe() {
    let ended = Bench::faulty(&["crash-after=1"]).run("monitor desk --seconds 8");
    ended.says(0, &["] samewire rp2040 ", " begins. ", FAULT]);
    assert!(!ended.out.contains('\0'), "{ended:?}");
}

fn a_crash_is_told_over_its_reset_by_the_port_alone() {
    let bench = Bench::new(&[]);
    let played = Played::new(&bench, image().as_deref(), &["--fault", "crash-after=4"]);
    name(&bench, &played.serial());
    let ended = bench.run("monitor desk --seconds 10");
    ended.says(0, &["] it runs ", FAULT]);
    // Before the crash and behind it; and each line has its time.
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.contains("it runs ")).count(), 2, "{ended:?}");
    assert!(lines.iter().all(|line| line.starts_with("[ ")), "{ended:?}");
    // A board that is there and says nothing is told as that.
    let silent = Played::new(&bench, None, &[]);
    name(&bench, &silent.serial());
    bench.run("monitor desk --seconds 30").says(3, &["link: nothing comes from tcp:", "flash it"]);
}
