//! An image on its way into a board's flash: by a debug probe, or by the drive of its boot ROM.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::{Board, LOOK, START_MAX, expect};
use crate::Chip;
use crate::attached::Drive;
use crate::boards::Setup;
use crate::image::Image;
use crate::job::{Done, Job, Order, Piece, Step, Told};
use crate::trouble::{Class, Trouble};
use crate::uf2;

/// What has been flashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flashed {
    /// So many bytes.
    pub bytes: usize,
    /// By which way.
    pub way: Way,
    /// Whether they were read back, and are the image's. By a drive nothing can be read back: the
    /// board's greeting is what tells.
    pub is_verified: bool,
    /// From the begin to the chip's start.
    pub took: Duration,
}

/// The ways into a flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A debug probe.
    Probe,
    /// The drive of the boot ROM.
    Drive,
    /// The boot ROM at a serial port.
    Serial,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// So much of it is done: bytes, or the blocks that a boot ROM takes.
    pub done: u64,
    /// Of so much; 0 where that is not known.
    pub all: u64,
}

impl Board {
    /// Puts an image into the flash, and starts it. It is judged first: what does not fit is never
    /// begun.
    ///
    /// # Errors
    ///
    /// The image does not fit, there is no way into the flash, or it fails three times.
    pub fn flash(
        &mut self,
        image: &Image,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Flashed, Trouble> {
        image.judge(&self.setup)?;
        let began = Instant::now();
        let way = self.way().ok_or_else(|| no_way(&self.name))?;
        match way {
            Way::Probe => self.flash_by_probe(image, progress)?,
            Way::Drive => self.flash_by_drive(image, progress)?,
            Way::Serial => self.flash_by_serial(image, progress)?,
        }
        let is_verified = way != Way::Drive;
        Ok(Flashed { bytes: image.flash_bytes(), way, is_verified, took: began.elapsed() })
    }

    /// The best of the ways that there are.
    fn way(&self) -> Option<Way> {
        let Setup { chip, probe, serial, .. } = &self.setup;
        match chip {
            Chip::Rp2040 if probe.is_some() => Some(Way::Probe),
            Chip::Rp2040 => self.drive.as_ref().map(|_| Way::Drive),
            Chip::Esp32c3 => serial.as_ref().map(|_| Way::Serial),
        }
    }

    fn flash_by_probe(
        &mut self,
        image: &Image,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Trouble> {
        let pieces = image.segments.iter();
        let pieces = pieces
            .map(|segment| Piece { address: segment.address, length: segment.bytes.len() })
            .collect();
        let blob: Vec<u8> = image.segments.iter().flat_map(|one| one.bytes.clone()).collect();
        let order = self.order(Job::Flash { pieces, rtt: image.rtt, stack: image.stack })?;
        self.flash_by_worker(&order, &blob, progress)
    }

    fn flash_by_serial(
        &mut self,
        image: &Image,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Trouble> {
        let Some(port) = self.setup.serial.clone() else { return Err(no_way(&self.name)) };
        let (length, flash_bytes) = (image.elf.len(), image.flash_bytes());
        let job = Job::FlashSerial { port, length, flash_bytes };
        let order = Order { probe: String::new(), chip: String::new(), job };
        self.flash_by_worker(&order, &image.elf, progress)
    }

    fn flash_by_worker(
        &mut self,
        order: &Order,
        blob: &[u8],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Trouble> {
        let mut step = Step::Attach;
        let done = self.carry_out(order, blob, &mut |told| {
            match told {
                Told::Step(next) => {
                    step = *next;
                    progress(Progress { step, done: 0, all: 0 });
                }
                Told::Progress { done, all } => {
                    progress(Progress { step, done: *done, all: *all });
                }
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
        expect(done == Some(Done::Flashed))
    }

    fn flash_by_drive(
        &mut self,
        image: &Image,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Trouble> {
        let Some(drive) = self.drive.clone() else { return Err(no_way(&self.name)) };
        let file = uf2::encode(image)?;
        let all = file.len() as u64;
        progress(Progress { step: Step::Program, done: 0, all });
        uf2::copy(&file, &drive)?;
        progress(Progress { step: Step::Program, done: all, all });
        // The boot ROM starts the image when it has all of it, and its drive is gone.
        progress(Progress { step: Step::Reset, done: 0, all: 0 });
        let began = Instant::now();
        while Drive::at(&drive).is_some() {
            if began.elapsed() > START_MAX {
                let what = format!("{} is still there: the image was not taken", drive.display());
                let remedy = "hold BOOTSEL, plug the board in again, and flash anew";
                return Err(Trouble::new(Class::Flash, what, remedy));
            }
            std::thread::sleep(LOOK);
        }
        self.drive = None;
        Ok(())
    }
}

fn no_way(name: &str) -> Trouble {
    let what = format!("there is no way into the flash of {name}");
    let remedy = "hold BOOTSEL while you plug it in, or attach a debug probe; a row of boards.toml \
                  that names its serial port must name its probe, too";
    Trouble::new(Class::NoBoard, what, remedy)
}
