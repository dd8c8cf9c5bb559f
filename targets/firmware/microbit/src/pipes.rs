//! The board: the link's stream is the standard input and output of the emulator, through semihosting.
//! A read halts the emulated core until bytes come, so nothing is polled and no time is burnt.

use samewire_gauge::{laps, stack};
use samewire_linked::{Board, Mark, Memory};
use semihosting::fs::File;
use semihosting::io::{Read, Write};

use crate::{BROKEN, die};

/// Not `:tt`: that is the emulator's console, which is not meant to carry every byte as it is.
const INPUT: &core::ffi::CStr = c"/dev/stdin";
const OUTPUT: &core::ffi::CStr = c"/dev/stdout";

/// The two directions, open.
pub(crate) struct Pipes {
    input: File,
    output: File,
}

impl Pipes {
    pub(crate) fn open() -> Self {
        match (File::open(INPUT), File::create(OUTPUT)) {
            (Ok(input), Ok(output)) => Self { input, output },
            _ => die(BROKEN, format_args!("cannot open {INPUT:?} and {OUTPUT:?}")),
        }
    }
}

impl Board for Pipes {
    fn read(&mut self, into: &mut [u8]) -> usize {
        match self.input.read(into) {
            Ok(count) => count,
            Err(_) => die(BROKEN, format_args!("cannot read {INPUT:?}")),
        }
    }

    /// Nobody there to read it ends the emulator, too.
    fn write(&mut self, from: &[u8]) {
        if self.output.write_all(from).is_err() {
            die(BROKEN, format_args!("cannot write {OUTPUT:?}"));
        }
    }

    fn memory(&mut self) -> Option<Memory> {
        let (static_bytes, stack_bytes) = (stack::static_bytes(), stack::take_peak_bytes());
        Some(Memory { static_bytes, stack_bytes })
    }

    #[inline]
    fn mark(mark: Mark) {
        match mark {
            Mark::Begin => laps::samewire_begin(),
            Mark::End => laps::samewire_end(),
            Mark::Lap => laps::samewire_lap(),
        }
    }
}
