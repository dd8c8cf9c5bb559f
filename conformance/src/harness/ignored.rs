//! Why tests were ignored, counted: a line for each reason says more than a hundred tests do.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How many tests were ignored for which reason. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Ignored(Arc<Mutex<HashMap<String, usize>>>);

impl Ignored {
    pub(super) fn count(&self, reason: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(reason.to_owned()).or_default() += 1;
    }
}

impl fmt::Display for Ignored {
    /// The reasons, the most frequent first; nothing if none was ignored.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts: Vec<(&str, usize)> =
            counts.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        if counts.is_empty() {
            return Ok(());
        }
        counts.sort_by_key(|&(reason, count)| (usize::MAX - count, reason));
        writeln!(out, "ignored, and why:")?;
        for (reason, count) in counts {
            writeln!(out, "  {count:>4}  {reason}")?;
        }
        writeln!(out, "what the suite looks for, and how to have it: {NEEDS}\n")
    }
}

/// Where it is told.
const NEEDS: &str = "the docs of samewire_conformance::harness";

#[cfg(test)]
mod tests {
    use super::Ignored;

    #[test]
    fn reasons_are_counted_and_the_most_frequent_comes_first() {
        let ignored = Ignored::default();
        assert_eq!(ignored.to_string(), "");
        for reason in ["b", "c", "a", "c"] {
            ignored.clone().count(reason);
        }
        let expected = "ignored, and why:\n     2  c\n     1  a\n     1  b\nwhat the suite looks";
        assert!(ignored.to_string().starts_with(expected), "{ignored}");
    }
}
