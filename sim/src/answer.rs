//! An answer as a test wants it: status, fields, content.
//!
//! This reads as a client does that trusts the server: it takes the first final answer by its
//! framing (RFC 9112 §6.3) and panics, with what came, if there is none. Whether an answer keeps
//! the rules is for the conformance suite to say.

use std::fmt;

/// One final answer of the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    content: Vec<u8>,
}

/// What a parser can say of bytes that have come so far.
pub(crate) enum Parsed {
    Answer(Answer),
    Incomplete,
    /// Not an HTTP answer, and why.
    Malformed(&'static str),
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The answer itself, if it has this status.
    ///
    /// # Panics
    ///
    /// If it has another one, with the answer.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert!(self.status == status, "expected status {status}, but this came:\n{self:?}");
        self
    }

    /// The value of the first field line with this name, whatever its case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, v)| &**v)
    }

    /// The content as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8; see [`content`](Self::content).
    #[track_caller]
    pub fn body(&self) -> &str {
        std::str::from_utf8(&self.content).expect("the content is not UTF-8: ask for content()")
    }

    /// The content, decoded from its transfer coding.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The first final answer in `bytes`. `to_head` says that HEAD was asked for, `ended` that the
    /// server has ended its half.
    pub(crate) fn parse(mut bytes: &[u8], to_head: bool, ended: bool) -> Parsed {
        loop {
            let Some((head, rest)) = split_head(bytes) else { return Parsed::Incomplete };
            let Some((status, fields)) = parse_head(head) else {
                return Parsed::Malformed("the head is not one of HTTP/1.1");
            };
            if (100..200).contains(&status) && status != 101 {
                bytes = rest;
                continue;
            }
            let bare = to_head || matches!(status, 101 | 204 | 304);
            let answer = Self { status, fields, content: Vec::new() };
            return if bare { Parsed::Answer(answer) } else { answer.with_content(rest, ended) };
        }
    }

    fn with_content(mut self, rest: &[u8], ended: bool) -> Parsed {
        if let Some(coding) = self.field("Transfer-Encoding") {
            if !coding.eq_ignore_ascii_case("chunked") {
                return Parsed::Malformed("the transfer coding is not chunked");
            }
            return match dechunk(rest) {
                Ok(Some(content)) => Parsed::Answer(Self { content, ..self }),
                Ok(None) => Parsed::Incomplete,
                Err(why) => Parsed::Malformed(why),
            };
        }
        let length = match self.field("Content-Length").map(str::parse::<usize>) {
            Some(Ok(length)) => length,
            Some(Err(_)) => return Parsed::Malformed("Content-Length is not a number"),
            None if ended => rest.len(),
            None => return Parsed::Incomplete,
        };
        let Some(content) = rest.get(..length) else { return Parsed::Incomplete };
        self.content = content.to_vec();
        Parsed::Answer(self)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.status)?;
        for (name, value) in &self.fields {
            writeln!(out, "{name}: {value}")?;
        }
        write!(out, "\n{}", String::from_utf8_lossy(&self.content))
    }
}

fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((&bytes[..end], &bytes[end + 4..]))
}

fn parse_head(head: &[u8]) -> Option<(u16, Vec<(String, String)>)> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let fields = lines.map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
    });
    Some((status, fields.collect::<Option<_>>()?))
}

/// The content of a chunked message, `None` while it is incomplete. Trailers are dropped.
fn dechunk(mut rest: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    let mut content = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(|_| "a chunk size is no number")?;
        rest = &rest[end + 2..];
        if size == 0 {
            let complete = rest.starts_with(b"\r\n") || split_head(rest).is_some();
            return Ok(complete.then_some(content));
        }
        let Some((chunk, after)) = rest.split_at_checked(size) else { return Ok(None) };
        content.extend_from_slice(chunk);
        match after {
            [b'\r', b'\n', after @ ..] => rest = after,
            [] | [b'\r'] => return Ok(None),
            _ => return Err("a chunk does not end where its size says"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Parsed};

    #[test]
    fn framing_decides_where_an_answer_ends() {
        for (text, to_head, ended, expected) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false, false, "200 ab"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", false, false, "200 ab"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", true, false, "200 "),
            ("HTTP/1.1 204 \r\n\r\n", false, false, "204 "),
            ("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 \r\n\r\n", false, false, "204 "),
            ("HTTP/1.1 101 S\r\n\r\nHTTP/1.1 204 \r\n\r\n", false, false, "101 "),
            ("HTTP/1.1 200 OK\r\n\r\nabc", false, true, "200 abc"),
            (
                "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\nA;x\r\n0123456789\r\n0\r\n\r\n",
                false,
                false,
                "200 a0123456789",
            ),
            (
                "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: x\r\n\r\n",
                false,
                false,
                "200 ",
            ),
        ] {
            let Parsed::Answer(answer) = Answer::parse(text.as_bytes(), to_head, ended) else {
                panic!("{text:?}")
            };
            assert_eq!(format!("{} {}", answer.status(), answer.body()), expected, "{text:?}");
            if text.contains("hunked") {
                let short = &text.as_bytes()[..text.len() - 1];
                assert!(matches!(Answer::parse(short, to_head, ended), Parsed::Incomplete));
            }
        }
    }

    #[test]
    fn says_what_is_no_answer() {
        for text in [
            "SSH-2.0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
        ] {
            let parsed = Answer::parse(text.as_bytes(), false, false);
            assert!(matches!(parsed, Parsed::Malformed(_)), "{text:?}");
        }
    }
}
