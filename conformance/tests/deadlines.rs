//! The deadline that no case can show: how long the server keeps what it still holds of a connection
//! when its own half has ended. Nothing of that is on the wire.

use std::time::Duration;

use samewire::Limits;
use samewire_demo::Demo;
use samewire_sim::{Client, End, World};

const LAST: &[u8] = b"GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n";

/// A client that has its last answer, and has not ended its half.
fn lingering() -> (World<Demo>, Client) {
    let world = World::new(Demo::new(), Limits::SMALL);
    let client = world.connect();
    client.send(LAST);
    world.run();
    assert_eq!(client.end(), End::Fin);
    assert!(!client.take().is_empty());
    (world, client)
}

/// The connections that are left after this time.
fn left_after(world: &World<Demo>, millis: u32) -> usize {
    world.pass(Duration::from_millis(millis.into()));
    world.connections()
}

#[test]
fn the_end_of_the_client_is_waited_for_but_not_for_ever() {
    let (world, _client) = lingering();
    let before = left_after(&world, Limits::SMALL.linger_ms_max - 1);
    assert_eq!((before, left_after(&world, 1), left_after(&world, 1)), (1, 0, 0));
}

#[test]
fn what_the_client_still_sends_buys_no_time() {
    let (world, client) = lingering();
    let half = Limits::SMALL.linger_ms_max / 2;
    assert_eq!(left_after(&world, half), 1);
    client.send(LAST);
    assert_eq!((left_after(&world, half - 1), left_after(&world, 1)), (1, 0));
    assert_eq!(client.take(), b"", "nothing is answered");
}

#[test]
fn a_client_that_ends_its_half_frees_its_place_at_once() {
    let (world, client) = lingering();
    client.shut();
    world.run();
    assert_eq!(world.connections(), 0);
}
