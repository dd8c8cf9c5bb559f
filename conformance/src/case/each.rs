//! The rows of a case that is replayed once for each item: `each BYTE = 00..08 "\r\r" 7f`.

use super::text::Text;
use crate::diagnostic::Span;

/// The name that stands for the item, and the items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Each {
    /// The name in its line.
    pub span: Span,
    /// `[A-Z]+`; `\{NAME}` stands for the item.
    pub name: String,
    /// At least one.
    pub items: Vec<Item>,
}

/// What is put in place of the name, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `"string"`, without a name in it.
    Text(Text),
    /// `7f`: one byte, in hexadecimal.
    Byte(u8),
    /// `00..1f`: each byte from the first to the last, which is included.
    Range(u8, u8),
}

/// One replay of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The case's id, with the item in brackets if there is one: `…/control-bytes[0b]`.
    pub id: String,
    /// What `\{NAME}` stands for, as [`Text::bytes`] takes it.
    pub item: Option<Vec<u8>>,
}

impl Each {
    /// The rows of the case with this id, in the order of the items.
    pub(super) fn rows(&self, id: &str) -> Vec<Row> {
        let row = |(label, bytes)| Row { id: format!("{id}[{label}]"), item: Some(bytes) };
        self.items.iter().flat_map(Item::values).map(row).collect()
    }
}

impl Item {
    /// The items it stands for, each with the label that tells it apart.
    pub(super) fn values(&self) -> Vec<(String, Vec<u8>)> {
        let byte = |byte: u8| (format!("{byte:02x}"), vec![byte]);
        match self {
            Self::Text(text) => vec![(text.quoted(), text.bytes(None))],
            Self::Byte(one) => vec![byte(*one)],
            Self::Range(first, last) => (*first..=*last).map(byte).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Each, Item};
    use crate::case::text::Text;
    use crate::diagnostic::Span;

    #[test]
    fn a_range_includes_its_last_byte() {
        let items = vec![Item::Range(0xfe, 0xff), Item::Byte(9), Item::Text(Text::from("\r\n"))];
        let each = Each { span: Span::default(), name: "BYTE".into(), items };
        let rows = each.rows("a/b");
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["a/b[fe]", "a/b[ff]", "a/b[09]", "a/b[\"\\r\\n\"]"]);
        let items: Vec<&[u8]> = rows.iter().filter_map(|row| row.item.as_deref()).collect();
        assert_eq!(items, [&b"\xfe"[..], b"\xff", b"\t", b"\r\n"]);
    }
}
