//! What hangs on the board, behind embedded-hal: a lamp and a thermometer.

use esp_hal::Blocking;
use esp_hal::gpio::{Level, Output, OutputConfig};
use esp_hal::i2c::master::{Config, I2c};
use esp_hal::peripherals::{GPIO4, GPIO5, GPIO10, I2C0};
use samewire_attached::Wiring;
use samewire_demo::board::Wired;
use static_cell::StaticCell;

/// An LED, and a TMP102.
type Real = Wired<Output<'static>, I2c<'static, Blocking>>;

/// The lamp is dark then.
pub(crate) fn connect(
    lamp: GPIO10<'static>,
    bus: I2C0<'static>,
    scl: GPIO5<'static>,
    sda: GPIO4<'static>,
) -> Wiring {
    static REAL: StaticCell<Real> = StaticCell::new();
    let lamp = Output::new(lamp, Level::Low, OutputConfig::default());
    let bus = I2c::new(bus, Config::default()).expect("100 kHz is a speed that it has");
    Wiring::new(REAL.init(Wired::new(lamp, bus.with_scl(scl).with_sda(sda))))
}
