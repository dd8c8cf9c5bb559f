//! A board in our hands: leased, and flashed, reset, listened to and recovered. Whatever is tried
//! again is counted, and what was left in its way by a stand-in or a worker goes with it.

mod flash;
mod recover;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Tally;
use crate::attached;
use crate::boards::Setup;
use crate::choice::Choice;
use crate::greet::{compare, greet};
use crate::image::{Build, Image, Stack};
use crate::job::{Done, Job, Order, Told, Worker};
use crate::lease::{self, Lease};
use crate::listen::{Heard, listen};
use crate::serial::Serial;
use crate::stand_in::StandIn;
use crate::trouble::{Class, Trouble};

pub use flash::{Flashed, Progress, Way};

/// How long a board may take from its reset to its first greeting, and its port to come back.
pub const START_MAX: Duration = Duration::from_secs(6);
/// How long a board that has started may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// How often a port or a drive that comes or goes is looked for.
const LOOK: Duration = Duration::from_millis(100);

/// A board that is ours, until this is dropped or its process ends.
pub struct Board {
    name: String,
    setup: Setup,
    drive: Option<PathBuf>,
    stand_in: Option<StandIn>,
    worker: Worker,
    tally: Tally,
    /// The last to go.
    _lease: Option<Lease>,
}

impl Board {
    /// Takes a board for this work, which others are told of.
    ///
    /// # Errors
    ///
    /// Somebody else works with it, or its stand-in does not start.
    pub fn take(choice: Choice, what: &str) -> Result<Self, Trouble> {
        Self::take_in(&lease::folder(), Worker::this()?, choice, what)
    }

    /// The same, with leases in this folder and this worker.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take).
    pub fn take_in(
        leases: &Path,
        worker: Worker,
        choice: Choice,
        what: &str,
    ) -> Result<Self, Trouble> {
        let Choice { name, setup, drive } = choice;
        let (stand_in, lease, setup) = match &setup.stand_in {
            // Nobody else knows of it.
            Some(program) => {
                let stand_in = StandIn::start(program)?;
                let setup = stand_in.setup(&setup);
                (Some(stand_in), None, setup)
            }
            None => {
                let things = things(&setup, drive.as_deref());
                (None, Some(Lease::take(leases, &things, what)?), setup)
            }
        };
        let tally = Tally::default();
        Ok(Self { name, setup, drive, stand_in, worker, tally, _lease: lease })
    }

    /// As on the command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is reached.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What stands in for it.
    pub fn stand_in(&self) -> Option<&StandIn> {
        self.stand_in.as_ref()
    }

    /// What was tried again, so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Starts the chip anew, by its probe.
    ///
    /// # Errors
    ///
    /// There is no probe, or it does not get at the chip in three tries.
    pub fn reset(&mut self) -> Result<(), Trouble> {
        let done = self.work(Job::Reset { rtt: None }, &[], &mut |_| ControlFlow::Continue(()))?;
        expect(done == Some(Done::Reset))
    }

    /// Listens to what the firmware logs by RTT, until the listener has heard enough. The image, if
    /// it is at hand, says where to listen; without it, all RAM is searched.
    ///
    /// # Errors
    ///
    /// There is no probe, or it does not get at the chip.
    pub fn listen(
        &mut self,
        image: Option<&Image>,
        heard: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(), Trouble> {
        let job = Job::Log { rtt: image.and_then(|image| image.rtt) };
        let done = self.work(job, &[], &mut |told| match told {
            Told::Log(text) => heard(text),
            // Whoever only counts the time must come to their turn as well.
            Told::Alive => heard(""),
            _ => ControlFlow::Continue(()),
        })?;
        expect(done.is_none())
    }

    /// Listens to what the firmware logs over the link, on its serial port, until the listener has
    /// heard enough. A port that goes with a reset is waited for.
    ///
    /// # Errors
    ///
    /// There is no port, or what is there speaks no link; or the port does not come back.
    pub fn listen_by_link(
        &mut self,
        heard: &mut dyn FnMut(Heard<'_>) -> ControlFlow<()>,
    ) -> Result<(), Trouble> {
        let mut has_begun = false;
        loop {
            let mut serial = self.serial()?;
            let end = listen(&mut serial, START_MAX, &mut |told| {
                has_begun |= matches!(told, Heard::Begins(_));
                heard(told)
            });
            match end {
                Err(trouble) if trouble.class == Class::Gone && has_begun => has_begun = false,
                end => return end.map_err(|trouble| self.told_by_stand_in(trouble)),
            }
        }
    }

    /// How many bytes of stack the firmware has used at most since it was flashed by this rig, and
    /// how many it has. Nothing where the image does not say where its stack is.
    ///
    /// # Errors
    ///
    /// There is no probe, or it does not get at the chip.
    pub fn stack_peak(&mut self, image: &Image) -> Result<Option<(u64, u64)>, Trouble> {
        let Some(stack) = image.stack else { return Ok(None) };
        let Stack { begin, end } = stack;
        match self.work(Job::StackPeak { stack }, &[], &mut |_| ControlFlow::Continue(()))? {
            Some(Done::Peak(bytes)) => Ok(Some((bytes, end - begin))),
            _ => expect(false).map(|()| None),
        }
    }

    /// Reads memory while the chip runs.
    ///
    /// # Errors
    ///
    /// There is no probe, or it does not get at the chip or at this memory.
    pub fn read_memory(&mut self, address: u64, length: usize) -> Result<Vec<u8>, Trouble> {
        let job = Job::Read { address, length };
        match self.work(job, &[], &mut |_| ControlFlow::Continue(()))? {
            Some(Done::Bytes(bytes)) => Ok(bytes),
            _ => expect(false).map(|()| Vec::new()),
        }
    }

    /// Opens the serial port. One that has gone with a reset is waited for.
    ///
    /// # Errors
    ///
    /// There is none, or it is not ours, or it does not come back.
    pub fn serial(&self) -> Result<Serial, Trouble> {
        self.serial_within(START_MAX)
    }

    fn serial_within(&self, patience: Duration) -> Result<Serial, Trouble> {
        let Some(name) = &self.setup.serial else {
            let what = format!("no serial port leads to {}", self.name);
            let remedy = "plug it in, or name the port in boards.toml: serial = \"/dev/ttyACM0\"";
            return Err(Trouble::new(Class::NoBoard, what, remedy));
        };
        let began = Instant::now();
        loop {
            match Serial::open(name, self.setup.baud) {
                Err(trouble) if trouble.class == Class::NoBoard && began.elapsed() < patience => {
                    std::thread::sleep(LOOK);
                }
                opened => return opened,
            }
        }
    }

    /// Greets the firmware, and says what it runs; it must be this, if anything is expected.
    ///
    /// # Errors
    ///
    /// Nothing answers in three tries, or something else than was expected.
    pub fn greet(&mut self, expected: Option<Build>) -> Result<Build, Trouble> {
        let mut tally = std::mem::take(&mut self.tally);
        let greeted = tally.attempt(|| greet(&mut self.serial()?, ANSWER_MAX));
        self.tally = tally;
        let build = greeted.map_err(|trouble| self.told_by_stand_in(trouble))?;
        compare(build, expected).map(|()| build)
    }

    /// Has a worker do a job, and do it again where that may help.
    fn work(
        &mut self,
        job: Job,
        blob: &[u8],
        heard: &mut dyn FnMut(&Told) -> ControlFlow<()>,
    ) -> Result<Option<Done>, Trouble> {
        let order = self.order(job)?;
        self.carry_out(&order, blob, heard)
    }

    fn carry_out(
        &mut self,
        order: &Order,
        blob: &[u8],
        heard: &mut dyn FnMut(&Told) -> ControlFlow<()>,
    ) -> Result<Option<Done>, Trouble> {
        let worker = &self.worker;
        let end = self.tally.attempt(|| {
            let end = worker.run(order, blob, heard);
            end.map_err(|trouble| told_apart(trouble, &order.probe))
        });
        end.map_err(|trouble| self.told_by_stand_in(trouble))
    }

    /// A stand-in that has died takes the board's probe and ports with it.
    fn told_by_stand_in(&mut self, trouble: Trouble) -> Trouble {
        self.stand_in.as_mut().and_then(StandIn::end).unwrap_or(trouble)
    }

    fn order(&self, job: Job) -> Result<Order, Trouble> {
        let Some(probe) = self.setup.probe.clone() else {
            let what = format!("no debug probe leads to {}", self.name);
            let remedy = "attach one, or name it in boards.toml: probe = \"VID:PID:SERIAL\"";
            return Err(Trouble::new(Class::NoBoard, what, remedy));
        };
        Ok(Order { probe, chip: self.setup.chip.probe_name().to_owned(), job })
    }
}

/// A probe that hangs is told from one that is there no more: drivers wait for either for ever. It is
/// looked at when its worker has ended, for a probe over TCP has one client at a time.
fn told_apart(trouble: Trouble, probe: &str) -> Trouble {
    if probe.is_empty() || !trouble.class.may_pass() || attached::has_probe(probe) {
        return trouble;
    }
    let what = format!("the probe {probe} is there no more: {}", trouble.what);
    Trouble { class: Class::Gone, what, ..trouble }
}

/// What a board is made of, as leases name it: two names for one port are one port, and so for probes.
pub(crate) fn things(setup: &Setup, drive: Option<&Path>) -> Vec<String> {
    let real = |path: &str| match std::fs::canonicalize(path) {
        Ok(real) => real.display().to_string(),
        Err(_) => path.to_owned(),
    };
    let serial = setup.serial.as_ref().map(|serial| real(serial));
    let drive = drive.map(|drive| drive.display().to_string());
    let probe = setup.probe.as_ref().map(|probe| attached::one_name(probe));
    probe.into_iter().chain(serial).chain(drive).chain(setup.http.clone()).collect()
}

/// A worker of this program gives what was asked for.
fn expect(is_so: bool) -> Result<(), Trouble> {
    if is_so {
        return Ok(());
    }
    let remedy = "was the program replaced while it ran? start it anew";
    Err(Trouble::new(Class::Tool, "the worker has done something else", remedy))
}
