//! The demo on boards that QEMU emulates, over real TCP: QEMU forwards free ports of this machine's
//! loopback to the board's.
//!
//! Time is real, and the limits are the image's. An emulator that dies or hangs is told apart from a
//! server that fails: behind each connection its monitor is asked, and where nothing came, so is
//! a port of the board that depends on nothing that is tested.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use samewire::Limits;

use super::emulator::{Emulator, Trouble};
use super::socket::{self, Socket};
use super::{Channel, Delivery, OpenOptions, Received, Subject, Time, Unreachable, image};
use crate::case::Need;

/// What a board serves on its ports: see `targets/firmware/qemu`.
const DEMO: u16 = 80;
const BYTES: u16 = 81;
const BARE: u16 = 82;

/// More than a board takes from power to its first answer, on a machine that has much else to do.
const START_MAX: Duration = Duration::from_secs(30);
/// A board that is still starting lets a SYN go by, and the next one comes seconds later; a new
/// connection comes sooner.
const ANSWER_MAX: Duration = Duration::from_millis(500);
/// The last line of what a board answers to [`REQUEST`], whichever port is asked.
const END: &[u8] = b"every wire.\n";
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: board\r\n\r\n";

/// A board that QEMU emulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// `mps2-an385` with code for a Cortex-M0.
    Arm,
    /// `virt` with the instructions of an ESP32-C3.
    Riscv,
}

impl Board {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Arm, Self::Riscv];

    /// Of the target and its image.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm => "qemu-arm",
            Self::Riscv => "qemu-riscv",
        }
    }

    const fn emulator(self) -> &'static str {
        match self {
            Self::Arm => "qemu-system-arm",
            Self::Riscv => "qemu-system-riscv32",
        }
    }

    /// What its image is built for.
    const fn target(self) -> &'static str {
        match self {
            Self::Arm => "thumbv6m-none-eabi",
            Self::Riscv => "riscv32imc-unknown-none-elf",
        }
    }

    /// The machine, and its network but for the ports.
    const fn machine(self) -> &'static str {
        match self {
            Self::Arm => "-M mps2-an385 -nic user,model=lan9118",
            Self::Riscv => {
                "-M virt -cpu rv32,a=off,f=off,d=off -m 16M -bios none \
                 -device virtio-net-device,netdev=net -netdev user,id=net"
            }
        }
    }

    /// QEMU's command line, without the image.
    fn arguments(self) -> Vec<String> {
        let forward = |port| format!(",hostfwd=tcp:127.0.0.1:0-:{port}");
        let words = format!(
            "{}{} -display none -serial none -monitor stdio \
             -semihosting-config enable=on,target=native",
            self.machine(),
            [DEMO, BYTES, BARE].map(forward).concat()
        );
        words.split_whitespace().map(str::to_owned).collect()
    }
}

/// The demo on a board, started when it is needed first.
pub struct Qemu {
    board: Board,
    machine: Option<Rc<RefCell<Machine>>>,
}

impl Qemu {
    /// On this board.
    pub fn new(board: Board) -> Self {
        Self { board, machine: None }
    }
}

impl Subject for Qemu {
    fn name(&self) -> &str {
        self.board.name()
    }

    fn time(&self) -> Time {
        Time::Real
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        Ok(socket::lacks(need))
    }

    fn fits(&mut self, limits: &Limits) -> Result<Option<String>, Unreachable> {
        let other = *limits != Limits::SMALL;
        Ok(other.then(|| "needs limits: its image was built with others".to_owned()))
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let kept = self.machine.take().filter(|machine| machine.borrow().trouble.is_none());
        let machine = match kept {
            Some(machine) => machine,
            None => Rc::new(RefCell::new(Machine::start(self.board)?)),
        };
        self.machine = Some(Rc::clone(&machine));
        // As on the host, the server cuts what it reads where single bytes are asked for.
        let (port, sent) = match options.delivery {
            Delivery::Bytes => (BYTES, Delivery::Whole),
            delivery => (DEMO, delivery),
        };
        let address = machine.borrow().address(port);
        let socket = Socket::connect(address, sent)?;
        machine.borrow_mut().heard = Heard::Nothing;
        Ok(Box::new(Connection { socket, machine }))
    }

    fn lost(&mut self) -> Option<Unreachable> {
        let mut machine = self.machine.as_ref()?.borrow_mut();
        if machine.heard == Heard::Nothing && machine.trouble.is_none() {
            machine.trouble = machine.answers().err();
        }
        match &machine.trouble {
            Some(Trouble::Lost(why)) => Some(why.clone()),
            // The case has failed by it, and the next one has a new emulator.
            Some(Trouble::Panicked(_)) | None => None,
        }
    }
}

/// What has come over the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Bytes,
    /// Its end, behind which the emulator was seen to live.
    End,
}

/// A board that runs.
struct Machine {
    emulator: Emulator,
    /// The board's ports, and ours that lead there.
    ports: Vec<(u16, u16)>,
    heard: Heard,
    trouble: Option<Trouble>,
}

impl Machine {
    /// Starts a board, and waits until it answers.
    fn start(board: Board) -> Result<Self, Unreachable> {
        let image = image::find(board.name(), board.target())?;
        let mut arguments = board.arguments();
        arguments.extend(["-kernel".to_owned(), image.to_string_lossy().into_owned()]);
        let remedy = "on Debian, `cargo ci setup` brings it";
        let emulator = Emulator::start_with_monitor(board.emulator(), &arguments, remedy)?;
        let mut machine =
            Self { emulator, ports: Vec::new(), heard: Heard::Nothing, trouble: None };
        machine.begin().map_err(|trouble| match trouble {
            Trouble::Panicked(what) => Unreachable(format!("the firmware has panicked: {what}")),
            Trouble::Lost(why) => why,
        })?;
        Ok(machine)
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        let told = self.monitor("info usernet", "Source Address")?;
        self.ports = told.lines().filter_map(forward).collect();
        [DEMO, BYTES, BARE].into_iter().try_for_each(|port| self.answers_on(port))
    }

    /// Where that port of the board can be reached.
    fn address(&self, port: u16) -> SocketAddr {
        let found = self.ports.iter().find(|(there, _)| *there == port);
        (Ipv4Addr::LOCALHOST, found.map_or(0, |(_, here)| *here)).into()
    }

    /// Whether the emulator lives, and the board runs whatever the server does.
    fn answers(&mut self) -> Result<(), Trouble> {
        self.lives()?;
        self.answers_on(BARE)
    }

    /// The monitor answers. One that does not ends by it.
    fn lives(&mut self) -> Result<(), Trouble> {
        self.monitor("info status", "VM status: running").map(drop)
    }

    /// Asks until there is an answer.
    fn answers_on(&mut self, port: u16) -> Result<(), Trouble> {
        let address = self.address(port);
        let deadline = Instant::now() + START_MAX;
        while !answers(address) {
            self.lives()?;
            if Instant::now() > deadline {
                let seconds = START_MAX.as_secs();
                let why = format!("port {port} of the board does not answer for {seconds} s");
                return Err(self.emulator.lost(&why));
            }
        }
        Ok(())
    }

    /// Gives an order, and takes what comes until the prompt behind `sign`.
    fn monitor(&mut self, order: &str, sign: &str) -> Result<String, Trouble> {
        self.emulator.write(format!("{order}\n").as_bytes())?;
        let mut told = Vec::new();
        loop {
            told.extend(self.emulator.read()?);
            let text = String::from_utf8_lossy(&told);
            if text.split_once(sign).is_some_and(|(_, behind)| behind.contains("(qemu)")) {
                return Ok(text.into_owned());
            }
        }
    }
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

/// Asks once, on a connection of its own.
fn answers(address: SocketAddr) -> bool {
    let Ok(mut socket) = Socket::connect(address, Delivery::Whole) else { return false };
    socket.send(REQUEST);
    let deadline = Instant::now() + ANSWER_MAX;
    let mut came = Vec::new();
    while !came.ends_with(END) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || socket.receive(&mut came, left) != Received::Bytes {
            return false;
        }
    }
    true
}

/// One connection. A subject has one at a time.
struct Connection {
    socket: Socket,
    machine: Rc<RefCell<Machine>>,
}

impl Connection {
    /// An end may be that of the emulator, and one whose firmware has panicked is the server's
    /// fault.
    fn ended(&self) {
        let mut machine = self.machine.borrow_mut();
        if machine.heard == Heard::End || machine.trouble.is_some() {
            return;
        }
        machine.heard = Heard::End;
        machine.trouble = machine.lives().err();
        if let Some(Trouble::Panicked(what)) = &machine.trouble {
            let what = what.clone();
            drop(machine);
            std::panic::resume_unwind(Box::new(what));
        }
    }
}

impl Channel for Connection {
    fn send(&mut self, bytes: &[u8]) {
        self.socket.send(bytes);
    }

    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        let received = self.socket.receive(into, patience);
        match received {
            Received::Bytes => self.machine.borrow_mut().heard = Heard::Bytes,
            Received::End | Received::Reset => self.ended(),
            Received::Quiet => {}
        }
        received
    }

    fn pass(&mut self, time: Duration) {
        self.socket.pass(time);
    }

    fn shut(&mut self) {
        self.socket.shut();
    }

    fn reset(&mut self) {
        self.socket.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::{Board, forward};

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
    fn ports_stand_behind_the_network() {
        for (board, network) in Board::ALL.into_iter().zip(["lan9118", "user,id=net"]) {
            let words = board.arguments().join(" ");
            let ports = ",hostfwd=tcp:127.0.0.1:0-:80,hostfwd=tcp:127.0.0.1:0-:81,";
            assert!(words.contains(&format!("{network}{ports}")), "{words}");
        }
    }
}
