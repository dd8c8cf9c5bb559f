//! What a server says, read by others: heads by httparse, headers of frames by tungstenite, and the
//! framing of content by the few lines that stand here. Nothing of the server's own is in it.

use std::collections::VecDeque;
use std::io::Cursor;
use std::ops::Range;

use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::OpCode;

/// Field lines that an answer has at most.
const FIELDS_MAX: usize = 64;

/// Reads one stream, from its begin, as far as it has come.
#[derive(Debug, Default)]
pub struct Reader {
    /// All before is read.
    at: usize,
    /// There is no end of a head before this one.
    looked: usize,
    state: State,
    asked: VecDeque<Asked>,
}

/// What matters of a request for where its answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Plain,
    /// Its method is HEAD.
    Head,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Head,
    Length(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    UntilEnd,
    Frames,
    Broken,
}

/// Something that was read. Ranges are of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An interim answer.
    Interim(u16),
    /// The head of a final one.
    Head(Head),
    /// A piece of its content.
    Piece(Range<usize>),
    /// Its end.
    End,
    /// A frame.
    Frame(Frame),
    /// What is no HTTP, and why. Nothing is read behind it.
    Broken(&'static str),
}

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it stands.
    pub range: Range<usize>,
    /// Its status.
    pub status: u16,
    /// The connection ends behind it.
    pub closes: bool,
    /// The content is a stream of events.
    pub is_events: bool,
}

/// A frame of a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The last one of its message.
    pub fin: bool,
    /// What it is.
    pub opcode: u8,
    /// Its payload.
    pub payload: Range<usize>,
}

impl Reader {
    /// One more answer is due.
    pub fn ask(&mut self, asked: Asked) {
        self.asked.push_back(asked);
    }

    /// All before this byte is read.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// An answer has begun and not ended.
    pub fn is_within(&self, bytes: &[u8]) -> bool {
        !matches!(self.state, State::Head | State::Frames) || self.at < bytes.len()
    }

    /// The next thing in `bytes`, which is the stream as far as it has come; `ended` says that no
    /// more will.
    pub fn next(&mut self, bytes: &[u8], ended: bool) -> Option<Seen> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            match self.state {
                State::Broken => return None,
                State::Head if rest.is_empty() => return None,
                State::Head => return self.head(bytes),
                State::Frames => return self.frame(rest),
                State::Length(0) => return self.end(),
                State::UntilEnd if rest.is_empty() && ended => return self.end(),
                State::Length(_) | State::Chunk(1..) | State::UntilEnd if rest.is_empty() => {
                    return None;
                }
                State::Length(left) => {
                    let piece = self.piece(rest, left);
                    self.state = State::Length(left - piece.len() as u64);
                    return Some(Seen::Piece(piece));
                }
                State::Chunk(left @ 1..) => {
                    let piece = self.piece(rest, left);
                    self.state = State::Chunk(left - piece.len() as u64);
                    return Some(Seen::Piece(piece));
                }
                State::UntilEnd => {
                    let piece = self.piece(rest, u64::MAX);
                    return Some(Seen::Piece(piece));
                }
                State::Chunk(0) => self.state = State::ChunkEnd,
                State::ChunkEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        self.at += 2;
                        self.state = State::ChunkSize;
                    }
                    [] | [b'\r'] => return None,
                    _ => return self.broken("a chunk does not end where its size says"),
                },
                State::ChunkSize | State::Trailers => {
                    let line = rest.windows(2).position(|two| two == b"\r\n");
                    let line = &rest[..line?];
                    self.at += line.len() + 2;
                    if self.state == State::Trailers {
                        if line.is_empty() {
                            return self.end();
                        }
                        continue;
                    }
                    match str::from_utf8(line).map(|size| u64::from_str_radix(size, 16)) {
                        Ok(Ok(0)) => self.state = State::Trailers,
                        Ok(Ok(size)) => self.state = State::Chunk(size),
                        _ => return self.broken("the size of a chunk is no number"),
                    }
                }
            }
        }
    }

    fn piece(&mut self, rest: &[u8], max: u64) -> Range<usize> {
        let length = usize::try_from(max).unwrap_or(usize::MAX).min(rest.len());
        let from = self.at;
        self.at += length;
        from..self.at
    }

    fn end(&mut self) -> Option<Seen> {
        self.state = State::Head;
        Some(Seen::End)
    }

    fn broken(&mut self, why: &'static str) -> Option<Seen> {
        self.state = State::Broken;
        Some(Seen::Broken(why))
    }

    fn head(&mut self, bytes: &[u8]) -> Option<Seen> {
        let from = self.looked.max(self.at);
        let Some(end) = bytes[from..].windows(4).position(|four| four == b"\r\n\r\n") else {
            self.looked = bytes.len().saturating_sub(3);
            return None;
        };
        let range = self.at..from + end + 4;
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut response = httparse::Response::new(&mut fields);
        match response.parse(&bytes[range.clone()]) {
            Ok(httparse::Status::Complete(length)) if length == range.len() => {}
            _ => return self.broken("what came is no head of an answer"),
        }
        if response.version != Some(1) {
            return self.broken("the answer is not of HTTP/1.1");
        }
        let status = response.code.unwrap_or_default();
        self.at = range.end;
        if (100..200).contains(&status) && status != 101 {
            return Some(Seen::Interim(status));
        }
        let Some(asked) = self.asked.pop_front().or(may_come_unasked(status)) else {
            return self.broken("an answer came to nothing that was asked");
        };
        let field = |name: &str| {
            let found = response.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name));
            found.map(|field| field.value)
        };
        let is = |name, value: &[u8]| field(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        let head = Head {
            closes: is("Connection", b"close"),
            is_events: is("Content-Type", b"text/event-stream"),
            range,
            status,
        };
        let length = field("Content-Length").map(|value| str::from_utf8(value).ok()?.parse().ok());
        self.state = match (status, length) {
            (101, _) => State::Frames,
            (204 | 304, _) => State::Length(0),
            _ if asked == Asked::Head => State::Length(0),
            _ if is("Transfer-Encoding", b"chunked") => State::ChunkSize,
            (_, Some(Some(length))) => State::Length(length),
            (_, Some(None)) => return self.broken("Content-Length is no number"),
            (_, None) => State::UntilEnd,
        };
        Some(Seen::Head(head))
    }

    fn frame(&mut self, rest: &[u8]) -> Option<Seen> {
        let mut cursor = Cursor::new(rest);
        let (header, length) = match FrameHeader::parse(&mut cursor) {
            Ok(None) => return None,
            Ok(Some(header)) => header,
            Err(_) => return self.broken("what came is no header of a frame"),
        };
        if header.mask.is_some() || header.rsv1 || header.rsv2 || header.rsv3 {
            return self.broken("a frame is masked, or has a reserved bit");
        }
        let begin = usize::try_from(cursor.position()).ok()?;
        let end = usize::try_from(length).ok().and_then(|length| begin.checked_add(length))?;
        rest.get(begin..end)?;
        let payload = self.at + begin..self.at + end;
        self.at += end;
        let opcode: u8 = OpCode::into(header.opcode);
        Some(Seen::Frame(Frame { fin: header.is_final, opcode, payload }))
    }
}

/// A server may say that it did not wait any longer, to whom has not asked.
const fn may_come_unasked(status: u16) -> Option<Asked> {
    if status == 408 { Some(Asked::Plain) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Reader, Seen};

    /// What is read of a stream that comes in steps of so many bytes, pieces joined.
    fn read(bytes: &[u8], step: usize, asked: &[Asked]) -> String {
        let (mut reader, mut text) = (Reader::default(), String::new());
        asked.iter().for_each(|asked| reader.ask(*asked));
        let mut until = 0;
        while until < bytes.len() {
            until = (until + step).min(bytes.len());
            while let Some(seen) = reader.next(&bytes[..until], until == bytes.len()) {
                match seen {
                    Seen::Interim(status) => text += &format!("({status})"),
                    Seen::Head(head) if head.closes => text += &format!("{}!", head.status),
                    Seen::Head(head) => text += &format!("{} ", head.status),
                    Seen::Piece(range) => text += str::from_utf8(&bytes[range]).unwrap(),
                    Seen::End => text.push('.'),
                    Seen::Frame(frame) => {
                        text += &format!("<{} {}>", frame.opcode, frame.payload.len())
                    }
                    Seen::Broken(why) => text += why,
                }
            }
        }
        text
    }

    #[test]
    fn reads_answers_however_they_come() {
        let (plain, head) = ([Asked::Plain; 2], [Asked::Head, Asked::Plain]);
        for (text, asked, expected) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 204 N\r\n\r\n",
                &plain,
                "200 ab.204 .",
            ),
            (
                "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 O\r\nConnection: Close\r\n\r\nabc",
                &plain,
                "(100)200!abc.",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\na\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
                &plain,
                "200 ab0123456789.",
            ),
            (
                "HTTP/1.1 200 O\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 N\r\n\r\n",
                &head,
                "200 .204 .",
            ),
            ("HTTP/1.1 101 S\r\n\r\n\u{1}\u{2}ab\u{9}\0", &plain, "101 <1 2><9 0>"),
            ("HTTP/1.1 408 R\r\nContent-Length: 0\r\n\r\n", &plain, "408 ."),
        ] {
            for step in [1, 2, 7, 999] {
                assert_eq!(read(text.as_bytes(), step, asked), expected, "{text:?} by {step}");
            }
        }
    }

    #[test]
    fn says_what_no_server_should_say() {
        for (text, why) in [
            ("HTP/1.1 200 OK\r\n\r\n", "what came is no head of an answer"),
            ("HTTP/1.0 200 OK\r\n\r\n", "the answer is not of HTTP/1.1"),
            ("HTTP/1.1 200 O\r\nContent-Length: x\r\n\r\n", "Content-Length is no number"),
            (
                "HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                "200 the size of a chunk is no number",
            ),
            (
                "HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
                "200 aa chunk does not end where its size says",
            ),
            (
                "HTTP/1.1 204 N\r\n\r\nHTTP/1.1 204 N\r\n\r\n",
                "204 .an answer came to nothing that was asked",
            ),
            ("HTTP/1.1 101 S\r\n\r\n\u{1}\u{60}\0\0\0\0", "101 "),
        ] {
            assert_eq!(read(text.as_bytes(), 3, &[Asked::Plain]), why, "{text:?}");
        }
        let masked = b"HTTP/1.1 101 S\r\n\r\n\x81\x80abcd";
        assert_eq!(
            read(masked, 3, &[Asked::Plain]),
            "101 a frame is masked, or has a reserved bit"
        );
    }
}
