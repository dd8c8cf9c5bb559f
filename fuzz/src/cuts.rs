//! Where an input is cut that says nothing of cuts itself: anywhere, but the same each time.

/// The ends of the pieces, ascending; the last is the end of the input. They follow from its bytes
/// alone, so a finding is found again.
pub(crate) fn seeded(input: &[u8]) -> impl Iterator<Item = usize> {
    // FNV-1a, and a linear congruence from there on.
    let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let mut state = input.iter().fold(0xcbf2_9ce4_8422_2325, hash);
    let mut end = 0;
    std::iter::from_fn(move || {
        if end == input.len() {
            return None;
        }
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        // Short pieces and long ones.
        let piece_bits = (state >> 60) as u32 % 7;
        end = (end + 1 + (state >> 32) as usize % (1 << piece_bits)).min(input.len());
        Some(end)
    })
}

#[cfg(test)]
mod tests {
    use super::seeded;

    #[test]
    fn pieces_ascend_to_the_end_and_differ_with_the_input() {
        for length in [0, 1, 2, 300] {
            let input = vec![7; length];
            let ends: Vec<usize> = seeded(&input).collect();
            assert!(ends.is_sorted_by(|one, next| one < next), "{ends:?}");
            assert_eq!(ends.last().copied().unwrap_or(0), length);
        }
        assert_ne!(seeded(&[7; 300]).collect::<Vec<_>>(), seeded(&[8; 300]).collect::<Vec<_>>());
    }
}
