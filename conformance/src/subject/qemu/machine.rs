//! A board that runs in QEMU: its monitor, and which ports of ours lead to the board's.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use super::board::{BARE, BYTES, Board, DEMO, ORDERS};
use crate::subject::emulator::{Emulator, Program, Trouble};
use crate::subject::orders::Order;
use crate::subject::socket::Socket;
use crate::subject::{Channel, Delivery, Received, Unreachable, image};

/// More than a board takes from power to its first answer, on a machine that has much else to do.
const START_MAX: Duration = Duration::from_secs(30);
/// A board that is still starting lets a SYN go by, and the next one comes seconds later; a new
/// connection comes sooner.
const ANSWER_MAX: Duration = Duration::from_millis(500);
/// The last line of what a board answers to [`REQUEST`], whichever port is asked.
const END: &[u8] = b"every wire.\n";
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: board\r\n\r\n";

/// A board that runs.
pub(crate) struct Machine {
    emulator: Emulator,
    /// The board's ports, and ours that lead there.
    ports: Vec<(u16, u16)>,
}

impl Machine {
    /// Starts a board whose demo is behind this port of ours, or behind any if it is 0, and waits
    /// until it answers.
    ///
    /// # Errors
    ///
    /// There is no image or no emulator, or it does not start.
    pub(crate) fn start(board: Board, port: u16) -> Result<Self, Unreachable> {
        if port != 0 && is_taken(port) {
            return Err(Unreachable(format!(
                "port {port} is in use; stop the program that has it, or choose another port (port \
                 0 takes any free one)"
            )));
        }
        let image = image::find(board.name(), board.target())?;
        let mut arguments = board.arguments(port);
        arguments.extend(["-kernel".to_owned(), image.to_string_lossy().into_owned()]);
        let emulator = Emulator::start_with_monitor(&Program::qemu(board.emulator(), arguments))?;
        let mut machine = Self { emulator, ports: Vec::new() };
        machine.begin()?;
        Ok(machine)
    }

    /// With an emulator that is none, and ports that lead to something else.
    #[cfg(all(test, unix))]
    pub(super) fn stand_in(emulator: Emulator, ports: [(u16, u16); 2]) -> Self {
        Self { emulator, ports: ports.to_vec() }
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        let told = self.monitor("info usernet", "Source Address")?;
        self.ports = told.lines().filter_map(forward).collect();
        [DEMO, BYTES, BARE].into_iter().try_for_each(|port| self.answers_on(port))
    }

    /// Where that port of the board can be reached.
    pub(crate) fn address(&self, port: u16) -> SocketAddr {
        let found = self.ports.iter().find(|(there, _)| *there == port);
        (Ipv4Addr::LOCALHOST, found.map_or(0, |(_, here)| *here)).into()
    }

    /// Whether the emulator lives, and the board runs whatever the server does.
    ///
    /// # Errors
    ///
    /// One of them does not.
    pub(super) fn answers(&mut self) -> Result<(), Trouble> {
        self.lives()?;
        self.answers_on(BARE)
    }

    /// Whether the monitor answers. An emulator that does not ends by it.
    ///
    /// # Errors
    ///
    /// It has ended, or hangs.
    pub(super) fn lives(&mut self) -> Result<(), Trouble> {
        self.monitor("info status", "VM status: running").map(drop)
    }

    /// Has the next connection to the port for it served so.
    ///
    /// # Errors
    ///
    /// The board does not take the orders.
    pub(super) fn order(&self, orders: &[Order]) -> Result<(), Unreachable> {
        let bytes: Vec<u8> = orders.iter().flat_map(|order| order.encode()).collect();
        let deadline = Instant::now() + START_MAX;
        // One that is still seeing the last client off takes nobody for a moment.
        while Instant::now() < deadline {
            let mut socket = Socket::connect(self.address(ORDERS), Delivery::Whole)?;
            socket.send(&bytes);
            socket.shut();
            let mut taken = Vec::new();
            while socket.receive(&mut taken, START_MAX) == Received::Bytes {}
            if !taken.is_empty() {
                return Ok(());
            }
        }
        Err(Unreachable("the board does not take orders for limits".to_owned()))
    }

    /// Waits until the emulator has ended; why it has.
    pub(crate) fn wait(&mut self) -> Unreachable {
        self.emulator.post_mortem().into()
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

/// Whether somebody listens there: QEMU would end by it, in words of its own.
fn is_taken(port: u16) -> bool {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    listener.is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
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

#[cfg(test)]
mod tests {
    use super::forward;

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
}
