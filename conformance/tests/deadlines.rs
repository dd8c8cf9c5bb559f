//! Deadlines that no case can show, since they are about a client that does not read, and about
//! what the server still holds when its last byte is out: one millisecond before, and exactly at.

use std::time::Duration;

use samewire::{Limits, Result, WebSocket, app};
use samewire_demo::Demo;
use samewire_sim::{Client, Delivery, End, World};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: example\r\n\r\n";
const LAST: &[u8] = b"GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n";
const HANDSHAKE: &[u8] = b"GET /ws HTTP/1.1\r\nHost: example\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";

/// A server that says goodbye to each WebSocket at once.
struct Bye;

app! { for Bye;
    ws "/ws" => bye(ws);
}

async fn bye(_: &Bye, _: WebSocket<'_>) -> Result {
    Ok(())
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(millis.into())
}

/// The connection is there one millisecond before this time, and gone at it.
#[track_caller]
fn gone_at<A>(world: &World<A>, time: u32) {
    world.pass(millis(time - 1));
    assert_eq!(world.connections(), 1, "too early");
    world.pass(millis(1));
    assert_eq!(world.connections(), 0, "too late");
}

/// A client whose window takes seven bytes, and that has sent this.
fn with_small_window(world: &World<Demo>, bytes: &[u8]) -> Client {
    let client = world.connect_with(Delivery { window_bytes: 7, ..Delivery::default() });
    client.send(bytes);
    world.run();
    client
}

#[test]
fn a_client_that_does_not_read_is_dropped() {
    let world = World::new(Demo::new(), Limits::SMALL);
    let _client = with_small_window(&world, GET);
    gone_at(&world, Limits::SMALL.write_ms_max);
}

#[test]
fn a_byte_now_and_then_does_not_save_it() {
    let world = World::new(Demo::new(), Limits::SMALL);
    let client = with_small_window(&world, GET);
    world.pass(millis(Limits::SMALL.write_ms_max - 1000));
    client.read(7, &mut Vec::new());
    world.run();
    gone_at(&world, 1000);
}

#[test]
fn neither_idle_nor_handler_time_runs_while_output_stands() {
    let limits = Limits { idle_ms_max: 1000, handler_ms_max: 1000, ..Limits::SMALL };
    let world = World::new(Demo::new(), limits);
    let _client = with_small_window(&world, GET);
    gone_at(&world, limits.write_ms_max);
}

#[test]
fn the_end_of_the_client_is_waited_for_but_not_for_ever() {
    let world = World::new(Demo::new(), Limits::SMALL);
    let client = world.connect();
    client.send(LAST);
    world.run();
    assert_eq!(client.end(), End::Fin);
    gone_at(&world, Limits::SMALL.linger_ms_max);
}

#[test]
fn a_client_that_ends_its_half_frees_its_place_at_once() {
    let world = World::new(Demo::new(), Limits::SMALL);
    let client = world.connect();
    client.send(LAST);
    world.run();
    client.shut();
    world.run();
    assert_eq!(world.connections(), 0);
}

#[test]
fn the_answer_to_our_close_frame_is_waited_for_but_not_for_ever() {
    let world = World::new(Bye, Limits::SMALL);
    let client = world.connect();
    client.send(HANDSHAKE);
    world.run();
    assert!(client.take().ends_with(b"\x88\x02\x03\xe8"), "a Close frame with 1000");
    world.pass(millis(Limits::SMALL.close_ms_max - 1));
    assert_eq!(client.end(), End::Open);
    world.pass(millis(1));
    assert_eq!((client.end(), client.waiting()), (End::Fin, 0));
}
