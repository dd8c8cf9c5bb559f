//! Emulators that are not there, or of no use: programs of ours stand on the path in their place.
#![cfg(unix)]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A path with a shell, and with a script in the place of each emulator, if there is one.
fn path(name: &str, script: Option<&str>) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("emulators").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a new folder");
    for program in ["sh", "cat"] {
        symlink(format!("/bin/{program}"), folder.join(program)).expect("a new link");
    }
    for emulator in ["qemu-system-arm", "qemu-system-riscv32"] {
        if let Some(script) = script {
            let program = folder.join(emulator);
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a new file");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("our file");
        }
    }
    folder
}

/// Runs `samewire` with this path. The exit code, and the one line of what it says.
fn samewire(path: &PathBuf, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samewire"));
    command.args(arguments).env("PATH", path);
    // What is loaded is not looked at.
    for image in ["MICROBIT", "QEMU_ARM", "QEMU_RISCV"] {
        command.env(format!("SAMEWIRE_{image}"), env!("CARGO_BIN_EXE_samewire"));
    }
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = String::from_utf8(stderr).expect("the output is UTF-8");
    assert!(stdout.is_empty() && text.lines().count() == 1, "{text}");
    (status.code(), text)
}

#[test]
fn one_that_is_not_there_ends_3_with_what_brings_it() {
    let path = path("missing", None);
    for (target, emulator) in [
        ("microbit", "qemu-system-arm"),
        ("qemu-arm", "qemu-system-arm"),
        ("qemu-riscv", "qemu-system-riscv32"),
    ] {
        let (code, text) = samewire(&path, &["check", "--target", target]);
        let why = format!(
            "error: {target}: there is no {emulator}: on Debian, `cargo ci setup` brings it\n"
        );
        assert_eq!((code, text), (Some(3), why));
    }
}

#[test]
fn one_that_dies_ends_3_with_its_last_words() {
    let path = path("dying", Some("echo no such machine >&2; exit 1"));
    for target in ["microbit", "qemu-arm", "qemu-riscv"] {
        let (code, text) = samewire(&path, &["check", "--target", target]);
        assert_eq!(code, Some(3), "{text}");
        assert!(text.ends_with(" has ended: exit status: 1: no such machine\n"), "{text}");
    }
}

#[test]
fn firmware_that_panics_while_it_starts_ends_3_and_says_so() {
    let path = path("panicking", Some("echo panicked at main.rs >&2; exit 101"));
    for target in ["microbit", "qemu-arm", "qemu-riscv"] {
        let (code, text) = samewire(&path, &["check", "--target", target]);
        let why = format!("error: {target}: the firmware has panicked: panicked at main.rs\n");
        assert_eq!((code, text), (Some(3), why));
    }
}

#[test]
fn a_port_that_is_taken_ends_3_with_what_to_do() {
    // Not even asked: an emulator would say it in words of its own.
    let path = path("unasked", Some("exit 1"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port().to_string();
    for target in ["qemu-arm", "qemu-riscv"] {
        let (code, text) = samewire(&path, &["serve", "--target", target, "--port", &port]);
        let why = format!(
            "error: {target}: port {port} is in use; stop the program that has it, or choose \
             another port (port 0 takes any free one)\n"
        );
        assert_eq!((code, text), (Some(3), why));
    }
}
