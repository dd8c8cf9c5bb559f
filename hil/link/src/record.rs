//! Recordings: a host that writes all it has to say into a file, and reads afterwards what the board
//! has said to it. So a board that can only read a file and write one is a target, too.
//!
//! The board is one whose session is 0. It needs no acknowledgement and sends none; its credit is
//! without end, and the recording's bytes wait in the file while it has no room for them.

use crate::cobs::{DELIMITER, Encoder};
use crate::crc;
use crate::event::Cause;
use crate::frame::{CRC_BYTES, Frame, kind};
use crate::hello::{Greeting, HELLO_BYTES, Hello, Role};
use crate::reader::{Reader, Received};

/// What a board has that plays recordings.
const BOARD_SESSION: u32 = 0;

/// Writes frames of up to `FRAME` bytes, CRC and all; the board must take as long ones.
#[derive(Debug)]
pub struct Recorder<const FRAME: usize> {
    session: u32,
    next: u8,
    bytes: [u8; FRAME],
}

impl<const FRAME: usize> Recorder<FRAME> {
    /// A recording of this session; the file that is played back must be told the same.
    pub const fn new(session: u32) -> Self {
        Self { session, next: 0, bytes: [0; FRAME] }
    }

    /// What the file begins with.
    pub fn hello(&mut self) -> impl Iterator<Item = u8> {
        let hello = Hello {
            role: Role::Host,
            is_recorded: true,
            wants_answer: false,
            session: self.session,
            heard: Some(BOARD_SESSION),
            frame_bytes_max: u16::MAX,
            credit: u16::MAX,
            channels: u8::MAX,
            build: [0; 8],
        };
        let mut whole = [0; HELLO_BYTES + CRC_BYTES];
        let hello = hello.encode();
        let crc = crc::finish(crc::update(crc::START, &hello));
        whole.iter_mut().zip(hello.iter().chain(&crc)).for_each(|(place, byte)| *place = *byte);
        let mut encoder = Encoder::new();
        core::iter::once(DELIMITER).chain(core::iter::from_fn(move || encoder.next(&whole)))
    }

    /// The next frame on the wire; nothing if it is too long, or an acknowledgement.
    pub fn frame(&mut self, frame: &Frame<'_>) -> Option<impl Iterator<Item = u8>> {
        if !frame.is_numbered() {
            return None;
        }
        let len = frame.encode(self.next, self.bytes.get_mut(..FRAME.checked_sub(CRC_BYTES)?)?)?;
        let (body, rest) = self.bytes.split_at_mut_checked(len)?;
        let register = crc::start(self.session, BOARD_SESSION);
        *rest.first_chunk_mut()? = crc::finish(crc::update(register, body));
        self.next = self.next.wrapping_add(1);
        let (bytes, mut encoder) = (self.bytes.get(..len + CRC_BYTES)?, Encoder::new());
        Some(core::iter::from_fn(move || encoder.next(bytes)))
    }
}

/// Reads what a board has answered to a recording, in frames of up to `FRAME` bytes.
#[derive(Debug)]
pub struct Playback<const FRAME: usize> {
    reader: Reader<FRAME>,
    register: u32,
    expected: u8,
    is_begun: bool,
}

impl<const FRAME: usize> Playback<FRAME> {
    /// What was answered to the recording of this session.
    pub fn new(session: u32) -> Self {
        let register = crc::start(BOARD_SESSION, session);
        Self { reader: Reader::NEW, register, expected: 0, is_begun: false }
    }

    /// Takes bytes from the front of `input` up to the end of the next frame; nothing if there is
    /// none.
    ///
    /// # Errors
    ///
    /// `Lost` if something is missing or damaged, `Restarted` if the board's session is not 0,
    /// `Version` if it speaks another, `Violation` if it sends what no board sends here.
    pub fn next_frame(&mut self, input: &mut &[u8]) -> Option<Result<Frame<'_>, Cause>> {
        loop {
            let (&byte, rest) = input.split_first()?;
            *input = rest;
            match self.reader.push(byte, self.register) {
                Received::More => continue,
                // What a boot ROM has printed.
                Received::Bad if !self.is_begun => continue,
                Received::Bad => return Some(Err(Cause::Lost)),
                Received::Frame => {}
            }
            if self.reader.frame().first() != Some(&kind::HELLO) {
                break;
            }
            match Hello::decode(self.reader.frame()) {
                Greeting::Hello(hello) if hello.session == BOARD_SESSION => self.is_begun = true,
                Greeting::Version(version) => return Some(Err(Cause::Version(version))),
                Greeting::Hello(_) => return Some(Err(Cause::Restarted)),
                Greeting::Malformed => return Some(Err(Cause::Violation)),
            }
        }
        let Some((seq, _, frame)) = Frame::decode(self.reader.frame()) else {
            return Some(Err(Cause::Violation));
        };
        if seq != self.expected || !frame.is_numbered() {
            return Some(Err(Cause::Lost));
        }
        self.expected = self.expected.wrapping_add(1);
        Some(Ok(frame))
    }
}
