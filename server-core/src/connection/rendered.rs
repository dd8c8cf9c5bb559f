//! A piece of a streamed answer that is rendered where it leaves from: whole, or not at all. So an
//! event is never cut by a reader's slowness, and whoever renders it can be dropped while it waits.

use core::task::Poll;

use super::state::State;
use super::{Answer, Wire};
use crate::buffer::{Writer, shift};
use crate::error::Misuse;
use crate::limits::CHUNK_FRAMING_BYTES;

/// The size line of a chunk at its longest.
const SIZE_LINE_BYTES: usize = 10;

impl Wire<'_> {
    /// Whether content of an answer that has begun can still be written: not to HEAD, not after the
    /// end.
    pub fn is_streaming(&self) -> bool {
        self.c.state == State::Exchange
            && matches!(self.c.answer, Answer::Chunked | Answer::UntilClose | Answer::Length)
    }

    /// Writes what `render` writes, which may be called more than once, in one chunk where there are
    /// chunks. Pending while there is no room; an error if nothing can be written any more, or if
    /// there will never be room. Dropped where the answer has no content.
    ///
    /// # Errors
    ///
    /// [`Misuse::AnswerTooLarge`] for more than `answer_bytes_max` bytes,
    /// [`Misuse::LengthNotKept`] for more than are left of a sized answer.
    // sse-9.2.7-sse-chunk-caution
    // sse-9.2-sse-http10
    #[inline(never)]
    pub fn write_rendered(
        &mut self,
        render: &mut dyn FnMut(&mut Writer<'_>),
    ) -> Poll<Result<(), Option<Misuse>>> {
        if !self.is_streaming() {
            let is_dropped = self.c.state == State::Exchange && self.c.answer == Answer::Dropped;
            return Poll::Ready(if is_dropped { Ok(()) } else { Err(None) });
        }
        let place = if self.c.answer == Answer::Chunked { SIZE_LINE_BYTES } else { 0 };
        let room = self.room().saturating_sub(CHUNK_FRAMING_BYTES as usize);
        let room = room.min(self.limits.answer_bytes_max as usize);
        let free = self.c.free(self.send).get_mut(place..).unwrap_or_default();
        let mut writer = Writer::new(free.get_mut(..room).unwrap_or_default());
        render(&mut writer);
        let Some(bytes) = writer.written() else {
            if self.has_output() {
                return Poll::Pending;
            }
            self.c.misuse = Some(Misuse::AnswerTooLarge);
            return Poll::Ready(Err(self.c.misuse));
        };
        if self.c.answer == Answer::Length {
            let Some(left) = self.c.answer_left.checked_sub(bytes as u64) else {
                self.c.misuse = Some(Misuse::LengthNotKept);
                return Poll::Ready(Err(self.c.misuse));
            };
            self.c.answer_left = left;
        }
        match bytes {
            // A chunk of nothing would be the last one.
            0 => {}
            _ if place == 0 => self.commit(bytes),
            _ => self.frame_chunk(bytes),
        }
        Poll::Ready(Ok(()))
    }

    /// Puts the size line in front of so many bytes that stand where they were rendered, and moves
    /// them up to it.
    fn frame_chunk(&mut self, bytes: usize) {
        let free = self.c.free(self.send);
        let mut line = Writer::new(free);
        line.put_hex(bytes);
        line.put(b"\r\n");
        let line_bytes = line.written().unwrap_or_default();
        let behind = free.get_mut(line_bytes..).unwrap_or_default();
        shift(behind, SIZE_LINE_BYTES - line_bytes, bytes);
        Writer::new(behind.get_mut(bytes..).unwrap_or_default()).put(b"\r\n");
        self.commit(line_bytes + bytes + 2);
    }
}

#[cfg(test)]
mod tests {
    use super::Wire;
    use crate::connection::{Connection, Input, Streaming};
    use crate::http::response::ResponseHead;
    use crate::{Instant, Limits, Misuse, Status};
    use core::task::Poll;
    use std::vec::Vec;

    const LIMITS: &Limits = &Limits { answer_bytes_max: 300, ..Limits::SMALL };

    /// Runs `test` on a chunked answer whose head has been sent.
    fn on_stream(request: &[u8], test: impl FnOnce(&mut Wire<'_>)) {
        on(Streaming::Chunked, request, test);
    }

    fn on(streaming: Streaming, request: &[u8], test: impl FnOnce(&mut Wire<'_>)) {
        let mut connection = Connection::new(Instant::ZERO, LIMITS);
        let (mut to, mut from) = ([0; 4096], [0; 2048]);
        let mut date = None;
        let mut wire = connection.lend(LIMITS, &mut to, &mut from, &mut date);
        wire.receive_space()[..request.len()].copy_from_slice(request);
        wire.handle_input(Instant::ZERO, Input::Received(request.len()));
        let head_bytes = wire.head().unwrap();
        wire.pass_head(head_bytes);
        let head = ResponseHead::new(Status::OK);
        assert_eq!(wire.begin_stream(&head, streaming), Poll::Ready(()));
        take(&mut wire);
        test(&mut wire);
    }

    fn take(wire: &mut Wire<'_>) -> Vec<u8> {
        let mut taken = Vec::new();
        while !wire.unsent().is_empty() {
            let n = wire.unsent().len();
            taken.extend_from_slice(wire.unsent());
            wire.handle_input(Instant::ZERO, Input::Sent(n));
        }
        taken
    }

    fn put(wire: &mut Wire<'_>, data: &[u8]) -> Poll<Result<(), Option<Misuse>>> {
        wire.write_rendered(&mut |to| to.put(data))
    }

    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    #[test]
    fn a_piece_of_any_length_is_one_chunk() {
        for bytes in [1, 15, 16, 255, 256, 300] {
            let data = [b'x'; 300];
            on_stream(GET, |wire| {
                assert_eq!(put(wire, &data[..bytes]), Poll::Ready(Ok(())));
                let line = std::format!("{bytes:x}\r\n");
                let expected = [line.as_bytes(), &data[..bytes], b"\r\n"].concat();
                assert_eq!(take(wire), expected);
            });
            on_stream(b"GET / HTTP/1.0\r\n\r\n", |wire| {
                assert_eq!(put(wire, &data[..bytes]), Poll::Ready(Ok(())));
                assert_eq!(take(wire), data[..bytes], "nobody of 1.0 knows chunks");
            });
        }
        on_stream(GET, |wire| {
            assert_eq!(put(wire, b""), Poll::Ready(Ok(())));
            assert_eq!(take(wire), b"", "that would have been the end");
        });
    }

    #[test]
    fn a_piece_waits_until_there_is_room_for_all_of_it_and_for_the_end() {
        on_stream(GET, |wire| {
            let mut written = 0;
            while put(wire, &[b'x'; 100]).is_ready() {
                written += 1;
            }
            assert!(written > 0);
            assert_eq!(wire.finish(), Poll::Ready(()), "the end always fits");
            let chunk = [&b"64\r\n"[..], &[b'x'; 100], b"\r\n"].concat();
            assert_eq!(take(wire), [chunk.repeat(written), b"0\r\n\r\n".to_vec()].concat());
            assert_eq!(put(wire, b"x"), Poll::Ready(Err(None)));
        });
    }

    #[test]
    fn what_will_never_fit_is_refused_and_head_gets_nothing() {
        on_stream(GET, |wire| {
            assert_eq!(put(wire, b"x"), Poll::Ready(Ok(())));
            assert_eq!(put(wire, &[0; 301]), Poll::Pending);
            take(wire);
            let too_large = Poll::Ready(Err(Some(Misuse::AnswerTooLarge)));
            assert_eq!(put(wire, &[0; 301]), too_large);
            assert_eq!(take(wire), b"");
        });
        on_stream(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", |wire| {
            assert!(!wire.is_streaming());
            assert_eq!(put(wire, b"x"), Poll::Ready(Ok(())), "as the content of any answer to it");
            assert_eq!(take(wire), b"");
        });
    }

    #[test]
    fn a_sized_answer_gets_its_bytes_and_no_more() {
        on(Streaming::Length(5), GET, |wire| {
            assert_eq!(put(wire, b"abc"), Poll::Ready(Ok(())));
            assert_eq!(put(wire, b"def"), Poll::Ready(Err(Some(Misuse::LengthNotKept))));
            assert_eq!(put(wire, b"de"), Poll::Ready(Ok(())));
            assert_eq!(put(wire, b""), Poll::Ready(Ok(())));
            assert_eq!(take(wire), b"abcde");
        });
    }
}
