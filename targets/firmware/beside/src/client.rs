//! The client: it reads from the emulator what it is to say, and writes there what was answered.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};

use samewire_gauge::laps::{samewire_begin, samewire_end, samewire_lap};
use samewire_gauge::stack;
use semihosting::fs::File;
use semihosting::io::{Read, Write};

use crate::die;
use crate::wire::Wire;

/// Not `:tt`: that is the emulator's console, which is not meant to carry every byte as it is.
const INPUT: &core::ffi::CStr = c"/dev/stdin";
const OUTPUT: &core::ffi::CStr = c"/dev/stdout";

/// A client of one connection after the other.
pub struct Client {
    input: File,
    output: File,
    wire: Wire,
}

impl Client {
    /// The emulator's, of which there is one.
    pub fn open() -> Self {
        match (File::open(INPUT), File::create(OUTPUT)) {
            (Ok(input), Ok(output)) => Self { input, output, wire: Wire::new() },
            _ => die(102, format_args!("no standard input and output")),
        }
    }

    /// The wire to the server.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Speaks to a server that serves one connection, until the next one begins or the input ends.
    pub fn speak(&self, server: impl Future<Output = ()>) {
        self.wire.reset();
        let mut server = pin!(server);
        let mut is_over = false;
        // All that a server waits for is bytes, and it is polled when they have come.
        let mut context = Context::from_waker(Waker::noop());
        while let Some(count) = self.next() {
            self.wire.receive(count, |room| self.fill(room));
            stack::take_peak_bytes();
            if !is_over {
                samewire_begin();
                is_over = server.as_mut().poll(&mut context).is_ready();
                samewire_end();
            }
            samewire_lap();
            self.answer(stack::take_peak_bytes());
        }
    }

    /// The length of the next record, if the connection goes on.
    fn next(&self) -> Option<usize> {
        let [letter, low, high] = {
            let mut head = [0; 3];
            self.fill(&mut head);
            head
        };
        match letter {
            b's' => Some(u16::from_le_bytes([low, high]).into()),
            b'o' => None,
            _ => die(102, format_args!("a record with an unknown letter")),
        }
    }

    /// Reads exactly so much. Ends the emulator where the input ends.
    fn fill(&self, mut into: &mut [u8]) {
        while !into.is_empty() {
            match (&self.input).read(into) {
                Ok(0) => semihosting::process::exit(0),
                Ok(count) => into = &mut into[count..],
                Err(_) => die(102, format_args!("cannot read")),
            }
        }
    }

    fn answer(&self, stack_bytes: usize) {
        let written = self.wire.take(|bytes, is_ended| {
            let [low, high, ..] = bytes.len().to_le_bytes();
            let stack = (stack_bytes as u32).to_le_bytes();
            (&self.output).write_all(&stack)?;
            (&self.output).write_all(&[is_ended.into(), low, high])?;
            (&self.output).write_all(bytes)
        });
        if written.is_err() {
            die(102, format_args!("cannot write"));
        }
    }
}
