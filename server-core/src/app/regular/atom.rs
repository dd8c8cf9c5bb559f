//! One character of a pattern: what it admits, read from the way it is written. The compiler of
//! patterns reads it with the same functions, so that what it has seen is what runs.

/// Whether an atom (a character, an escape, `.` or a class) admits `character`.
pub(super) fn admits(atom: &[u8], character: u32) -> bool {
    match atom {
        [b'.'] => !matches!(character, 0x0a | 0x0d | 0x2028 | 0x2029),
        [b'[', b'^', items @ .., b']'] => !has(items, character),
        [b'[', items @ .., b']'] => has(items, character),
        _ => has(atom, character),
    }
}

fn has(mut items: &[u8], character: u32) -> bool {
    while let Some((item, rest)) = item(items) {
        #[cfg(test)]
        crate::http::abnf::work::add(1);
        let is_admitted = match item {
            Item::Range { low, high } => low <= character && character <= high,
            Item::Digit => is_digit(character),
            Item::Word => is_digit(character) || is_letter(character) || character == 0x5f,
        };
        if is_admitted {
            return true;
        }
        items = rest;
    }
    false
}

fn is_digit(character: u32) -> bool {
    (0x30..=0x39).contains(&character)
}

fn is_letter(character: u32) -> bool {
    (0x61..=0x7a).contains(&(character | 0x20))
}

/// An item of a class, or a character that stands by itself.
pub(super) enum Item {
    Range { low: u32, high: u32 },
    Digit,
    Word,
}

/// The first item, and what stands behind it; `None` at the end, and if it is none.
pub(super) const fn item(items: &[u8]) -> Option<(Item, &[u8])> {
    let (low, rest) = match items {
        [b'\\', b'd', rest @ ..] => return Some((Item::Digit, rest)),
        [b'\\', b'w', rest @ ..] => return Some((Item::Word, rest)),
        _ => match literal(items) {
            Some(found) => found,
            None => return None,
        },
    };
    match rest {
        // A hyphen that ends a class stands for itself.
        [b'-'] | [b'-', b']', ..] => Some((Item::Range { low, high: low }, rest)),
        [b'-', behind @ ..] => match literal(behind) {
            Some((high, rest)) if low <= high => Some((Item::Range { low, high }, rest)),
            _ => None,
        },
        _ => Some((Item::Range { low, high: low }, rest)),
    }
}

/// A character that stands for itself, or is escaped: its code point, and what is behind it.
const fn literal(text: &[u8]) -> Option<(u32, &[u8])> {
    match text {
        [b'\\', b'n', rest @ ..] => Some((0x0a, rest)),
        [b'\\', b'r', rest @ ..] => Some((0x0d, rest)),
        [b'\\', b't', rest @ ..] => Some((0x09, rest)),
        [b'\\', escaped, rest @ ..] if escaped.is_ascii_punctuation() => {
            Some((*escaped as u32, rest))
        }
        [b'\\' | b'[' | b']', ..] => None,
        [byte @ 0..0x80, rest @ ..] => Some((*byte as u32, rest)),
        [a @ 0xc0..0xe0, b, rest @ ..] => Some((join(*a & 0x1f, [*b, 0x80, 0x80]) >> 12, rest)),
        [a @ 0xe0..0xf0, b, c, rest @ ..] => Some((join(*a & 0x0f, [*b, *c, 0x80]) >> 6, rest)),
        [a, b, c, d, rest @ ..] => Some((join(*a & 0x07, [*b, *c, *d]), rest)),
        _ => None,
    }
}

/// The bits of a character in UTF-8, of which the compiler has seen that it is well-formed.
const fn join(lead: u8, [b, c, d]: [u8; 3]) -> u32 {
    (lead as u32) << 18 | (b as u32 & 63) << 12 | (c as u32 & 63) << 6 | d as u32 & 63
}

/// Behind the atom at the start of `text`, or `None` if there is none. All that a class holds is
/// read, so that nothing in it can end it early when it runs.
pub(super) const fn end(text: &[u8]) -> Option<&[u8]> {
    let mut items = match text {
        [b'[', b'^', items @ ..] | [b'[', items @ ..] => items,
        [b'.', rest @ ..] | [b'\\', b'd' | b'w', rest @ ..] => return Some(rest),
        _ => match literal(text) {
            Some((_, rest)) => return Some(rest),
            None => return None,
        },
    };
    loop {
        items = match item(items) {
            Some((_, [b']', rest @ ..])) => return Some(rest),
            Some((_, rest)) => rest,
            None => return None,
        };
    }
}
