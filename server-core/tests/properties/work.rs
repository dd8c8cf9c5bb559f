//! Work is linear in the bytes that come, one at a time and each a read of its own. What is counted
//! here are steps: polls of the server, its reads and its writes. How often the parser of heads
//! looks at a byte is counted in `http::head::tests::looks_at_each_byte_a_few_times_however_it_arrives`.

use proptest::prelude::*;

use crate::streams::{frames, requests};
use crate::support::fixture::Fixture;
use crate::support::serve::{LIMITS, run};
use crate::watched::Watched;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    /// A byte in or out is a step; few of them wake the server for nothing.
    #[test]
    fn steps_are_linear_in_single_bytes(
        bytes in prop_oneof![requests(), frames()], times in 1..12_usize,
        takes in prop_oneof![1..9_usize, Just(usize::MAX)],
    ) {
        let bytes = bytes.repeat(times);
        let mut transport = Watched::new(&bytes, 1, takes, &LIMITS);
        let polls = run(&Fixture, &mut transport, &LIMITS);
        let steps = polls + transport.reads + transport.writes;
        let moved = bytes.len() + transport.out.len();
        prop_assert!(steps <= 2 * moved + 16, "{} steps for {} bytes", steps, moved);
    }
}
