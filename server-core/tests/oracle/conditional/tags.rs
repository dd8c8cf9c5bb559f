//! `"*" / #entity-tag` (RFC 9110 §8.8.3, §13.1.1 and §13.1.2), by its grammar.

/// What a condition names.
pub(crate) enum Named {
    /// There is no condition.
    Absent,
    /// Whatever there is.
    Any,
    /// These.
    Tags(Vec<Tag>),
}

/// An entity tag.
pub(crate) struct Tag {
    pub(crate) is_weak: bool,
    /// What stands between its quotation marks.
    pub(crate) opaque: Vec<u8>,
}

/// What all field lines of one name say; each list counts up to what is no tag.
pub(crate) fn named(values: &[&[u8]]) -> Named {
    if values.is_empty() {
        return Named::Absent;
    }
    if values.contains(&b"*".as_slice()) {
        return Named::Any;
    }
    Named::Tags(values.iter().flat_map(|value| list(value)).collect())
}

fn list(value: &[u8]) -> Vec<Tag> {
    let (mut tags, mut at) = (Vec::new(), 0);
    loop {
        while matches!(value.get(at), Some(b',' | b' ' | b'\t')) {
            at += 1;
        }
        let is_weak = value[at..].starts_with(b"W/");
        let begin = at + 2 * usize::from(is_weak) + 1;
        if value.get(begin - 1) != Some(&b'"') {
            return tags;
        }
        let is_etagc = |byte: &&u8| matches!(byte, 0x21 | 0x23..=0x7E | 0x80..);
        let end = begin + value[begin..].iter().take_while(is_etagc).count();
        if value.get(end) != Some(&b'"') {
            return tags;
        }
        at = end + 1;
        if !matches!(value.get(at), None | Some(b',' | b' ' | b'\t')) {
            return tags;
        }
        tags.push(Tag { is_weak, opaque: value[begin..end].to_vec() });
    }
}
