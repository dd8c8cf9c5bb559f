//! A board in the rig: leased, flashed if it is one of software, and reached by the link on its
//! serial port.

use std::time::{Duration, Instant};

use samewire_hil::attached::Attached;
use samewire_hil::boards::Row;
use samewire_hil::serial::Serial;
use samewire_hil::{Board, Image, Trouble as Rigs, choose, greet};
use samewire_link::Settings;

use super::emulator::Trouble;
use super::link::stream::{Ear, SILENT_MAX, Source, Stream};
use super::{Unreachable, image};

/// Streams to this board, which is taken for this work.
pub(crate) fn source(row: &Row, work: String) -> Box<dyn Source> {
    Box::new(Rigged { row: row.clone(), work, held: None })
}

impl From<Rigs> for Unreachable {
    fn from(trouble: Rigs) -> Self {
        Self(trouble.to_string())
    }
}

/// A board that is taken when it is first needed.
struct Rigged {
    row: Row,
    /// What others are told who would have it, too.
    work: String,
    held: Option<Held>,
}

/// One that was taken.
struct Held {
    board: Board,
    /// What should run on it, if that is at hand.
    image: Option<Image>,
}

impl Held {
    fn take(row: &Row, work: &str) -> Result<Self, Unreachable> {
        let choice = choose(&row.name, std::slice::from_ref(row), &Attached::find())?;
        let chip = choice.setup.chip;
        let built = image::find(chip.name(), chip.triple());
        let mut board = Board::take(choice, work)?;
        if board.stand_in().is_some() {
            // It came with an empty flash, as from the factory.
            let image = Image::read(&built?)?;
            board.flash(&image, &mut |_| ())?;
            return Ok(Self { board, image: Some(image) });
        }
        let image = built.ok().map(|path| Image::read(&path)).transpose()?;
        Ok(Self { board, image })
    }

    /// A line to it, of which it knows that it is a new one.
    fn line(&mut self) -> Result<Line, Unreachable> {
        self.board.greet(self.image.as_ref().and_then(|image| image.build))?;
        Ok(Line { serial: self.board.serial()?, session: greet::session(), began: Instant::now() })
    }
}

impl Source for Rigged {
    fn start(&mut self) -> Result<Box<dyn Stream>, Unreachable> {
        let held = match &mut self.held {
            Some(held) => held,
            none => none.insert(Held::take(&self.row, &self.work)?),
        };
        Ok(Box::new(held.line()?))
    }

    fn bring_back(&mut self) -> Option<String> {
        let climb = self.held.as_mut()?.board.recover();
        climb.helped().map(|_| climb.to_string())
    }

    fn closing(&mut self) -> Option<String> {
        let Held { board, image } = self.held.as_mut()?;
        let peak = match (board.setup().probe.is_some(), image) {
            (true, Some(image)) => board.stack_peak(image).ok().flatten(),
            _ => None,
        };
        let stack = peak.map(|(used, all)| format!("{used} of {all} bytes of stack used at most"));
        let tally = (!board.tally().troubles().is_empty()).then(|| board.tally().to_string());
        let told: Vec<String> = [tally, stack].into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// A serial port, on which bytes may get lost.
struct Line {
    serial: Serial,
    session: u32,
    began: Instant,
}

impl Stream for Line {
    fn settings(&self) -> Settings {
        Settings::host(self.session)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.serial.write(bytes).map_err(lost)
    }

    fn read(&mut self, until: Option<u64>) -> Result<Vec<u8>, Trouble> {
        let left = until.map(|until| Duration::from_millis(until.saturating_sub(self.now())));
        let mut some = [0; 4096];
        let count = self.serial.read(&mut some, left.unwrap_or(SILENT_MAX)).map_err(lost)?;
        if count == 0 && left.is_none() {
            let seconds = SILENT_MAX.as_secs();
            return Err(Stream::lost(self, &format!("the board says nothing for {seconds} s")));
        }
        Ok(some.get(..count).unwrap_or_default().to_vec())
    }

    fn ear(&mut self) -> Result<Ear, Trouble> {
        let mut serial = self.serial.split().map_err(lost)?;
        let mut some = [0; 4096];
        Ok(Box::new(move || {
            loop {
                match serial.read(&mut some, SILENT_MAX) {
                    Ok(0) => {}
                    Ok(count) => return some.get(..count).map(<[u8]>::to_vec),
                    Err(_) => return None,
                }
            }
        }))
    }

    fn lost(&mut self, why: &str) -> Trouble {
        Trouble::Lost(Unreachable(format!("link: {why}")))
    }
}

fn lost(trouble: Rigs) -> Trouble {
    Trouble::Lost(trouble.into())
}
