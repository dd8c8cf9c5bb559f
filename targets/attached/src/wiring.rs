//! What hangs on a board, for whoever serves: once as it is, once as the cases expect it.

use samewire_demo::Demo;
use samewire_demo::board::{Board, Broken, Pins};
use static_cell::StaticCell;

/// What `/sensor` says where the cases are replayed, as on targets without a thermometer.
const EXPECTED: i32 = 21_500;

/// A lamp and a thermometer.
#[derive(Clone, Copy)]
pub struct Wiring {
    real: &'static dyn Pins,
    under_test: &'static UnderTest,
}

/// The real lamp, and a thermometer that always says the same.
struct UnderTest(&'static dyn Pins);

impl Pins for UnderTest {
    fn set_lamp(&self, on: bool) -> Result<(), Broken> {
        self.0.set_lamp(on)
    }

    fn temperature(&self) -> Result<i32, Broken> {
        Ok(EXPECTED)
    }
}

impl Wiring {
    /// Of the one board there is.
    pub fn new(real: &'static dyn Pins) -> Self {
        static UNDER_TEST: StaticCell<UnderTest> = StaticCell::new();
        Self { real, under_test: UNDER_TEST.init(UnderTest(real)) }
    }

    /// The demo with all that is real.
    pub const fn demo(self) -> Demo {
        Demo::on(Board::wired(self.real))
    }

    /// The demo begun anew, as the cases expect it. Its lamp is dark at first.
    pub fn demo_under_test(self) -> Demo {
        // The pin of a lamp always does what it is told.
        let _ = self.real.set_lamp(false);
        Demo::on(Board::wired(self.under_test))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{EXPECTED, Wiring};
    use samewire_demo::board::{Broken, Pins};
    use std::boxed::Box;
    use std::cell::Cell;

    /// A lamp, and a thermometer that does not answer.
    struct Desk(Cell<bool>);

    impl Pins for Desk {
        fn set_lamp(&self, on: bool) -> Result<(), Broken> {
            self.0.set(on);
            Ok(())
        }

        fn temperature(&self) -> Result<i32, Broken> {
            Err(Broken)
        }
    }

    #[test]
    fn under_test_the_lamp_is_real_and_the_thermometer_says_what_is_expected() {
        let desk: &Desk = Box::leak(Box::new(Desk(Cell::new(true))));
        let wiring = Wiring::new(desk);
        let _ = wiring.demo();
        assert!(desk.0.get(), "who uses the board finds the lamp as it is");
        let _ = wiring.demo_under_test();
        assert!(!desk.0.get(), "each run begins in the dark");
        assert_eq!(wiring.under_test.set_lamp(true), Ok(()));
        assert!(desk.0.get());
        assert_eq!(wiring.under_test.temperature(), Ok(EXPECTED));
        assert_eq!(wiring.real.temperature(), Err(Broken));
    }
}
