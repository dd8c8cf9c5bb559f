//! What the runner asks of the firmware, on a channel of its own: orders of nine bytes, a letter or
//! a number and a value, its lowest byte first. They hold for the connection that is opened next,
//! or, where the table says so, for the one that is.
//!
//! | first byte | order |
//! | --- | --- |
//! | 0 to 22 | set the limit with this place in [`Limits`] to the value |
//! | `d` | the demo's own limits, and input as it comes |
//! | `b` | input byte by byte |
//! | `c` | input cut behind so many bytes |
//! | `s` | the open connection gets rid of so many bytes, and of none after those |
//! | `r` | and goes on |
//! | `m` | measure: see [`Metric`](crate::board::Metric) |
//!
//! The other end is `conformance/src/subject/orders.rs`.

use samewire::Limits;

use crate::pace::Delivery;

/// The runner's first channel, for as long as the link is up.
pub(crate) const CHANNEL: u8 = 1;

/// Letter and value.
pub(crate) const ORDER_BYTES: usize = 9;

/// An order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Limit(u8, u64),
    Default,
    Deliver(Delivery),
    Stall(u64),
    Resume,
    Measure,
}

impl Order {
    /// Reads one; nothing if there is none like this.
    pub(crate) fn decode([letter, value @ ..]: [u8; ORDER_BYTES]) -> Option<Self> {
        let value = u64::from_le_bytes(value);
        Some(match letter {
            0..=22 => Self::Limit(letter, value),
            b'd' => Self::Default,
            b'b' => Self::Deliver(Delivery::Bytes),
            b'c' => Self::Deliver(Delivery::Cut(value)),
            b's' => Self::Stall(value),
            b'r' => Self::Resume,
            b'm' => Self::Measure,
            _ => return None,
        })
    }
}

/// Sets the limit at this place. The runner knows its width.
pub(crate) fn set(limits: &mut Limits, place: u8, value: u64) {
    match place {
        0 => limits.head_bytes_max = value as u16,
        1 => limits.target_bytes_max = value as u16,
        2 => limits.field_lines_max = value as u8,
        3 => limits.empty_lines_max = value as u8,
        4 => limits.content_bytes_max = value,
        5 => limits.collected_bytes_max = value as u32,
        6 => limits.chunk_overhead_bytes_max = value as u16,
        7 => limits.answer_bytes_max = value as u32,
        8 => limits.chunk_bytes_max = value as u16,
        9 => limits.drain_bytes_max = value as u32,
        10 => limits.requests_max = value as u16,
        11 => limits.message_bytes_max = value as u32,
        12 => limits.fragments_max = value as u16,
        13 => limits.idle_ms_max = value as u32,
        14 => limits.head_ms_max = value as u32,
        15 => limits.body_ms_max = value as u32,
        16 => limits.handler_ms_max = value as u32,
        17 => limits.write_ms_max = value as u32,
        18 => limits.linger_ms_max = value as u32,
        19 => limits.message_ms_max = value as u32,
        20 => limits.ping_ms = value as u32,
        21 => limits.pong_ms_max = value as u32,
        _ => limits.close_ms_max = value as u32,
    }
}
