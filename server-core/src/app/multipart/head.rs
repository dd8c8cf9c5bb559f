//! The head of a part (RFC 7578 §4): what the form says of one of its values.

use core::ops::Range;
use core::str;

use crate::http::abnf;
use crate::http::fields::Fields;
use crate::http::parameters::{self, Parameter};

/// Where the head of a part, which stands at the front of some buffer, says what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PartHead {
    name: Range<u16>,
    filename: Option<Range<u16>>,
    media_type: Option<Range<u16>>,
}

impl PartHead {
    /// Reads the lines of a head, their empty line included. Quoted pairs are undone where they
    /// stand.
    // rfc7578-4.8-other-fields-ignored
    pub(super) fn read(lines: &mut [u8]) -> Result<Self, &'static str> {
        let mut head = Self::find(lines)?;
        head.name = unescape(lines, &head.name).ok_or("the name of a part is not UTF-8")?;
        if let Some(filename) = &mut head.filename {
            *filename = unescape(lines, filename).ok_or("a file name is not UTF-8")?;
        }
        Ok(head)
    }

    // rfc7578-4.2-name-required
    // rfc7578-4.2-no-filename-star
    // rfc7578-4.7-no-cte
    fn find(lines: &[u8]) -> Result<Self, &'static str> {
        let at = |part: &[u8]| {
            let start = part.as_ptr().addr() - lines.as_ptr().addr();
            Some(u16::try_from(start).ok()?..u16::try_from(start + part.len()).ok()?)
        };
        let mut fields = Fields::new(lines);
        let (mut name, mut filename, mut media_type) = (None, None, None);
        for (field, value) in fields.by_ref() {
            if field.eq_ignore_ascii_case(b"content-disposition") {
                let (kind, parameters) = parameters::split(value);
                let named = parameters.only("name").filter(|_| name.is_none());
                let Some(named) = named.filter(|_| kind.eq_ignore_ascii_case(b"form-data")) else {
                    return Err("a part without a name");
                };
                name = at(named.as_sent());
                filename = parameters.only("filename");
                if filename.is_none() && parameters.first("filename").is_some() {
                    return Err("a part with two file names");
                }
            } else if field.eq_ignore_ascii_case(b"content-type") {
                if media_type.replace(value).is_some() {
                    return Err("a part with two types");
                }
            } else if field.eq_ignore_ascii_case(b"content-transfer-encoding")
                && ![b"7bit".as_slice(), b"8bit", b"binary"]
                    .iter()
                    .any(|plain| value.eq_ignore_ascii_case(plain))
            {
                return Err("a part is encoded");
            }
        }
        if fields.rest() != b"\r\n" {
            return Err("malformed head of a part");
        }
        Ok(Self {
            name: name.ok_or("a part without a name")?,
            filename: filename.map(Parameter::as_sent).and_then(at),
            media_type: media_type.and_then(at),
        })
    }

    // rfc7578-5.1-name-utf8
    pub(super) fn name<'h>(&self, head: &'h [u8]) -> &'h str {
        str::from_utf8(part(head, &self.name)).unwrap_or_default()
    }

    /// What stands behind the last slash or backslash of the file's name.
    // rfc7578-4.2-filename-not-path
    pub(super) fn filename<'h>(&self, head: &'h [u8]) -> Option<&'h str> {
        let filename = part(head, self.filename.as_ref()?);
        let mut segments = filename.rsplit(|byte| matches!(byte, b'/' | b'\\'));
        let filename = segments.next().filter(|name| !matches!(*name, b"." | b".."));
        Some(str::from_utf8(filename.unwrap_or_default()).unwrap_or_default())
    }

    // rfc7578-4.4-part-type
    pub(super) fn media_type<'h>(&self, head: &'h [u8]) -> &'h [u8] {
        self.media_type.as_ref().map_or(b"text/plain", |range| part(head, range))
    }
}

fn part<'h>(head: &'h [u8], range: &Range<u16>) -> &'h [u8] {
    head.get(range.start.into()..range.end.into()).unwrap_or_default()
}

/// Undoes `\"` and `\\`. No other backslash escapes anything: browsers send those of a file's name
/// as they are.
fn unescape(head: &mut [u8], range: &Range<u16>) -> Option<Range<u16>> {
    let (mut from, mut to, end) = (usize::from(range.start), range.start, usize::from(range.end));
    if abnf::index_of(b'\\', part(head, range)).is_some() {
        while from < end {
            if matches!(head.get(from..end), Some([b'\\', b'"' | b'\\', ..])) {
                from += 1;
            }
            let byte = *head.get(from)?;
            *head.get_mut(usize::from(to))? = byte;
            (from, to) = (from + 1, to + 1);
        }
    } else {
        to = range.end;
    }
    let text = range.start..to;
    str::from_utf8(part(head, &text)).is_ok().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::PartHead;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    type Said = (String, Option<String>, String);

    fn read(lines: &[u8]) -> Result<Said, &'static str> {
        let mut lines = lines.to_vec();
        let head = PartHead::read(&mut lines)?;
        let media_type = String::from_utf8_lossy(head.media_type(&lines)).into_owned();
        Ok((head.name(&lines).into(), head.filename(&lines).map(String::from), media_type))
    }

    #[test]
    fn heads_say_name_file_and_type() {
        for (disposition, name, filename) in [
            ("form-data; name=a", "a", None),
            ("form-data; name=\"a\"", "a", None),
            ("FORM-DATA;NAME=\"a b\" ; x=y", "a b", None),
            ("form-data; name=\"\"", "", None),
            ("form-data; name=\"grüße\"", "grüße", None),
            ("form-data; name=\"a[b][]\"", "a[b][]", None),
            (r#"form-data; name="a\"b\\c""#, "a\"b\\c", None),
            ("form-data; name=\"a%22b\"", "a%22b", None),
            ("form-data; name=a; filename=\"b.txt\"", "a", Some("b.txt")),
            ("form-data; filename=\"\"; name=a", "a", Some("")),
            ("form-data; name=a; filename=\"../../etc/passwd\"", "a", Some("passwd")),
            (r#"form-data; name=a; filename="C:\dir\b.txt""#, "a", Some("b.txt")),
            (r#"form-data; name=a; filename="a/..""#, "a", Some("")),
            ("form-data; name=a; filename*=UTF-8''b.txt", "a", None),
            ("form-data; name=a; filename=c; filename*=UTF-8''b.txt", "a", Some("c")),
        ] {
            let lines = std::format!("Content-Disposition: {disposition}\r\n\r\n");
            let expected =
                (String::from(name), filename.map(String::from), String::from("text/plain"));
            assert_eq!(read(lines.as_bytes()), Ok(expected), "{disposition}");
        }
    }

    #[test]
    fn other_fields_mean_nothing() {
        let lines =
            b"X: y\r\ncontent-type: image/png\r\nContent-Disposition: form-data; name=a\r\n\
            Content-Transfer-Encoding: 8BIT\r\nContent-Length: 99\r\n\r\n";
        assert_eq!(read(lines), Ok(("a".into(), None, "image/png".into())));
    }

    #[test]
    fn refuses_heads_that_two_readers_read_differently() {
        let (unnamed, malformed) = ("a part without a name", "malformed head of a part");
        for (lines, why) in [
            ("", unnamed),
            ("Content-Type: a\r\n", unnamed),
            ("Content-Disposition: form-data\r\n", unnamed),
            ("Content-Disposition: attachment; name=a\r\n", unnamed),
            ("Content-Disposition: form-data; name=a; name=b\r\n", unnamed),
            ("Content-Disposition: form-data; name=a b\r\n", unnamed),
            ("Content-Disposition: form-data; name=\"a\r\n", unnamed),
            ("Content-Disposition: form-data; name*=UTF-8''a\r\n", unnamed),
            (
                "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n",
                unnamed,
            ),
            (
                "Content-Disposition: form-data; name=a; filename=b; filename=c\r\n",
                "a part with two file names",
            ),
            (
                "Content-Disposition: form-data; name=a\r\nContent-Type: a\r\nContent-Type: b\r\n",
                "a part with two types",
            ),
            (
                "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n",
                "a part is encoded",
            ),
            ("Content-Disposition : form-data; name=a\r\n", malformed),
            ("Content-Disposition: form-data;\r\n name=a\r\n", unnamed),
            ("Content-Disposition: form-data; name=a\r\n folded\r\n", malformed),
            ("Content-Disposition: form-data; name=a\nX: y\r\n", malformed),
            ("Content-Disposition: form-data; name=a\r\nno field\r\n", malformed),
        ] {
            let lines = std::format!("{lines}\r\n");
            assert_eq!(read(lines.as_bytes()), Err(why), "{lines:?}");
        }
        let latin = b"Content-Disposition: form-data; name=\"gr\xfc\xdfe\"\r\n\r\n";
        assert_eq!(read(latin), Err("the name of a part is not UTF-8"));
        let latin = b"Content-Disposition: form-data; name=a; filename=\"\xfc\"\r\n\r\n";
        assert_eq!(read(latin), Err("a file name is not UTF-8"));
    }

    proptest! {
        #[test]
        fn nothing_is_too_odd(value: Vec<u8>) {
            let _ = read(&[b"Content-Disposition: form-data; name=", &value[..], b"\r\n\r\n"].concat());
        }
    }
}
