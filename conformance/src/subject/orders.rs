//! What a board is told about the connection that comes next, beside its bytes.

use samewire::Limits;
use samewire_linked::places;

use super::{Delivery, OpenOptions};

pub(crate) use samewire_linked::Order;

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

#[cfg(test)]
mod tests {
    use super::{Order, before};
    use crate::subject::{Delivery, OpenOptions};
    use samewire::Limits;

    #[test]
    fn only_what_is_not_usual_is_ordered() {
        assert_eq!(before(&OpenOptions::default()), [Order::Default]);
        let limits = Limits { target_bytes_max: 9, close_ms_max: 8, ..Limits::SMALL };
        let expected = [Order::Default, Order::Limit(1, 9), Order::Limit(23, 8), Order::Cut(7)];
        assert_eq!(
            before(&OpenOptions { limits, delivery: Delivery::Cut(7), fresh: true }),
            expected
        );
    }
}
