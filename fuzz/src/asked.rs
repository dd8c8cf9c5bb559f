//! One request to an app in memory.

use samewire::Limits;
use samewire::app::App;
use samewire_sim::{Delivery, World};

use crate::cuts;

/// As much as inputs of targets ever need.
pub(crate) const LIMITS: Limits = Limits { content_bytes_max: 2048, ..Limits::SMALL };

/// What came back, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered(Vec<u8>);

/// Asks on a connection of its own, which ends with the answer.
pub(crate) fn ask<A: App + 'static>(
    world: &World<A>,
    request: &[u8],
    delivery: Delivery,
) -> Answered {
    let client = world.connect_with(delivery);
    world.run();
    client.send(request);
    client.shut();
    world.run();
    let answer = client.take();
    assert_eq!(world.connections(), 0, "it does not end: {}", answer.escape_ascii());
    Answered(answer)
}

/// Whole, byte by byte, and in pieces.
pub(crate) fn deliveries(request: &[u8]) -> [(Delivery, &'static str); 3] {
    let whole = Delivery::default();
    let bytes = Delivery { read_bytes_max: 1, one_by_one: true, ..Delivery::default() };
    let cuts = cuts::seeded(request).collect();
    let pieces = Delivery { cuts, one_by_one: true, ..Delivery::default() };
    [(whole, "whole"), (bytes, "byte by byte"), (pieces, "in pieces")]
}

impl Answered {
    /// The status code.
    pub(crate) fn status(&self) -> u16 {
        let digits = self.0.get(9..12).and_then(|digits| str::from_utf8(digits).ok());
        digits.and_then(|digits| digits.parse().ok()).expect("a status line")
    }

    pub(crate) fn head(&self) -> &[u8] {
        self.split().0
    }

    pub(crate) fn content(&self) -> &[u8] {
        self.split().1
    }

    fn split(&self) -> (&[u8], &[u8]) {
        crate::requests::split(&self.0, b"\r\n\r\n").expect("a head")
    }
}
