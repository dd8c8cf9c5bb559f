//! What a board is told about the connection that comes next, beside its bytes: orders of nine
//! bytes, a letter or the place of a limit, and a value, its lowest byte first. The other end is
//! `targets/firmware/microbit/src/orders.rs`.

use samewire::Limits;

use super::{Delivery, OpenOptions};

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The demo's own limits, and input as it comes.
    Default,
    /// This limit, by its place, has this value.
    Limit(u8, u64),
    /// Input byte by byte.
    Bytes,
    /// Input in two pieces, the first of so many bytes.
    Cut(u64),
    /// The connection that is open gets rid of so many bytes, and of none after those.
    Stall(u64),
    /// And goes on.
    Resume,
    /// Tell what was measured.
    Measure,
}

impl Order {
    /// As it goes over the link.
    pub(crate) fn encode(self) -> [u8; 9] {
        let (letter, value) = match self {
            Self::Default => (b'd', 0),
            Self::Limit(place, value) => (place, value),
            Self::Bytes => (b'b', 0),
            Self::Cut(at) => (b'c', at),
            Self::Stall(bytes) => (b's', bytes),
            Self::Resume => (b'r', 0),
            Self::Measure => (b'm', 0),
        };
        let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
        [letter, a, b, c, d, e, f, g, h]
    }
}

/// The orders before a connection that is to be opened so.
pub(crate) fn before(options: &OpenOptions) -> Vec<Order> {
    let mut orders = vec![Order::Default];
    let (limits, usual) = (places(&options.limits), places(&Limits::SMALL));
    let places = (0..).zip(limits).zip(usual).filter(|((_, one), other)| one != other);
    orders.extend(places.map(|((place, value), _)| Order::Limit(place, value)));
    match options.delivery {
        Delivery::Whole => {}
        Delivery::Bytes => orders.push(Order::Bytes),
        Delivery::Cut(at) => orders.push(Order::Cut(u64::try_from(at).unwrap_or(u64::MAX))),
    }
    orders
}

/// All limits in their places: as they stand in the struct, so that the board knows them by number.
fn places(limits: &Limits) -> [u64; 23] {
    let Limits {
        head_bytes_max,
        target_bytes_max,
        field_lines_max,
        empty_lines_max,
        content_bytes_max,
        collected_bytes_max,
        chunk_overhead_bytes_max,
        answer_bytes_max,
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
    ]
}

#[cfg(test)]
mod tests {
    use super::{Order, before};
    use crate::subject::{Delivery, OpenOptions};
    use samewire::Limits;

    #[test]
    fn only_what_is_not_usual_is_ordered() {
        assert_eq!(before(&OpenOptions::default()), [Order::Default]);
        let limits = Limits { target_bytes_max: 9, close_ms_max: 8, ..Limits::SMALL };
        let expected = [Order::Default, Order::Limit(1, 9), Order::Limit(22, 8), Order::Cut(7)];
        assert_eq!(before(&OpenOptions { limits, delivery: Delivery::Cut(7) }), expected);
    }

    #[test]
    fn an_order_is_a_letter_and_a_value() {
        let table: [(Order, &[u8; 9]); 4] = [
            (Order::Bytes, b"b\0\0\0\0\0\0\0\0"),
            (Order::Cut(0x0201), b"c\x01\x02\0\0\0\0\0\0"),
            (Order::Limit(4, u64::MAX), b"\x04\xff\xff\xff\xff\xff\xff\xff\xff"),
            (Order::Measure, b"m\0\0\0\0\0\0\0\0"),
        ];
        for (order, expected) in table {
            assert_eq!(&order.encode(), expected, "{order:?}");
        }
    }
}
