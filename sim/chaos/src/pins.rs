//! The board of the demo: a lamp and a thermometer that break when the schedule says so, behind the
//! traits of embedded-hal.
//!
//! embedded-hal-mock wants to know beforehand which calls come, in order; here that is what a run
//! finds out. So these are written by hand, and note each call in the trace.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use embedded_hal::digital::{self, OutputPin};
use embedded_hal::i2c::{self, I2c, NoAcknowledgeSource, Operation};
use samewire_demo::board::{Pins, Wired};

use crate::schedule::{Line, Part, Schedule};
use crate::trace::{Recorder, What};

thread_local! {
    /// Handlers know pins as `&'static`, which a world for each seed cannot lend. A thread has one
    /// board for all its worlds, which begins anew with each of them.
    static BOARD: Cell<Option<&'static dyn Pins>> = const { Cell::new(None) };
    static STATE: RefCell<State> = RefCell::default();
}

#[derive(Default)]
struct State {
    recorder: Recorder,
    breaks: BTreeSet<(u8, u32)>,
    lamp_calls: u32,
    bus_calls: u32,
}

/// The pins of this thread, as the schedule has them.
pub(crate) fn pins(schedule: &Schedule, recorder: &Recorder) -> &'static dyn Pins {
    let breaks = schedule.lines.iter().filter_map(|line| match line {
        Line::Breaks(part, call) => Some((*part as u8, *call)),
        _ => None,
    });
    let state = State { recorder: recorder.clone(), breaks: breaks.collect(), ..State::default() };
    STATE.replace(state);
    BOARD.get().unwrap_or_else(|| {
        let pins: &'static dyn Pins = Box::leak(Box::new(Wired::new(Lamp, Bus)));
        BOARD.set(Some(pins));
        pins
    })
}

/// The temperature that the thermometer says at this call, in sixteenths of a degree: no two of the
/// same run say the same, so that an answer tells which call it is of.
pub(crate) fn sixteenths(call: u32) -> i16 {
    i16::try_from(call % 2000).unwrap_or_default()
}

#[derive(Debug)]
struct Lamp;

#[derive(Debug)]
struct Bus;

#[derive(Debug)]
struct Broken;

impl digital::Error for Broken {
    fn kind(&self) -> digital::ErrorKind {
        digital::ErrorKind::Other
    }
}

impl i2c::Error for Broken {
    fn kind(&self) -> i2c::ErrorKind {
        i2c::ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)
    }
}

impl digital::ErrorType for Lamp {
    type Error = Broken;
}

impl i2c::ErrorType for Bus {
    type Error = Broken;
}

impl OutputPin for Lamp {
    fn set_low(&mut self) -> Result<(), Broken> {
        STATE.with_borrow_mut(|state| {
            state.lamp_calls += 1;
            let works = !state.breaks.contains(&(Part::Lamp as u8, state.lamp_calls));
            state.recorder.note_current(What::Lamp { works });
            if works { Ok(()) } else { Err(Broken) }
        })
    }

    fn set_high(&mut self) -> Result<(), Broken> {
        self.set_low()
    }
}

impl I2c for Bus {
    fn transaction(&mut self, _: u8, operations: &mut [Operation<'_>]) -> Result<(), Broken> {
        STATE.with_borrow_mut(|state| {
            state.bus_calls += 1;
            let call = state.bus_calls;
            let works = !state.breaks.contains(&(Part::Bus as u8, call));
            state.recorder.note_current(What::Bus { works, call });
            if !works {
                return Err(Broken);
            }
            for operation in operations {
                if let Operation::Read(into) = operation {
                    let raw = (sixteenths(call) << 4).to_be_bytes();
                    into.iter_mut().zip(raw).for_each(|(into, byte)| *into = byte);
                }
            }
            Ok(())
        })
    }
}
