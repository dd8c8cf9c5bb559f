//! The answer to whom there is no place for: `503`, told once and briefly, with a hundred bytes of
//! memory and not a second longer than it is given.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use super::transport::{Clock, Gone, Transport};
use crate::buffer::Writer;
use crate::http::status::Status;

/// Enough to know a HEAD from other requests.
const METHOD: &[u8] = b"HEAD ";
/// More of what the peer sends than this is not waited for.
const UNREAD_BYTES_MAX: usize = 65_536;
const ANSWER_BYTES: usize = 208;
const TITLE: &[u8] = br#"{"title":"Service Unavailable","status":503}"#;

/// Answers the first request of a connection with `503` and `Retry-After`, whatever it is, and
/// closes: for a newcomer who [finds no place](super::places::Entry::Refuse). All of it takes no
/// longer than `millis_max`. Who asks for nothing gets no answer.
///
/// The answer waits for the request's method, and the close for the peer's: what is written to a
/// peer who still sends may be lost to a reset (RFC 9112 §9.6).
// rfc9110-15.6.4-503-retry-after
// rfc9112-9.6-staged-close
pub async fn refuse<T: Transport, C: Clock>(
    transport: &mut T,
    clock: &mut C,
    retry_after_s: u16,
    millis_max: u32,
) {
    let deadline = clock.now().after_millis(millis_max);
    let mut parting = pin!(part(transport, retry_after_s));
    poll_fn(|cx| {
        let has_parted = parting.as_mut().poll(cx).is_ready();
        if has_parted { Poll::Ready(()) } else { clock.poll_at(cx, deadline) }
    })
    .await;
}

/// An error says that the peer is gone, and nothing is owed to it.
async fn part<T: Transport>(transport: &mut T, retry_after_s: u16) -> Result<(), Gone> {
    let mut method = [0; METHOD.len()];
    let mut free = &mut method[..];
    while !free.is_empty() {
        let read = poll_fn(|cx| transport.poll_read(cx, free)).await?;
        if read == 0 {
            return Ok(());
        }
        free = core::mem::take(&mut free).get_mut(read..).unwrap_or_default();
    }
    let mut answer = [0; ANSWER_BYTES];
    let mut unsent = write_answer(&mut answer, retry_after_s, method == METHOD);
    while !unsent.is_empty() {
        let written = poll_fn(|cx| transport.poll_write(cx, unsent)).await?;
        unsent = unsent.get(written..).unwrap_or_default();
    }
    poll_fn(|cx| transport.poll_shutdown(cx)).await?;
    let mut unread = 0;
    while unread < UNREAD_BYTES_MAX {
        match poll_fn(|cx| transport.poll_read(cx, &mut answer)).await? {
            0 => break,
            read => unread += read,
        }
    }
    Ok(())
}

fn write_answer(into: &mut [u8], retry_after_s: u16, to_head: bool) -> &[u8] {
    let mut to = Writer::new(into);
    to.put(b"HTTP/1.1 503 ");
    to.put(Status::SERVICE_UNAVAILABLE.reason());
    to.put(b"\r\nRetry-After: ");
    to.put_decimal(retry_after_s.into());
    to.put(b"\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ");
    to.put_decimal(TITLE.len() as u64);
    to.put(b"\r\n\r\n");
    if !to_head {
        to.put(TITLE);
    }
    let written = to.written().unwrap_or_default();
    into.get(..written).unwrap_or_default()
}
