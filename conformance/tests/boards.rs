//! Boards of a file: this very program stands for one, over the link on its standard streams.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use samewire::{FixedEntropy, Limits};
use samewire_demo::Demo;
use samewire_host::{Entropy, Server, WallClock};
use samewire_sim::clock::EXAMPLE_DATE;

/// A folder of its own with this `boards.toml`, and a folder in it.
fn folder(name: &str, file: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("below")).expect("a new folder");
    fs::write(folder.join("boards.toml"), file).expect("a new file");
    folder
}

/// A board whose command is this one.
fn board(name: &str, command: &[&str]) -> String {
    let words: Vec<String> = command.iter().map(|word| format!("'{word}'")).collect();
    format!("[board.{name}]\nabout = \"a stand-in\"\ncommand = [{}]\n", words.join(", "))
}

/// Runs `samewire` there, and returns its exit code, stdout and stderr.
fn samewire(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samewire"));
    let output = command.args(arguments).current_dir(folder).output().expect("the binary runs");
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn a_board_says_the_same_bytes_as_core() {
    let served = board("desk", &[env!("CARGO_BIN_EXE_samewire"), "serve", "--link"]);
    let folder = folder("same", &served);
    // With cuts, deadlines, limits, clients that stop reading, the other protocol, and several
    // connections with one app.
    let cases = [
        "http/fields/whitespace",
        "http/timeouts/reader",
        "http/limits/head",
        "ws/ping",
        "app/chat",
    ];
    let arguments = [&["check", "--target", "desk"][..], &cases].concat();
    let (code, stdout, stderr) = samewire(&folder.join("below"), &arguments);
    assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
    let summary = stdout.lines().last().unwrap_or_default();
    assert!(summary.starts_with("desk ") && summary.contains(" 0 failed, "), "{stdout}");
    assert!(summary.contains(" 0 skipped, "), "{stdout}");
    assert!(summary.ends_with(" same bytes"), "{stdout}");

    let (_, listed, _) = samewire(&folder, &["targets"]);
    assert!(listed.contains("desk                   ready      a stand-in\n"), "{listed}");
}

#[test]
fn a_board_with_a_network_is_compared_too() {
    let server = Server::new(Demo::new).bind("127.0.0.1:0").limits(Limits::SMALL);
    let server = server.entropy(Entropy::Fixed(FixedEntropy::EXAMPLE));
    let server = server.wall_clock(WallClock::Fixed(EXAMPLE_DATE)).start().expect("a free port");
    let file = format!("[board.panel]\nhttp = \"{}\"\n", server.local_addr());
    let folder = folder("network", &file);
    let cases = ["http/fields/whitespace", "http/limits/content", "ws/handshake/accepted"];
    let arguments = [&["check", "--target", "panel"][..], &cases].concat();
    let (code, stdout, stderr) = samewire(&folder, &arguments);
    assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
    assert!(stdout.contains("needs limits: the board has its own"), "{stdout}");
    let summary = stdout.lines().last().unwrap_or_default();
    assert!(summary.contains(" 0 failed, ") && summary.ends_with(" same bytes"), "{stdout}");

    // The time of day is in the answers: a board whose clock goes differs, and that is seen.
    let server = Server::new(Demo::new).bind("127.0.0.1:0").limits(Limits::SMALL);
    let server = server.wall_clock(WallClock::Fixed(EXAMPLE_DATE + 1)).start().expect("a port");
    let file = format!("[board.panel]\nhttp = \"{}\"\n", server.local_addr());
    fs::write(folder.join("boards.toml"), file).expect("a new file");
    let (code, stdout, _) = samewire(&folder, &arguments);
    assert_eq!(code, Some(1), "{stdout}");
}

#[cfg(unix)]
#[test]
fn a_board_that_does_not_speak_is_told_with_its_last_words() {
    let table = [
        (&["no-such-program"][..], "there is no no-such-program: boards.toml names it"),
        (&["sh", "-c", "echo no image >&2; exit 1"], "sh has ended: exit status: 1: no image"),
        (&["sh", "-c", "echo oh >&2; exit 101"], "the firmware has panicked: oh"),
    ];
    for (words, why) in table {
        let folder = folder("mute", &board("mute", words));
        let (code, stdout, stderr) = samewire(&folder, &["check", "--target", "mute"]);
        assert_eq!((code, &*stdout), (Some(3), ""), "{stderr}");
        assert!(stderr.starts_with(&format!("error: mute: {why}")), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_wrong_file_stops_who_names_a_target() {
    let folder = folder("wrong", "[board.desk]\nserial = \"/dev/ttyACM0\"\n");
    let (code, stdout, stderr) = samewire(&folder, &["check", "--target", "desk"]);
    assert_eq!((code, &*stdout), (Some(2), ""), "{stderr}");
    assert!(stderr.contains("boards.toml:2:10"), "{stderr}");
    assert!(stderr.contains("say chip = "), "{stderr}");
}
