//! An emulated board that runs, reached through ports of this machine's loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Image;
use crate::failure::Failure;

/// Ports that an image serves: see `targets/firmware/qemu`.
pub(super) const DEMO: u16 = 80;
pub(super) const BYTES: u16 = 81;
pub(super) const BARE: u16 = 82;

/// A running emulator. It ends when this is dropped.
pub(super) struct Machine {
    child: Child,
    /// Which port of ours leads to which of the board's.
    ports: BTreeMap<u16, u16>,
}

impl Machine {
    /// Starts an emulator on free ports of ours.
    pub(super) fn start(image: &Image, path: &Path) -> Result<Self, Failure> {
        let ports = [DEMO, BYTES, BARE].map(|port| (0, port));
        let mut command = Command::new(image.emulator);
        command.args(arguments(image, path, &ports)).args(["-monitor", "stdio"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command
            .spawn()
            .map_err(|error| Failure::new(format!("{}: {error}", image.emulator)))?;
        let mut machine = Self { child, ports: BTreeMap::new() };
        machine.find_ports(ports.len())?;
        Ok(machine)
    }

    /// Asks the emulator's monitor which ports it has taken.
    fn find_ports(&mut self, count: usize) -> Result<(), Failure> {
        let silent = || Failure::new("the emulator's monitor does not tell its ports");
        let (monitor, answers) = (self.child.stdin.as_mut(), self.child.stdout.take());
        let asked = monitor.map(|monitor| monitor.write_all(b"info usernet\n"));
        let (Some(Ok(())), Some(answers)) = (asked, answers) else { return Err(silent()) };
        for line in BufReader::new(answers).lines().map_while(Result::ok) {
            self.ports.extend(forward(&line));
            if self.ports.len() == count {
                return Ok(());
            }
        }
        Err(silent())
    }

    /// Where that port of the board can be reached.
    pub(super) fn address(&self, port: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.get(&port).copied().unwrap_or_default()).into()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command line, but for the monitor. Ports are pairs of ours and the board's.
pub(super) fn arguments(image: &Image, path: &Path, ports: &[(u16, u16)]) -> Vec<String> {
    let forwards =
        ports.iter().map(|(here, there)| format!(",hostfwd=tcp:127.0.0.1:{here}-:{there}"));
    let (before, after) = image.network.unwrap_or_default();
    let network = format!("{before}{}{after}", forwards.collect::<String>());
    let words = "-display none -serial none -semihosting-config enable=on,target=native";
    let words = image.board.iter().copied().chain(words.split(' ')).chain(network.split(' '));
    let mut arguments: Vec<String> = words.map(str::to_owned).collect();
    arguments.extend(["-kernel".to_owned(), path.display().to_string()]);
    arguments
}

/// The board's port and ours, of a line of `info usernet`:
/// `TCP[HOST_FORWARD]  13  127.0.0.1 34567  10.0.2.15  80 …`.
fn forward(line: &str) -> Option<(u16, u16)> {
    let mut words = line.split_whitespace();
    words.find(|word| *word == "TCP[HOST_FORWARD]")?;
    let here = words.nth(2)?.parse().ok()?;
    let there = words.nth(1)?.parse().ok()?;
    Some((there, here))
}

#[cfg(test)]
mod tests {
    use super::super::IMAGES;
    use super::{arguments, forward};
    use std::path::Path;

    #[test]
    fn ports_are_read_from_the_monitor() {
        let table = [
            ("  TCP[HOST_FORWARD]  13       127.0.0.1 41733       10.0.2.15    80     0     0", 80),
            ("  TCP[ESTABLISHED]   15       127.0.0.1 41733       10.0.2.15    80     0     0", 0),
            ("(qemu) info usernet", 0),
            ("", 0),
        ];
        for (line, there) in table {
            let expected = (there != 0).then_some((there, 41733));
            assert_eq!(forward(line), expected, "{line:?}");
        }
    }

    #[test]
    fn ports_stand_in_the_command_line() {
        let words = arguments(&IMAGES[0], Path::new("image"), &[(1, 80), (2, 82)]).join(" ");
        let network =
            "-nic user,model=lan9118,hostfwd=tcp:127.0.0.1:1-:80,hostfwd=tcp:127.0.0.1:2-:82";
        assert!(words.contains(network) && words.ends_with(" -kernel image"), "{words}");
    }
}
