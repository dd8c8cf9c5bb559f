//! What is attached, as Linux tells it: the folders under `/sys` by which probes and ports are found
//! are the test's own, in a namespace of its own, which any user may have. Nobody is root in there.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Named;
use crate::bench::{Bench, Ended, finish};

pub(crate) const TRIALS: &[Named] = &[
    ("without_a_board_it_is_said_what_to_plug_in", without_a_board_it_is_said_what_to_plug_in),
    ("of_two_boards_that_match_neither_is_taken", of_two_boards_that_match_neither_is_taken),
    (
        "a_probe_that_is_not_ours_is_told_with_its_udev_rule",
        a_probe_that_is_not_ours_is_told_with_its_udev_rule,
    ),
    (
        "a_port_that_is_not_ours_is_told_with_its_group",
        a_port_that_is_not_ours_is_told_with_its_group,
    ),
];

/// Lays the folders over the system's, and runs a command that may do no more than its user.
const INSIDE: &str = "mount --bind sys /sys && mount --bind dev /dev && shift && \
                      exec setpriv --bounding-set=-all \"$@\"";

/// Why there can be no namespace.
pub(crate) fn why_not() -> Option<String> {
    let mut command = Command::new("unshare");
    command.args(["-Urm", "setpriv", "--bounding-set=-all", "true"]).stdin(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(format!("unshare: {error}")),
    }
}

/// A desk without anything on it.
fn desk() -> Bench {
    let bench = Bench::new(&[]);
    for folder in ["sys/bus/usb/devices", "sys/class/tty", "dev/bus/usb/001"] {
        fs::create_dir_all(bench.folder().join(folder)).unwrap();
    }
    bench
}

fn run(bench: &Bench, words: &str) -> Ended {
    let mut command = bench.command("unshare");
    command.args(["-Urm", "sh", "-c", INSIDE, "sh", "inside", env!("CARGO_BIN_EXE_samewire")]);
    command.args(words.split(' '));
    finish(command)
}

fn write(folder: &Path, values: &[(&str, &str)]) {
    fs::create_dir_all(folder).unwrap();
    for (name, value) in values {
        fs::write(folder.join(name), format!("{value}\n")).unwrap();
    }
}

/// A file that stands for a device.
fn node(bench: &Bench, path: &str, is_ours: bool) {
    let path = bench.file(&format!("dev/{path}"), b"");
    fs::set_permissions(path, fs::Permissions::from_mode(if is_ours { 0o600 } else { 0 })).unwrap();
}

/// A USB device with one interface.
fn usb(bench: &Bench, number: u8, (product, name, serial): (&str, &str, &str), interface: &str) {
    let folder = bench.folder().join(format!("sys/devices/1-{number}"));
    let (number_text, path) = (number.to_string(), number.to_string());
    write(
        &folder,
        &[
            ("busnum", "1"),
            ("devnum", &number_text),
            ("devpath", &path),
            ("idVendor", "2e8a"),
            ("idProduct", product),
            ("bcdDevice", "0100"),
            ("version", " 2.00"),
            ("bDeviceClass", "ef"),
            ("bDeviceSubClass", "02"),
            ("bDeviceProtocol", "01"),
            ("speed", "12"),
            ("product", name),
            ("serial", serial),
        ],
    );
    write(
        &folder.join(format!("1-{number}:1.0")),
        &[
            ("bInterfaceNumber", "00"),
            ("bInterfaceClass", "ff"),
            ("bInterfaceSubClass", "00"),
            ("bInterfaceProtocol", "00"),
            ("interface", interface),
        ],
    );
    let devices = bench.folder().join("sys/bus/usb/devices");
    symlink(format!("../../../devices/1-{number}"), devices.join(format!("1-{number}"))).unwrap();
}

/// A debug probe of Raspberry Pi's.
fn probe(bench: &Bench, number: u8, serial: &str, is_ours: bool) {
    let name = "Debug Probe (CMSIS-DAP)";
    usb(bench, number, ("000c", name, serial), "CMSIS-DAP v2 Interface");
    node(bench, &format!("bus/usb/001/{number:03}"), is_ours);
}

/// A Pico's own serial port.
fn pico(bench: &Bench, number: u8, serial: &str, is_ours: bool) {
    usb(bench, number, ("000a", "Pico", serial), "Board CDC");
    node(bench, &format!("bus/usb/001/{number:03}"), true);
    let port = format!("ttyACM{number}");
    let interface = bench.folder().join(format!("sys/devices/1-{number}/1-{number}:1.0"));
    symlink("../../../bus/usb", interface.join("subsystem")).unwrap();
    let tty = interface.join("tty").join(&port);
    fs::create_dir_all(&tty).unwrap();
    symlink("../../../../../class/tty", tty.join("subsystem")).unwrap();
    symlink("../..", tty.join("device")).unwrap();
    let path = format!("../../devices/1-{number}/1-{number}:1.0/tty/{port}");
    symlink(path, bench.folder().join("sys/class/tty").join(&port)).unwrap();
    node(bench, &port, is_ours);
}

fn without_a_board_it_is_said_what_to_plug_in() {
    let bench = desk();
    let words = ["no board: no board is attached that could be pico", "while you hold BOOTSEL"];
    for command in ["flash pico", "monitor pico", "check --target pico http/chunked"] {
        run(&bench, command).says(3, &words);
    }
    run(&bench, "boards").says(0, &["nothing is attached: no probe, no serial port on USB"]);
    // What a row names need not be attached, either.
    let row =
        "[board.desk]\nchip = \"rp2040\"\nprobe = \"2e8a:000c:AAA\"\nserial = \"/dev/ttyACM2\"\n";
    bench.file("boards.toml", row.as_bytes());
    run(&bench, "boards").says(0, &["no board: the probe 2e8a:000c:AAA is not attached"]);
    run(&bench, "flash desk").says(3, &["no board: the probe 2e8a:000c:AAA is not there: "]);
    run(&bench, "check --target desk http/chunked")
        .says(3, &["no board: /dev/ttyACM2 cannot be opened"]);
}

fn of_two_boards_that_match_neither_is_taken() {
    let bench = desk();
    probe(&bench, 2, "AAA", true);
    probe(&bench, 3, "BBB", true);
    let (probes, row) =
        ("2 could be pico: 2e8a:000c", "[board.desk]\n  chip = \"rp2040\"\n  probe = \"2e8a:000c");
    for command in ["flash pico", "check --target pico http/chunked"] {
        run(&bench, command).says(3, &["ambiguous: ", probes, row]);
    }
    // What it says helps, put into a file.
    let said = run(&bench, "flash pico").err;
    let lines = said.lines().skip_while(|line| !line.contains("[board.desk]"));
    let file = lines.fold(String::new(), |mut file, line| {
        writeln!(file, "{line}").unwrap();
        file
    });
    bench.file("boards.toml", file.as_bytes());
    let ended = run(&bench, "boards");
    let desk = ended.out.split("\ndesk ").nth(1).unwrap_or_default();
    assert!(desk.contains(" ready ") && desk.contains("probe 2e8a:000c"), "{ended:?}");

    let bench = self::desk();
    pico(&bench, 2, "AAA", true);
    pico(&bench, 3, "BBB", true);
    let ports = "2 could be pico: /dev/ttyACM2, /dev/ttyACM3";
    let row = "[board.desk]\n  chip = \"rp2040\"\n  serial = \"/dev/ttyACM2\"";
    run(&bench, "check --target pico http/chunked").says(3, &["ambiguous: ", ports, row]);
}

fn a_probe_that_is_not_ours_is_told_with_its_udev_rule() {
    let bench = desk();
    probe(&bench, 2, "AAA", false);
    let rule = "echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"2e8a\", ATTR{idProduct}==\"000c\", \
                TAG+=\"uaccess\"' | sudo tee /etc/udev/rules.d/70-samewire.rules";
    for command in ["flash pico", "monitor pico", "check --target pico http/chunked"] {
        run(&bench, command).says(3, &["permission: the probe 2e8a:000c", rule]);
    }
    run(&bench, "boards").says(0, &["not ours to use"]);
}

fn a_port_that_is_not_ours_is_told_with_its_group() {
    let bench = desk();
    pico(&bench, 2, "AAA", false);
    let group = "`sudo usermod -aG dialout $USER`, then log in anew";
    for command in ["monitor pico", "check --target pico http/chunked"] {
        run(&bench, command).says(3, &["permission: /dev/ttyACM2 cannot be opened", group]);
    }
}
