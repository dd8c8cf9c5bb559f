//! Frames: what the two sides say to each other, byte by byte.
//!
//! Each begins with a letter, so that a dump of the wire can be read. Then come, but for HELLO, the
//! frame's sequence number and the number that its sender expects next; the CRC is added on the
//! way out (`writer.rs`). Numbers of several bytes have the lowest first.

/// The letters.
pub(crate) mod kind {
    pub(crate) const HELLO: u8 = b'H';
    pub(crate) const ACK: u8 = b'A';
    pub(crate) const NAK: u8 = b'N';
    pub(crate) const OPEN: u8 = b'O';
    pub(crate) const DATA: u8 = b'D';
    pub(crate) const FIN: u8 = b'F';
    pub(crate) const RST: u8 = b'R';
    pub(crate) const END: u8 = b'E';
    pub(crate) const CREDIT: u8 = b'C';
    pub(crate) const TICK: u8 = b'T';
    pub(crate) const TICK_DONE: u8 = b'S';
    pub(crate) const LOG: u8 = b'L';
    pub(crate) const METRIC: u8 = b'M';
}

/// Letter, sequence number and acknowledgement.
pub(crate) const HEAD_BYTES: usize = 3;
/// Where the acknowledgement stands.
pub(crate) const ACK_AT: usize = 2;
pub(crate) const CRC_BYTES: usize = 4;
/// What a DATA frame has beside its data.
pub(crate) const DATA_OVERHEAD_BYTES: usize = HEAD_BYTES + 1 + CRC_BYTES;

/// One frame, HELLO apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Nothing but the acknowledgement. Has no number of its own.
    Ack,
    /// The same, and what follows must be sent again. Has no number of its own.
    Nak,
    /// A connection begins on this channel.
    Open(u8),
    /// Bytes of a channel.
    Data(u8, &'a [u8]),
    /// The sender's half of a channel ends.
    Fin(u8),
    /// The sender has dropped the connection on this channel, and speaks no more on it.
    Rst(u8),
    /// The sender is through with the connection on this channel: both halves have ended, and all
    /// was read.
    End(u8),
    /// So many more bytes may be sent on a channel.
    Credit(u8, u16),
    /// It is now this many milliseconds of virtual time.
    Tick(u64),
    /// Nothing moves any more, until that time at the latest.
    TickDone(Option<u64>),
    /// A line of log.
    Log(&'a [u8]),
    /// A number and what it measures.
    Metric(u16, u64),
}

impl<'a> Frame<'a> {
    /// Whether it has a number, is acknowledged, and is sent again if it is lost.
    pub(crate) const fn is_numbered(&self) -> bool {
        !matches!(self, Self::Ack | Self::Nak)
    }

    /// Writes the frame without acknowledgement and CRC; its length, or nothing if it does not fit.
    pub(crate) fn encode(&self, seq: u8, out: &mut [u8]) -> Option<usize> {
        let mut number = [0; 10];
        let [low, high, long @ ..] = &mut number;
        let (kind, fixed, tail): (u8, usize, &[u8]) = match *self {
            Self::Ack => (kind::ACK, 0, &[]),
            Self::Nak => (kind::NAK, 0, &[]),
            Self::Tick(time) => {
                *long = time.to_le_bytes();
                (kind::TICK, 0, long)
            }
            Self::TickDone(None) => (kind::TICK_DONE, 0, &[]),
            Self::TickDone(Some(deadline)) => {
                *long = deadline.to_le_bytes();
                (kind::TICK_DONE, 0, long)
            }
            Self::Log(text) => (kind::LOG, 0, text),
            Self::Metric(id, value) => {
                [*low, *high] = id.to_le_bytes();
                *long = value.to_le_bytes();
                (kind::METRIC, 10, &[])
            }
            Self::Credit(channel, bytes) => {
                let [first, second] = bytes.to_le_bytes();
                let [third, ..] = long;
                (*low, *high, *third) = (channel, first, second);
                (kind::CREDIT, 3, &[])
            }
            Self::Data(channel, bytes) => (kind::DATA, with(low, channel), bytes),
            Self::Open(channel) => (kind::OPEN, with(low, channel), &[]),
            Self::Fin(channel) => (kind::FIN, with(low, channel), &[]),
            Self::Rst(channel) => (kind::RST, with(low, channel), &[]),
            Self::End(channel) => (kind::END, with(low, channel), &[]),
        };
        // A tail that borrows from `number` has nothing fixed before it.
        let whole = HEAD_BYTES + fixed + tail.len();
        let (head, rest) = out.get_mut(..whole)?.split_at_mut_checked(HEAD_BYTES)?;
        head.copy_from_slice(&[kind, seq, 0]);
        let (start, end) = rest.split_at_mut_checked(fixed)?;
        end.copy_from_slice(tail);
        start.copy_from_slice(number.get(..fixed)?);
        Some(whole)
    }

    /// Reads a frame whose CRC is right and was taken off: its number, the acknowledgement, and what
    /// it says. Nothing if no frame is like this.
    pub(crate) fn decode(bytes: &'a [u8]) -> Option<(u8, u8, Self)> {
        let [kind, seq, ack, body @ ..] = bytes else { return None };
        let time = |body: &[u8]| body.try_into().ok().map(u64::from_le_bytes);
        let frame = match (*kind, body) {
            (kind::ACK, []) => Self::Ack,
            (kind::NAK, []) => Self::Nak,
            (kind::OPEN, &[channel]) => Self::Open(channel),
            (kind::DATA, [channel, bytes @ ..]) => Self::Data(*channel, bytes),
            (kind::FIN, &[channel]) => Self::Fin(channel),
            (kind::RST, &[channel]) => Self::Rst(channel),
            (kind::END, &[channel]) => Self::End(channel),
            (kind::CREDIT, &[channel, low, high]) => {
                Self::Credit(channel, u16::from_le_bytes([low, high]))
            }
            (kind::TICK, body) => Self::Tick(time(body)?),
            (kind::TICK_DONE, []) => Self::TickDone(None),
            (kind::TICK_DONE, body) => Self::TickDone(Some(time(body)?)),
            (kind::LOG, text) => Self::Log(text),
            (kind::METRIC, [low, high, value @ ..]) => {
                Self::Metric(u16::from_le_bytes([*low, *high]), time(value)?)
            }
            _ => return None,
        };
        Some((*seq, *ack, frame))
    }
}

/// Puts the channel in its place; how many bytes it takes.
fn with(place: &mut u8, channel: u8) -> usize {
    *place = channel;
    1
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn looks_as_the_table_of_the_readme_says() {
        let table: [(Frame<'_>, &[u8]); 13] = [
            (Frame::Ack, b"A\x07\0"),
            (Frame::Nak, b"N\x07\0"),
            (Frame::Open(1), b"O\x07\0\x01"),
            (Frame::Data(2, b"ab"), b"D\x07\0\x02ab"),
            (Frame::Fin(3), b"F\x07\0\x03"),
            (Frame::Rst(4), b"R\x07\0\x04"),
            (Frame::End(5), b"E\x07\0\x05"),
            (Frame::Credit(1, 0x0203), b"C\x07\0\x01\x03\x02"),
            (Frame::Tick(0x0102_0304_0506_0708), b"T\x07\0\x08\x07\x06\x05\x04\x03\x02\x01"),
            (Frame::TickDone(None), b"S\x07\0"),
            (Frame::TickDone(Some(5000)), b"S\x07\0\x88\x13\0\0\0\0\0\0"),
            (Frame::Log(b"hi"), b"L\x07\0hi"),
            (Frame::Metric(0x0102, 3), b"M\x07\0\x02\x01\x03\0\0\0\0\0\0\0"),
        ];
        for (frame, bytes) in table {
            let mut out = [0xff; 32];
            let len = frame.encode(7, &mut out).expect("room for it");
            assert_eq!(&out[..len], bytes, "{frame:?}");
            assert_eq!(Frame::decode(bytes), Some((7, 0, frame)));
            assert_eq!(frame.encode(7, &mut out[..len - 1]), None, "{frame:?} in too little room");
        }
    }

    #[test]
    fn what_no_frame_is_like_is_refused() {
        let table: [&[u8]; 12] = [
            b"",
            b"A",
            b"A\0",
            b"A\0\0x",
            b"O\0\0",
            b"O\0\0\x01\x01",
            b"D\0\0",
            b"C\0\0\x01\x01",
            b"T\0\0\x01",
            b"S\0\0\x01",
            b"M\0\0\x01\x01\x01",
            b"Z\0\0",
        ];
        for bytes in table {
            assert_eq!(Frame::decode(bytes), None, "{bytes:?}");
        }
    }
}
