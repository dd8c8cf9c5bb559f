//! The longest run of a class, sixteen bytes a turn, for processors whose baseline has vectors.
//!
//! Each rule here admits the *common* bytes of its class and no others; the rest are *odd*, and are
//! asked of the table. Two files say what is odd in a block: one in safe code without a word of
//! vectors, the other in the words of SSE2, for the feature `simd`.

#[cfg(any(test, not(all(feature = "simd", target_arch = "x86_64"))))]
mod portable;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod sse2;

#[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
use portable as rules;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use sse2 as rules;

use core::num::NonZero;

use super::Class;
use rules::Odd;

const BLOCK_BYTES: usize = 16;
type Block = [u8; BLOCK_BYTES];

#[inline(always)]
pub(super) fn tchar(bytes: &[u8]) -> usize {
    span(bytes, 0, Class::TCHAR, |bytes| bytes, rules::name)
}

#[inline(always)]
pub(super) fn target(bytes: &[u8]) -> usize {
    span(bytes, 0, Class::TARGET, rules::skip_plain_target, rules::target)
}

#[inline(always)]
pub(super) fn value(bytes: &[u8]) -> usize {
    span(bytes, 0, Class::VALUE, rules::skip_plain_value, rules::value)
}

/// For a field line with a name of common bytes that ends within one block: how many bytes the name
/// has, and how many stand in front of the first that is odd in a value.
///
/// This is one pass. Where the bytes of the value are read does not depend on where the name ends,
/// for which a processor would have to wait at every line.
#[inline(always)]
pub(super) fn line(bytes: &[u8]) -> Option<(usize, usize)> {
    let (block, _) = bytes.split_first_chunk()?;
    let name_bytes = rules::first(rules::name(block)?);
    if block.get(name_bytes) != Some(&b':') {
        return None;
    }
    let value_at = name_bytes + 1;
    let end = match rules::value(block).and_then(|odd| rules::skip(odd, value_at)) {
        Some(odd) => value_at + rules::first(odd),
        None => span(bytes, BLOCK_BYTES, Class::VALUE, rules::skip_plain_value, rules::value),
    };
    Some((name_bytes, end))
}

/// How many bytes at the start of `bytes` are of `class`, if the first `from` are.
#[inline(always)]
fn span(
    bytes: &[u8],
    from: usize,
    class: Class,
    skip_plain: impl Fn(&[u8]) -> &[u8],
    odd: impl Fn(&Block) -> Option<NonZero<Odd>>,
) -> usize {
    let mut rest = skip_plain(bytes.get(from..).unwrap_or_default());
    while let Some((block, after)) = rest.split_first_chunk() {
        let Some(odd) = odd(block) else {
            rest = after;
            continue;
        };
        let n = rules::first(odd);
        match block.get(n) {
            Some(byte) if !class.has(*byte) => return bytes.len() - rest.len() + n,
            _ => rest = rest.get(n + 1..).unwrap_or_default(),
        }
    }
    // The last bytes, less than a block, are looked at together with those in front of them.
    let last = match bytes.last_chunk() {
        Some(block) if !rest.is_empty() => {
            match odd(block).and_then(|odd| rules::skip(odd, BLOCK_BYTES - rest.len())) {
                None => rest.len(),
                Some(odd) => {
                    let n = rules::first(odd);
                    match rest.get(n) {
                        Some(byte) if !class.has(*byte) => n,
                        _ => class.span_by_table(rest),
                    }
                }
            }
        }
        _ => class.span_by_table(rest),
    };
    bytes.len() - rest.len() + last
}

#[cfg(test)]
mod tests {
    use super::super::Class;
    use super::{BLOCK_BYTES, Block};

    /// Every byte at every place among common ones, judged by the rules of one file.
    macro_rules! finds_the_odd_bytes {
        ($rules:ident) => {
            #[test]
            fn $rules() {
                use super::$rules as rules;
                let find = |block: &Block, class| match class {
                    Class::TCHAR => rules::name(block),
                    Class::TARGET => rules::target(block),
                    _ => rules::value(block),
                };
                let is_skipped = |block: &[u8], class| match class {
                    Class::TARGET => rules::skip_plain_target(block).is_empty(),
                    _ => rules::skip_plain_value(block).is_empty(),
                };
                for class in [Class::TCHAR, Class::TARGET, Class::VALUE] {
                    for (at, byte) in
                        (0..BLOCK_BYTES).flat_map(|at| (0..=255).map(move |b| (at, b)))
                    {
                        let mut block = [b'a'; BLOCK_BYTES];
                        block[at] = byte;
                        let odd = find(&block, class);
                        assert!(odd.is_some() || class.has(byte), "{class:?} {byte:02x} at {at}");
                        assert!(
                            odd.is_none_or(|odd| rules::first(odd) == at),
                            "{byte:02x} at {at}"
                        );
                        let is_plain = class != Class::TCHAR && is_skipped(&block, class);
                        assert!(!is_plain || odd.is_none(), "{byte:02x} at {at}");
                        let later = odd.and_then(|odd| rules::skip(odd, at));
                        assert_eq!(later.map(rules::first), odd.map(|_| 0), "{byte:02x} at {at}");
                        if at + 1 < BLOCK_BYTES {
                            let later = odd.and_then(|odd| rules::skip(odd, at + 1));
                            assert_eq!(later, None, "{byte:02x} at {at}");
                        }
                    }
                }
            }
        };
    }

    finds_the_odd_bytes!(portable);
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    finds_the_odd_bytes!(sse2);
}
