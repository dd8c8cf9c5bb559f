//! Where the parts of a multipart content begin and end (RFC 2046 §5.1.1), found as the bytes come.
//!
//! No byte is kept: a delimiter that breaks off is known by the number of its bytes that were seen,
//! and if it turns out to be data, they are said again from the boundary that the request named.
//! No boundary holds a CR, so a delimiter can begin anew only where the last one broke off.

use crate::http::abnf;

const PREFIX: &[u8] = b"\r\n--";

/// The end of a part's head: the end of its last line, and the empty line.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing that anybody needs.
    Passed,
    /// The beginning of a part's head, or more of it.
    Head,
    /// The rest of a part's head, its empty line included.
    HeadEnd,
    /// Data of the part.
    Data,
    /// No bytes of these, but those of the delimiter from one place to another, which were seen
    /// before, are data: see [`Parser::said`].
    Again(usize, usize),
    /// The delimiter behind the part.
    PartEnd,
    /// What follows a delimiter is wrong.
    Malformed,
}

/// How far a content has been read.
#[derive(Clone, Debug)]
pub(super) struct Parser<'b> {
    boundary: &'b [u8],
    state: State,
    /// Bytes of the delimiter, or of a head's end, that were the last to be seen.
    matched: usize,
    /// Of those, the ones that are not said again if no delimiter comes of it. The CRLF in front of
    /// the data may be that of a delimiter, and is no data.
    before: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In front of the first delimiter.
    Preamble,
    /// Right behind a delimiter.
    Delimiter,
    /// Behind a delimiter and a hyphen.
    Hyphen,
    /// Behind a delimiter and white space.
    Padding,
    /// Behind a delimiter and a CR.
    LineEnd,
    Head,
    Data,
    /// Behind the last delimiter.
    Closed,
    /// Behind the last delimiter and a CR.
    ClosedLineEnd,
    /// Behind all of that.
    Epilogue,
    Malformed,
}

impl<'b> Parser<'b> {
    pub(super) const fn new(boundary: &'b [u8]) -> Self {
        // The first delimiter may begin the content, without its CRLF.
        Self { boundary, state: State::Preamble, matched: 2, before: 2 }
    }

    /// What the first of these bytes are, and how many of them.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> (usize, Step) {
        match self.state {
            State::Preamble => (self.search(bytes).0, Step::Passed),
            State::Data => self.search(bytes),
            State::Head => self.head(bytes),
            State::Epilogue => (bytes.len(), Step::Passed),
            State::Malformed => (0, Step::Malformed),
            _ => {
                let Some(byte) = bytes.first() else { return (0, Step::Passed) };
                self.state = behind(self.state, *byte);
                match self.state {
                    State::Malformed => (0, Step::Malformed),
                    State::Head => {
                        // An empty line right here ends a head without lines.
                        self.matched = 2;
                        (1, Step::Passed)
                    }
                    _ => (1, Step::Passed),
                }
            }
        }
    }

    /// Whether the last delimiter was seen: whether the content may end here.
    // rfc7578-4.1-closing-boundary
    pub(super) const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed | State::Epilogue)
    }

    /// The bytes of a delimiter from one place to another, as [`Step::Again`] names them.
    pub(super) fn said(&self, from: usize, to: usize) -> &'b [u8] {
        match from.checked_sub(PREFIX.len()) {
            None => PREFIX.get(from..to.min(PREFIX.len())),
            Some(from) => self.boundary.get(from..to - PREFIX.len()),
        }
        .unwrap_or_default()
    }

    /// Data, up to a delimiter.
    // rfc7578-4.1-boundary-delimits
    fn search(&mut self, bytes: &[u8]) -> (usize, Step) {
        let carried = self.matched;
        if carried > 0 {
            let n = self.matching(carried, bytes);
            self.matched = carried + n;
            if self.matched == self.delimiter_bytes() {
                return self.end_part(n);
            }
            if n == bytes.len() {
                return (n, Step::Passed);
            }
            let from = self.before;
            let to = if from < PREFIX.len() { carried.min(PREFIX.len()) } else { carried };
            if to < carried {
                (self.matched, self.before) = (carried, to);
                return (0, Step::Again(from, to));
            }
            (self.matched, self.before) = (0, 0);
            if from < to {
                return (0, Step::Again(from, to));
            }
        }
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(before) = abnf::index_of(b'\r', rest) else {
                return (bytes.len(), Step::Data);
            };
            at += before;
            let n = self.matching(0, rest.get(before..).unwrap_or_default());
            let is_whole = n == self.delimiter_bytes();
            if (is_whole || at + n == bytes.len()) && at > 0 {
                return (at, Step::Data);
            }
            if is_whole {
                return self.end_part(n);
            }
            if n == bytes.len() {
                self.matched = n;
                return (n, Step::Passed);
            }
            at += n;
        }
    }

    fn end_part(&mut self, n: usize) -> (usize, Step) {
        (self.matched, self.before, self.state) = (0, 0, State::Delimiter);
        (n, Step::PartEnd)
    }

    fn delimiter_bytes(&self) -> usize {
        PREFIX.len() + self.boundary.len()
    }

    /// How many of `bytes` are those of a delimiter whose first `from` were seen before.
    #[inline(never)]
    fn matching(&self, from: usize, bytes: &[u8]) -> usize {
        let mut n = 0;
        while let Some(byte) = bytes.get(n) {
            let expected = match (from + n).checked_sub(PREFIX.len()) {
                None => PREFIX.get(from + n),
                Some(at) => self.boundary.get(at),
            };
            if expected != Some(byte) {
                break;
            }
            n += 1;
        }
        n
    }

    fn head(&mut self, bytes: &[u8]) -> (usize, Step) {
        for (at, byte) in bytes.iter().enumerate() {
            self.matched = match HEAD_END.get(self.matched) {
                Some(expected) if expected == byte => self.matched + 1,
                _ => usize::from(*byte == b'\r'),
            };
            if self.matched == HEAD_END.len() {
                (self.matched, self.before, self.state) = (2, 2, State::Data);
                return (at + 1, Step::HeadEnd);
            }
        }
        (bytes.len(), Step::Head)
    }
}

/// What comes of a byte behind a delimiter: `--` makes it the last one, white space means nothing
/// (§5.1.1, `transport-padding`), and only the end of the line may follow.
const fn behind(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Delimiter, b'-') => State::Hyphen,
        (State::Hyphen, b'-') => State::Closed,
        (State::Delimiter | State::Padding, b' ' | b'\t') => State::Padding,
        (State::Delimiter | State::Padding, b'\r') => State::LineEnd,
        (State::LineEnd, b'\n') => State::Head,
        (State::Closed, b' ' | b'\t') => State::Closed,
        (State::Closed, b'\r') => State::ClosedLineEnd,
        (State::ClosedLineEnd, b'\n') => State::Epilogue,
        _ => State::Malformed,
    }
}
