//! What is odd in a block, in safe code that says what it wants of each byte, without branches: the
//! compiler turns it into vector instructions (SSE2, NEON).

use core::num::NonZero;

use super::Block;

/// 0xFF for each odd byte.
pub(super) type Odd = u128;

#[inline(always)]
pub(super) fn first(odd: NonZero<Odd>) -> usize {
    (odd.trailing_zeros() / u8::BITS) as usize
}

/// Without the first `bytes` of the block: the others move to the front.
#[inline(always)]
pub(super) fn skip(odd: NonZero<Odd>, bytes: usize) -> Option<NonZero<Odd>> {
    NonZero::new(odd.get() >> (8 * bytes))
}

// Functions of their own, because the vector code is lost where a loop is around it.
#[inline(never)]
pub(super) fn name(block: &Block) -> Option<NonZero<Odd>> {
    odd(block, is_common_in_name)
}

#[inline(never)]
pub(super) fn target(block: &Block) -> Option<NonZero<Odd>> {
    odd(block, is_common_in_target)
}

#[inline(never)]
pub(super) fn value(block: &Block) -> Option<NonZero<Odd>> {
    odd(block, is_common_in_value)
}

/// `bytes` without their leading blocks in which nothing is odd.
#[inline(always)]
pub(super) fn skip_plain_target(bytes: &[u8]) -> &[u8] {
    skip_plain(bytes, is_common_in_target)
}

/// The same for values.
#[inline(always)]
pub(super) fn skip_plain_value(bytes: &[u8]) -> &[u8] {
    skip_plain(bytes, is_common_in_value)
}

#[inline(always)]
fn odd(block: &Block, is_common: impl Fn(u8) -> bool) -> Option<NonZero<Odd>> {
    let odd = block.map(|byte| if is_common(byte) { 0 } else { u8::MAX });
    NonZero::new(u128::from_le_bytes(odd))
}

/// To say whether a block has an odd byte is half the work of saying which.
#[inline(always)]
fn skip_plain(bytes: &[u8], is_common: impl Fn(u8) -> bool) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk::<{ size_of::<Block>() }>()
        && block.iter().fold(true, |all, byte| all & is_common(*byte))
    {
        rest = after;
    }
    rest
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
