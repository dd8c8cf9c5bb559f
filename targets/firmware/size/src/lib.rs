//! What the images have in common: a peer of whom nothing is known, and a loop that polls.
//!
//! The compiler must not know what comes in or whether it matters what goes out, or it would leave
//! out the code that is to be measured: `black_box` stands between it and the peer.
#![no_std]

use core::future::Future;
use core::hint::black_box;
#[cfg(feature = "known")]
use core::net::{IpAddr, Ipv4Addr};
use core::panic::PanicInfo;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use samewire::connection::Connection;
use samewire::{App, Clock, Gone, Instant, Limits, Transport};

/// A byte stream and a clock that could do anything. It has no time of day, no random bytes and no
/// address, and what would need them is left out, as on boards without; with the feature `known` it
/// has all three.
pub struct Peer;

impl Transport for Peer {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        black_box(into);
        black_box(Poll::Ready(Ok(1)))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        black_box(from);
        black_box(Poll::Ready(Ok(1)))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        black_box(Poll::Ready(Ok(())))
    }

    #[cfg(feature = "known")]
    fn peer(&self) -> Option<IpAddr> {
        black_box(Some(IpAddr::V4(Ipv4Addr::LOCALHOST)))
    }
}

impl Clock for Peer {
    fn now(&self) -> Instant {
        black_box(Instant::ZERO)
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        black_box(deadline);
        black_box(Poll::Pending)
    }

    #[cfg(feature = "known")]
    fn unix_seconds(&self) -> Option<u64> {
        black_box(Some(0))
    }

    #[cfg(feature = "known")]
    fn entropy(&mut self) -> Option<[u8; 16]> {
        black_box(Some([0; 16]))
    }
}

/// Serves one connection after the other, with buffers on the stack.
pub fn serve(app: &impl App) -> ! {
    const LIMITS: &Limits = &Limits::SMALL;
    let mut receive = [0; LIMITS.receive_bytes_min()];
    let mut send = [0; LIMITS.send_bytes_min()];
    loop {
        run(samewire::serve(app, &mut Peer, &mut Peer, &mut receive, &mut send, LIMITS));
    }
}

/// Tells the sizes of `Connection`, of the future of `serve` for an app, and of its largest
/// handler's future, in a section that is not loaded.
#[macro_export]
macro_rules! tell {
    ($app:ty, $handler:path) => {
        #[used]
        #[unsafe(link_section = ".samewire.sizes")]
        static SIZES: [u32; 3] = [
            $crate::CONNECTION_BYTES,
            $crate::serve_bytes::<$app>(),
            $crate::handler_bytes::<&$app, _>($handler),
        ];
    };
}

#[doc(hidden)]
pub const CONNECTION_BYTES: u32 = size_of::<Connection>() as u32;

#[doc(hidden)]
pub const fn serve_bytes<A: App + 'static>() -> u32 {
    /// The type of what `serve` returns has no name: a function pointer tells it.
    const fn bytes<A, T, C, R, S, L, F>(_: fn(A, T, C, R, S, L) -> F) -> u32 {
        size_of::<F>() as u32
    }
    bytes(samewire::serve::<A, Peer, Peer>)
}

#[doc(hidden)]
pub const fn handler_bytes<A, F>(_: fn(A) -> F) -> u32 {
    size_of::<F>() as u32
}

/// Drives a future to its end.
pub fn run(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
