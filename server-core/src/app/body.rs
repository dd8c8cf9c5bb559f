//! A request's content, as a handler takes it: piece by piece, or in one.

use core::future::{Future, poll_fn};
use core::ops::{Deref, DerefMut, Range};
use core::task::Poll;
use core::{fmt, mem, str};

use super::exchange::Exchange;
use super::problem::Problem;
use crate::connection::{Collected, Piece};

/// The rest of the request will not come: the peer broke a rule or left, or the time is up. What
/// there was to answer has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("interrupted before the end")
    }
}

impl core::error::Error for Interrupted {}

/// The content, piece by piece. Not asking for the next piece is what slows a fast peer down: the
/// receive buffer lies in the piece's handle, so there is nothing to read into.
pub struct Body<'x> {
    exchange: &'x Exchange<'x>,
    lent: &'x mut [u8],
    took: usize,
}

impl<'x> Body<'x> {
    #[doc(hidden)]
    pub fn extract(exchange: &'x Exchange<'x>) -> Self {
        Self { exchange, lent: &mut [], took: 0 }
    }

    /// The next bytes, however they came; `None` at the end. The first call is what invites a
    /// client that waits for `100 Continue`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] if the content will not be complete.
    // A plain `async fn` would carry a panic for being polled once more after its end.
    pub fn chunk(&mut self) -> impl Future<Output = Result<Option<&[u8]>, Interrupted>> {
        self.give_back();
        let mut this = Some(self);
        poll_fn(move |_| {
            let Some(body) = this.take() else { return Poll::Pending };
            match body.exchange.piece() {
                Piece::Data(range) => Poll::Ready(Ok(body.take(range))),
                Piece::End => Poll::Ready(Ok(None)),
                Piece::Broken => Poll::Ready(Err(Interrupted)),
                Piece::More => {
                    this = Some(body);
                    Poll::Pending
                }
            }
        })
    }

    fn take(&mut self, range: Range<usize>) -> Option<&[u8]> {
        self.lent = self.exchange.lend();
        self.took = range.len();
        self.lent.get(range)
    }

    fn give_back(&mut self) {
        if !self.lent.is_empty() {
            self.exchange.give_back(mem::take(&mut self.lent), mem::take(&mut self.took));
        }
    }
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// The whole content, where it was received: at most
/// [`collected_bytes_max`](crate::Limits::collected_bytes_max) bytes, more is answered 413.
pub struct Bytes<'x> {
    exchange: &'x Exchange<'x>,
    lent: &'x mut [u8],
    len: usize,
}

impl<'x> Bytes<'x> {
    #[doc(hidden)]
    pub fn extract(
        exchange: &'x Exchange<'x>,
    ) -> impl Future<Output = Result<Self, Problem>> + use<'x> {
        poll_fn(move |_| match exchange.collect() {
            Collected::More => Poll::Pending,
            Collected::Broken => Poll::Ready(Err(Interrupted.into())),
            Collected::Whole(len) => Poll::Ready(Ok(Self { exchange, lent: exchange.lend(), len })),
        })
    }
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.lent.get(..self.len).unwrap_or_default()
    }
}

impl DerefMut for Bytes<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.lent.get_mut(..self.len).unwrap_or_default()
    }
}

impl Drop for Bytes<'_> {
    fn drop(&mut self) {
        self.exchange.give_back_all(mem::take(&mut self.lent));
    }
}

/// The whole content as text: [`Bytes`] that are UTF-8, else 400.
pub struct Text<'x>(Bytes<'x>);

impl<'x> Text<'x> {
    #[doc(hidden)]
    pub async fn extract(exchange: &'x Exchange<'x>) -> Result<Self, Problem> {
        let bytes = Bytes::extract(exchange).await?;
        if str::from_utf8(&bytes).is_err() {
            return Err(Problem::bad_request("the content is not UTF-8"));
        }
        Ok(Self(bytes))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Interrupted;
    use std::boxed::Box;
    use std::string::ToString;

    #[test]
    fn an_interruption_goes_where_any_error_goes() {
        let fails = || -> Result<(), Box<dyn core::error::Error>> { Err(Interrupted)? };
        assert_eq!(fails().unwrap_err().to_string(), Interrupted.to_string());
        assert_eq!(Interrupted.to_string(), "interrupted before the end");
    }
}
