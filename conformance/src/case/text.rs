//! Bytes as a case spells them: printable ASCII stands for itself, everything else is escaped.

/// Bytes, some of them repeated, some of them named.
///
/// Adjacent [`Part::Bytes`] are one part, and none is empty; [`Text::push`] keeps it so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Part>);

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// `\{text*N}`: these bytes, so many times.
    Repeat(Vec<u8>, u32),
    /// `\{NAME}`: the item of the row.
    Var(String),
}

/// Where a text stands, and so what must be escaped in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Up to the end of the line.
    Line,
    /// Between quotation marks.
    Quotes,
    /// Between braces, before the `*`.
    Braces,
}

impl Text {
    /// Its parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Adds a part at the end.
    pub fn push(&mut self, part: Part) {
        match (self.0.last_mut(), part) {
            (_, Part::Bytes(bytes)) if bytes.is_empty() => {}
            (Some(Part::Bytes(last)), Part::Bytes(bytes)) => last.extend(bytes),
            (_, part) => self.0.push(part),
        }
    }

    /// The bytes it stands for; `item` is the item of the row, if the case has any.
    pub fn bytes(&self, item: Option<&[u8]>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &self.0 {
            match part {
                Part::Bytes(own) => bytes.extend_from_slice(own),
                Part::Repeat(own, count) => bytes.extend(own.repeat(*count as usize)),
                // The parser refuses a name in a case without items.
                Part::Var(_) => bytes.extend_from_slice(item.unwrap_or_default()),
            }
        }
        bytes
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Var(name) => Some(name.as_str()),
            Part::Bytes(_) | Part::Repeat(..) => None,
        })
    }

    /// As it stands at the end of a line, without quotation marks: a last space is `\x20`.
    pub fn unquoted(&self) -> String {
        let mut line = self.spelled(Place::Line);
        if line.ends_with(' ') {
            line.pop();
            line.push_str("\\x20");
        }
        line
    }

    /// As it stands between quotation marks, with them.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.spelled(Place::Quotes))
    }

    fn spelled(&self, place: Place) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Bytes(bytes) => escape(bytes, place, &mut out),
                Part::Repeat(bytes, count) => {
                    out.push_str("\\{");
                    escape(bytes, Place::Braces, &mut out);
                    out.push_str(&format!("*{count}}}"));
                }
                Part::Var(name) => out.push_str(&format!("\\{{{name}}}")),
            }
        }
        out
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        let mut text = Self::default();
        text.push(Part::Bytes(bytes.to_vec()));
        text
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.unquoted())
    }
}

/// Bytes as a text between quotation marks would spell them, for messages about what came.
pub fn show(bytes: &[u8]) -> String {
    Text::from(bytes).quoted()
}

fn escape(bytes: &[u8], place: Place, out: &mut String) {
    for (index, &byte) in bytes.iter().enumerate() {
        // Before a digit, `\0` would look like an octal number.
        let digit_follows = bytes.get(index + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            0 if !digit_follows => out.push_str("\\0"),
            b'\\' => out.push_str("\\\\"),
            // Also between braces, which may stand between quotation marks.
            b'"' if place != Place::Line => out.push_str("\\\""),
            b'{' | b'}' if place == Place::Braces => out.push_str(&format!("\\x{byte:02x}")),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Text};

    #[test]
    fn says_any_byte_with_the_fewest_escapes() {
        let table: &[(&[u8], &str, &str)] = &[
            (b"GET / HTTP/1.1\r\n", r"GET / HTTP/1.1\r\n", r#""GET / HTTP/1.1\r\n""#),
            (b"{\"a\":1}", r#"{"a":1}"#, r#""{\"a\":1}""#),
            (b"\0\t\\\x7f\xff", r"\0\t\\\x7f\xff", r#""\0\t\\\x7f\xff""#),
            (b" a ", r" a\x20", r#"" a ""#),
            (b"\x007\0a", r"\x007\0a", r#""\x007\0a""#),
            (b"", "", r#""""#),
        ];
        for &(bytes, unquoted, quoted) in table {
            let text = Text::from(bytes);
            assert_eq!((text.unquoted().as_str(), text.quoted().as_str()), (unquoted, quoted));
            assert_eq!(text.bytes(None), bytes);
        }
    }

    #[test]
    fn repeats_and_names_stand_for_bytes() {
        let mut text = Text::from("a");
        text.push(Part::Repeat(b"\"}".to_vec(), 2));
        text.push(Part::Var("BYTE".into()));
        assert_eq!(text.bytes(Some(b"\x01\x02")), b"a\"}\"}\x01\x02");
        assert_eq!(text.unquoted(), r#"a\{\"\x7d*2}\{BYTE}"#);
        assert_eq!(text.names().collect::<Vec<_>>(), ["BYTE"]);
    }
}
