//! What hangs on the board, behind embedded-hal: a lamp and a thermometer.

use embassy_rp::Peri;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::i2c::{self, Blocking, I2c};
use embassy_rp::peripherals::{I2C0, PIN_4, PIN_5, PIN_25};
use samewire_attached::Wiring;
use samewire_demo::board::Wired;
use static_cell::StaticCell;

/// The lamp of a Pico, and a TMP102.
type Real = Wired<Output<'static>, I2c<'static, I2C0, Blocking>>;

/// The lamp is dark then.
pub(crate) fn connect(
    lamp: Peri<'static, PIN_25>,
    bus: Peri<'static, I2C0>,
    scl: Peri<'static, PIN_5>,
    sda: Peri<'static, PIN_4>,
) -> Wiring {
    static REAL: StaticCell<Real> = StaticCell::new();
    let lamp = Output::new(lamp, Level::Low);
    let bus = I2c::new_blocking(bus, scl, sda, i2c::Config::default());
    Wiring::new(REAL.init(Wired::new(lamp, bus)))
}
