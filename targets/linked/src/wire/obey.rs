//! What the runner orders.

use samewire::Limits;
use samewire_link::Read;

use super::Wire;
use crate::board::{End, Memory};
use crate::line::Line;
use crate::metric;
use crate::order::{self, ORDER_BYTES, Order};
use crate::pace::Delivery;
use crate::place::Place;

impl<const PLACES: usize, const CHANNELS: usize> Wire<PLACES, CHANNELS> {
    /// Takes orders. They are short, and come whole.
    pub(super) fn obey<L: Line>(&mut self, line: &mut L) -> Result<(), End> {
        let mut order = [0; ORDER_BYTES];
        while let Read::Bytes(ORDER_BYTES) = self.link.read(order::CHANNEL, &mut order) {
            match Order::decode(order).ok_or(End::Order(order))? {
                Order::Limit(place, value) => order::set(&mut self.limits, place, value),
                Order::Default => self.take_usual(),
                Order::Bytes => self.delivery = Delivery::Bytes,
                Order::Cut(at) => self.delivery = Delivery::Cut(at),
                Order::Join => self.joins = true,
                Order::Mean(channel) => {
                    // What was measured of one is asked when the server is through with it.
                    let serves = self.places.iter().position(|place| place.serves(channel));
                    let served = || self.places.iter().position(|place| place.channel == channel);
                    let at = serves.or_else(served);
                    self.meant = at.map_or(self.meant, |at| at as u8);
                }
                Order::Stall(bytes) => self.take_only(Some(bytes)),
                Order::Resume => self.take_only(None),
                Order::Measure => self.measure(line.memory()),
                Order::Drain => self.drain(),
            }
        }
        Ok(())
    }

    /// As it is before any order.
    pub(super) fn take_usual(&mut self) {
        (self.limits, self.delivery, self.joins) = (Limits::SMALL, Delivery::Whole, false);
    }

    /// The connection that orders mean.
    fn meant(&mut self) -> Option<&mut Place> {
        self.places.get_mut(usize::from(self.meant))
    }

    /// The client takes so many bytes more, or all: the server may get rid of some now.
    fn take_only(&mut self, bytes: Option<u64>) {
        if let Some(place) = self.meant() {
            place.pace.take_only(bytes);
        }
        self.is_due = true;
    }

    fn measure(&mut self, memory: Option<Memory>) {
        let (receive, send) = self.room;
        let reads = self.meant().map_or(0, |place| place.pace.reads());
        self.metrics = [
            memory.map(|memory| (metric::STATIC_BYTES, memory.static_bytes as u64)),
            memory.map(|memory| (metric::STACK_BYTES, memory.stack_bytes as u64)),
            Some((metric::READS, reads)),
            Some((metric::RECEIVE_BYTES, receive as u64)),
            Some((metric::SEND_BYTES, send as u64)),
        ];
    }
}
