//! The board's routes on pins and a bus that are made up, and that note what is done to them.

use std::io;

use embedded_hal::i2c::ErrorKind;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock as Pin, State, Transaction as PinUse};
use embedded_hal_mock::eh1::i2c::{Mock as Bus, Transaction as BusUse};
use samewire_demo::board::{Board, Wired};
use samewire_sim::{Answer, Sim};

/// A board on which exactly this will be done, and ends to look at that once it was.
fn board(pin: &[PinUse], bus: &[BusUse]) -> (Sim<Board>, Pin, Bus) {
    let (pin, bus) = (Pin::new(pin), Bus::new(bus));
    let wired = Box::leak(Box::new(Wired::new(pin.clone(), bus.clone())));
    (Sim::new(Board::wired(wired)), pin, bus)
}

fn put(sim: &Sim<Board>, content: &str) -> Answer {
    let request = sim.request("PUT", "/led").content(content);
    request.field("Content-Type", "application/json").send()
}

#[test]
fn the_lamp_is_switched_on_its_pin() {
    let uses = [State::High, State::Low, State::Low].map(PinUse::set);
    let (sim, mut pin, mut bus) = board(&uses, &[]);
    sim.get("/led").expect(200).expect_body(r#"{"on":false,"percent":100}"#);
    put(&sim, r#"{"on":true,"percent":9}"#).expect(200);
    sim.get("/led").expect(200).expect_body(r#"{"on":true,"percent":9}"#);
    put(&sim, r#"{"on":true,"percent":0}"#).expect(200);
    put(&sim, r#"{"on":false,"percent":100}"#).expect(200);
    put(&sim, r#"{"on":"yes","percent":100}"#).expect(400);
    pin.done();
    bus.done();
}

#[test]
fn a_patch_changes_what_it_names_or_nothing() {
    let (sim, mut pin, mut bus) = board(&[PinUse::set(State::High)], &[]);
    let patch = |content: &str| {
        let request = sim.request("PATCH", "/led").content(content);
        request.field("Content-Type", "application/merge-patch+json").send()
    };
    patch(r#"{"on":true}"#).expect(200).expect_body(r#"{"on":true,"percent":100}"#);
    patch(r#"{"on":false,"percent":101}"#).expect(422);
    sim.get("/led").expect(200).expect_body(r#"{"on":true,"percent":100}"#);
    pin.done();
    bus.done();
}

#[test]
fn a_pin_that_fails_leaves_the_lamp_as_it_was() {
    let fault = MockError::Io(io::ErrorKind::Other);
    let (sim, mut pin, mut bus) = board(&[PinUse::set(State::High).with_error(fault)], &[]);
    let answer = put(&sim, r#"{"on":true,"percent":100}"#).expect(503);
    answer.expect_field("Retry-After", "1");
    sim.get("/led").expect(200).expect_body(r#"{"on":false,"percent":100}"#);
    pin.done();
    bus.done();
}

#[test]
fn the_thermometer_is_read_over_its_bus() {
    // The examples of the TMP102's data sheet, table 2.
    let table = [
        ([0x7f, 0xf0], 127_937),
        ([0x19, 0x00], 25_000),
        ([0x00, 0x40], 250),
        ([0x00, 0x00], 0),
        ([0xff, 0xc0], -250),
        ([0xe7, 0x00], -25_000),
        ([0xc9, 0x00], -55_000),
    ];
    let uses = table.map(|(raw, _)| BusUse::write_read(0x48, vec![0], raw.to_vec()));
    let (sim, mut pin, mut bus) = board(&[], &uses);
    for (_, millidegrees) in table {
        let body = format!(r#"{{"millidegrees":{millidegrees}}}"#);
        sim.get("/sensor").expect(200).expect_body(&body);
    }
    pin.done();
    bus.done();
}

#[test]
fn a_thermometer_that_is_gone_is_a_problem_and_no_number() {
    let gone = BusUse::write_read(0x48, vec![0], vec![0, 0]).with_error(ErrorKind::Other);
    let (sim, mut pin, mut bus) = board(&[], &[gone]);
    sim.get("/sensor").expect(503);
    pin.done();
    bus.done();
}
