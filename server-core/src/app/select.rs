//! Waiting for the first of two things.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;

/// What came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first future's output.
    First(A),
    /// The second future's output.
    Second(B),
}

/// Waits for the first of two futures, and drops the other. Where both are there the first wins, so
/// what may never starve stands there.
///
/// The waits of this crate are cancel-safe: what was not taken is there the next time. Two do their
/// work in several steps and are not, [`BodyWriter::write`](super::BodyWriter::write) and
/// [`Part::text`](super::Part::text): what they had written or read is gone. All futures can be moved;
/// one that cannot, as that of an `async fn`, is pinned before by [`core::pin::pin!`].
///
/// ```
/// use samewire::{App, Either, Result, Topic, WebSocket, app, select};
///
/// struct Panel { changes: Topic<u8, 4> }
/// app! { for Panel; ws "/live" => live(ws); }
///
/// async fn live(panel: &Panel, ws: WebSocket<'_>) -> Result {
///     let (mut inbox, mut outbox) = ws.split();
///     let mut changes = panel.changes.subscribe();
///     loop {
///         match select(inbox.receive(), changes.next()).await {
///             Either::First(Some(message)) => outbox.send(message).await?,
///             Either::First(None) => return Ok(()),
///             Either::Second(Ok(level)) => outbox.send(&[level][..]).await?,
///             Either::Second(Err(_)) => outbox.send("some changes were missed").await?,
///         }
///     }
/// }
/// ```
pub fn select<A: Future + Unpin, B: Future + Unpin>(
    mut first: A,
    mut second: B,
) -> impl Future<Output = Either<A::Output, B::Output>> + Unpin {
    poll_fn(move |cx| {
        if let Poll::Ready(output) = Pin::new(&mut first).poll(cx) {
            return Poll::Ready(Either::First(output));
        }
        Pin::new(&mut second).poll(cx).map(Either::Second)
    })
}

#[cfg(test)]
mod tests {
    use super::{Either, select};
    use core::future::{Future, pending, ready};
    use core::pin::{Pin, pin};
    use core::task::{Context, Poll, Waker};

    fn poll<F: Future + Unpin>(mut future: F) -> Poll<F::Output> {
        Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_first_that_is_ready_wins_and_of_two_the_former() {
        assert_eq!(poll(select(ready(1), ready('b'))), Poll::Ready(Either::First(1)));
        assert_eq!(poll(select(pending::<u8>(), ready('b'))), Poll::Ready(Either::Second('b')));
        assert_eq!(poll(select(ready(1), pending::<u8>())), Poll::Ready(Either::First(1)));
        assert_eq!(poll(select(pending::<u8>(), pending::<u8>())), Poll::Pending);
        let third = pin!(async { 3 });
        let three = select(pending::<u8>(), select(pending::<u8>(), third));
        assert_eq!(poll(three), Poll::Ready(Either::Second(Either::Second(3))));
    }
}
