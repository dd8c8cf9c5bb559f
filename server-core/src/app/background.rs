//! What an app does beside answering requests: work that its rows `background => work;` name.
//!
//! ```
//! use samewire::{Queue, Status, Time, app};
//!
//! struct Panel { alarms: Queue<u8, 8> }
//!
//! app! { for Panel;
//!     background => ring;
//!     post "/alarms/{level:u32}" => alarm(path);
//! }
//!
//! async fn ring(panel: &Panel, time: Time<'_>) {
//!     while let Some(level) = panel.alarms.next(time).await {
//!         // …
//! #       let _ = level;
//!     }
//! }
//!
//! async fn alarm(panel: &Panel, level: u32) -> Status {
//!     match panel.alarms.push(u8::try_from(level).unwrap_or(u8::MAX)) {
//!         Ok(()) => Status::ACCEPTED,
//!         Err(_) => Status::SERVICE_UNAVAILABLE,
//!     }
//! }
//! ```
//!
//! It begins with the server, before the first connection, and runs beside all of them in the same
//! thread or task. When the last connection has ended, the server closes: what waits for time or
//! for an empty queue is told so and returns, what has been left in a queue is done first. A driver
//! waits for that as long as it waits for connections.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use super::App;
use super::time::Timers;
use super::transport::Clock;

/// Runs an app's background work until it ends. `closes` is asked with each poll, and ready once the
/// last connection has ended.
pub async fn background<A: App, C: Clock>(
    app: &A,
    clock: &mut C,
    mut closes: impl FnMut(&mut Context<'_>) -> Poll<()>,
) {
    let timers = Timers::new(clock.now());
    let mut work = pin!(app.background(timers.time()));
    poll_fn(|cx| {
        loop {
            if !timers.time().is_closing() && closes(cx).is_ready() {
                timers.close();
            }
            timers.begin_poll(clock.now());
            if work.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let deadline = timers.deadline();
            // One that has come meanwhile is a reason to go on at once.
            if !deadline.is_some_and(|at| clock.poll_at(cx, at).is_ready()) {
                return Poll::Pending;
            }
        }
    })
    .await;
}

/// Work that is pinned elsewhere, one behind the other, for the macros: an `async fn` that took each
/// of it would have room for it twice.
#[doc(hidden)]
pub trait Works {
    /// Ready when all of it has ended.
    fn poll_all(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

impl Works for () {
    fn poll_all(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<W: Works, F: Future<Output = ()>> Works for (W, Option<Pin<&mut F>>) {
    fn poll_all(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let before = self.0.poll_all(cx);
        if self.1.as_mut().is_some_and(|work| work.as_mut().poll(cx).is_ready()) {
            self.1 = None;
        }
        if before.is_ready() && self.1.is_none() { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// All of it, until all has ended.
#[doc(hidden)]
pub fn all(mut works: impl Works) -> impl Future<Output = ()> {
    poll_fn(move |cx| works.poll_all(cx))
}
