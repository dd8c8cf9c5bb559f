//! The carrier of the link: the standard input and output of the emulator, through semihosting. A
//! read halts the emulated core until bytes come, so nothing is polled and no time is burnt.

use semihosting::fs::File;
use semihosting::io::{Read, Write};

use crate::die;

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
            _ => die(102, format_args!("cannot open {INPUT:?} and {OUTPUT:?}")),
        }
    }

    /// Waits for bytes, and says how many have come. Ends the emulator where the input ends: so
    /// nothing is left behind by a runner that was killed.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> usize {
        match self.input.read(into) {
            Ok(0) => semihosting::process::exit(0),
            Ok(count) => count,
            Err(_) => die(102, format_args!("cannot read {INPUT:?}")),
        }
    }

    /// Writes all of it. Nobody there to read it ends the emulator, too.
    pub(crate) fn write(&mut self, from: &[u8]) {
        if self.output.write_all(from).is_err() {
            die(102, format_args!("cannot write {OUTPUT:?}"));
        }
    }
}
