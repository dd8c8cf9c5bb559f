//! The longest run of a class, sixteen bytes a turn, for processors whose baseline has vectors.
//!
//! Safe code that says what it wants of each byte of an array, without branches, is turned into
//! vector instructions (SSE2, NEON). Each rule here admits the *common* bytes of its class and no
//! others; what it does not admit is asked of the table.

use super::Class;

const BLOCK_BYTES: usize = 16;
type Block = [u8; BLOCK_BYTES];

/// The index of the first byte of `block` that is not common, or [`BLOCK_BYTES`].
#[inline(always)]
fn first_odd(block: &Block, is_common: impl Fn(u8) -> bool) -> usize {
    let odd = block.map(|byte| if is_common(byte) { 0 } else { u8::MAX });
    (u128::from_le_bytes(odd).trailing_zeros() / u8::BITS) as usize
}

/// Whether all bytes of `block` are common: half the work of finding the first that is not.
#[inline(always)]
fn all_common(block: &Block, is_common: impl Fn(u8) -> bool) -> bool {
    block.iter().fold(true, |all, byte| all & is_common(*byte))
}

/// Letters and hyphens.
#[inline(always)]
fn is_common_in_name(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte == b'-')
}

/// Letters, digits, hyphen, dot and slash.
#[inline(always)]
fn is_common_in_target(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'-') < 13)
}

/// All but HTAB.
#[inline(always)]
fn is_common_in_value(byte: u8) -> bool {
    (byte >= b' ') & (byte != 0x7F)
}

// Functions of their own, because the vector code is lost where a loop is around it.
#[inline(never)]
fn name_end(block: &Block) -> usize {
    first_odd(block, is_common_in_name)
}
#[inline(never)]
fn target_end(block: &Block) -> usize {
    first_odd(block, is_common_in_target)
}
#[inline(never)]
fn value_end(block: &Block) -> usize {
    first_odd(block, is_common_in_value)
}

#[inline(always)]
fn span(
    bytes: &[u8],
    class: Class,
    all: impl Fn(&Block) -> bool,
    first_odd: impl Fn(&Block) -> usize,
) -> usize {
    let mut rest = bytes;
    loop {
        while let Some((block, after)) = rest.split_first_chunk()
            && all(block)
        {
            rest = after;
        }
        let Some(block) = rest.first_chunk() else {
            return bytes.len() - rest.len() + class.span_by_table(rest);
        };
        rest = rest.get(first_odd(block)..).unwrap_or_default();
        let [byte, after @ ..] = rest else { return bytes.len() };
        if !class.has(*byte) {
            return bytes.len() - rest.len();
        }
        rest = after;
    }
}

#[inline(always)]
pub(super) fn tchar(bytes: &[u8]) -> usize {
    span(bytes, Class::TCHAR, |_| false, name_end)
}

#[inline(always)]
pub(super) fn target(bytes: &[u8]) -> usize {
    span(bytes, Class::TARGET, |block| all_common(block, is_common_in_target), target_end)
}

#[inline(always)]
pub(super) fn value(bytes: &[u8]) -> usize {
    span(bytes, Class::VALUE, |block| all_common(block, is_common_in_value), value_end)
}
