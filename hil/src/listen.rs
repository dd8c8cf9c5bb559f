//! What a board's firmware logs over the link, where no probe leads to its memory: how it ended last,
//! above all.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use samewire_link::{Cause, Event, HostLink, Settings};

use crate::greet::{self, session};
use crate::image::Build;
use crate::serial::Serial;
use crate::trouble::Trouble;

/// How long a board is listened to before whoever listens gets a turn.
const LISTEN: Duration = Duration::from_millis(50);

/// What a board tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'h> {
    /// It begins, or is found to run, and runs this.
    Begins(Build),
    /// A line of its log, or as much of a longer one as a frame takes.
    Line(&'h str),
    /// Nothing, for a moment.
    Nothing,
}

/// Listens until the listener has heard enough. A board that says nothing at all is given up after
/// `patience`; one that has said who it is may be silent for ever.
///
/// # Errors
///
/// It speaks no link, or another version of it; or the port is gone.
pub(crate) fn listen(
    serial: &mut Serial,
    patience: Duration,
    heard: &mut dyn FnMut(Heard<'_>) -> ControlFlow<()>,
) -> Result<(), Trouble> {
    let began = Instant::now();
    let mut link = Box::new(HostLink::new(Settings::host(session())));
    let (mut out, mut some) = ([0; 1024], [0; 1024]);
    let (mut count_heard, mut was_up) = (0, false);
    loop {
        let now = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        while let count @ 1.. = link.transmit(now, &mut out) {
            serial.write_within(patience, out.get(..count).unwrap_or_default())?;
        }
        if !was_up && began.elapsed() >= patience {
            return Err(greet::silent(serial.name(), patience, count_heard));
        }
        let count = serial.read(&mut some, LISTEN)?;
        count_heard += count;
        let mut input = some.get(..count).unwrap_or_default();
        let mut next = heard(Heard::Nothing);
        while let Some(event) = link.poll_event(now, &mut input) {
            match event {
                Event::Up(peer) => {
                    was_up = true;
                    next = heard(Heard::Begins(peer.build));
                }
                Event::Log(line) => next = heard(Heard::Line(&String::from_utf8_lossy(line))),
                Event::Broken(cause @ (Cause::Version(_) | Cause::Role)) => {
                    return Err(greet::foreign(serial.name(), cause));
                }
                // It has begun anew, and is to be greeted anew.
                Event::Broken(_) => link.restart(session()),
                _ => {}
            }
            if next.is_break() {
                break;
            }
        }
        if next.is_break() {
            return Ok(());
        }
    }
}
