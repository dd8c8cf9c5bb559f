//! The runtime and the peer: what every other image is compared with.
#![no_std]
#![no_main]

use core::future::poll_fn;
use core::task::Poll;

use cortex_m_rt::entry;
use samewire::{Clock as _, Transport as _};
use size::Peer;

#[entry]
fn main() -> ! {
    loop {
        let mut bytes = [0; 64];
        size::run(poll_fn(|context| {
            let mut peer = Peer;
            let _ = peer.poll_at(context, peer.now());
            let _ = peer.poll_read(context, &mut bytes);
            let _ = peer.poll_write(context, &bytes);
            let _ = peer.poll_shutdown(context);
            Poll::Ready(())
        }));
    }
}
