//! An answer as a test wants it: status, fields, content.
//!
//! This reads as a client does that trusts the server: it takes the first final answer by its
//! framing (RFC 9112 §6.3) and panics, with what came, if there is none. Whether an answer keeps
//! the rules is for the conformance suite to say.

use std::fmt;

use serde::de::DeserializeOwned;

/// One final answer of the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    content: Vec<u8>,
}

/// What a parser can say of bytes that have come so far.
pub(crate) enum Parsed {
    /// An answer, and how many bytes it took with those of interim ones before it.
    Answer(Answer, usize),
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

    /// The answer itself, if the first field line with this name has this value.
    ///
    /// # Panics
    ///
    /// If it has another one or is missing, with the answer.
    #[track_caller]
    pub fn expect_field(self, name: &str, value: &str) -> Self {
        let own = self.field(name);
        assert!(own == Some(value), "expected {name}: {value}, but this came:\n{self:?}");
        self
    }

    /// The answer itself, if it has no field line with this name.
    ///
    /// # Panics
    ///
    /// If it has one, with the answer.
    #[track_caller]
    pub fn expect_no_field(self, name: &str) -> Self {
        assert!(self.field(name).is_none(), "expected no {name}, but this came:\n{self:?}");
        self
    }

    /// The answer itself, if its content is this text.
    ///
    /// # Panics
    ///
    /// If it is another one, with the answer.
    #[track_caller]
    pub fn expect_body(self, text: &str) -> Self {
        assert!(self.content == text.as_bytes(), "expected {text:?}, but this came:\n{self:?}");
        self
    }

    /// The value of the first field line with this name, whatever its case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, v)| &**v)
    }

    /// The values of all field lines with this name, in order.
    pub fn fields_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.fields.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        named.map(|(_, value)| &**value)
    }

    /// The value that `Set-Cookie` gives to this cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.fields_named("Set-Cookie").map(|line| line.split(';').next());
        pairs
            .flatten()
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(own, value)| (own.trim() == name).then_some(value.trim()))
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

    /// The content, read as JSON by serde_json: somebody else's reader than the server's.
    ///
    /// # Panics
    ///
    /// If it is none, or not of this type, with the answer.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.content) {
            Ok(value) => value,
            Err(why) => panic!("expected other JSON ({why}), but this came:\n{self:?}"),
        }
    }

    /// The content, decoded from its transfer coding.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The first final answer in `bytes`. `to_head` says that HEAD was asked for, `ended` that the
    /// server has ended its half.
    pub(crate) fn parse(bytes: &[u8], to_head: bool, ended: bool) -> Parsed {
        let (answer, head) = match Self::parse_head(bytes) {
            Parsed::Answer(answer, head) => (answer, head),
            other => return other,
        };
        if to_head || matches!(answer.status, 101 | 204 | 304) {
            return Parsed::Answer(answer, head);
        }
        answer.with_content(bytes, head, ended)
    }

    /// The head of the first final answer in `bytes`, without content.
    pub(crate) fn parse_head(bytes: &[u8]) -> Parsed {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some((head, _)) = split_head(rest) else { return Parsed::Incomplete };
            at += head.len() + 4;
            let Some((status, fields)) = parse_head(head) else {
                return Parsed::Malformed("the head is not one of HTTP/1.1");
            };
            if !(100..200).contains(&status) || status == 101 {
                return Parsed::Answer(Self { status, fields, content: Vec::new() }, at);
            }
        }
    }

    fn with_content(mut self, bytes: &[u8], at: usize, ended: bool) -> Parsed {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(coding) = self.field("Transfer-Encoding") {
            if !coding.eq_ignore_ascii_case("chunked") {
                return Parsed::Malformed("the transfer coding is not chunked");
            }
            return match dechunk(rest) {
                Ok((content, Some(length))) => {
                    Parsed::Answer(Self { content, ..self }, at + length)
                }
                Ok((_, None)) => Parsed::Incomplete,
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
        Parsed::Answer(self, at + length)
    }

    /// Whether the connection ends behind this answer.
    pub(crate) fn closes(&self) -> bool {
        self.fields_named("Connection").any(|value| value.eq_ignore_ascii_case("close"))
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

/// The content of a chunked message as far as it has come, and its length in bytes with the trailers,
/// which are dropped, if all of it has.
pub(crate) fn dechunk(bytes: &[u8]) -> Result<(Vec<u8>, Option<usize>), &'static str> {
    let (mut content, mut at) = (Vec::new(), 0);
    loop {
        let rest = &bytes[at..];
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return Ok((content, None));
        };
        let size = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(|_| "a chunk size is no number")?;
        let rest = &rest[end + 2..];
        at += end + 2;
        if size == 0 {
            let trailers = if rest.starts_with(b"\r\n") {
                Some(2)
            } else {
                split_head(rest).map(|(trailers, _)| trailers.len() + 4)
            };
            return Ok((content, trailers.map(|length| at + length)));
        }
        content.extend_from_slice(&rest[..size.min(rest.len())]);
        match rest.get(size..) {
            Some([b'\r', b'\n', ..]) => at += size + 2,
            None | Some([] | [b'\r']) => return Ok((content, None)),
            Some(_) => return Err("a chunk does not end where its size says"),
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
            let Parsed::Answer(answer, _) = Answer::parse(text.as_bytes(), to_head, ended) else {
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
