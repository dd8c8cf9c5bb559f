//! The demo on boards that QEMU emulates, over real TCP: QEMU forwards free ports of this machine's
//! loopback to the board's.
//!
//! Time is real. Limits that are not every target's, and a fresh app, are ordered before. An emulator that dies or hangs is told apart from a
//! server that fails: behind each connection its monitor is asked, and where nothing came, so is
//! a port of the board that depends on nothing that is tested.
//!
//! An emulator that shares its processor with much else may stand still for seconds. So silence is
//! believed only once the board has answered on that other port: what the server had to say before
//! has come by then.

pub(crate) mod board;
pub(crate) mod machine;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use samewire::Limits;

use super::emulator::Trouble;
use super::orders;
use super::socket::{self, Socket};
use super::{Channel, Delivery, OpenOptions, Received, Subject, Time, Unreachable};
use crate::case::Need;
pub use board::Board;
use board::{BYTES, DEMO, ORDERED};
use machine::Machine;

/// What the server said before the board answered something else may come a little behind that.
const BEHIND: Duration = Duration::from_millis(100);

/// The demo on a board, started when it is needed first.
pub struct Qemu {
    board: Board,
    running: Option<Rc<RefCell<Running>>>,
}

/// A board that runs, and what is known of its last connection.
struct Running {
    machine: Machine,
    heard: Heard,
    /// When anything was last done with it.
    touched: Instant,
    /// Time within the connection that neither a case nor patience asked for, all together.
    stood_still: Duration,
    trouble: Option<Trouble>,
}

/// What has come over the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Bytes,
    /// Its end, behind which the emulator was seen to live.
    End,
}

impl Qemu {
    /// On this board.
    pub fn new(board: Board) -> Self {
        Self { board, running: None }
    }

    /// The board as it runs, or a new one.
    fn running(&mut self) -> Result<Rc<RefCell<Running>>, Unreachable> {
        if let Some(running) = &self.running
            && running.borrow().trouble.is_none()
        {
            return Ok(Rc::clone(running));
        }
        // One that is of no more use ends before the next one begins.
        self.running = None;
        let machine = Machine::start(self.board, 0)?;
        let running = Running::new(machine);
        Ok(Rc::clone(self.running.insert(Rc::new(RefCell::new(running)))))
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

    fn fits(&mut self, limits: &Limits, _: usize) -> Result<Option<String>, Unreachable> {
        let room = (Limits::SMALL.receive_bytes_min(), Limits::SMALL.send_bytes_min());
        let fits = limits.fits(room.0, room.1).is_ok();
        Ok((!fits).then(|| "its limits need more than the image has for buffers".to_owned()))
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let running = self.running()?;
        // As on the host, the server cuts what it reads where single bytes are asked for.
        let (read, port, sent) = match options.delivery {
            Delivery::Bytes => (Delivery::Bytes, BYTES, Delivery::Whole),
            delivery => (Delivery::Whole, DEMO, delivery),
        };
        let port = if options.limits == Limits::SMALL && !options.fresh {
            port
        } else {
            let ordered = OpenOptions { delivery: read, ..options.clone() };
            running.borrow().machine.order(&orders::before(&ordered))?;
            ORDERED
        };
        let address = running.borrow().machine.address(port);
        {
            let mut running = running.borrow_mut();
            (running.heard, running.stood_still) = (Heard::Nothing, Duration::ZERO);
            running.touched = Instant::now();
        }
        let socket = Socket::connect(address, sent)?;
        Ok(Box::new(Connection { socket, running }))
    }

    fn lost(&mut self) -> Option<Unreachable> {
        let mut running = self.running.as_ref()?.borrow_mut();
        if running.heard == Heard::Nothing && running.trouble.is_none() {
            running.trouble = running.machine.answers().err();
        }
        match &running.trouble {
            Some(Trouble::Lost(why)) => Some(why.clone()),
            // The case has failed by it, and the next one has a new emulator.
            Some(Trouble::Panicked(_)) | None => None,
        }
    }

    fn stood_still(&mut self) -> Duration {
        self.running.as_ref().map_or(Duration::ZERO, |running| running.borrow().stood_still)
    }
}

impl Running {
    fn new(machine: Machine) -> Self {
        let (touched, stood_still) = (Instant::now(), Duration::ZERO);
        Self { machine, heard: Heard::Nothing, touched, stood_still, trouble: None }
    }

    /// Something has been done that was to take so long. Whatever else has passed since the last
    /// time, one of us stood still: the emulator, or the runner.
    fn touch(&mut self, allowed: Duration) {
        self.stood_still += self.touched.elapsed().saturating_sub(allowed);
        self.touched = Instant::now();
    }
}

/// One connection. A subject has those of one replay at a time.
struct Connection {
    socket: Socket,
    running: Rc<RefCell<Running>>,
}

impl Connection {
    /// An end may be that of the emulator, and one whose firmware has panicked is the server's
    /// fault.
    fn ended(&self) {
        let mut running = self.running.borrow_mut();
        if running.heard == Heard::End || running.trouble.is_some() {
            return;
        }
        running.heard = Heard::End;
        running.trouble = running.machine.lives().err();
        drop(running);
        self.unwind();
    }

    /// Nothing has come; whether that still holds when the board has answered something else.
    fn quiet(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        if self.running.borrow().trouble.is_some() {
            return Received::Quiet;
        }
        {
            let mut running = self.running.borrow_mut();
            // Something that has nothing to do with the server.
            running.trouble = running.machine.answers().err();
            running.touch(patience);
        }
        self.unwind();
        self.socket.receive(into, patience.min(BEHIND))
    }

    fn touch(&self, allowed: Duration) {
        self.running.borrow_mut().touch(allowed);
    }

    /// A panic of the firmware is one of the server.
    fn unwind(&self) {
        let what = match &self.running.borrow().trouble {
            Some(Trouble::Panicked(what)) => what.clone(),
            Some(Trouble::Lost(_)) | None => return,
        };
        std::panic::resume_unwind(Box::new(what));
    }
}

impl Channel for Connection {
    fn send(&mut self, bytes: &[u8]) {
        self.socket.send(bytes);
        self.touch(Duration::ZERO);
    }

    fn receive(&mut self, into: &mut Vec<u8>, patience: Duration) -> Received {
        let mut received = self.socket.receive(into, patience);
        if received == Received::Quiet && !patience.is_zero() {
            received = self.quiet(into, patience);
        }
        self.touch(if received == Received::Quiet { patience.min(BEHIND) } else { Duration::ZERO });
        match received {
            Received::Bytes => self.running.borrow_mut().heard = Heard::Bytes,
            Received::End | Received::Reset => self.ended(),
            Received::Quiet => {}
        }
        received
    }

    fn pass(&mut self, time: Duration) {
        self.socket.pass(time);
        self.touch(time);
    }

    fn shut(&mut self) {
        self.socket.shut();
    }

    fn reset(&mut self) {
        self.socket.reset();
    }

    fn another(&mut self) -> Result<Box<dyn Channel>, Unreachable> {
        let (socket, running) = (self.socket.again()?, Rc::clone(&self.running));
        Ok(Box::new(Self { socket, running }))
    }
}

#[cfg(all(test, unix))]
mod tests;
