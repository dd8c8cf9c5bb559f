//! A board: a lamp, a thermometer and a page that shows both as they change. Nothing in it needs a
//! heap, and its hardware is whatever implements the traits of embedded-hal: pins and a bus on the
//! board, mocks in the tests, nothing but memory on a laptop.

use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::time::Duration;

use embedded_hal::digital::{self, OutputPin};
use embedded_hal::i2c::{self, I2c, Operation};
use samewire::app::sse::{Event, Events};
use samewire::{
    Either, Json, Problem, Rendered, Respond, Result, Status, Time, Topic, WebSocket, app, select,
};
use serde::{Deserialize, Serialize};

/// The board and what hangs on it.
struct Board<P, B> {
    lamp: RefCell<P>,
    bus: RefCell<B>,
    led: Cell<Led>,
    changes: Topic<Led, 4>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Led {
    on: bool,
}

#[derive(Clone, Copy, Serialize)]
struct Reading {
    millidegrees: i32,
}

app! { for Board<P, B>, P: OutputPin, B: I2c;
    get "/"            => page;
    get "/led"         => led;
    put "/led"         => set_led(json);
    get "/temperature" => temperature;
    get "/readings"    => readings(sse, time);
    ws  "/live"        => live(ws);
}

async fn page<P, B>(_: &Board<P, B>) -> impl Respond + use<P, B> {
    Rendered::new(b"text/html; charset=utf-8", |to| to.put(include_bytes!("board.html")))
}

async fn led<P, B>(board: &Board<P, B>) -> Json<Led> {
    Json(board.led.get())
}

async fn set_led<P: OutputPin, B>(board: &Board<P, B>, Json(led): Json<Led>) -> Result<Json<Led>> {
    board.set(led)?;
    Ok(Json(led))
}

async fn temperature<P, B: I2c>(board: &Board<P, B>) -> Result<Json<Reading>> {
    board.read().map(Json)
}

/// A reading each second, for as long as somebody listens.
async fn readings<P, B: I2c>(
    board: &Board<P, B>,
    mut events: Events<'_>,
    time: Time<'_>,
) -> Result {
    let mut second = time.every(Duration::from_secs(1));
    while second.tick().await {
        events.send(Event::data(Json(board.read()?))).await?;
    }
    Ok(())
}

/// Tells of each change, and takes `{"on":true}` like `PUT /led`.
async fn live<P: OutputPin, B>(board: &Board<P, B>, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let mut changes = board.changes.subscribe();
    outbox.send(Json(board.led.get())).await?;
    loop {
        match select(inbox.receive_json(), changes.next()).await {
            Either::First(None) => return Ok(()),
            Either::First(Some(Ok(led))) => board.set(led)?,
            Either::First(Some(Err(_))) => {
                outbox.send(r#"{"error":"no lamp is like this"}"#).await?
            }
            Either::Second(Ok(led)) => outbox.send(Json(led)).await?,
            Either::Second(Err(_lagged)) => {}
        }
    }
}

const BROKEN: Problem =
    Problem::new(Status::SERVICE_UNAVAILABLE, "the hardware does not answer").retry_after(1);

impl<P, B> Board<P, B> {
    fn new(lamp: P, bus: B) -> Self {
        let (lamp, bus) = (RefCell::new(lamp), RefCell::new(bus));
        Self { lamp, bus, led: Cell::new(Led { on: false }), changes: Topic::new() }
    }
}

impl<P: OutputPin, B> Board<P, B> {
    fn set(&self, led: Led) -> Result {
        self.lamp.borrow_mut().set_state(led.on.into()).map_err(|_| BROKEN)?;
        self.led.set(led);
        self.changes.publish(led);
        Ok(())
    }
}

impl<P, B: I2c> Board<P, B> {
    /// Of a TMP102 at its first address: twelve bits from the left, 62.5 thousandths each (its data
    /// sheet, section 7.5.1).
    fn read(&self) -> Result<Reading> {
        let mut raw = [0; 2];
        self.bus.borrow_mut().write_read(0x48_u8, &[0], &mut raw).map_err(|_| BROKEN)?;
        Ok(Reading { millidegrees: i32::from(i16::from_be_bytes(raw) >> 4) * 125 / 2 })
    }
}

/// A lamp that nobody sees.
struct NoLamp;

impl digital::ErrorType for NoLamp {
    type Error = Infallible;
}

impl OutputPin for NoLamp {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A bus on which it is always 21.5 degrees.
struct NoBus;

impl i2c::ErrorType for NoBus {
    type Error = Infallible;
}

impl I2c for NoBus {
    fn transaction(&mut self, _: u8, uses: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for one in uses {
            if let Operation::Read(into) = one {
                into.iter_mut().zip([0x15, 0x80]).for_each(|(byte, value)| *byte = value);
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), samewire_host::StartError> {
    let board = || Board::new(NoLamp, NoBus);
    samewire_host::Server::new(board).signals(true).start()?.wait();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Board;
    use embedded_hal::i2c::ErrorKind;
    use embedded_hal_mock::eh1::digital::{Mock as Pin, State, Transaction as PinUse};
    use embedded_hal_mock::eh1::i2c::{Mock as Bus, Transaction as BusUse};
    use samewire_sim::Sim;
    use serde_json::json;

    /// A board on which exactly this is done.
    fn board(pin: &[PinUse], bus: &[BusUse]) -> (Sim<Board<Pin, Bus>>, Pin, Bus) {
        let (pin, bus) = (Pin::new(pin), Bus::new(bus));
        (Sim::new(Board::new(pin.clone(), bus.clone())), pin, bus)
    }

    #[test]
    fn a_page_switches_the_lamp_and_the_others_see_it() {
        let (sim, mut pin, mut bus) =
            board(&[PinUse::set(State::High), PinUse::set(State::Low)], &[]);
        let (mut kitchen, mut cellar) = (sim.ws("/live"), sim.ws("/live"));
        kitchen.expect_text(r#"{"on":false}"#);
        cellar.expect_text(r#"{"on":false}"#);
        kitchen.send(r#"{"on":true}"#);
        cellar.expect_text(r#"{"on":true}"#);
        kitchen.expect_text(r#"{"on":true}"#);
        sim.request("PUT", "/led").json(&json!({ "on": false })).send().expect(200);
        cellar.expect_text(r#"{"on":false}"#);
        pin.done();
        bus.done();
    }

    #[test]
    fn a_reading_comes_each_second() {
        let read = |raw: [u8; 2]| BusUse::write_read(0x48, vec![0], raw.to_vec());
        let (sim, mut pin, mut bus) = board(&[], &[read([0x19, 0]), read([0xe7, 0])]);
        let mut readings = sim.events("/readings");
        readings.expect_data(r#"{"millidegrees":25000}"#);
        readings.expect_data(r#"{"millidegrees":-25000}"#);
        drop(readings);
        pin.done();
        bus.done();
    }

    #[test]
    fn a_broken_thermometer_is_a_problem() {
        let gone = BusUse::write_read(0x48, vec![0], vec![0, 0]).with_error(ErrorKind::Other);
        let (sim, mut pin, mut bus) = board(&[], &[gone]);
        sim.get("/temperature").expect(503).expect_field("Retry-After", "1");
        pin.done();
        bus.done();
    }
}
