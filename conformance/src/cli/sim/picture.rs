//! `--html` and `--pcap`: a run for eyes.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use samewire::Limits;
use samewire_chaos::oracle::Failure;
use samewire_chaos::{Schedule, Trace};

use super::Sim;
use crate::cli::Stop;
use crate::report::timeline::Page;
use crate::report::{capture, timeline};

/// A run, and what came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Played<'a> {
    /// What plays it again: `--seed 42`.
    pub(super) name: &'a str,
    pub(super) schedule: &'a Schedule,
    pub(super) trace: &'a Trace,
    pub(super) failure: Option<&'a Failure>,
}

/// Writes what was asked for.
pub(super) fn write(sim: &Sim, played: &Played<'_>) -> Result<(), Stop> {
    let Played { name, schedule, trace, failure } = *played;
    if let Some(file) = &sim.html {
        let command = format!("samewire sim {name}");
        let title = name.trim_start_matches("--");
        let limits = Limits::SMALL;
        let page = Page { name: title, schedule, limits, trace, failure, command: &command };
        create(file, |out| timeline::write(&page, out))?;
    }
    if let Some(file) = &sim.pcap {
        create(file, |out| capture::write(schedule, trace, failure, out))?;
    }
    Ok(())
}

fn create(file: &Path, write: impl FnOnce(BufWriter<File>) -> io::Result<()>) -> Result<(), Stop> {
    let written = File::create(file).and_then(|out| write(BufWriter::new(out)));
    written.map_err(|why| Stop::usage(format_args!("{}: {why}", file.display())))?;
    eprintln!("written: {}", file.display());
    Ok(())
}
