//! Further field lines of an answer (RFC 9110 §5): who adds them writes them straight into the head.

use super::abnf::Class;
use super::status::Status;
use crate::buffer::Writer;
use crate::error::Misuse;

/// Adds field lines to an answer. Nothing is stored for them, so they are asked for as they are
/// written, and once more if the head did not fit: the same lines each time.
pub trait Lines {
    /// Writes the lines of an answer with this status.
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>);
}

/// Lines that are part of the program. One that would break the head is left out.
impl<const N: usize> Lines for [(&'static str, &'static str); N] {
    fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
        for (name, value) in self {
            to.add(name, value.as_bytes());
        }
    }
}

/// The lines, if there are any.
impl<L: Lines> Lines for Option<L> {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        if let Some(lines) = self {
            lines.put(status, to);
        }
    }
}

/// Writes the lines of whoever answers, then those of whoever stands `around`.
#[inline(always)]
pub(crate) fn write(
    to: &mut Writer<'_>,
    status: Status,
    answer: Option<&dyn Lines>,
    around: Option<&dyn Lines>,
) {
    if let Some(answer) = answer {
        answer.put(status, &mut FieldLines::new(to));
    }
    if let Some(around) = around {
        around.put(status, &mut FieldLines::new(to));
    }
}

/// The place in a head where field lines go.
pub struct FieldLines<'f, 'b> {
    to: &'f mut Writer<'b>,
    /// Where those lines end that were there before.
    begin: usize,
}

impl<'f, 'b> FieldLines<'f, 'b> {
    fn new(to: &'f mut Writer<'b>) -> Self {
        let begin = to.so_far().len();
        Self { to, begin }
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// [`Misuse::FieldInvalid`] if it would break the head, or is one that the connection itself
    /// decides (Connection, Content-Length, Content-Type, Date, Transfer-Encoding). Nothing is
    /// written then.
    pub fn line(&mut self, name: &str, value: &[u8]) -> Result<(), Misuse> {
        self.parts(name, &[value])
    }

    /// Adds a line whose value is these parts, one behind the other.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    #[inline(never)]
    pub fn parts(&mut self, name: &str, parts: &[&[u8]]) -> Result<(), Misuse> {
        if !name_is_valid(name) || !parts.iter().all(|part| value_is_valid(part)) {
            return Err(Misuse::FieldInvalid);
        }
        self.to.put(b"\r\n");
        self.to.put(name.as_bytes());
        self.to.put(b": ");
        parts.iter().for_each(|part| self.to.put(part));
        Ok(())
    }

    /// Adds lines that are known to fit, each with its CRLF in front.
    #[cfg(feature = "ws")]
    pub(crate) fn put_whole(&mut self, lines: &'static [u8]) {
        self.to.put(lines);
    }

    /// Adds `Retry-After` (RFC 9110 §10.2.3).
    pub(crate) fn put_retry_after(&mut self, seconds: u16) {
        self.to.put(b"\r\nRetry-After: ");
        self.to.put_decimal(seconds.into());
    }

    /// Adds a line that is part of the program; one that would break the head is left out.
    pub fn add(&mut self, name: &'static str, value: &[u8]) {
        let added = self.line(name, value);
        debug_assert!(added.is_ok(), "the field line `{name}` would break the head");
    }

    /// Adds a line unless whoever answers has one of this name, which counts more.
    pub fn add_default(&mut self, name: &'static str, value: &[u8]) {
        if !self.answer_has(name) {
            self.add(name, value);
        }
    }

    /// Whether whoever answers has a line of this name: what other layers add does not count.
    pub fn answer_has(&self, name: &str) -> bool {
        let mut rest = self.to.so_far().get(..self.begin).unwrap_or_default();
        // No value has an LF in it: behind each a line begins.
        while let [byte, line @ ..] = rest {
            if *byte == b'\n'
                && line.get(name.len()) == Some(&b':')
                && line.get(..name.len()).is_some_and(|start| is_same(start, name))
            {
                return true;
            }
            rest = line;
        }
        false
    }
}

/// A token (RFC 9110 §5.1), and no field that frames the message or belongs to the connection.
// rfc9110-5.3-no-dup-nonlist-emitted
pub(crate) fn name_is_valid(name: &str) -> bool {
    const OURS: [&str; 5] =
        ["connection", "content-length", "date", "transfer-encoding", "content-type"];
    !name.is_empty()
        && name.bytes().all(|byte| Class::TCHAR.has(byte))
        && !OURS.iter().any(|ours| is_same(name.as_bytes(), ours))
}

/// Names' case does not count. Once for all that compare them here, which is smaller.
#[inline(never)]
fn is_same(a: &[u8], b: &str) -> bool {
    a.eq_ignore_ascii_case(b.as_bytes())
}

/// Without CR, LF, NUL or another control character (RFC 9110 §5.5).
// rfc9112-11.1-only-core-writes-crlf
// rfc9112-2.2-emit-bare-cr
// rfc9110-2.2-emit-only-grammar
pub(crate) fn value_is_valid(value: &[u8]) -> bool {
    value.iter().all(|byte| Class::VALUE.has(*byte))
}

#[cfg(test)]
mod tests {
    use super::{FieldLines, Lines, name_is_valid, value_is_valid, write};
    use crate::buffer::Writer;
    use crate::error::Misuse;
    use crate::http::status::Status;

    #[test]
    fn lines_that_would_break_the_head_are_refused() {
        for (name, value) in [
            ("", &b"x"[..]),
            ("X y", b"x"),
            ("X:", b"x"),
            ("X\r\n", b"x"),
            ("X", b"a\r\nY: b"),
            ("X", b"a\nb"),
            ("X", b"\0"),
            ("content-LENGTH", b"5"),
            ("Transfer-Encoding", b"chunked"),
        ] {
            let mut room = [0; 64];
            let mut writer = Writer::new(&mut room);
            let line = FieldLines::new(&mut writer).line(name, value);
            assert_eq!(line, Err(Misuse::FieldInvalid), "{name:?} {value:?}");
            assert_eq!(writer.written(), Some(0), "{name:?} {value:?}");
        }
        assert!(name_is_valid("X-Custom") && value_is_valid(b"a\tb \xff"));
    }

    /// Stands around an answer, and tells what it finds there.
    struct Defaults;

    impl Lines for Defaults {
        fn put(&self, _: Status, to: &mut FieldLines<'_, '_>) {
            for name in ["Cache-Control", "X-Other", "X", "HTTP/1.1 200 OK", ""] {
                to.add("X-Found", if to.answer_has(name) { b"1" } else { b"0" });
            }
            to.add_default("Cache-Control", b"max-age=5");
            to.add_default("X-Other", b"1");
            to.add_default("X-Other", b"2");
        }
    }

    #[test]
    fn a_default_gives_way_to_the_answer_and_not_to_another_default() {
        let mut room = [0; 199];
        let mut writer = Writer::new(&mut room);
        writer.put(b"HTTP/1.1 200 OK");
        let answer = [("cache-control", "X-Other: no"), ("X-Others", "3")];
        write(&mut writer, Status::OK, Some(&answer), Some(&Defaults));
        assert_eq!(
            core::str::from_utf8(writer.so_far()),
            Ok("HTTP/1.1 200 OK\r\ncache-control: X-Other: no\r\nX-Others: 3\r\n\
                X-Found: 1\r\nX-Found: 0\r\nX-Found: 0\r\nX-Found: 0\r\nX-Found: 0\r\n\
                X-Other: 1\r\nX-Other: 2")
        );
    }
}
