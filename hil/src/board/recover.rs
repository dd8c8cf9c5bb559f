//! What each rung of the ladder is for a board.

use std::ops::ControlFlow;
use std::time::Duration;

use super::{ANSWER_MAX, Board, START_MAX};
use crate::attached::Attached;
use crate::greet::greet;
use crate::job::Job;
use crate::ladder::{Climb, Hands, Rung};
use crate::trouble::Trouble;
use crate::{power, usb};

impl Board {
    /// Brings back a board that hangs, by the gentlest means that helps; which, and what the others
    /// did. It takes a minute at most.
    pub fn recover(&mut self) -> Climb {
        Climb::up(self)
    }

    /// The USB device that is the board, or its probe.
    fn reenumerate(&self) -> Result<Option<String>, Trouble> {
        let attached = Attached::find();
        let port = self.setup.serial.as_ref();
        let port = port.and_then(|name| attached.ports.iter().find(|port| port.name == *name));
        let probe = self.setup.probe.as_ref();
        let probe = probe.and_then(|name| attached.probes.iter().find(|one| one.is_named(name)));
        let device = port.map(|port| (port.usb, port.serial_number.as_deref()));
        let device = device.or(probe.map(|probe| (probe.usb, probe.serial_number.as_deref())));
        match device {
            Some((numbers, serial)) => usb::reset(numbers, serial).map(|()| None),
            None => Ok(Some("it is not on this machine's USB".to_owned())),
        }
    }
}

impl Hands for Board {
    fn act(&mut self, rung: Rung) -> Result<Option<String>, Trouble> {
        match rung {
            // To be greeted anew is all of it.
            Rung::Link => Ok(None),
            Rung::Probe => {
                let Ok(order) = self.order(Job::Reset { rtt: None }) else {
                    return Ok(Some("no debug probe leads to it".to_owned()));
                };
                // Once: a rung above is what a failure calls for.
                self.worker.run(&order, &[], &mut |_| ControlFlow::Continue(())).map(|_| None)
            }
            Rung::Reenumerate => self.reenumerate(),
            Rung::Power => match &self.setup.power {
                Some(program) => power::cycle(program).map(|()| None),
                None => Ok(Some("boards.toml names no command for it (power)".to_owned())),
            },
        }
    }

    fn is_alive(&mut self, rung: Rung) -> Result<(), Trouble> {
        let patience = match rung {
            // Nothing has taken its port away.
            Rung::Link => Duration::ZERO,
            Rung::Probe | Rung::Reenumerate | Rung::Power => START_MAX,
        };
        greet(&mut self.serial_within(patience)?, ANSWER_MAX).map(drop)
    }
}
