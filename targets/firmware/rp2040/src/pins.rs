//! What hangs on the board, behind embedded-hal: a lamp and a thermometer.

use embassy_rp::Peri;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::i2c::{self, Blocking, I2c};
use embassy_rp::peripherals::{I2C0, PIN_4, PIN_5, PIN_25};
use samewire_demo::Demo;
use samewire_demo::board::{Board, Broken, Pins, Wired};
use static_cell::StaticCell;

/// The lamp of a Pico, and a TMP102.
type Real = Wired<Output<'static>, I2c<'static, I2C0, Blocking>>;

/// What `/sensor` says where the cases are replayed, as on targets without a thermometer.
const EXPECTED: i32 = 21_500;

/// The pins, for whoever serves: once as they are, once as the cases expect them.
#[derive(Clone, Copy)]
pub(crate) struct Wiring {
    real: &'static Real,
    under_test: &'static UnderTest,
}

/// The real lamp, and a thermometer that always says the same.
struct UnderTest(&'static Real);

impl Pins for UnderTest {
    fn set_lamp(&self, on: bool) -> Result<(), Broken> {
        self.0.set_lamp(on)
    }

    fn temperature(&self) -> Result<i32, Broken> {
        Ok(EXPECTED)
    }
}

impl Wiring {
    /// The lamp is dark then.
    pub(crate) fn connect(
        lamp: Peri<'static, PIN_25>,
        bus: Peri<'static, I2C0>,
        scl: Peri<'static, PIN_5>,
        sda: Peri<'static, PIN_4>,
    ) -> Self {
        static REAL: StaticCell<Real> = StaticCell::new();
        static UNDER_TEST: StaticCell<UnderTest> = StaticCell::new();
        let lamp = Output::new(lamp, Level::Low);
        let bus = I2c::new_blocking(bus, scl, sda, i2c::Config::default());
        let real: &Real = REAL.init(Wired::new(lamp, bus));
        Self { real, under_test: UNDER_TEST.init(UnderTest(real)) }
    }

    /// The demo with all that is real.
    pub(crate) const fn demo(self) -> Demo {
        Demo::on(Board::wired(self.real))
    }

    /// The demo begun anew, as the cases expect it. Its lamp is dark at first.
    pub(crate) fn demo_under_test(self) -> Demo {
        // The pin of a lamp always does what it is told.
        let _ = self.real.set_lamp(false);
        Demo::on(Board::wired(self.under_test))
    }
}
