//! What the runner asks of a board beside its connections, on a channel of their own: orders of nine
//! bytes, a letter or the place of a limit, and a value, its lowest byte first. They hold for the
//! connections that are opened next, or, where the table says so, for the one that is.
//!
//! | first byte | order |
//! | --- | --- |
//! | 0 to 25 | set the limit with this place in [`Limits`] to the value |
//! | `d` | the demo's own limits, input as it comes, and each connection with an app of its own |
//! | `b` | input byte by byte |
//! | `c` | input cut behind so many bytes |
//! | `j` | connections join those that are open, and share their app |
//! | `o` | the next orders mean the open connection on this channel, not the last one |
//! | `s` | the open connection gets rid of so many bytes, and of none after those |
//! | `r` | and goes on |
//! | `m` | measure: see [`metric`](crate::metric) |
//! | `e` | end: open connections finish what they have begun, and then the work beside them; no others are taken |

use samewire::Limits;

/// The runner's first channel, for as long as the link is up.
pub(crate) const CHANNEL: u8 = 1;

/// Bytes of an order: letter and value.
pub const ORDER_BYTES: usize = 9;

/// How many limits there are.
pub const LIMITS: usize = 26;

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The demo's own limits, input as it comes, and each connection with an app of its own.
    Default,
    /// This limit, by its place, has this value.
    Limit(u8, u64),
    /// Input byte by byte.
    Bytes,
    /// Input in two pieces, the first of so many bytes.
    Cut(u64),
    /// Connections join those that are open, and share their app; the first one begins it. They
    /// are served as many at a time as the board has places, and the others wait.
    Join,
    /// The next orders mean the open connection on this channel, and not the one opened last.
    Mean(u8),
    /// The connection that is open gets rid of so many bytes, and of none after those.
    Stall(u64),
    /// And goes on.
    Resume,
    /// Tell what was measured.
    Measure,
    /// Connections finish what they have begun, the work beside them is closed behind the last one,
    /// and no others are taken before all begins anew. For boards that serve several.
    Drain,
}

impl Order {
    /// As it goes over the link.
    pub fn encode(self) -> [u8; ORDER_BYTES] {
        let (letter, value) = match self {
            Self::Default => (b'd', 0),
            Self::Limit(place, value) => (place, value),
            Self::Bytes => (b'b', 0),
            Self::Cut(at) => (b'c', at),
            Self::Join => (b'j', 0),
            Self::Mean(channel) => (b'o', channel.into()),
            Self::Stall(bytes) => (b's', bytes),
            Self::Resume => (b'r', 0),
            Self::Measure => (b'm', 0),
            Self::Drain => (b'e', 0),
        };
        let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
        [letter, a, b, c, d, e, f, g, h]
    }

    /// Reads one; nothing if there is none like this.
    pub fn decode([letter, value @ ..]: [u8; ORDER_BYTES]) -> Option<Self> {
        let value = u64::from_le_bytes(value);
        Some(match letter {
            0..=25 => Self::Limit(letter, value),
            b'd' => Self::Default,
            b'b' => Self::Bytes,
            b'c' => Self::Cut(value),
            b'j' => Self::Join,
            b'o' => Self::Mean(value as u8),
            b's' => Self::Stall(value),
            b'r' => Self::Resume,
            b'm' => Self::Measure,
            b'e' => Self::Drain,
            _ => return None,
        })
    }
}

/// All limits in their places: as they stand in the struct, so that the board knows them by number.
pub fn places(limits: &Limits) -> [u64; LIMITS] {
    let Limits {
        head_bytes_max,
        target_bytes_max,
        field_lines_max,
        empty_lines_max,
        content_bytes_max,
        collected_bytes_max,
        chunk_overhead_bytes_max,
        answer_bytes_max,
        answer_head_bytes_max,
        chunk_bytes_max,
        drain_bytes_max,
        requests_max,
        message_bytes_max,
        fragments_max,
        idle_ms_max,
        head_ms_max,
        body_ms_max,
        handler_ms_max,
        write_ms_max,
        linger_ms_max,
        message_ms_max,
        ping_ms,
        pong_ms_max,
        close_ms_max,
        parts_max,
        part_head_bytes_max,
    } = *limits;
    [
        head_bytes_max.into(),
        target_bytes_max.into(),
        field_lines_max.into(),
        empty_lines_max.into(),
        content_bytes_max,
        collected_bytes_max.into(),
        chunk_overhead_bytes_max.into(),
        answer_bytes_max.into(),
        answer_head_bytes_max.into(),
        chunk_bytes_max.into(),
        drain_bytes_max.into(),
        requests_max.into(),
        message_bytes_max.into(),
        fragments_max.into(),
        idle_ms_max.into(),
        head_ms_max.into(),
        body_ms_max.into(),
        handler_ms_max.into(),
        write_ms_max.into(),
        linger_ms_max.into(),
        message_ms_max.into(),
        ping_ms.into(),
        pong_ms_max.into(),
        close_ms_max.into(),
        parts_max.into(),
        part_head_bytes_max.into(),
    ]
}

/// Sets the limit at this place. Who orders it knows its width.
pub fn set(limits: &mut Limits, place: u8, value: u64) {
    match place {
        0 => limits.head_bytes_max = value as u16,
        1 => limits.target_bytes_max = value as u16,
        2 => limits.field_lines_max = value as u8,
        3 => limits.empty_lines_max = value as u8,
        4 => limits.content_bytes_max = value,
        5 => limits.collected_bytes_max = value as u32,
        6 => limits.chunk_overhead_bytes_max = value as u16,
        7 => limits.answer_bytes_max = value as u32,
        8 => limits.answer_head_bytes_max = value as u16,
        9 => limits.chunk_bytes_max = value as u16,
        10 => limits.drain_bytes_max = value as u32,
        11 => limits.requests_max = value as u16,
        12 => limits.message_bytes_max = value as u32,
        13 => limits.fragments_max = value as u16,
        14 => limits.idle_ms_max = value as u32,
        15 => limits.head_ms_max = value as u32,
        16 => limits.body_ms_max = value as u32,
        17 => limits.handler_ms_max = value as u32,
        18 => limits.write_ms_max = value as u32,
        19 => limits.linger_ms_max = value as u32,
        20 => limits.message_ms_max = value as u32,
        21 => limits.ping_ms = value as u32,
        22 => limits.pong_ms_max = value as u32,
        23 => limits.close_ms_max = value as u32,
        24 => limits.parts_max = value as u16,
        _ => limits.part_head_bytes_max = value as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMITS, Order, places, set};
    use samewire::Limits;

    #[test]
    fn an_order_is_a_letter_and_a_value() {
        let table: [(Order, &[u8; 9]); 10] = [
            (Order::Default, b"d\0\0\0\0\0\0\0\0"),
            (Order::Bytes, b"b\0\0\0\0\0\0\0\0"),
            (Order::Cut(0x0201), b"c\x01\x02\0\0\0\0\0\0"),
            (Order::Limit(4, u64::MAX), b"\x04\xff\xff\xff\xff\xff\xff\xff\xff"),
            (Order::Join, b"j\0\0\0\0\0\0\0\0"),
            (Order::Mean(3), b"o\x03\0\0\0\0\0\0\0"),
            (Order::Drain, b"e\0\0\0\0\0\0\0\0"),
            (Order::Stall(1), b"s\x01\0\0\0\0\0\0\0"),
            (Order::Resume, b"r\0\0\0\0\0\0\0\0"),
            (Order::Measure, b"m\0\0\0\0\0\0\0\0"),
        ];
        for (order, bytes) in table {
            assert_eq!(&order.encode(), bytes, "{order:?}");
            assert_eq!(Order::decode(*bytes), Some(order), "{bytes:?}");
        }
        assert_eq!(Order::decode(*b"?\0\0\0\0\0\0\0\0"), None);
    }

    #[test]
    fn each_limit_is_set_in_its_place_and_in_no_other() {
        for place in 0..LIMITS {
            let mut limits = Limits::SMALL;
            let mut expected = places(&limits);
            expected[place] = 77;
            set(&mut limits, u8::try_from(place).unwrap(), 77);
            assert_eq!(places(&limits), expected, "place {place}");
        }
    }
}
