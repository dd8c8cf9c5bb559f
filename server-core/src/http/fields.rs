//! `field-name ":" OWS field-value OWS` (RFC 9112 §5): judging field lines, and reading them again
//! on demand.

use super::abnf::{self, Class};
use super::authority::Authority;
use crate::Violation;

/// One well-formed field line.
#[derive(Clone, Copy)]
pub(super) struct FieldLine<'x> {
    pub(super) name: &'x [u8],
    /// Without the white space around it.
    pub(super) value: &'x [u8],
    /// What stands behind the line and its CRLF.
    pub(super) rest: &'x [u8],
}

impl<'x> FieldLine<'x> {
    /// Reads a whole line at the start of `bytes`. `None` says nothing about what is wrong: the
    /// rest may not be here yet, or this is the empty line.
    #[inline(always)]
    pub(super) fn read(bytes: &'x [u8]) -> Option<Self> {
        if let Some((name_bytes, end)) = abnf::common_line(bytes)
            && let Some((line, rest)) = bytes.split_at_checked(end)
            && let Some((name, [b':', untrimmed @ ..])) = line.split_at_checked(name_bytes)
            && let Some(line) = Self::cut(name, untrimmed, rest)
        {
            return Some(line);
        }
        Self::read_any(bytes)
    }

    /// Where the head is read fast, this is for the rarer lines, and apart from that path.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(always))]
    fn read_any(bytes: &'x [u8]) -> Option<Self> {
        let (name, rest) = bytes.split_at_checked(Class::TCHAR.span(bytes))?;
        let rest = rest.strip_prefix(b":")?;
        let (untrimmed, rest) = rest.split_at_checked(Class::VALUE.span(rest))?;
        Self::cut(name, untrimmed, rest)
    }

    /// A line of which `from_end` is what stands behind its last byte that a value may have.
    #[inline(always)]
    fn cut(name: &'x [u8], untrimmed: &'x [u8], from_end: &'x [u8]) -> Option<Self> {
        let [b'\r', b'\n', rest @ ..] = from_end else { return None };
        let value = abnf::trim(untrimmed);
        (!name.is_empty()).then_some(Self { name, value, rest })
    }

    /// What is wrong with a whole `line`, its LF included, that [`FieldLine::read`] did not take.
    /// Of several faults the leftmost counts.
    #[cold]
    #[inline(never)]
    pub(super) fn fault(line: &[u8], is_first: bool) -> Violation {
        let name_bytes = Class::TCHAR.span(line);
        let rest = line.get(name_bytes..).unwrap_or_default();
        match rest {
            // rfc9112-2.2-ws-before-first-field
            [b' ' | b'\t', ..] if name_bytes == 0 && is_first => Violation::SpaceBeforeFields,
            // rfc9112-5.2-obs-fold-400-or-sp
            [b' ' | b'\t', ..] if name_bytes == 0 => Violation::ObsFold,
            // rfc9112-5.1-ws-before-colon-400
            [b' ' | b'\t', ..] if abnf::trim(rest).first() == Some(&b':') => {
                Violation::SpaceBeforeColon
            }
            [b':', value @ ..] if name_bytes > 0 => {
                match value.get(Class::VALUE.span(value)..).unwrap_or_default() {
                    [b'\n', ..] => Violation::BareLf,
                    [b'\r', ..] => Violation::BareCr,
                    // rfc9110-5.5-crlfnul-in-value rfc9110-5.5-other-ctl-retained
                    _ => Violation::FieldValue,
                }
            }
            // rfc9112-2.2-lone-lf-line-end
            [b'\n', ..] => Violation::BareLf,
            // rfc9112-2.2-bare-cr-received
            [b'\r', next, ..] if *next != b'\n' => Violation::BareCr,
            // rfc9112-5-field-line-shape
            _ => Violation::FieldName,
        }
    }
}

/// Where a field line of a head stands, for an index of the fields: see
/// [`Head::parse_with`](super::head::Head::parse_with).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldSpan {
    /// Offsets from the head's first byte. They fit 16 bits because `head_bytes_max` does.
    name_at: u16,
    name_bytes: u16,
    value_at: u16,
    value_bytes: u16,
}

impl FieldSpan {
    #[inline(always)]
    pub(super) fn new(received: &[u8], line: &FieldLine<'_>) -> Self {
        Self {
            name_at: offset_of(line.name, received),
            name_bytes: short(line.name.len()),
            value_at: offset_of(line.value, received),
            value_bytes: short(line.value.len()),
        }
    }

    /// The field name. `received` is what was parsed, or a copy of it.
    pub fn name<'x>(&self, received: &'x [u8]) -> &'x [u8] {
        part(received, self.name_at, self.name_bytes)
    }

    /// The trimmed value. `received` is what was parsed, or a copy of it.
    pub fn value<'x>(&self, received: &'x [u8]) -> &'x [u8] {
        part(received, self.value_at, self.value_bytes)
    }
}

/// Where `part` of `whole` begins.
#[inline(always)]
fn offset_of(part: &[u8], whole: &[u8]) -> u16 {
    short(part.as_ptr().addr() - whole.as_ptr().addr())
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "nothing is read behind `head_bytes_max`")]
fn short(bytes: usize) -> u16 {
    bytes as u16
}

fn part(received: &[u8], at: u16, bytes: u16) -> &[u8] {
    let from_start = received.get(at.into()..).unwrap_or_default();
    from_start.get(..bytes.into()).unwrap_or_default()
}

/// The value of Host (RFC 9112 §3.2), trimmed. It may be empty, for a client whose target has no
/// authority.
// rfc9112-3.2-host-invalid-400 rfc9112-3.2-host-empty-allowed
#[cfg_attr(target_pointer_width = "64", inline(never))]
pub(super) fn judge_host(value: &[u8]) -> Result<(), Violation> {
    if value.is_empty() || Authority::parse(value).is_some() {
        Ok(())
    } else {
        Err(Violation::HostInvalid)
    }
}

/// The field lines of a judged head, as name and trimmed value, in their order.
///
/// They are read again whenever they are asked for; nothing is stored for a field.
#[derive(Clone, Copy)]
pub struct Fields<'x>(&'x [u8]);

impl<'x> Fields<'x> {
    /// The field lines at the start of `lines`, up to the first empty line.
    pub const fn new(lines: &'x [u8]) -> Self {
        Self(lines)
    }

    /// The values of all lines of this name, whose case does not count.
    // rfc9110-5.1-field-name-case
    pub fn named<'n>(self, name: &'n str) -> Named<'x, 'n> {
        Named { fields: self, name }
    }

    /// The bytes that have not been read: what follows the last line, or what is no line.
    pub(crate) const fn rest(&self) -> &'x [u8] {
        self.0
    }

    /// The value of the line of this name, whose case does not count, if there is just one.
    #[inline(never)]
    pub fn only(self, name: &str) -> Option<&'x [u8]> {
        let mut lines = self.named(name);
        lines.next().filter(|_| lines.next().is_none())
    }

    /// The value of the first line of this name, whose case does not count.
    pub fn first(self, name: &str) -> Option<&'x [u8]> {
        self.named(name).next()
    }
}

impl<'x> Iterator for Fields<'x> {
    type Item = (&'x [u8], &'x [u8]);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let line = FieldLine::read(self.0)?;
        self.0 = line.rest;
        Some((line.name, line.value))
    }
}

/// The values of one name, by [`Fields::named`].
#[derive(Clone, Copy)]
pub struct Named<'x, 'n> {
    fields: Fields<'x>,
    name: &'n str,
}

impl<'x> Iterator for Named<'x, '_> {
    type Item = &'x [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.name.as_bytes();
        self.fields.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The elements of a list (RFC 9110 §5.6.1) whose members hold no quoted strings: trimmed, and
/// empty ones left out.
// rfc9110-5.6.1.2-accept-empty-list-elements
pub fn elements(value: &[u8]) -> Elements<'_> {
    Elements(value)
}

/// See [`elements`].
#[derive(Clone)]
pub struct Elements<'x>(&'x [u8]);

impl<'x> Iterator for Elements<'x> {
    type Item = &'x [u8];

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        while !self.0.is_empty() {
            let (element, rest) = abnf::cut(self.0, b',');
            self.0 = rest.get(1..).unwrap_or_default();
            let element = abnf::trim(element);
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, elements};
    use crate::Violation;
    use crate::http::head::tests::{accepted, refused};
    use std::vec::Vec;

    fn with_lines(lines: &str) -> Vec<u8> {
        [b"GET / HTTP/1.1\r\n", lines.as_bytes(), b"\r\n"].concat()
    }

    #[test]
    fn refuses_malformed_lines() {
        use Violation::{
            BareCr, BareLf, FieldName, FieldValue, ObsFold, SpaceBeforeColon, SpaceBeforeFields,
        };
        for (lines, violation) in [
            (" Host: t\r\n", SpaceBeforeFields),
            ("\tContent-Length: 5\r\n", SpaceBeforeFields),
            (" \r\n", SpaceBeforeFields),
            (" Host: t\n", SpaceBeforeFields),
            ("X: a\r\n b\r\n", ObsFold),
            ("X: a\r\n\tb\r\n", ObsFold),
            ("X:\r\n chunked\r\n", ObsFold),
            ("X: a\r\n \r\n", ObsFold),
            ("Host : t\r\n", SpaceBeforeColon),
            ("X\t: a\r\n", SpaceBeforeColon),
            ("X \t : a\r\n", SpaceBeforeColon),
            ("X y: a\r\n", FieldName),
            ("X \r\n", FieldName),
            ("Foo\r\n", FieldName),
            (": v\r\n", FieldName),
            (":\r\n", FieldName),
            ("Transfer\\-Encoding: chunked\r\n", FieldName),
            ("Content-Length\u{85}: 5\r\n", FieldName),
            ("X: a\nY: b\r\n", BareLf),
            ("X:\n", BareLf),
            ("X\n: a\r\n", BareLf),
            ("X: a\r\n\n", BareLf),
            ("X: a\rTransfer-Encoding: chunked\r\n", BareCr),
            ("X: a\r\r\n", BareCr),
            ("X\rY: a\r\n", BareCr),
            ("X: a\r\n\rZ\r\n", BareCr),
            ("X: a\r\n\r\r\n", BareCr),
            ("X: a\0b\r\n", FieldValue),
            ("X: \x7F\r\n", FieldValue),
            ("X: \x0Bchunked\r\n", FieldValue),
            ("X: \x01\n", FieldValue),
        ] {
            assert_eq!(refused(&with_lines(lines)), violation, "{lines:?}");
        }
    }

    #[test]
    fn asks_one_good_host_of_http_1_1() {
        for host in
            ["", " ", "a", "a:", "a:80", "A.b-c_d~1", "[::1]", "[::1]:80", "a%41", " \ta\t "]
        {
            accepted(&with_lines(&std::format!("hOsT:{host}\r\n")));
        }
        for host in [
            "a b", "a/b", "u@a", "a,b", "a:b", "a:65536", "[::1", "é", ":80", "a%4", "a?",
            "http://a",
        ] {
            let bytes = with_lines(&std::format!("Host: {host}\r\n"));
            assert_eq!(refused(&bytes), Violation::HostInvalid, "{host}");
        }
        for lines in ["", "X: a\r\n", "Host_: a\r\n", "Hos: a\r\n"] {
            assert_eq!(refused(&with_lines(lines)), Violation::HostMissing, "{lines}");
        }
        for lines in ["Host: a\r\nHost: a\r\n", "Host:\r\nX: a\r\nhost: b\r\n"] {
            assert_eq!(refused(&with_lines(lines)), Violation::HostTwice, "{lines}");
        }
        assert_eq!(refused(b"GET http://a/ HTTP/1.1\r\n\r\n"), Violation::HostMissing);
        accepted(b"GET / HTTP/1.0\r\n\r\n");
        assert_eq!(refused(b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), Violation::HostTwice);
        assert_eq!(refused(b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n"), Violation::HostInvalid);
    }

    #[test]
    fn judges_every_byte_of_host() {
        for byte in 0..=u8::MAX {
            let bytes = [b"GET / HTTP/1.1\r\nHost: a", &[byte][..], b"b\r\n\r\n"].concat();
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+;=".contains(&byte) {
                accepted(&bytes);
                continue;
            }
            let expected = match byte {
                b'\n' => Violation::BareLf,
                b'\r' => Violation::BareCr,
                b'\t' | b' '..=b'~' | 0x80.. => Violation::HostInvalid,
                _ => Violation::FieldValue,
            };
            assert_eq!(refused(&bytes), expected, "{byte:02x}");
        }
    }

    #[test]
    fn finds_fields_by_name_in_any_case() {
        let lines =
            b"Accept: a\r\nX:\t y \t\r\naccept:b\r\nAccept-Encoding:\r\n\r\nAccept: body\r\n";
        let fields = Fields::new(lines);
        assert_eq!(fields.count(), 4);
        assert_eq!(fields.first("x"), Some(&b"y"[..]));
        assert_eq!(fields.first("ACCEPT-ENCODING"), Some(&b""[..]));
        assert_eq!(fields.first("accept-"), None);
        let accepts: Vec<_> = fields.named("ACCEPT").collect();
        assert_eq!(accepts, [b"a", b"b"]);
        assert_eq!(Fields::new(b"").first("a"), None);
    }

    /// Lines that are read by blocks, and lines that are not.
    #[test]
    fn reads_lines_of_any_length_with_any_byte() {
        for (name_bytes, value_bytes) in (1..20).flat_map(|n| (0..40).map(move |v| (n, v))) {
            let name = "n".repeat(name_bytes);
            for odd in ["", "\t", "_", "\u{e4}"] {
                for ows in ["", " ", "\t", " \t "] {
                    let value = "v".repeat(value_bytes) + odd + &"w".repeat(value_bytes % 3);
                    let value = value.trim_matches('\t');
                    let lines = std::format!("{name}:{ows}{value}{ows}\r\n");
                    let mut fields = Fields::new(lines.as_bytes());
                    let expected = Some((name.as_bytes(), value.as_bytes()));
                    assert_eq!(fields.next(), expected, "{lines:?}");
                    let mut fields = Fields::new(&lines.as_bytes()[..lines.len() - 1]);
                    assert_eq!(fields.next(), None, "{lines:?} without its LF");
                }
            }
        }
    }

    #[test]
    fn trims_spaces_and_tabs_only() {
        let fields = Fields::new(b"X: \t \xA0\x85a b\xA0\t \r\n");
        assert_eq!(fields.first("x"), Some(&b"\xA0\x85a b\xA0"[..]));
    }

    #[test]
    fn leaves_empty_elements_out() {
        let all: Vec<_> = elements(b", a,,\tb c ,\t, d\t,").collect();
        assert_eq!(all, [&b"a"[..], b"b c", b"d"]);
        assert_eq!(elements(b"").chain(elements(b" , ,")).count(), 0);
    }
}
