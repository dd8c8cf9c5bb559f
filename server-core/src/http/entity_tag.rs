//! `entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE` (RFC 9110 §8.8.3), and lists of them.

use super::fields::Fields;

/// An entity tag, of ours or of a client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag<'x> {
    is_weak: bool,
    /// With its quotation marks.
    opaque: &'x [u8],
}

/// How two tags are compared (RFC 9110 §8.8.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Both are strong, and the same.
    Strong,
    /// They are the same but for `W/`.
    Weak,
}

impl<'x> EntityTag<'x> {
    /// The tag that all of `text` is.
    pub fn parse(text: &'x [u8]) -> Option<Self> {
        let (tag, rest) = Self::read(text)?;
        rest.is_empty().then_some(tag)
    }

    /// A strong tag, which this is with its quotation marks.
    pub(crate) const fn strong(opaque: &'x [u8]) -> Self {
        Self { is_weak: false, opaque }
    }

    /// The tag at the beginning of `text`, and what stands behind it.
    // rfc9110-8.8.3-etag-syntax
    #[inline(never)]
    fn read(text: &'x [u8]) -> Option<(Self, &'x [u8])> {
        let (is_weak, rest) = match text {
            [b'W', b'/', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let inside = rest.strip_prefix(b"\"")?;
        let n = inside.iter().position(|byte| !is_etagc(*byte))?;
        let (opaque, after) = rest.split_at_checked(n + 2)?;
        opaque.ends_with(b"\"").then_some((Self { is_weak, opaque }, after))
    }

    /// Whether the two are the same.
    pub fn matches(self, other: Self, comparison: Comparison) -> bool {
        let is_strong = !self.is_weak && !other.is_weak;
        (is_strong || comparison == Comparison::Weak) && self.opaque == other.opaque
    }
}

/// `%x21 / %x23-7E / obs-text`: commas and backslashes are nothing special.
const fn is_etagc(byte: u8) -> bool {
    byte > b' ' && byte != b'"' && byte != 0x7F
}

/// Whether the condition of the field lines `name`, `"*" / #entity-tag`, names `own`; `None` if
/// there is no such line. What is no tag ends a list, and names nothing.
#[inline(never)]
pub(super) fn names(
    fields: Fields<'_>,
    name: &str,
    own: Option<EntityTag<'_>>,
    comparison: Comparison,
) -> Option<bool> {
    let mut is_named = None;
    for line in fields.named(name) {
        let in_line = line == b"*" || own.is_some_and(|own| lists(line, own, comparison));
        is_named = Some(in_line || is_named == Some(true));
    }
    is_named
}

/// Whether a list has this tag in front of the first element that is none.
fn lists(list: &[u8], own: EntityTag<'_>, comparison: Comparison) -> bool {
    let mut rest = list;
    loop {
        while let [b',' | b' ' | b'\t', after @ ..] = rest {
            rest = after;
        }
        // Behind a tag the list goes on, or ends.
        let Some((tag, after @ ([] | [b',' | b' ' | b'\t', ..]))) = EntityTag::read(rest) else {
            return false;
        };
        if tag.matches(own, comparison) {
            return true;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, EntityTag, lists, names};
    use crate::http::fields::Fields;
    use std::format;

    #[test]
    fn tags_have_quotation_marks_and_nothing_else_around_them() {
        for text in ["\"\"", "\"a\"", "W/\"a\"", "\"a,b\"", "\"a\\\"", "\"\u{e9}\"", "\"W/\""] {
            assert!(EntityTag::parse(text.as_bytes()).is_some(), "{text}");
        }
        for text in ["", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/a", "W/", "W", "'a'", "*"] {
            assert_eq!(EntityTag::parse(text.as_bytes()), None, "{text}");
        }
        for text in ["\"a b\"", "\"a\0b\"", "\"\x7F\"", "\"a\"b", "\"a\"\"", " \"a\"", "W/ \"a\""] {
            assert_eq!(EntityTag::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn comparing_is_strong_or_weak() {
        // The table of RFC 9110 §8.8.3.2.
        for (one, other, strong, weak) in [
            ("W/\"1\"", "W/\"1\"", false, true),
            ("W/\"1\"", "W/\"2\"", false, false),
            ("W/\"1\"", "\"1\"", false, true),
            ("\"1\"", "\"1\"", true, true),
        ] {
            let [one, other] = [one, other].map(|tag| EntityTag::parse(tag.as_bytes()).unwrap());
            assert_eq!(one.matches(other, Comparison::Strong), strong);
            assert_eq!(one.matches(other, Comparison::Weak), weak);
            assert_eq!(other.matches(one, Comparison::Weak), weak);
        }
    }

    #[test]
    fn a_list_ends_where_no_tag_is() {
        for (list, is_listed) in [
            ("", false),
            ("\"a\"", true),
            ("\"b\",\"a\"", true),
            (",, \"b\" ,\t,W/\"a\",", true),
            ("\"b,c\", \"a\"", true),
            ("\"b\" \"a\"", true),
            ("\"b\" x, \"a\"", false),
            ("\"b\"x, \"a\"", false),
            ("b, \"a\"", false),
            ("\"b\", \"a", false),
            ("\"a\"x", false),
            ("*, \"a\"", false),
        ] {
            let own = EntityTag::strong(b"\"a\"");
            assert_eq!(lists(list.as_bytes(), own, Comparison::Weak), is_listed, "{list}");
        }
    }

    #[test]
    fn a_star_names_whatever_there_is() {
        let own = EntityTag::parse(b"\"a\"");
        for (lines, named) in [
            ("", None),
            ("X: \"a\"\r\n", None),
            ("If-Match: *\r\n", Some(true)),
            ("if-match: \"a\"\r\n", Some(true)),
            ("If-Match: \"b\"\r\n", Some(false)),
            ("If-Match:\r\n", Some(false)),
            ("If-Match: \"b\"\r\nIf-Match: \"a\"\r\n", Some(true)),
            ("If-Match: \"b\", *\r\n", Some(false)),
        ] {
            let lines = format!("{lines}\r\n");
            let found = names(Fields::new(lines.as_bytes()), "if-match", own, Comparison::Strong);
            assert_eq!(found, named, "{lines}");
        }
    }
}
