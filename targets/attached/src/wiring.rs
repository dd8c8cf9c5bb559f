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
