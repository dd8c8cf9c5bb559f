//! The wire as the peers know streams: by the traits of embedded-io-async.

use core::convert::Infallible;
use core::future::poll_fn;
use core::task::Poll;

use embedded_io_async::{ErrorType, Read, Write};

use crate::wire::Wire;

/// One end of the wire, or half of it.
#[derive(Clone, Copy)]
pub struct Stream<'w>(pub &'w Wire);

impl ErrorType for Stream<'_> {
    type Error = Infallible;
}

impl Read for Stream<'_> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Self::Error> {
        poll_fn(|_| self.0.read(into).map_or(Poll::Pending, |count| Poll::Ready(Ok(count)))).await
    }
}

impl Write for Stream<'_> {
    async fn write(&mut self, from: &[u8]) -> Result<usize, Self::Error> {
        self.0.write(from);
        Ok(from.len())
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
