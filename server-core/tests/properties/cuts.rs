//! The law of determinism, for streams that nobody wrote by hand.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::streams::{frames, requests};
use crate::support::serve::answers;

/// How much a read brings, again and again, and how much a write takes.
fn cuts() -> impl Strategy<Value = (Vec<usize>, usize)> {
    let step = prop_oneof![3 => 1..4_usize, 2 => 4..60_usize, 1 => Just(usize::MAX)];
    (vec(step, 1..12), prop_oneof![1..9_usize, 9..400_usize])
}

fn check(bytes: &[u8], cuts: &[usize], takes: usize) -> Result<(), TestCaseError> {
    let whole = answers(bytes, &mut || usize::MAX, usize::MAX);
    let mut sizes = cuts.iter().copied().cycle();
    let cut = answers(bytes, &mut || sizes.next().unwrap_or(1), takes);
    let (whole, cut) = (whole.escape_ascii().to_string(), cut.escape_ascii().to_string());
    prop_assert_eq!(cut, whole, "{}", bytes.escape_ascii());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn requests_are_answered_alike_however_they_are_cut(
        bytes in requests(), (cuts, takes) in cuts(),
    ) {
        check(&bytes, &cuts, takes)?;
    }

    #[test]
    fn frames_are_answered_alike_however_they_are_cut(
        bytes in frames(), (cuts, takes) in cuts(),
    ) {
        check(&bytes, &cuts, takes)?;
    }
}
