//! Text as HTML. Transcripts hold what hostile clients and servers say, so nothing reaches the
//! page but through one of these two doors.

use std::fmt::{self, Write};

/// A text between tags or in a quoted attribute. A control character, which HTML cannot spell, is
/// shown as the replacement character.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#39;"),
            '\n' | '\t' => out.write_char(c),
            c if c.is_control() => out.write_char(char::REPLACEMENT_CHARACTER),
            c => out.write_char(c),
        })
    }
}

/// JSON that can stand in a `script` element: no `<` that could end it or begin a comment. In JSON
/// these letters stand nowhere but in strings, which may spell any of them by its number.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Escaped, json};

    #[test]
    fn nothing_in_a_text_is_markup() {
        let text = Escaped("</script><b a=\"x\" b='y'>&amp;\0\x1b[2J\r\n\u{85}").to_string();
        let expected = "&lt;/script&gt;&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;\u{fffd}\
                        \u{fffd}[2J\u{fffd}\n\u{fffd}";
        assert_eq!(text, expected);
    }

    #[test]
    fn data_does_not_end_its_element_and_is_the_same_data() {
        let value = serde_json::json!({"</script><!--": "<script>&\u{2028}\u{2029}\0\x1b"});
        let text = json(&value.to_string());
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\0', '\x1b']), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
