//! The verbs with which an application answers a request.

use core::task::Poll;

use super::state::{Event, State};
use super::{Answer, Wire};
use crate::buffer::{Writer, shift};
use crate::error::Misuse;
use crate::http::framing::Framing;
use crate::http::request_line::{Method, Version};
use crate::http::response::{self, ContentFraming, Persistence, ResponseHead};
use crate::http::status::Status;
use crate::limits::CHUNK_FRAMING_BYTES;

/// How the length of a streamed answer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// By chunks; to an HTTP/1.0 client by the end of the stream.
    Chunked,
    /// By Content-Length: exactly so many bytes will be written.
    Length(u64),
}

impl Wire<'_> {
    /// A whole answer whose content lies where it can be sent from. Pending while its head does
    /// not fit.
    // rfc9110-8.6-cl-when-known
    pub fn respond(&mut self, head: &ResponseHead<'_>, content: &'static [u8]) -> Poll<()> {
        self.respond_parts(head, &[], content)
    }

    /// The same with content in front that is copied whole, `parts`.
    #[inline(never)]
    pub(super) fn respond_parts(
        &mut self,
        head: &ResponseHead<'_>,
        parts: &[&[u8]],
        rest: &'static [u8],
    ) -> Poll<()> {
        if !self.may_answer() {
            return Poll::Ready(());
        }
        let content_bytes = parts.iter().map(|part| part.len()).sum::<usize>() + rest.len();
        let framing = self.framing(head, content_bytes as u64);
        let (parts, rest) =
            if self.sends_content(head) { (parts, rest) } else { Default::default() };
        let Some(n) = self.put(head, framing, parts, rest) else { return self.wait_for_room() };
        self.commit(n);
        self.complete();
        Poll::Ready(())
    }

    /// A whole answer whose content is written by `render`, which may be called more than once:
    /// pending while there is no room, [`Misuse::AnswerTooLarge`] and 500 if there never will be.
    #[inline(never)]
    pub fn respond_rendered(
        &mut self,
        head: &ResponseHead<'_>,
        render: &mut dyn FnMut(&mut Writer<'_>),
    ) -> Poll<()> {
        if !self.may_answer() {
            return Poll::Ready(());
        }
        // The content goes first, behind the place of its head, since the head names its length.
        let place = usize::from(self.limits.answer_head_bytes_max);
        let bytes_max = self.limits.answer_bytes_max as usize;
        let room = self.c.free(self.send).get_mut(place..).unwrap_or_default();
        let limited = room.len().min(bytes_max);
        let mut writer = Writer::new(room.get_mut(..limited).unwrap_or_default());
        render(&mut writer);
        let Some(content_bytes) = writer.written() else { return self.wait_for_room() };
        let framing = self.framing(head, content_bytes as u64);
        let Some(head_bytes) = self.put(head, framing, &[], b"").filter(|n| *n <= place) else {
            return self.wait_for_room();
        };
        self.commit(head_bytes);
        if self.sends_content(head) {
            shift(self.c.free(self.send), place - head_bytes, content_bytes);
            self.commit(content_bytes);
        }
        self.complete();
        Poll::Ready(())
    }

    /// The head of an answer whose content follows by [`Wire::write`] and [`Wire::finish`].
    #[inline(never)]
    pub fn begin_stream(&mut self, head: &ResponseHead<'_>, streaming: Streaming) -> Poll<()> {
        if !self.may_answer() {
            return Poll::Ready(());
        }
        let (framing, answer) = match streaming {
            Streaming::Length(n) => {
                self.c.answer_left = n;
                (self.framing(head, n), Answer::Length)
            }
            _ if head.status.is_bodyless() => (ContentFraming::Bodyless, Answer::Dropped),
            // rfc9112-6.1-no-te-to-1.0
            Streaming::Chunked if self.c.head.version() == Version::Http10 => {
                self.c.last = true;
                (ContentFraming::UntilClose, Answer::UntilClose)
            }
            // rfc9112-6.1-te-on-head-or-304
            Streaming::Chunked => (ContentFraming::Chunked, Answer::Chunked),
        };
        let Some(n) = self.put(head, framing, &[], b"") else { return self.wait_for_room() };
        self.commit(n);
        self.c.answer = if self.sends_content(head) { answer } else { Answer::Dropped };
        self.c.timers.stop_handler();
        Poll::Ready(())
    }

    /// Writes content of a streamed answer: how many bytes were taken, zero while there is no
    /// room. A chunk is written whole or not at all, so that chunks are cut alike on every target.
    /// What is written behind the end of the answer, or of the connection, is dropped.
    #[inline(never)]
    pub fn write(&mut self, data: &[u8]) -> usize {
        let room = self.room();
        let (n, framed) = match self.c.answer {
            _ if self.c.state != State::Exchange => return data.len(),
            Answer::Chunked => {
                let n = data.len().min(usize::from(self.limits.chunk_bytes_max));
                (if n + CHUNK_FRAMING_BYTES as usize > room { 0 } else { n }, true)
            }
            Answer::Length => {
                let left = usize::try_from(self.c.answer_left).unwrap_or(usize::MAX);
                if left < data.len() {
                    self.c.misuse = Some(Misuse::LengthNotKept);
                }
                if left == 0 {
                    return data.len();
                }
                (data.len().min(left).min(room), false)
            }
            Answer::UntilClose => (data.len().min(room), false),
            Answer::Due | Answer::Dropped | Answer::Done => return data.len(),
        };
        let mut writer = Writer::new(self.c.free(self.send));
        let piece = data.get(..n).unwrap_or_default();
        if framed && n > 0 {
            writer.put_hex(n);
            writer.put(b"\r\n");
            writer.put(piece);
            writer.put(b"\r\n");
        } else {
            writer.put(piece);
        }
        let Some(written) = writer.written() else { return 0 };
        if written > 0 {
            self.commit(written);
        }
        self.c.answer_left = self.c.answer_left.saturating_sub(n as u64);
        n
    }

    /// Ends a streamed answer. Pending while there is no room for the last chunk. One that ended with
    /// the connection stays as it is: broken off, and seen to be.
    // rfc9110-6.5.1-emit-trailers-known
    // rfc9110-6.5.1-no-vital-trailers
    // rfc9110-6.6.2-announce-trailers
    #[inline(never)]
    pub fn finish(&mut self) -> Poll<()> {
        match self.c.answer {
            _ if self.c.state != State::Exchange => return Poll::Ready(()),
            Answer::Chunked => {
                let mut writer = Writer::new(self.c.free(self.send));
                writer.put(LAST_CHUNK);
                let Some(n) = writer.written() else { return Poll::Pending };
                self.commit(n);
            }
            // rfc9110-8.6-no-wrong-cl
            Answer::Length if self.c.answer_left > 0 => {
                self.c.misuse = Some(Misuse::LengthNotKept);
                self.c.last = true;
            }
            Answer::Due | Answer::Done => return Poll::Ready(()),
            _ => {}
        }
        self.complete();
        Poll::Ready(())
    }

    /// The application is done with the request. What it left undone is made good: a missing
    /// answer is 500, an unfinished one ends with the connection.
    // rfc9112-9.6-close-after-own-close
    // rfc9110-10.1.1-final-after-100
    pub fn end_exchange(&mut self) {
        #[cfg(feature = "ws")]
        if matches!(self.c.state, State::WebSocket | State::Closing) {
            return self.close(crate::ws::close::Code::NORMAL, b"");
        }
        if self.c.state != State::Exchange {
            return;
        }
        match self.c.answer {
            Answer::Done => {}
            Answer::Due => return self.refuse_with(Status::INTERNAL_SERVER_ERROR, b""),
            _ => self.c.last = true,
        }
        self.step(if self.c.last {
            Event::AnsweredLast
        } else if self.c.read_all {
            Event::Answered
        } else {
            Event::AnsweredEarly
        });
    }

    /// Whether an answer may begin now. If so, decides whether the connection can go on after it.
    fn may_answer(&mut self) -> bool {
        let may = matches!(self.c.state, State::Idle | State::Head | State::Exchange);
        if may && self.c.answer != Answer::Due {
            self.c.misuse = Some(Misuse::AnsweredTwice);
        }
        let may = may && self.c.answer == Answer::Due;
        if may {
            self.settle();
        }
        may
    }

    /// Decides, from what the request declared and not from what has arrived, whether the
    /// connection can go on after an answer that is given now.
    // rfc9112-9.3-drain-or-close
    // rfc9110-10.1.1-early-final-says-close
    fn settle(&mut self) {
        if self.c.read_all {
            return;
        }
        let is_small = match self.c.head.framing() {
            Framing::Length(n) => n <= u64::from(self.limits.drain_bytes_max),
            Framing::Chunked => false,
            Framing::None => true,
        };
        let is_coming = self.c.continued || !self.c.head.expects_continue();
        self.c.last |= !(is_small && is_coming);
    }

    /// `100 Continue`, once, when the content is first asked for.
    // rfc9110-10.1.1-expect-100-or-final
    // rfc9110-10.1.1-no-wait-for-body
    pub(super) fn invite(&mut self) {
        if self.c.continued || !self.c.head.expects_continue() {
            return;
        }
        self.c.continued = true;
        let mut writer = Writer::new(self.c.free(self.send));
        writer.put(b"HTTP/1.1 100 Continue\r\n\r\n");
        if let Some(n) = writer.written() {
            self.commit(n);
        }
    }

    fn framing(&self, head: &ResponseHead<'_>, content_bytes: u64) -> ContentFraming {
        if head.status.is_bodyless() {
            ContentFraming::Bodyless
        } else if !head.status.allows_content() {
            ContentFraming::Length(0)
        } else {
            ContentFraming::Length(content_bytes)
        }
    }

    // rfc9110-9.3.2-head-no-content
    // rfc9110-8.6-head-cl-wrong
    // rfc9110-9.3.2-head-same-fields
    fn sends_content(&self, head: &ResponseHead<'_>) -> bool {
        head.status.allows_content() && self.c.head.method() != Method::Head
    }

    // rfc9112-9.3-nonpersist-says-close
    // rfc9112-9.6-echo-close
    fn persistence(&self, status: Status) -> Persistence {
        match (self.c.last, self.c.head.version()) {
            (true, _) if cfg!(feature = "ws") && status == Status::UPGRADE_REQUIRED => {
                Persistence::CloseUpgrade
            }
            (true, _) => Persistence::Close,
            (false, Version::Http10) => Persistence::KeepAlive,
            (false, Version::Http11) => Persistence::Implied,
        }
    }

    /// Writes a head into the free part of the send buffer, `parts` behind it, and as much of the
    /// `rest` as there is room for, without committing them: the others are the tail.
    fn put(
        &mut self,
        head: &ResponseHead<'_>,
        framing: ContentFraming,
        parts: &[&[u8]],
        rest: &'static [u8],
    ) -> Option<usize> {
        let persistence = self.persistence(head.status);
        let mut writer = Writer::new(self.c.free(self.send));
        response::write(&mut writer, head, framing, persistence, self.date.as_ref(), self.around);
        parts.iter().for_each(|part| writer.put(part));
        let (now, later) = rest.split_at_checked(writer.free().len()).unwrap_or((rest, b""));
        writer.put(now);
        let written = writer.written();
        if written.is_some() {
            (self.c.answered, self.c.tail) = (head.status.code(), later);
        }
        written
    }

    /// More room comes as output leaves; if none is to leave, the answer is too large for good.
    fn wait_for_room(&mut self) -> Poll<()> {
        if self.has_output() || self.c.misuse == Some(Misuse::AnswerTooLarge) {
            // The answer is there: it is the peer now who is slow.
            self.c.timers.stop_handler();
            return Poll::Pending;
        }
        self.c.misuse = Some(Misuse::AnswerTooLarge);
        self.refuse_with(Status::INTERNAL_SERVER_ERROR, b"");
        Poll::Ready(())
    }

    fn complete(&mut self) {
        self.c.answer = Answer::Done;
        self.c.timers.stop_handler();
    }
}

const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
