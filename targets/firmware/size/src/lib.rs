//! What every image has in common.
#![no_std]

use core::future::Future;
use core::panic::PanicInfo;
use core::pin::pin;
use core::task::{Context, Waker};

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
