//! Whole heads, longer than any exhaustive test can have them, beside the oracle.

use proptest::prelude::*;
use samewire::Limits;
use samewire::http::fields::Fields;
use samewire::http::head::{Head, Parsed};

use crate::oracle::head::request;
use crate::streams::requests;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A stream that ends within its head says nothing, and is left out.
    #[test]
    fn heads_mean_what_the_grammar_says(bytes in requests()) {
        let mut head = Head::NEW;
        let n = match head.parse(&bytes, &Limits::LARGE) {
            Parsed::Incomplete => return Ok(()),
            Parsed::Violation(violation) => {
                prop_assert_eq!(request(&bytes), None, "{:?}", violation);
                return Ok(());
            }
            Parsed::Complete(n) => n,
        };
        let Some(expected) = request(&bytes) else {
            return Err(TestCaseError::fail(format!("accepted: {}", bytes.escape_ascii())));
        };
        prop_assert_eq!(n, expected.bytes);
        prop_assert_eq!(&bytes[head.method_range()], expected.method);
        prop_assert_eq!(&bytes[head.target()], expected.target);
        let fields: Vec<_> = Fields::new(&bytes[head.fields()..n]).collect();
        prop_assert_eq!(fields, expected.fields);
    }
}
