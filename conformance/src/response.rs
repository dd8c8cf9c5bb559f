//! Reads HTTP responses (RFC 9112 §4 to §7), to judge any server in the world.
//!
//! Written apart from `server-core` and sharing nothing with it: a reader that shared the
//! writer's mistake could not see it. It finds where a message ends and what it holds, and is
//! tolerant wherever the end stays clear (a lone LF ends a line, a lower-case version is one);
//! what a server must not emit is the invariants' business, which look at the same bytes.

use std::ops::Range;

/// What the bytes at hand amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// A whole message, and the number of bytes that it took.
    Complete(T, usize),
    /// The start of a message; more bytes are needed.
    Partial,
    /// No such message, whatever follows, and why.
    Malformed(&'static str),
}

/// How the end of the content was found (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// No content, by the status or because the request was HEAD.
    None,
    /// By Content-Length.
    Length(u64),
    /// By the last chunk.
    Chunked,
    /// By the end of the connection.
    UntilClose,
}

/// One field line, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, in the server's spelling.
    pub name: Vec<u8>,
    /// The value, without the white space around it.
    pub value: Vec<u8>,
}

/// One response, interim or final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Major and minor version.
    pub version: (u8, u8),
    /// The status code, 100 to 999.
    pub status: u16,
    /// The field lines of the head, in order.
    pub fields: Vec<Field>,
    /// How the content ended.
    pub framing: Framing,
    /// The content, decoded from its chunks.
    pub content: Vec<u8>,
    /// Where the head stands in the bytes that were read, with its empty line.
    pub head: Range<usize>,
}

impl Response {
    /// The values of all field lines of this name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let wanted = name.as_bytes();
        let named = self.fields.iter().filter(|field| field.name.eq_ignore_ascii_case(wanted));
        named.map(|field| field.value.as_slice())
    }

    /// Whether a list-valued field holds this element, in any case (RFC 9110 §5.6.1).
    pub fn lists(&self, name: &str, element: &[u8]) -> bool {
        self.values(name)
            .flat_map(|value| value.split(|&byte| byte == b','))
            .any(|item| item.trim_ascii().eq_ignore_ascii_case(element))
    }

    /// Whether an answer may still follow to the same request (RFC 9110 §15.2). 101 is final: the
    /// protocol changes with it.
    pub fn is_interim(&self) -> bool {
        self.status < 200 && self.status != 101
    }
}

/// Reads one response from the front of `bytes`. `to_head` says that it answers a HEAD request,
/// `ended` that no byte will follow. An empty line or two in front is not skipped.
pub fn read(bytes: &[u8], to_head: bool, ended: bool) -> Reading<Response> {
    let (mut response, head) = match read_head(bytes) {
        Reading::Complete(response, head) => (response, head),
        Reading::Partial => return Reading::Partial,
        Reading::Malformed(why) => return Reading::Malformed(why),
    };
    response.framing = match framing(&response, to_head) {
        Ok(framing) => framing,
        Err(why) => return Reading::Malformed(why),
    };
    let rest = bytes.get(head..).unwrap_or_default();
    let content = match response.framing {
        Framing::None => Reading::Complete(Vec::new(), 0),
        Framing::Length(length) => match usize::try_from(length).ok().and_then(|n| rest.get(..n)) {
            Some(content) => Reading::Complete(content.to_vec(), content.len()),
            None => Reading::Partial,
        },
        Framing::Chunked => read_chunks(rest),
        Framing::UntilClose if ended => Reading::Complete(rest.to_vec(), rest.len()),
        Framing::UntilClose => Reading::Partial,
    };
    match content {
        Reading::Complete(content, length) => {
            response.content = content;
            Reading::Complete(response, head + length)
        }
        Reading::Partial => Reading::Partial,
        Reading::Malformed(why) => Reading::Malformed(why),
    }
}

/// Reads the head of a response whose content may come by and by, and decides how that ends.
pub(crate) fn read_begin(bytes: &[u8]) -> Reading<Response> {
    match read_head(bytes) {
        Reading::Complete(mut response, head) => match framing(&response, false) {
            Ok(framing) => {
                response.framing = framing;
                Reading::Complete(response, head)
            }
            Err(why) => Reading::Malformed(why),
        },
        other => other,
    }
}

/// Reads status line and field lines. The framing is not decided yet, the content is empty.
pub fn read_head(bytes: &[u8]) -> Reading<Response> {
    let Some((line, mut at)) = line(bytes) else {
        return if may_become_status_line(bytes) {
            Reading::Partial
        } else {
            Reading::Malformed("no status line")
        };
    };
    let Some((version, status)) = status_line(line) else {
        return Reading::Malformed("no status line");
    };
    let mut fields: Vec<Field> = Vec::new();
    loop {
        let Some((line, length)) = line_at(bytes, at) else { return Reading::Partial };
        at += length;
        if line.is_empty() {
            break;
        }
        if line.first().is_some_and(|&first| first == b' ' || first == b'\t') {
            let Some(last) = fields.last_mut() else {
                return Reading::Malformed("white space before the first field line");
            };
            last.value.push(b' ');
            last.value.extend_from_slice(line.trim_ascii());
            continue;
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            return Reading::Malformed("a field line without a colon");
        };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
        fields.push(Field { name: name.to_vec(), value });
    }
    let framing = Framing::None;
    let response = Response { version, status, fields, framing, content: Vec::new(), head: 0..at };
    Reading::Complete(response, at)
}

/// The first line without its end, and its length with it.
fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let line = bytes.get(..end)?;
    Some((line.strip_suffix(b"\r").unwrap_or(line), end + 1))
}

pub(crate) fn line_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    line(bytes.get(at..)?)
}

/// Whether bytes without a line end may be the start of a status line. A server that answers
/// garbage is told at once, not after a time-out.
fn may_become_status_line(bytes: &[u8]) -> bool {
    let start = bytes.iter().zip(b"HTTP/").all(|(byte, wanted)| byte.eq_ignore_ascii_case(wanted));
    start && bytes.len() < 8192
}

/// `HTTP/d.d SP ddd`, and then a space or nothing. The reason phrase says nothing.
fn status_line(line: &[u8]) -> Option<((u8, u8), u16)> {
    let (name, rest) = line.split_at_checked(5)?;
    let (&[major, b'.', minor, b' '], rest) = rest.split_first_chunk::<4>()? else { return None };
    let (&[hundreds, tens, ones], rest) = rest.split_first_chunk::<3>()?;
    let digits = [major, minor, hundreds, tens, ones];
    let named = name.eq_ignore_ascii_case(b"HTTP/") && digits.iter().all(u8::is_ascii_digit);
    if !named || !(rest.is_empty() || rest.starts_with(b" ")) || hundreds == b'0' {
        return None;
    }
    let [hundreds, tens, ones] = [hundreds, tens, ones].map(|digit| u16::from(digit - b'0'));
    Some(((major - b'0', minor - b'0'), hundreds * 100 + tens * 10 + ones))
}

/// The order of RFC 9112 §6.3, for a response.
fn framing(response: &Response, to_head: bool) -> Result<Framing, &'static str> {
    if to_head || matches!(response.status, 100..=199 | 204 | 304) {
        return Ok(Framing::None);
    }
    let codings = response.values("Transfer-Encoding").last();
    if let Some(codings) = codings {
        let last = codings.rsplit(|&byte| byte == b',').next().unwrap_or_default().trim_ascii();
        let chunked = last.eq_ignore_ascii_case(b"chunked");
        return Ok(if chunked { Framing::Chunked } else { Framing::UntilClose });
    }
    let mut length = None;
    for value in response.values("Content-Length").flat_map(|value| value.split(|&b| b == b',')) {
        let one = decimal(value.trim_ascii()).ok_or("a Content-Length that is no number")?;
        if length.is_some_and(|other| other != one) {
            return Err("two Content-Lengths that differ");
        }
        length = Some(one);
    }
    Ok(length.map_or(Framing::UntilClose, Framing::Length))
}

/// A row of decimal digits that fits 64 bits.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Decodes chunks and skips the trailer section (RFC 9112 §7.1).
pub(crate) fn read_chunks(bytes: &[u8]) -> Reading<Vec<u8>> {
    match chunks_so_far(bytes) {
        Ok((content, Some(length))) => Reading::Complete(content, length),
        Ok((_, None)) => Reading::Partial,
        Err(why) => Reading::Malformed(why),
    }
}

/// The content of the chunks that have come, also of one that has come in part; and their length
/// with the trailer section, if all have.
///
/// # Errors
///
/// Why this can be no chunks.
pub(crate) fn chunks_so_far(bytes: &[u8]) -> Result<(Vec<u8>, Option<usize>), &'static str> {
    let (mut content, mut at) = (Vec::new(), 0);
    loop {
        let Some((line, length)) = line_at(bytes, at) else { return Ok((content, None)) };
        let digits = line.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
        let size = hexadecimal(digits).ok_or("a chunk size that is no number")?;
        at += length;
        if size == 0 {
            break;
        }
        let end = at.checked_add(size).ok_or("a chunk size beyond all memory")?;
        content.extend_from_slice(bytes.get(at..end.min(bytes.len())).unwrap_or_default());
        match line_at(bytes, end) {
            Some((b"", length)) => at = end + length,
            Some(_) => return Err("chunk data that does not end with CRLF"),
            None => return Ok((content, None)),
        }
    }
    loop {
        let Some((line, length)) = line_at(bytes, at) else { return Ok((content, None)) };
        at += length;
        if line.is_empty() {
            return Ok((content, Some(at)));
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{Framing, Reading, read};

    /// (bytes, answers HEAD, the stream has ended, expectation): status and content, or not.
    type Row = (&'static str, bool, bool, Result<(u16, &'static str), Option<&'static str>>);

    #[test]
    fn reads_each_framing() {
        let table: &[Row] = &[
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", false, false, Ok((200, "hi"))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", false, false, Ok((200, "hi"))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", true, false, Ok((200, ""))),
            ("HTTP/1.1 204\r\n\r\n", false, false, Ok((204, ""))),
            ("HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n", false, false, Ok((304, ""))),
            ("HTTP/1.1 100 Continue\r\n\r\n", false, false, Ok((100, ""))),
            ("http/1.0 200 OK\nA: b\n\nhi", false, true, Ok((200, "hi"))),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n\
                 2;a=b\r\nhi\r\n0\r\nT: x\r\n\r\n",
                false,
                false,
                Ok((200, "hi")),
            ),
            ("HTTP/1.1 200 OK\r\n\r\nhi", false, false, Err(None)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", false, false, Err(None)),
            ("HTT", false, false, Err(None)),
            ("HELLO", false, false, Err(Some("no status line"))),
            ("HTTP/1.1 2000 OK\r\n\r\n", false, false, Err(Some("no status line"))),
            ("HTTP/1.1\r\n", false, false, Err(Some("no status line"))),
            (
                "HTTP/1.1 200 OK\r\nfoo\r\n\r\n",
                false,
                false,
                Err(Some("a field line without a colon")),
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n",
                false,
                false,
                Err(Some("two Content-Lengths that differ")),
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n",
                false,
                false,
                Err(Some("a chunk size that is no number")),
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhix\r\n",
                false,
                false,
                Err(Some("chunk data that does not end with CRLF")),
            ),
        ];
        for (bytes, to_head, ended, expected) in table {
            let got = match read(bytes.as_bytes(), *to_head, *ended) {
                Reading::Complete(response, length) => {
                    let rest = bytes.len() - length;
                    assert!(rest == 0 || response.framing == Framing::None, "{bytes:?}");
                    Ok((response.status, String::from_utf8(response.content).unwrap()))
                }
                Reading::Partial => Err(None),
                Reading::Malformed(why) => Err(Some(why)),
            };
            let got = got.as_ref().map(|(status, content)| (*status, content.as_str()));
            assert_eq!(got.map_err(|why| *why), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn is_partial_until_its_last_byte() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nHTTP";
        let whole = bytes.len() - 4;
        for end in 0..whole {
            let part = bytes.get(..end).unwrap();
            assert_eq!(read(part, false, false), Reading::Partial, "first {end} bytes");
        }
        assert!(matches!(read(bytes, false, false), Reading::Complete(_, end) if end == whole));
    }

    #[test]
    fn finds_elements_of_lists() {
        let bytes = b"HTTP/1.1 200 OK\r\nconnection: a, CLOSE\r\nAllow:\r\n\r\n";
        let Reading::Complete(response, _) = read(bytes, true, false) else { panic!() };
        assert!(response.lists("Connection", b"close") && response.lists("Connection", b"a"));
        assert!(!response.lists("Connection", b"clos"));
        assert_eq!(response.values("Allow").collect::<Vec<_>>(), [b""]);
    }
}
