//! A board with a lamp and a thermometer, both behind the traits of embedded-hal: `/led` and
//! `/sensor`. Where there are no pins, it is a board all the same, on which nothing shines.

use core::cell::{Cell, RefCell};

use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;
use samewire::app::layer::Layer;
use samewire::http::lines::FieldLines;
use samewire::{Json, Problem, Request, Result, Status, app};
use serde::{Deserialize, Serialize};

/// What hangs on the board: a lamp on a pin, a TMP102 on a bus.
///
/// Handlers do not know what pins and buses there are in the world, so they see them like this.
pub trait Pins {
    /// Switches the lamp.
    ///
    /// # Errors
    ///
    /// [`Broken`] if the pin did not do it.
    fn set_lamp(&self, on: bool) -> Result<(), Broken>;

    /// The temperature in thousandths of a degree Celsius.
    ///
    /// # Errors
    ///
    /// [`Broken`] if the thermometer does not answer.
    fn temperature(&self) -> Result<i32, Broken>;
}

/// The hardware did not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// The pins of a real board.
pub struct Wired<P, B> {
    lamp: RefCell<P>,
    bus: RefCell<B>,
}

/// Where a TMP102 listens whose address pin is at ground (its data sheet, table 4).
const TMP102: u8 = 0x48;
/// Its register with the temperature, the one that is read first (table 1).
const TEMPERATURE: u8 = 0x00;

impl<P: OutputPin, B: I2c> Wired<P, B> {
    /// A lamp on this pin, a TMP102 on this bus.
    pub const fn new(lamp: P, bus: B) -> Self {
        Self { lamp: RefCell::new(lamp), bus: RefCell::new(bus) }
    }
}

impl<P: OutputPin, B: I2c> Pins for Wired<P, B> {
    fn set_lamp(&self, on: bool) -> Result<(), Broken> {
        let mut lamp = self.lamp.try_borrow_mut().map_err(|_| Broken)?;
        lamp.set_state(on.into()).map_err(|_| Broken)
    }

    fn temperature(&self) -> Result<i32, Broken> {
        let mut bus = self.bus.try_borrow_mut().map_err(|_| Broken)?;
        let mut raw = [0; 2];
        bus.write_read(TMP102, &[TEMPERATURE], &mut raw).map_err(|_| Broken)?;
        // Twelve bits from the left, 62.5 thousandths each (section 7.5.1).
        Ok(i32::from(i16::from_be_bytes(raw) >> 4) * 125 / 2)
    }
}

/// The lamp as it was set last, and what it hangs on.
pub struct Board {
    led: Cell<Led>,
    pins: Option<&'static dyn Pins>,
}

/// What `/led` says and takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Led {
    on: bool,
    /// How bright it is when it is on, in hundredths.
    percent: u8,
}

/// What a merge patch may change of it (RFC 7396).
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct LedPatch {
    on: Option<bool>,
    percent: Option<u8>,
}

const DARK: Led = Led { on: false, percent: 100 };

/// What `/sensor` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    millidegrees: i32,
}

impl Board {
    /// A board without pins, at 21.5 degrees.
    pub const fn simulated() -> Self {
        Self { led: Cell::new(DARK), pins: None }
    }

    /// A board with these pins.
    pub const fn wired(pins: &'static dyn Pins) -> Self {
        Self { led: Cell::new(DARK), pins: Some(pins) }
    }
}

app! { for Board;
    get   "/led"               => led;
    put   "/led"               => set_led(json);
    patch "/led" [AcceptPatch] => patch_led(json);
    get   "/sensor"            => sensor;
}

async fn led(board: &Board) -> Json<Led> {
    Json(board.led.get())
}

async fn set_led(board: &Board, Json(led): Json<Led>) -> Result<Json<Led>> {
    board.set(led).map(Json)
}

/// All of the patch, or nothing of it.
// rfc5789-2-patch-atomic
// rfc5789-2-patch-partial
// rfc5789-2-patch-suits-type
// rfc5789-2.2-patch-malformed-400
async fn patch_led(board: &Board, Json(patch): Json<LedPatch>) -> Result<Json<Led>> {
    let led = board.led.get();
    let led = Led { on: patch.on.unwrap_or(led.on), percent: patch.percent.unwrap_or(led.percent) };
    board.set(led).map(Json)
}

/// Says what kind of patch is understood, to whoever sends another one (RFC 5789 §2.2).
// rfc5789-2.2-patch-415-accept-patch
struct AcceptPatch;

impl<A> Layer<A> for AcceptPatch {
    type State = ();

    fn on_response(
        &self,
        _: &A,
        (): &(),
        _: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        if status == Status::UNSUPPORTED_MEDIA_TYPE {
            lines.add("Accept-Patch", b"application/merge-patch+json");
        }
    }
}

impl Board {
    // rfc9110-8.7-content-location-transitory
    // rfc9110-8.7-content-location-no-semantics
    // rfc9110-9.3.4-put-200-204
    // rfc9110-9.3.4-put-validator
    // rfc9110-9.3.4-put-consistency
    // rfc9110-9.3.4-put-ignore-fields
    fn set(&self, led: Led) -> Result<Led> {
        if led.percent > 100 {
            return Err(Problem::unprocessable("percent is at most 100"));
        }
        let lit = led.on && led.percent > 0;
        self.pins.map_or(Ok(()), |pins| pins.set_lamp(lit)).map_err(|Broken| broken())?;
        self.led.set(led);
        Ok(led)
    }
}

async fn sensor(board: &Board) -> Result<Json<Reading>> {
    let millidegrees = board.pins.map_or(Ok(21_500), Pins::temperature);
    millidegrees.map(|millidegrees| Json(Reading { millidegrees })).map_err(|Broken| broken())
}

const fn broken() -> Problem {
    Problem::new(Status::SERVICE_UNAVAILABLE, "the hardware does not answer").retry_after(1)
}
