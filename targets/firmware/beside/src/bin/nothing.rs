//! No server: what comes is read, and something is sent. What the other images cost beyond this one
//! is their server's.
#![no_std]
#![no_main]

use core::future::poll_fn;
use core::task::Poll;

use beside::{Client, clock};
use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    // Here the runtime makes an exclusive reference of it, which exists once.
    static mut CLIENT: Option<Client> = None;
    let client = CLIENT.insert(Client::open());
    let wire = client.wire();
    let mut bytes = [0; 64];
    loop {
        client.speak(poll_fn(|_| {
            while let Some(count) = wire.read(&mut bytes) {
                wire.write(&bytes[..count]);
            }
            if clock::poll_at(1).is_ready() {
                wire.end();
                return Poll::Ready(());
            }
            Poll::Pending
        }));
    }
}
