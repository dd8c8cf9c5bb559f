//! HTTP by the doors of a connection alone: one answer to whatever is asked, no app layer.
#![no_std]
#![no_main]

use core::task::{Context, Poll, Waker};

use cortex_m_rt::entry;
use samewire::connection::{Connection, Input, Output, Wire};
use samewire::http::response::ResponseHead;
use samewire::http::status::Status;
use samewire::{Clock as _, Limits, Transport as _};
use size::Peer;

const LIMITS: &Limits = &Limits::SMALL;

#[entry]
fn main() -> ! {
    let mut receive = [0; LIMITS.receive_bytes_min()];
    let mut send = [0; LIMITS.send_bytes_min()];
    loop {
        let mut connection = Connection::new(Peer.now(), LIMITS);
        serve(connection.lend(LIMITS, &mut receive, &mut send, None));
    }
}

/// Follows the doors from accept to close.
fn serve(mut wire: Wire<'_>) {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let input = match wire.poll_output() {
            Output::Close => return,
            Output::Ready => {
                answer(&mut wire);
                continue;
            }
            Output::Transmit => match Peer.poll_write(&mut context, wire.unsent()) {
                Poll::Ready(Ok(n)) => Input::Sent(n),
                _ => return,
            },
            Output::Shutdown => Input::Shut,
            Output::Wait(_) => match Peer.poll_read(&mut context, wire.receive_space()) {
                Poll::Ready(Ok(0)) => Input::PeerClosed,
                Poll::Ready(Ok(n)) => Input::Received(n),
                _ => return,
            },
        };
        wire.handle_input(Peer.now(), input);
    }
}

fn answer(wire: &mut Wire<'_>) {
    if let Some(head_bytes) = wire.head() {
        wire.pass_head(head_bytes);
        let _ = wire.respond(&ResponseHead::new(Status::OK), b"Hello, World!\n");
        wire.end_exchange();
    }
    wire.drain();
}
