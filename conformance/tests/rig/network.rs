//! The board's one USB cable: its serial port, and its network, which is Linux's own for as long as a
//! namespace lives.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsRawFd as _;
use std::process::{Command, ExitCode, Stdio};

use crate::Named;
use crate::bench::{Bench, finish, image};
use crate::played::{Played, name};

pub(crate) const TRIALS: &[Named] =
    &[("the_suite_passes_on_its_usb_serial_port", the_suite_passes_on_its_usb_serial_port)];
/// These need a namespace with a network that is ours.
pub(crate) const APART: &[Named] =
    &[("the_suite_passes_on_its_usb_network", the_suite_passes_on_its_usb_network)];

/// Has this program, in a network of its own, ask the board over it.
const INSIDE: &str = "--in-a-network-of-its-own";
const TUN: &str = "/dev/net/tun";
/// Both names mean nothing outside of the namespace.
const TAP: &str = "samewire0";
const OURS: &str = "169.254.20.1/16";
const ITS: &str = "169.254.20.40:80";
/// The largest Ethernet frame, its VLAN and all.
const FRAME_BYTES_MAX: usize = 1518;

fn the_suite_passes_on_its_usb_serial_port() {
    let bench = Bench::new(&[]);
    let played = Played::new(&bench, None, &[]);
    name(&bench, &format!("{}\nserial = \"tcp:{}\"", played.probe(), played.at().usb));
    bench.run("flash desk").says(0, &["flashed and verified by its probe", ", and answers"]);
    let ended = bench.run("check --target desk --cuts whole");
    ended.says(0, &[" 0 failed, 0 known, ", "same bytes"]);
}

/// Why there can be no network of one's own.
pub(crate) fn why_not() -> Option<String> {
    let script = format!("ip link show lo > {} && exec 3<>{TUN}", "/dev/null");
    let mut command = Command::new("unshare");
    command.args(["-Urn", "sh", "-c", &script]).stdin(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(format!("unshare: {error}")),
    }
}

fn the_suite_passes_on_its_usb_network() {
    let bench = Bench::new(&[]);
    bench.file("boards.toml", format!("[board.desk]\nhttp = \"{ITS}\"\n").as_bytes());
    let program = std::env::current_exe().unwrap();
    let mut inside = bench.command("unshare");
    inside.args(["-Urn"]).arg(program).args([INSIDE, &bench.folder().display().to_string()]);
    finish(inside).says(0, &["\ndesk ", " 0 failed, ", "same bytes"]);
    bench.wait_until_left(&[]);
}

/// What is done in the namespace, whose end takes the interface with it.
pub(crate) fn relay_if_asked() -> Option<ExitCode> {
    if std::env::args_os().nth(1)? != INSIDE {
        return None;
    }
    let bench = Bench::new(&[]);
    bench.file("boards.toml", format!("[board.desk]\nhttp = \"{ITS}\"\n").as_bytes());
    let tap = tap();
    for words in [
        "link set lo up".to_owned(),
        format!("address add {OURS} dev {TAP}"),
        format!("link set {TAP} up"),
    ] {
        assert!(
            Command::new("ip").args(words.split(' ')).status().unwrap().success(),
            "ip {words}"
        );
    }
    let played = Played::new(&bench, image().as_deref(), &[]);
    let cable = TcpStream::connect(&played.at().net).unwrap();
    cable.set_nodelay(true).unwrap();
    let (to_board, from_board) = (cable.try_clone().unwrap(), cable);
    let (from_us, to_us) = (tap.try_clone().unwrap(), tap);
    std::thread::spawn(move || send(from_us, to_board));
    std::thread::spawn(move || receive(from_board, to_us));
    let ended = finish(bench.samewire("check --target desk --cuts whole http"));
    print!("{}", ended.out);
    eprint!("{}", ended.err);
    Some(ExitCode::from(ended.code.and_then(|code| u8::try_from(code).ok()).unwrap_or(99)))
}

/// Each frame goes behind its length.
fn send(mut from: File, mut to: TcpStream) {
    let mut frame = [0; 2 + FRAME_BYTES_MAX];
    while let Ok(count) = from.read(&mut frame[2..]) {
        frame[..2].copy_from_slice(&u16::try_from(count).unwrap().to_be_bytes());
        if to.write_all(&frame[..2 + count]).is_err() {
            return;
        }
    }
}

fn receive(mut from: TcpStream, mut to: File) {
    let (mut length, mut frame) = ([0; 2], [0; FRAME_BYTES_MAX]);
    while from.read_exact(&mut length).is_ok() {
        let frame = &mut frame[..u16::from_be_bytes(length).into()];
        if from.read_exact(frame).is_err() || to.write_all(frame).is_err() {
            return;
        }
    }
}

/// An Ethernet interface of Linux's, whose cable ends here.
fn tap() -> File {
    let tun = OpenOptions::new().read(true).write(true).open(TUN).unwrap();
    // SAFETY: zeros are a value of it: names without letters, and numbers.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(TAP.bytes()) {
        *to = libc::c_char::try_from(from).unwrap();
    }
    request.ifr_ifru.ifru_flags = i16::try_from(libc::IFF_TAP | libc::IFF_NO_PI).unwrap();
    // SAFETY: the call reads and writes this structure, and no more, while it lasts.
    let result = unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF, &raw mut request) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    tun
}
