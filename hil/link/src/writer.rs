//! From frames to bytes, as many at a time as there is space for.

use crate::cobs::{DELIMITER, Encoder};
use crate::frame::CRC_BYTES;
use crate::hello::HELLO_BYTES;

/// Room for the frames that have no number: HELLO is the longest.
const SMALL_BYTES: usize = HELLO_BYTES + CRC_BYTES;

/// What is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Nothing,
    /// A frame without a number, which stands here.
    Small,
    /// The pinned frame of the window.
    Window,
}

/// The frame on its way out, and how far it got.
#[derive(Debug)]
pub(crate) struct Writer {
    source: Source,
    encoder: Encoder,
    small: [u8; SMALL_BYTES],
    small_len: usize,
    /// A delimiter goes first, to end what noise, or a session before, has begun.
    is_delimited: bool,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self {
            source: Source::Nothing,
            encoder: Encoder::new(),
            small: [0; SMALL_BYTES],
            small_len: 0,
            is_delimited: true,
        }
    }

    pub(crate) fn source(&self) -> Source {
        self.source
    }

    /// Drops what was on its way.
    pub(crate) fn abandon(&mut self) {
        self.source = Source::Nothing;
    }

    /// Begins a frame without a number.
    pub(crate) fn begin_small(&mut self, frame: &[u8], crc: [u8; CRC_BYTES], delimit: bool) {
        let whole = frame.iter().chain(&crc);
        self.small.iter_mut().zip(whole).for_each(|(place, byte)| *place = *byte);
        self.small_len = frame.len() + CRC_BYTES;
        self.begin(Source::Small);
        self.is_delimited = !delimit;
    }

    /// Begins the frame that the window has pinned.
    pub(crate) fn begin_window(&mut self) {
        self.begin(Source::Window);
    }

    fn begin(&mut self, source: Source) {
        self.source = source;
        self.encoder = Encoder::new();
    }

    /// The next byte; nothing once the frame is out. `pinned` is the window's.
    pub(crate) fn next(&mut self, pinned: Option<&[u8]>) -> Option<u8> {
        let frame = match self.source {
            Source::Nothing => None,
            Source::Small => self.small.get(..self.small_len),
            Source::Window => pinned,
        };
        let byte = match frame {
            Some(_) if !core::mem::replace(&mut self.is_delimited, true) => Some(DELIMITER),
            Some(frame) => self.encoder.next(frame),
            None => None,
        };
        if byte.is_none() {
            self.source = Source::Nothing;
        }
        byte
    }
}
