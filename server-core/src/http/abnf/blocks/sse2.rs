//! What is odd in a block, in the words of SSE2: a bit for each byte.

use core::num::NonZero;

use safe_arch::{
    bitand_m128i, bitandnot_m128i, bitor_m128i, cmp_eq_mask_i8_m128i, load_unaligned_m128i, m128i,
    max_u8_m128i, min_u8_m128i, move_mask_i8_m128i, set_splat_i8_m128i, sub_i8_m128i,
};

use super::Block;

pub(super) type Odd = u32;

#[inline(always)]
pub(super) fn first(odd: NonZero<Odd>) -> usize {
    odd.trailing_zeros() as usize
}

/// Without the first `bytes` of the block: the others move to the front.
#[inline(always)]
pub(super) fn skip(odd: NonZero<Odd>, bytes: usize) -> Option<NonZero<Odd>> {
    NonZero::new(odd.get() >> bytes)
}

/// All but letters and hyphens.
#[inline(always)]
pub(super) fn name(block: &Block) -> Option<NonZero<Odd>> {
    let bytes = load_unaligned_m128i(block);
    let hyphen = cmp_eq_mask_i8_m128i(bytes, splat(b'-'));
    bits(bitandnot_m128i(hyphen, beyond(lower(bytes), b'a', 26)))
}

/// All but letters, digits, hyphen, dot and slash.
#[inline(always)]
pub(super) fn target(block: &Block) -> Option<NonZero<Odd>> {
    let bytes = load_unaligned_m128i(block);
    bits(bitand_m128i(beyond(lower(bytes), b'a', 26), beyond(bytes, b'-', 13)))
}

/// Control characters, HTAB among them.
#[inline(always)]
pub(super) fn value(block: &Block) -> Option<NonZero<Odd>> {
    let bytes = load_unaligned_m128i(block);
    let below_sp = cmp_eq_mask_i8_m128i(min_u8_m128i(bytes, splat(0x1F)), bytes);
    bits(bitor_m128i(below_sp, cmp_eq_mask_i8_m128i(bytes, splat(0x7F))))
}

/// Here a look that says where the odd byte is costs no more than one that says whether one is.
#[inline(always)]
pub(super) fn skip_plain_target(bytes: &[u8]) -> &[u8] {
    bytes
}

#[inline(always)]
pub(super) fn skip_plain_value(bytes: &[u8]) -> &[u8] {
    bytes
}

#[inline(always)]
fn splat(byte: u8) -> m128i {
    set_splat_i8_m128i(byte.cast_signed())
}

#[inline(always)]
fn lower(bytes: m128i) -> m128i {
    bitor_m128i(bytes, splat(0x20))
}

/// Which bytes are none of the `count` values from `first` on.
#[inline(always)]
fn beyond(bytes: m128i, first: u8, count: u8) -> m128i {
    let offsets = sub_i8_m128i(bytes, splat(first));
    cmp_eq_mask_i8_m128i(max_u8_m128i(offsets, splat(count)), offsets)
}

#[inline(always)]
fn bits(odd: m128i) -> Option<NonZero<Odd>> {
    NonZero::new(move_mask_i8_m128i(odd).cast_unsigned())
}
