//! Addresses of machines and of people.

use super::split;
use crate::http::abnf::{Class, decimal};

/// An IPv4 address: four numbers of at most 255, without leading zeros (RFC 3986 §3.2.2).
pub fn ipv4(text: &[u8]) -> bool {
    let mut numbers = 0;
    text.split(|byte| *byte == b'.').all(|number| {
        numbers += 1;
        let leads = number.len() > 1 && number.starts_with(b"0");
        !leads && decimal(number).is_some_and(|number| number < 256)
    }) && numbers == 4
}

/// An IPv6 address in any of the forms of RFC 4291 §2.2: eight groups, `::` once for one group or
/// more of zeros, an IPv4 address for the last two. A zone is no part of it.
pub fn ipv6(text: &[u8]) -> bool {
    let gap = text.windows(2).position(|pair| pair == b"::");
    match gap.and_then(|at| Some((text.get(..at)?, text.get(at + 2..)?))) {
        None => groups(text, true) == Some(8),
        Some((before, after)) => {
            let before = if before.is_empty() { Some(0) } else { groups(before, false) };
            let after = if after.is_empty() { Some(0) } else { groups(after, true) };
            before.zip(after).is_some_and(|(before, after)| before + after < 8)
        }
    }
}

/// How many groups of 16 bits `text` holds, if it is nothing else. The last may be an IPv4 address,
/// which is two of them.
#[inline(never)]
fn groups(text: &[u8], may_end_in_ipv4: bool) -> Option<usize> {
    let (mut rest, mut count) = (text, 0_usize);
    loop {
        let (group, after) =
            split(rest, b':').map_or((rest, None), |(group, after)| (group, Some(after)));
        if after.is_none() && may_end_in_ipv4 && ipv4(group) {
            return Some(count + 2);
        }
        if !(1..=4).contains(&group.len()) || !group.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        count += 1;
        match after {
            Some(after) => rest = after,
            None => return Some(count),
        }
    }
}

/// A host's name (RFC 1123 §2.1): labels of letters, digits and inner hyphens, 63 bytes at most
/// each, joined by dots to 253 at most. Without the dot at the end that a resolver knows.
pub fn hostname(text: &[u8]) -> bool {
    text.len() <= 253
        && text.split(|byte| *byte == b'.').all(|label| {
            label.len() <= 63
                && label.first().is_some_and(u8::is_ascii_alphanumeric)
                && label.last().is_some_and(u8::is_ascii_alphanumeric)
                && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        })
}

/// A mailbox as people have one: the `Dot-string` of RFC 5321 §4.1.2 at a [`hostname`], within the
/// lengths of §4.5.3.1 (64 bytes in front of the `@`, 254 in all, by RFC 3696's erratum 1690).
///
/// That is narrower than the grammar: no quoted strings, no address in brackets, no comments. It is
/// narrower than what HTML admits by one thing, which mail servers refuse: dots at an end or in a row.
/// Whether somebody reads the mail, only mail can tell.
pub fn email(text: &[u8]) -> bool {
    let Some((local, domain)) = split(text, b'@') else { return false };
    text.len() <= 254
        && local.len() <= 64
        && local
            .split(|byte| *byte == b'.')
            .all(|atom| !atom.is_empty() && atom.iter().all(is_atext))
        && hostname(domain)
}

/// `atext` (RFC 5322 §3.2.3): what HTTP's `tchar` admits, and five more.
fn is_atext(byte: &u8) -> bool {
    Class::TCHAR.has(*byte) || matches!(byte, b'/' | b'=' | b'?' | b'{' | b'}')
}
