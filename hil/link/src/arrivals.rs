//! What of the peer's numbered frames has come, and what the peer is still to be told of that: the
//! mirror of the window.

/// The frames that have come.
#[derive(Debug)]
pub(crate) struct Arrivals {
    /// The number that the next one must have.
    expected: u8,
    ack_is_due: bool,
    nak_is_due: bool,
    /// Whether the present gap was told of.
    has_asked: bool,
}

/// Where a frame stands among those that have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is the next one.
    Next,
    /// It was here before: the peer has not heard that we have it.
    Again,
    /// Some that go before it are missing.
    Early,
}

impl Arrivals {
    /// Nothing has come.
    pub(crate) const NONE: Self =
        Self { expected: 0, ack_is_due: false, nak_is_due: false, has_asked: false };

    /// The number that the next one must have: all before it have come.
    pub(crate) fn expected(&self) -> u8 {
        self.expected
    }

    /// A frame with this number has come.
    pub(crate) fn take(&mut self, number: u8) -> Turn {
        if number == self.expected {
            self.expected = self.expected.wrapping_add(1);
            (self.ack_is_due, self.has_asked) = (true, false);
            Turn::Next
        } else if self.expected.wrapping_sub(number) <= 128 {
            // Half of all numbers are behind.
            self.ack_is_due = true;
            Turn::Again
        } else {
            Turn::Early
        }
    }

    /// Something is missing: the peer is told once of each gap what is expected.
    pub(crate) fn ask_again(&mut self) {
        self.nak_is_due |= !self.has_asked;
        self.has_asked = true;
    }

    /// Whether the peer is to be asked for what is missing. It is, now.
    pub(crate) fn take_nak(&mut self) -> bool {
        core::mem::take(&mut self.nak_is_due)
    }

    /// Whether the peer is to be told what has come.
    pub(crate) fn ack_is_due(&self) -> bool {
        self.ack_is_due
    }

    /// The peer is told what has come: every frame says so.
    pub(crate) fn told(&mut self) {
        self.ack_is_due = false;
    }

    /// Nobody listens: there is nothing to be told.
    pub(crate) fn hush(&mut self) {
        (self.ack_is_due, self.nak_is_due) = (false, false);
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrivals, Turn};

    #[test]
    fn half_of_all_numbers_are_behind() {
        for number in 0..=255 {
            let expected = match number {
                0 => Turn::Next,
                1..=127 => Turn::Early,
                128..=255 => Turn::Again,
            };
            let mut arrivals = Arrivals::NONE;
            assert_eq!(arrivals.take(number), expected, "{number}");
        }
    }

    #[test]
    fn a_gap_is_told_of_once() {
        let mut arrivals = Arrivals::NONE;
        assert_eq!(arrivals.take(1), Turn::Early);
        arrivals.ask_again();
        assert!(arrivals.take_nak());
        arrivals.ask_again();
        assert!(!arrivals.take_nak());
        assert_eq!(arrivals.take(0), Turn::Next);
        assert!(arrivals.ack_is_due());
        arrivals.ask_again();
        assert!(arrivals.take_nak(), "this is another gap");
    }

    #[test]
    fn numbers_go_round() {
        let mut arrivals = Arrivals::NONE;
        for number in (0..=255).chain(0..9) {
            assert_eq!(arrivals.expected(), number);
            assert_eq!(arrivals.take(number), Turn::Next);
            assert_eq!(arrivals.take(number), Turn::Again);
        }
    }
}
