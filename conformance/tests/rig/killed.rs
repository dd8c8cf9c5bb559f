//! Runs that are broken off, and runs beside each other.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::Named;
use crate::bench::{Bench, Ended, finish, image, wait};
use crate::played::{Played, name};

pub(crate) const TRIALS: &[Named] = &[
    (
        "a_run_that_is_broken_off_leaves_no_lease_and_no_process",
        a_run_that_is_broken_off_leaves_no_lease_and_no_process,
    ),
    (
        "a_flash_that_is_killed_leaves_no_worker_and_can_be_done_again",
        a_flash_that_is_killed_leaves_no_worker_and_can_be_done_again,
    ),
    ("a_stand_in_goes_with_its_run", a_stand_in_goes_with_its_run),
    (
        "of_two_runs_at_once_one_is_told_who_has_the_board",
        of_two_runs_at_once_one_is_told_who_has_the_board,
    ),
];

const LONG: Duration = Duration::from_secs(30);
/// Longer than any of this.
const CHECK: &str = "check --target desk --cuts bytes";

/// Waits for something that will soon be so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LONG, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn send(signal: &str, to: &str) {
    let status = Command::new("kill").args(["-s", signal, "--", to]).status().unwrap();
    assert!(status.success(), "kill -s {signal} {to}");
}

/// A run in a group of its own, as a shell starts it.
fn start(bench: &Bench, words: &str) -> Child {
    bench.samewire(words).process_group(0).spawn().unwrap()
}

/// Whether somebody works with the board.
fn is_busy(bench: &Bench) -> bool {
    beside(bench, "boards").out.contains("busy: ")
}

/// Runs something beside what runs already.
fn beside(bench: &Bench, words: &str) -> Ended {
    finish(bench.samewire(words))
}

fn a_run_that_is_broken_off_leaves_no_lease_and_no_process() {
    let bench = Bench::new(&[]);
    let played = Played::new(&bench, image().as_deref(), &[]);
    name(&bench, &played.row());
    for (signal, is_for_all) in [("KILL", false), ("INT", true), ("TERM", false)] {
        let mut run = start(&bench, CHECK);
        // It has the board, lets it go when it has seen that it is there, and takes it for the run.
        until("it has the board", || is_busy(&bench));
        let id = run.id();
        send(signal, &if is_for_all { format!("-{id}") } else { id.to_string() });
        assert_eq!(wait(&mut run), None, "{signal} ends it");
        bench.wait_until_left(&[played.id()]);
        assert!(!is_busy(&bench), "{signal}");
    }
    bench.run("check --target desk --cuts whole http/chunked/pieces").says(0, &["same bytes"]);
}

fn a_flash_that_is_killed_leaves_no_worker_and_can_be_done_again() {
    let bench = Bench::new(&[]);
    let played = Played::new(&bench, None, &[]);
    name(&bench, &played.row());
    for signal in ["KILL", "INT", "TERM"] {
        let mut run = start(&bench, "flash desk");
        until("a worker runs", || bench.marked().len() == 3);
        // In the middle of it, more or less: the whole takes two seconds.
        std::thread::sleep(Duration::from_millis(700));
        send(signal, &run.id().to_string());
        assert_eq!(wait(&mut run), None, "{signal} ends it");
        bench.wait_until_left(&[played.id()]);
    }
    let half = bench.run("check --target desk http/chunked/pieces");
    half.says(3, &["link: nothing comes from tcp:", "(tried 3 times)", "flash it"]);
    bench.run("flash desk").says(0, &["flashed and verified", ", and answers"]);
}

fn a_stand_in_goes_with_its_run() {
    let bench = Bench::faulty(&[]);
    for signal in ["KILL", "INT", "TERM"] {
        let mut run = start(&bench, CHECK);
        // With its stand-in and a worker at the least.
        until("it has begun", || bench.marked().len() >= 3);
        send(signal, &run.id().to_string());
        assert_eq!(wait(&mut run), None, "{signal} ends it");
        bench.wait_until_left(&[]);
    }
}

fn of_two_runs_at_once_one_is_told_who_has_the_board() {
    let bench = Bench::new(&[]);
    let played = Played::new(&bench, image().as_deref(), &[]);
    name(&bench, &played.row());
    let mut first = start(&bench, "monitor desk");
    until("it has the board", || is_busy(&bench));
    let holder = format!("by process {}: samewire monitor desk", first.id());
    let remedy = format!("wait until it is through, or kill {}", first.id());
    for words in ["check --target desk http/chunked", "flash desk", "monitor desk"] {
        beside(&bench, words).says(3, &["busy: ", &holder, &remedy]);
    }
    // By its port alone it is the same board.
    name(&bench, &played.serial());
    beside(&bench, "monitor desk").says(3, &["busy: ", &holder]);
    first.kill().unwrap();
    let _ = first.wait();
    bench.wait_until_left(&[played.id()]);
    bench.run("check --target desk --cuts whole http/chunked/pieces").says(0, &["same bytes"]);
}
