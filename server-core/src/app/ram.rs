//! What a connection takes of a machine's memory, known while the program is compiled.
//!
//! A connection is its buffers and one future, in which its handler's state lies as well; there is
//! nothing else. So a ceiling is a constant, and can be asserted:
//!
//! ```
//! # use core::task::{Context, Poll};
//! # use samewire::{Clock, Gone, Instant, Limits, Transport, app};
//! # struct Panel;
//! # app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//! # struct Uart;
//! # impl Transport for Uart {
//! #     fn poll_read(&mut self, _: &mut Context<'_>, _: &mut [u8]) -> Poll<Result<usize, Gone>> { Poll::Pending }
//! #     fn poll_write(&mut self, _: &mut Context<'_>, _: &[u8]) -> Poll<Result<usize, Gone>> { Poll::Pending }
//! #     fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> { Poll::Pending }
//! # }
//! # struct Ticks;
//! # impl Clock for Ticks {
//! #     fn now(&self) -> Instant { Instant::ZERO }
//! #     fn poll_at(&mut self, _: &mut Context<'_>, _: Instant) -> Poll<()> { Poll::Pending }
//! # }
//! use samewire::app::ram;
//!
//! /// Four connections of this app, all of their buffers and futures.
//! const RAM: usize = ram::connections_bytes::<Panel, Uart, Ticks>(4, &Limits::SMALL);
//! const _: () = assert!(RAM <= 32 * 1024);
//! ```
//!
//! A driver has a figure of its own that counts what it adds. What no such figure knows is the
//! stack that a poll takes, which is one for all connections.

use super::{App, serve};
use crate::app::transport::{Clock, Transport};
use crate::limits::Limits;

/// Bytes of the future that [`serve`] makes: a connection apart from its buffers, with the state of
/// the largest handler.
pub const fn serve_bytes<'s, A: App + 's, T: Transport + 's, C: Clock + 's>() -> usize {
    /// The size of what such a function returns; it is not called.
    const fn output_bytes<'s, A: 's, T: 's, C: 's, R>(
        _: &impl FnOnce(&'s A, &'s mut T, &'s mut C, &'s mut [u8], &'s mut [u8], &'s Limits) -> R,
    ) -> usize {
        size_of::<R>()
    }
    output_bytes::<A, T, C, _>(&serve::<A, T, C>)
}

/// Bytes of so many connections: their futures, and buffers as large as the limits ask.
pub const fn connections_bytes<'s, A: App + 's, T: Transport + 's, C: Clock + 's>(
    connections: usize,
    limits: &Limits,
) -> usize {
    let buffers = limits.receive_bytes_min().saturating_add(limits.send_bytes_min());
    connections.saturating_mul(buffers.saturating_add(serve_bytes::<A, T, C>()))
}
