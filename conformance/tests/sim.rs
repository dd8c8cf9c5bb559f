//! `samewire sim` from outside: what passes, what fails and what is said of it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Runs `samewire sim`, and returns its exit code, stdout and stderr.
fn sim(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_samewire"))
        .arg("sim")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (status.code().expect("it ends by itself"), text(stdout), text(stderr))
}

fn file(name: &str, text: &str) -> String {
    // Other tests have files of such names, too.
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sim");
    fs::create_dir_all(&folder).expect("a new folder");
    let path = folder.join(name);
    fs::write(&path, text).expect("a new file");
    path.to_str().expect("it is UTF-8").to_owned()
}

#[test]
fn seeds_that_pass_are_counted() {
    let (exit, out, _) = sim(&["--seeds", "40", "--from", "7", "--jobs", "2"]);
    assert_eq!(exit, 0, "{out}");
    assert!(out.starts_with("sim 40 seeds passed: "), "{out}");
    assert_eq!(sim(&["--seeds", "0"]).0, 4, "nothing was selected");
}

#[test]
fn a_seed_prints_its_schedule_which_is_the_same_run() {
    let (exit, out, _) = sim(&["--seed", "42"]);
    assert_eq!(exit, 0);
    let (schedule, last) = out.trim_end().rsplit_once("\n\n").expect("a line stands apart");
    let hash = last.strip_prefix("--seed 42 passed: ").expect("it passed");
    let file = file("seed-42", schedule);
    let (exit, out, _) = sim(&["--schedule", &file]);
    assert_eq!(exit, 0);
    assert!(out.trim_end().ends_with(hash), "{out}");
}

#[test]
fn a_failure_is_a_command_an_oracle_and_what_came_before() {
    let wrong = file("wrong", "client 3 at 2\n3 ask GET /hello -> 404 # which it is not\n");
    let (exit, out, _) = sim(&["--schedule", &wrong]);
    assert_eq!(exit, 1, "{out}");
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some(&*format!("FAIL samewire sim --schedule {wrong}")));
    // The schedule is the smallest that fails like this.
    let said = "  answers: connection 0, at 0 ms: line 2 deserves [404], and got 200";
    assert_eq!(lines.next(), Some(said));
    assert!(out.contains("\n0 ask GET /hello -> 404\n"), "{out}");
    assert!(out.contains("Hears(Request)"), "{out}");
    let (exit, ..) = sim(&["--schedule", &wrong, "--without", "answers"]);
    assert_eq!(exit, 0, "the oracle was left out");
    let (_, out, _) = sim(&["--schedule", &wrong, "--trace"]);
    assert!(out.trim_start().starts_with("0 ms       Hears(ServerStart)"), "{out}");
}

#[test]
fn what_cannot_be_read_is_said_to_be_that() {
    let broken = file("broken", "client 1 at 2\n1 sing\n");
    let (exit, _, said) = sim(&["--schedule", &broken]);
    assert_eq!(exit, 2);
    assert_eq!(said.trim(), format!("error: {broken}: line 2: no client knows how to `sing`"));
    assert_eq!(sim(&["--schedule", "not/there"]).0, 2);
    let (exit, _, said) = sim(&["--without", "luck"]);
    assert_eq!(exit, 2);
    assert!(said.contains("--without: there are liveness, order, answers"), "{said}");
}

#[test]
fn a_run_is_drawn_and_captured_whether_it_passes_or_not() {
    let wrong = file(
        "to-draw",
        "client 3 at 2\n3 ask GET /hello -> 404\nclient 7 at 9\n7 ask GET / -> 200\n",
    );
    let page = file("drawn.html", "");
    let capture = file("captured.pcapng", "");
    let pictures = ["--html", &page, "--pcap", &capture];
    let draw = |arguments: &[&str]| {
        let (exit, _, said) = sim(&[arguments, &pictures].concat());
        assert!(said.contains(&format!("written: {page}")), "{said}");
        assert!(!said.contains("regress"), "what is in a file is written into no other: {said}");
        let capture = fs::read(&capture).expect("a capture");
        assert_eq!(capture.get(..4), Some(&[0x0a, 0x0d, 0x0d, 0x0a][..]));
        (exit, fs::read_to_string(&page).expect("a page"))
    };
    let (exit, drawn) = draw(&["--seed", "42"]);
    assert!(exit == 0 && drawn.contains("<h1>seed 42 ") && drawn.contains(">passed<"));
    let (exit, drawn) = draw(&["--schedule", &wrong]);
    assert!(exit == 1 && drawn.contains("<b>answers</b>") && drawn.contains(", 1 connection, "));
    let (exit, drawn) = draw(&["--schedule", &wrong, "--whole"]);
    assert!(exit == 1 && drawn.contains(", 2 connections, "), "it was to be left as it is");
    let (exit, _, said) = sim(&["--seed", "42", "--html", "not/there/page.html"]);
    assert!(exit == 2 && said.contains("error: not/there/page.html: "), "{said}");
}
